"""One meeting, its next dates and pauses, and everything that can be done with one date."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings import listing_fields, occurrences
from meetings.hosting import dates, desk, duties, editing, forms
from meetings.models import Meeting
from meetings.views.hosting.shared import done, name_in, of_meeting, page


@require_safe
@of_meeting
def meeting(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """Show one meeting: its next dates, what waits, and what it says."""
    now = timezone.now()
    ahead = dates.ahead(meeting, now=now)
    is_open = dates.takes_place(meeting)
    values = listing_fields.values(meeting)
    context = {
        "meeting": meeting,
        "group": meeting.group,
        "when": desk.when_label(meeting),
        "state_label": desk.state_label(meeting),
        "truth_label": desk.truth_label(meeting, now=now),
        "is_aging": desk.is_aging(meeting, now=now),
        "dates": ahead if is_open else [],
        "past": dates.behind(meeting, now=now),
        "pauses": dates.running_pauses(meeting, now=now) if is_open else [],
        "parts": [(part, editing.facts(meeting, part, values)) for part in editing.Page],
        "reports": list(desk.open_reports([meeting])),
        "joined": dates.joined_ahead([meeting], now=now),
    }
    return page(request, "meeting", context)


@require_http_methods(["GET", "HEAD", "POST"])
@of_meeting
def pauses(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """Leave out the dates of a while, or end such a pause."""
    now = timezone.now()
    if not meeting.time_zone:
        raise Http404
    today = dates.today_of(meeting, now=now)
    has_others = dates.held(meeting.group).exclude(pk=meeting.pk).exists()
    form = forms.PauseForm(today=today, has_others=has_others)
    status = 200
    if request.method == "POST":
        number = name_in(request.POST, "id")
        if request.POST.get("action") == "end" and number.isdecimal():
            dates.end_pause(meeting, int(number), now=now)
            return done("host:pauses", meeting.slug, said="pause-ended")
        form = forms.PauseForm(request.POST, today=today, has_others=has_others)
        status = 422
        if form.is_valid():
            said = dict(form.cleaned_data)
            if said.pop("is_for_all", False):
                dates.begin_pause_of_all(meeting.group, **said, now=now)
            else:
                dates.begin_pause(meeting, **said, now=now)
            return done("host:pauses", meeting.slug, said="paused")
    context = {
        "meeting": meeting,
        "group": meeting.group,
        "form": form,
        "pauses": dates.running_pauses(meeting, now=now),
        "joined": dates.joined_ahead([meeting], now=now),
    }
    return page(request, "pauses", context, status=status)


# ── One date ────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@of_meeting
def date_detail(request: HttpRequest, meeting: Meeting, on: date) -> HttpResponse:
    """Show one date to its hosts: who comes in numbers, who does what, and every change of it."""
    now = timezone.now()
    try:
        found = dates.one(meeting, on, now=now)
    except occurrences.NoSuchDate:
        raise Http404 from None
    given = _forms(meeting, found, now=now)
    status = 200
    if request.method == "POST":
        action = request.POST.get("action", "")
        if found.is_over and action not in ("count", "duty", "duty-off"):
            return done("host:date", meeting.slug, on, said="")
        press = _PRESSES.get(action)
        if press is None:
            return done("host:date", meeting.slug, on, said="")
        answer = press(request, meeting, on, given, now)
        if isinstance(answer, str):
            return done("host:date", meeting.slug, on, said=answer)
        given[action], status = answer, 422
    context = {
        "meeting": meeting,
        "group": meeting.group,
        "date": found,
        "forms": given,
        "usual_duties": duties.USUAL,
        "counts_heads": found.words.start.starts_at <= now,
    }
    return page(request, "date", context, status=status)


def _forms(meeting: Meeting, found: dates.HostDate, *, now: datetime) -> dict[str, Form]:
    local = found.words.start.starts_at.astimezone(ZoneInfo(meeting.time_zone))
    row = found.row
    at = {
        "day": local.date(),
        "starts_at": local.time(),
        "minutes": int(row.duration.total_seconds() // 60) if row and row.duration else None,
        "where": row.venue.public_id if row and row.venue else "",
    }
    places = _places(meeting, found)
    return {
        "cancel": forms.CancelForm(prefix="cancel"),
        "move": forms.MoveForm(prefix="move", meeting=meeting, places=places, now=now, initial=at),
        "note": forms.NoteForm(prefix="note", initial={"text": row.note if row else ""}),
        "count": forms.HeadCountForm(prefix="count", initial={"people": found.head_count}),
        "duty": forms.DutyForm(prefix="duty"),
    }


def _places(meeting: Meeting, found: dates.HostDate) -> list:
    places = editing.places_of(meeting.group)
    here = found.row.venue if found.row else None
    return places + ([here] if here is not None and here not in places else [])


def _cancel(request: HttpRequest, meeting: Meeting, on: date, _given, now: datetime) -> str | Form:
    form = forms.CancelForm(request.POST, prefix="cancel")
    if not form.is_valid():
        return form
    occurrences.cancel(meeting, on, now=now, reason=form.cleaned_data["reason"])
    return "cancelled"


def _restore(_request: HttpRequest, meeting: Meeting, on: date, _given, now: datetime) -> str:
    occurrences.restore(meeting, on, now=now)
    return "restored"


def _move(request: HttpRequest, meeting: Meeting, on: date, given, now: datetime) -> str | Form:
    form = forms.MoveForm(request.POST, prefix="move", meeting=meeting, places=given["move"].places, now=now)
    if not form.is_valid():
        return form
    dates.move(meeting, on, to=form.to, place=form.place(), minutes=form.cleaned_data["minutes"], now=now)
    return "moved"


def _move_back(_request: HttpRequest, meeting: Meeting, on: date, _given, now: datetime) -> str:
    occurrences.move(meeting, on, now=now)
    return "moved"


def _online_only(_request: HttpRequest, meeting: Meeting, on: date, _given, now: datetime) -> str:
    occurrences.make_online_only(meeting, on, now=now)
    return "moved"


def _in_the_room(_request: HttpRequest, meeting: Meeting, on: date, _given, now: datetime) -> str:
    occurrences.make_online_only(meeting, on, now=now, is_online_only=False)
    return "moved"


def _note(request: HttpRequest, meeting: Meeting, on: date, _given, now: datetime) -> str | Form:
    form = forms.NoteForm(request.POST, prefix="note")
    if not form.is_valid():
        return form
    occurrences.note(meeting, on, now=now, text=form.cleaned_data["text"])
    return "noted"


def _count(request: HttpRequest, meeting: Meeting, on: date, _given, now: datetime) -> str | Form:
    form = forms.HeadCountForm(request.POST, prefix="count")
    if form.is_valid():
        try:
            duties.count_heads(meeting, on, people=form.cleaned_data["people"], now=now)
            return "counted"
        except duties.NotYet:
            form.add_error("people", _("It has not begun yet."))
    return form


def _duty(request: HttpRequest, meeting: Meeting, on: date, _given, _now: datetime) -> str | Form:
    form = forms.DutyForm(request.POST, prefix="duty")
    if form.is_valid():
        try:
            with transaction.atomic():
                duties.assign(meeting, on, **form.cleaned_data)
            return "roster"
        except duties.RosterFull:
            form.add_error("what", _("The list of this date is full."))
    return form


def _duty_off(request: HttpRequest, meeting: Meeting, on: date, _given, _now: datetime) -> str:
    number = name_in(request.POST, "id")
    if number.isdecimal():
        duties.take_off(meeting, on, int(number))
    return "roster"


_PRESSES: dict[str, Callable[..., str | Form]] = {
    "cancel": _cancel,
    "restore": _restore,
    "move": _move,
    "move-back": _move_back,
    "online-only": _online_only,
    "in-the-room": _in_the_room,
    "note": _note,
    "count": _count,
    "duty": _duty,
    "duty-off": _duty_off,
}
