"""Keeping a seat, and the page of somebody's own place. No account, no cookie."""

from collections.abc import Callable
from datetime import date, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings import (
    access,
    codes,
    date_page,
    entry_rules,
    limits,
    meeting_page,
    occurrences,
    posting,
    reminder_forms,
    reminder_page,
    rsvp_forms,
    rsvp_page,
    rsvps,
    tokens,
)
from meetings.enums import ContactKind, LinkPurpose
from meetings.models import Meeting, PrivateLink, Rsvp
from meetings.views import wishes
from meetings.views.meetings import tells_of_the_gone
from meetings.views.private import count, open_form, secret, see_other


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
@tells_of_the_gone
def rsvp_new(request: HttpRequest, slug: str, on: date) -> HttpResponse:
    """Keep a seat at a date. With an address or number the answer is the same whoever asks."""
    now = timezone.now()
    meeting = access.get_meeting(slug, is_for_a_seat=request.method == "POST")
    date_page.prefetch_for_dates(meeting, only_on=on)
    try:
        found = occurrences.on(meeting, on)
    except occurrences.NoSuchDate:
        raise Http404 from None
    if not occurrences.has_page(found.start, now=now):
        raise Http404
    rules = [line for line in entry_rules.lines(meeting) if line.is_rule]
    closed_because = rsvps.why_closed(meeting, found.start, now=now)
    form = None
    if not closed_because and request.method == "POST":
        count(request, limits.RSVP_FROM_NETWORK, now=now)
        form = rsvp_forms.RsvpForm(request.POST, now=now, meeting=meeting, has_rules=bool(rules))
        try:
            if form.is_valid():
                return _take(meeting, on, form, now=now)
        except rsvps.RsvpClosed as closed:
            closed_because = str(closed)
    context = {
        "meeting": meeting,
        "date": meeting_page.one_date(meeting, found.start, found.row, now, request.visitor_zone),
        "closed_because": closed_because,
        "is_full": not closed_because and date_page.is_full(meeting, found.row),
        "full_line": date_page.full_line(found.start, now=now),
        "rules": rules,
        "form": form or rsvp_forms.RsvpForm(now=now, meeting=meeting, has_rules=bool(rules)),
        "section": "meetings",
        "shows_demo": meeting.source is not None and meeting.source.is_demo,
    }
    status = 200 if request.method != "POST" else 409 if closed_because else 422
    return render(request, "meetings/rsvp_new.html", context, status=status)


def _take(meeting: Meeting, on: date, form: rsvp_forms.RsvpForm, *, now: datetime) -> HttpResponse:
    person = form.person(on)
    if form.is_for_one_date:
        kept = rsvps.take_place(meeting, on, person=person, now=now)
    else:
        kept = rsvps.start_standing(meeting, on, person=person, dates=form.number_of_dates, now=now)
    subject = {"rsvp": kept} if isinstance(kept, Rsvp) else {"standing": kept}
    if person.kind == ContactKind.NONE:
        return see_other("meetings:rsvp_place", tokens.issue(LinkPurpose.PLACE, now=now, **subject))
    may_send = limits.allows(limits.MAIL_TO_ADDRESS, kept.contact_key, now=now)
    if person.kind == ContactKind.PHONE:
        code = codes.new()
        secret = tokens.issue(LinkPurpose.CODE, now=now, code=code, **subject)
        if may_send:
            posting.send_code(kept, code, now=now)
        return see_other("meetings:rsvp_code", secret)
    if may_send:
        posting.send_place(kept, now=now)
    return see_other("meetings:rsvp_sent")


@require_safe
def rsvp_sent(request: HttpRequest) -> HttpResponse:
    """Say that a message is on its way. Nothing here depends on whose address it was."""
    return secret(render(request, "meetings/rsvp_sent.html", {"section": "meetings"}))


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
def rsvp_code(request: HttpRequest, token: str) -> HttpResponse:
    """Take the code that went to a phone: it confirms the seat, and opens its page. The same for every number."""
    now = timezone.now()
    form = reminder_forms.CodeForm(request.POST if request.method == "POST" else None)
    try:
        link = tokens.find(token, LinkPurpose.CODE, now=now)
        if request.method == "POST":
            count(request, limits.PLACE_FROM_NETWORK, now=now)
            if form.is_valid():
                link = tokens.open_with_code(token, form.cleaned_data["code"], now=now)
                return see_other("meetings:rsvp_place", _confirmed(link, now=now))
    except tokens.LinkUnknown:
        return link_expired(request, now=now)
    except codes.WrongCode:
        form.add_error("code", _("That is not the code, or it was tried too often."))
    meeting = link.standing.meeting if link.standing is not None else link.rsvp.occurrence.meeting
    # The meeting's page, and no date: that of a standing place would tell since when it is known.
    again = reverse("meetings:meeting_detail", args=[meeting.slug])
    context = {"form": form, "again": again, "section": "meetings"}
    return render(request, "meetings/rsvp_code.html", context, status=422 if form.errors else 200)


def _confirmed(link: PrivateLink, *, now: datetime) -> str:
    """Confirm what the link is about, and return the secret of its page."""
    if link.standing is not None:
        rsvps.confirm_standing(link.standing, now=now)
        return tokens.issue(LinkPurpose.PLACE, now=now, standing=link.standing)
    rsvps.confirm(link.rsvp, now=now)
    return tokens.issue(LinkPurpose.PLACE, now=now, rsvp=link.rsvp)


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
def rsvp_place(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a private link. Opening it changes nothing; each change is a button."""
    now = timezone.now()
    try:
        link = tokens.find(token, LinkPurpose.PLACE, now=now)
    except tokens.LinkUnknown:
        return link_expired(request, now=now)
    trouble = ""
    form = None
    calendar_address = ""
    if request.method == "POST":
        count(request, limits.PLACE_FROM_NETWORK, now=now)
        named = request.POST.get("action", "")
        action = _ACTIONS.get(named)
        wish = wishes.ACTIONS.get(named)
        if wish is not None:
            form = wish(link.rsvp or link.standing, request, now)
        elif named == "calendar":
            calendar_address = _new_calendar(link, now=now)
        elif action is None:
            return see_other("meetings:rsvp_place", token)
        try:
            if action is not None:
                form = action(link, _named_place(link, request), request, now)
        except rsvps.OccurrenceFull as full:
            trouble = full
        except (rsvps.OfferRanOut, rsvps.RsvpClosed) as late:
            trouble = late
        if form is None and not trouble and not calendar_address:
            return see_other("meetings:rsvp_place", token)
        link = tokens.find(token, LinkPurpose.PLACE, now=now)
    page = rsvp_page.prepare(link, now=now)
    context = {
        "page": page,
        "reminders": reminder_page.prepare(
            link.rsvp or link.standing,
            time_zone=page.meeting.time_zone,
            now=now,
            form=form if isinstance(form, reminder_forms.RemindersForm) else None,
            phone_form=form if isinstance(form, reminder_forms.PhoneForm) else None,
            code_form=form if isinstance(form, reminder_forms.CodeForm) else None,
        ),
        "meeting": page.meeting,
        "token": token,
        "others_choices": rsvp_forms.RsvpForm.base_fields["others"].choices,
        "trouble": trouble,
        "full": trouble if isinstance(trouble, rsvps.OccurrenceFull) else None,
        "ran_out": isinstance(trouble, rsvps.OfferRanOut),
        "is_wrong": form is not None,
        "calendar_address": calendar_address,
    }
    return render(request, "meetings/rsvp_place.html", context, status=422 if trouble or form else 200)


def link_expired(request: HttpRequest, *, now: datetime) -> HttpResponse:
    """Say that a private link opens nothing: unknown, over, revoked, of another kind, all alike."""
    count(request, limits.UNKNOWN_LINKS_FROM_NETWORK, now=now)
    return render(request, "link_expired.html", status=404)


# ── What can be pressed there ───────────────────────────────────────────────
# Each returns None, or the form when something in it was wrong.


def _named_place(link: PrivateLink, request: HttpRequest) -> Rsvp | None:
    """Return the place a button stands beside: of the link's own, and of nobody else's."""
    if link.rsvp is not None:
        return link.rsvp
    return link.standing.rsvps.filter(public_id=request.POST.get("place", "")).first()


def _on_place(change: Callable[..., Rsvp]) -> Callable:
    def act(link: PrivateLink, rsvp: Rsvp | None, request: HttpRequest, now: datetime) -> None:
        if rsvp is not None:
            change(rsvp, now=now)

    return act


def _on_standing(change: Callable) -> Callable:
    def act(link: PrivateLink, rsvp: Rsvp | None, request: HttpRequest, now: datetime) -> None:
        if link.standing is not None:
            change(link.standing, now=now)

    return act


def _change(link: PrivateLink, rsvp: Rsvp | None, request: HttpRequest, now: datetime) -> rsvp_forms.ChangeForm | None:
    if rsvp is None:
        return None
    has_alias = rsvp.occurrence.meeting.host_sees_aliases and "alias" in request.POST
    form = rsvp_forms.ChangeForm(request.POST, has_alias=has_alias)
    if not form.is_valid():
        return form
    alias = form.cleaned_data["alias"].strip() if has_alias else None
    rsvps.change(
        rsvp,
        others=form.cleaned_data["others"],
        alias=alias,
        host_sees_alias=bool(alias) if alias is not None else None,
        now=now,
    )
    return None


def _subject(link: PrivateLink) -> dict:
    return {"rsvp": link.rsvp} if link.rsvp is not None else {"standing": link.standing}


def _new_calendar(link: PrivateLink, *, now: datetime) -> str:
    """Make the address of a calendar of one's own, told this once. An earlier one opens nothing any more."""
    tokens.revoke(now=now, purpose=LinkPurpose.CALENDAR, **_subject(link))
    told = tokens.issue(LinkPurpose.CALENDAR, now=now, **_subject(link))
    return settings.SITE_URL + reverse("meetings:my_calendar", args=[told])


def _no_calendar(link: PrivateLink, rsvp: Rsvp | None, request: HttpRequest, now: datetime) -> None:
    tokens.revoke(now=now, purpose=LinkPurpose.CALENDAR, **_subject(link))


_ACTIONS: dict[str, Callable] = {
    "confirm": _on_place(rsvps.confirm),
    "give-back": _on_place(rsvps.give_back),
    "take-back": _on_place(rsvps.take_back),
    "accept": _on_place(rsvps.accept),
    "change": _change,
    "calendar-off": _no_calendar,
    "confirm-all": _on_standing(rsvps.confirm_standing),
    "stop": _on_standing(rsvps.stop_standing),
    "unstop": _on_standing(rsvps.unstop_standing),
    "continue": _on_standing(rsvps.continue_standing),
}
