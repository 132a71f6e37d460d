"""What the page of one date says, prepared."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _

from meetings import (
    access,
    entry_rules,
    join_step,
    meeting_page,
    occurrences,
    rsvps,
    schedules,
    structured_data,
    way_there,
)
from meetings.models import Meeting, MeetingTrait, Occurrence, Pause, Venue


@dataclass(frozen=True, slots=True)
class DatePage:
    """One date of a meeting. `where` and `join` are None where there is nothing to go to or to join.

    `is_on` is false for a date that is over, cancelled, or of a meeting that does not take place
    at present. `about_how_many` are coming, None when the public is not told. `no_seat_because`
    says why no seat can be kept although the group keeps seats; with `is_full` it is a turn in
    the waiting list that can be had, and `full_line` says what becomes of it. Whom to ask is told
    where the place or the way in is not.
    """

    meeting: Meeting
    found: occurrences.Date
    date: meeting_page.Date
    shows_demo: bool
    is_over: bool
    is_on: bool
    is_paused: bool
    is_closed: bool
    where: way_there.Where | None
    join: join_step.JoinStep | None
    seat: meeting_page.Seat | None
    is_full: bool
    full_line: str
    no_seat_because: str
    about_how_many: int | None
    rules: list[entry_rules.Line]
    who: list[entry_rules.Line]
    before_url: str
    after_url: str
    calendar_url: str
    neutral_calendar_url: str
    similar_url: str
    contact_url: str
    contact_host: str
    contact_name: str
    canonical_url: str

    @property
    def is_cancelled(self) -> bool:
        return self.date.start.is_cancelled


def prepare(meeting: Meeting, original_on: date, *, now: datetime, visitor_zone: ZoneInfo | None = None) -> DatePage:
    """Return what the page of a date says; the meeting is from `access.get_meeting`.

    Raises occurrences.NoSuchDate for a day that is no date, or one too far away to have a page.
    """
    prefetch_for_dates(meeting)
    found = occurrences.on(meeting, original_on)
    if not occurrences.has_page(found.start, now=now):
        raise occurrences.NoSuchDate
    words = meeting_page.one_date(meeting, found.start, found.row, now, visitor_zone)
    is_over = found.ends_at <= now
    why = rsvps.why_closed(meeting, found.start, now=now)
    is_running = access.is_running(meeting)
    is_on = not is_over and not found.start.is_cancelled and is_running
    is_ahead = found.start.starts_at > now
    where = where_on(meeting, found.row) if is_on else None
    join = join_step.for_meeting(meeting, found.start, now) if is_on else None
    contact_url, contact_name = whom_to_ask(meeting, where, join)
    who = entry_rules.lines(meeting)
    before, after = _neighbours(meeting, found.start, now=now)
    calendar_url = reverse("meetings:occurrence_calendar", args=[meeting.slug, original_on.isoformat()])
    return DatePage(
        meeting=meeting,
        found=found,
        date=words,
        shows_demo=meeting.source is not None and meeting.source.is_demo,
        is_over=is_over,
        is_on=is_on,
        is_paused=not is_running,
        is_closed=access.is_closed_for_now(meeting),
        where=where,
        join=join,
        seat=meeting_page.seat_at(meeting, found.start, now=now),
        is_full=is_full(meeting, found.row),
        full_line=full_line(found.start, now=now),
        # That it has begun is said above already.
        no_seat_because=why if is_on and is_ahead and meeting.rsvp_policy != "off" else "",
        about_how_many=rsvps.public_count(found.row) if is_on else None,
        rules=[line for line in who if line.is_rule],
        who=who,
        before_url=before,
        after_url=after,
        calendar_url=calendar_url,
        neutral_calendar_url=f"{calendar_url}?title=neutral",
        similar_url=meeting_page.similar_url(meeting),
        contact_url=contact_url,
        contact_host=meeting_page.contact_host(contact_url),
        contact_name=contact_name,
        canonical_url=structured_data.absolute(words.url),
    )


def prefetch_for_dates(meeting: Meeting, *, only_on: date | None = None) -> None:
    """Fetch what every question about a meeting's dates needs; `only_on` of one date alone. Three queries."""
    rows = Occurrence.objects.select_related("venue")
    if only_on is not None:
        rows = Occurrence.objects.filter(original_on=only_on)
    prefetch_related_objects(
        [meeting],
        Prefetch(
            "meeting_traits", queryset=MeetingTrait.objects.select_related("trait").order_by("trait__order", "pk")
        ),
        Prefetch("pauses", queryset=Pause.objects.order_by("first_on", "pk")),
        Prefetch("occurrences", queryset=rows),
    )


def is_full(meeting: Meeting, row: Occurrence | None) -> bool:
    """Tell whether whoever asks for a seat now is put on the waiting list. One query, none without a limit."""
    if row is None or meeting.capacity is None:
        return False
    row.meeting = meeting
    return rsvps.places_left(row) == 0


def full_line(start: schedules.Start, *, now: datetime) -> str:
    """Say what becomes of the seats of a full date: late offers would not be seen in time."""
    if rsvps.makes_offers(start.starts_at, now=now):
        return _("All seats are taken at present. When one becomes free, it is offered to you.")
    return _(
        "All seats are taken, and it begins too soon for offers. "
        "A seat that becomes free now is for whoever presses first."
    )


def whom_to_ask(meeting: Meeting, where: way_there.Where | None, join: join_step.JoinStep | None) -> tuple[str, str]:
    """Return a website and whose it is, where a place or a way in has to be asked for; else two empty texts."""
    asks_for_place = where is not None and bool(where.ask or where.doubt)
    # Where it can be had on a page of ours, or appears by itself, nobody need be asked.
    asks_for_way_in = join is not None and not join.is_shown and not join.next_url and join.opens_in is None
    return meeting_page.contact_of(meeting) if asks_for_place or asks_for_way_in else ("", "")


def where_on(meeting: Meeting, row: Occurrence | None) -> way_there.Where | None:
    """Return where this date is held, as it may be shown; None when it is online only."""
    if row is not None and row.is_online_only:
        return None
    may_show_place = access.may_show_place(meeting)
    if row is not None and row.venue is not None:
        return way_there.place_of(_held_at(meeting, row.venue), may_show_place=may_show_place)
    return way_there.place_of(meeting, may_show_place=may_show_place)


def _held_at(meeting: Meeting, venue: Venue) -> Meeting:
    """Return the meeting as it is on a date held elsewhere; never to be saved."""
    elsewhere = Meeting(in_person=meeting.in_person, venue=venue, doubted_at=meeting.doubted_at)
    elsewhere.pk = meeting.pk
    return elsewhere


def _neighbours(meeting: Meeting, start: schedules.Start, *, now: datetime) -> tuple[str, str]:
    """Return the addresses of the dates before and after, "" where there is none with a page."""
    schedule = meeting.schedule()
    if schedule is None:
        return "", ""
    around = schedules.starts(
        schedule,
        after=max(now, start.starts_at - timedelta(days=100)),
        before=start.starts_at + timedelta(days=100),
        include_cancelled=True,
    )
    earlier = [other for other in around if other.starts_at < start.starts_at]
    later = [other for other in around if other.starts_at > start.starts_at and occurrences.has_page(other, now=now)]
    return _url(meeting, earlier[-1:]), _url(meeting, later[:1])


def _url(meeting: Meeting, found: list[schedules.Start]) -> str:
    return reverse("meetings:occurrence_detail", args=[meeting.slug, found[0].original_on]) if found else ""
