"""What can be pressed about reminders on the page of somebody's place.

Each takes the place or standing place, and returns the form when something in it was wrong.
"""

import json
from collections.abc import Callable
from datetime import datetime

from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import gettext as _

from meetings import contacts, limits
from meetings.channels import push
from meetings.enums import ContactKind
from meetings.models import Rsvp, StandingRsvp
from meetings.reminder_forms import CodeForm, PhoneForm, RemindersForm
from meetings.reminder_page import ways_offered
from meetings.reminders import wishes
from meetings.views.private import count

Kept = Rsvp | StandingRsvp


def _choose(kept: Kept, request: HttpRequest, now: datetime) -> Form | None:
    form = RemindersForm(request.POST, ways=ways_offered(kept))
    if not form.is_valid():
        return form
    form.save(kept, now=now)
    return None


def _send_code(kept: Kept, request: HttpRequest, now: datetime) -> Form | None:
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return form
    number = form.cleaned_data["number"]
    # A text message to any number one likes, as for a seat kept by phone.
    count(request, limits.RSVP_FROM_NETWORK, now=now)
    key = contacts.match_key(ContactKind.PHONE, number)
    if not limits.allows(limits.MAIL_TO_ADDRESS, key, now=now):
        form.add_error("number", _("We sent several codes to this number. Please wait an hour."))
        return form
    try:
        wishes.send_code(kept, number, now=now)
    except wishes.NumberStopped:
        form.add_error("number", _("This number asked us for no messages. Text START from it to allow them."))
        return form
    return None


def _confirm_code(kept: Kept, request: HttpRequest, now: datetime) -> Form | None:
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            wishes.confirm_number(kept, form.cleaned_data["code"], now=now)
        except wishes.WrongCode:
            form.add_error("code", _("That is not the code, or its ten minutes are over."))
    return None if form.is_valid() else form


def _forget_phone(kept: Kept, request: HttpRequest, now: datetime) -> None:
    wishes.forget_number(kept, now=now)


def _add_browser(kept: Kept, request: HttpRequest, now: datetime) -> Form | None:
    try:
        wishes.add_browser(kept, json.loads(request.POST.get("subscription", "")), now=now)
    except (push.InvalidSubscription, ValueError):
        return Form()
    return None


def _remove_browser(kept: Kept, request: HttpRequest, now: datetime) -> None:
    wishes.remove_browsers(kept, now=now)


ACTIONS: dict[str, Callable[[Kept, HttpRequest, datetime], Form | None]] = {
    "reminders": _choose,
    "phone-code": _send_code,
    "phone-confirm": _confirm_code,
    "phone-forget": _forget_phone,
    "browser": _add_browser,
    "browser-off": _remove_browser,
}
