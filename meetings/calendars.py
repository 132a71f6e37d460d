"""What of a meeting, a group, a search, or somebody's own dates goes into a calendar.

A calendar is kept by others and read by whoever looks at that screen: only what every visitor
may see at any time is written, and of a person nothing at all. By wish an entry is neutral and
says nothing but a time; somebody's own dates are so unless they wish otherwise.
"""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from groups.enums import GroupState, ListingState
from groups.models import Group
from meetings import access, doubts, join_step, occurrences, schedules, structured_data, wording
from meetings.enums import ChannelState, RsvpState
from meetings.feeds import ical_entries
from meetings.models import Meeting, Occurrence, Rsvp, Venue
from meetings.models.rsvps import LIVE_STATES, SEATED_STATES

# A search may find everything; a calendar of more is of no use to anybody.
MOST_MEETINGS = 200
# How many years ahead pauses and clock changes are told date by date.
YEARS_AHEAD = 5

_DIFFERS = (
    Q(cancelled_at__isnull=False)
    | Q(moved_to__isnull=False)
    | Q(duration__isnull=False)
    | Q(venue__isnull=False)
    | Q(is_online_only=True)
    | ~Q(note="")
)


class NoDates(Exception):
    """The meeting has no dates a calendar could hold: by appointment, or at any time."""


def of_meeting(meeting: Meeting, *, now: datetime, is_neutral: bool = False) -> bytes:
    """Return all dates of a meeting from `access.get_meeting`. A paused one is marked as cancelled.

    Raises NoDates. At most six queries.
    """
    (meeting,) = _with_dates(Meeting.objects.filter(pk=meeting.pk))
    if meeting.is_by_appointment:
        raise NoDates
    return _calendar([meeting], name=meeting.name, now=now, is_neutral=is_neutral)


def of_group(group: Group, *, now: datetime, is_neutral: bool = False) -> bytes:
    """Return all dates of the group's meetings. Those that are paused or by appointment are not in it."""
    meetings = _with_dates(Meeting.objects.public().filter(group=group).order_by("pk")[:MOST_MEETINGS])
    return _calendar(meetings, name=group.name, now=now, is_neutral=is_neutral)


def of_meetings(ids: Iterable[int], *, now: datetime, is_neutral: bool = False) -> bytes:
    """Return all dates of these meetings, as far as they are public."""
    meetings = _with_dates(Meeting.objects.public().filter(pk__in=list(ids)))
    return _calendar(meetings, name=_("Meetings"), now=now, is_neutral=is_neutral)


def of_date(meeting: Meeting, original_on: date, *, now: datetime, is_neutral: bool = False) -> bytes:
    """Return one date of a meeting from `access.get_meeting`, by itself.

    Raises occurrences.NoSuchDate also for a date too far away to have a page, and for any date
    of a paused meeting.
    """
    (meeting,) = _with_dates(Meeting.objects.filter(pk=meeting.pk))
    found = occurrences.on(meeting, original_on)
    if not access.is_running(meeting) or not occurrences.has_page(found.start, now=now):
        raise occurrences.NoSuchDate
    entry = ical_entries.OneDate(
        uid=f"{meeting.public_id}-{original_on:%Y%m%d}",
        start=found.start,
        time_zone=meeting.time_zone,
        words=_words(meeting, found.row, now=now, is_neutral=is_neutral),
        revision=_revision(meeting, original_on),
    )
    return _written([entry], now=now)


def of_no_more(meeting: Meeting, *, now: datetime) -> bytes:
    """Return what is left of a meeting that was taken down: its dates, cancelled and without words."""
    (meeting,) = _with_dates(Meeting.objects.filter(pk=meeting.pk))
    entries = [] if meeting.is_by_appointment else [_series(meeting, now=now, is_neutral=True)]
    return _written(entries, now=now, refreshes=True)


def of_places(rsvps: QuerySet[Rsvp], *, now: datetime, is_plain: bool = False, refreshes: bool = False) -> bytes:
    """Return somebody's own dates, neutral unless `is_plain`. Nothing says whose they are.

    A chair, held or taken, is a date; waiting for one is a date that is not settled; a place
    given back, and a date that is no more, are marked as cancelled.
    """
    kept = list(rsvps.select_related("occurrence__venue").order_by("pk"))
    ids = {rsvp.occurrence.meeting_id for rsvp in kept}
    meetings = {meeting.pk: meeting for meeting in _with_dates(Meeting.objects.filter(pk__in=ids))}
    entries = [_place(rsvp, meetings[rsvp.occurrence.meeting_id], now=now, is_plain=is_plain) for rsvp in kept]
    name = _("Dates") if refreshes else ""
    return _written([entry for entry in entries if entry], now=now, name=name, refreshes=refreshes)


# ── Entries ─────────────────────────────────────────────────────────────────


def _with_dates(meetings: QuerySet[Meeting]) -> list[Meeting]:
    """Fetch all that a calendar says of the meetings. Six queries, however many they are."""
    return list(
        meetings.select_related("group__fellowship", "venue").prefetch_related(
            "pauses",
            "meeting_traits__trait",
            "calendar_revisions",
            # A date may have a row just because people are coming.
            Prefetch("occurrences", queryset=Occurrence.objects.filter(_DIFFERS).select_related("venue")),
        )
    )


def _calendar(meetings: list[Meeting], *, name: str, now: datetime, is_neutral: bool) -> bytes:
    return _written(
        [_series(meeting, now=now, is_neutral=is_neutral) for meeting in meetings if not meeting.is_by_appointment],
        now=now,
        # Without a name programs show the address.
        name=_("Dates") if is_neutral else name,
        refreshes=True,
    )


def _written(
    entries: Iterable[ical_entries.Series | ical_entries.OneDate],
    *,
    now: datetime,
    name: str = "",
    refreshes: bool = False,
) -> bytes:
    # Loaded here: see `ical_entries`.
    from meetings.feeds import ical

    return ical.write(entries, through=_through(now), name=name, refreshes=refreshes)


def _through(now: datetime) -> date:
    return date(now.year + YEARS_AHEAD, 12, 31)


def _series(meeting: Meeting, *, now: datetime, is_neutral: bool) -> ical_entries.Series:
    schedule = meeting.schedule()
    return ical_entries.Series(
        uid=meeting.public_id,
        schedule=schedule,
        since=meeting.created_at.astimezone(ZoneInfo(meeting.time_zone)).date(),
        words=_words(meeting, None, now=now, is_neutral=is_neutral),
        revision=_own_revision(meeting, None),
        differences=tuple(
            ical_entries.Difference(
                original_on=row.original_on,
                words=_words(meeting, row, now=now, is_neutral=is_neutral),
                revision=_own_revision(meeting, row.original_on),
            )
            for row in meeting.occurrences.all()
        ),
        is_off=not _is_held(meeting),
    )


def _place(rsvp: Rsvp, meeting: Meeting, *, now: datetime, is_plain: bool) -> ical_entries.OneDate | None:
    on = rsvp.occurrence.original_on
    schedule = meeting.schedule()
    start = schedules.start_on(schedule, on) if schedule else None
    is_held = start is not None and _is_held(meeting) and rsvp.state in LIVE_STATES
    if start is None:
        # The date is no more. What was last told of it says where it stood.
        if rsvp.occurrence.starts_at is None:
            return None
        start = schedules.Start(on, rsvp.occurrence.starts_at, None)
    row = next((row for row in meeting.occurrences.all() if row.original_on == on), None)
    is_shown = is_plain and _has_page(meeting)
    return ical_entries.OneDate(
        uid=rsvp.public_id,
        start=start,
        time_zone=meeting.time_zone or "Etc/UTC",
        words=_words(meeting, row, now=now, is_neutral=not is_shown),
        revision=_revision(meeting, on),
        takes_time=rsvp.state in SEATED_STATES,
        is_off=not is_held,
        is_open=rsvp.state in (RsvpState.WAITING, RsvpState.OFFERED),
    )


def _is_held(meeting: Meeting) -> bool:
    return access.is_running(meeting) and meeting.group.state == GroupState.PUBLIC


def _has_page(meeting: Meeting) -> bool:
    return meeting.state in (ListingState.PUBLIC, ListingState.PAUSED) and meeting.group.state == GroupState.PUBLIC


def _own_revision(meeting: Meeting, original_on: date | None) -> ical_entries.Revision:
    for row in meeting.calendar_revisions.all():
        if row.original_on == original_on:
            return ical_entries.Revision(row.sequence, row.changed_at)
    return ical_entries.Revision(0, meeting.created_at)


def _revision(meeting: Meeting, original_on: date) -> ical_entries.Revision:
    """Return the revision of a date by itself: changes of the meeting count as well."""
    whole, own = _own_revision(meeting, None), _own_revision(meeting, original_on)
    return ical_entries.Revision(whole.sequence + own.sequence, max(whole.changed_at, own.changed_at))


# ── Words ───────────────────────────────────────────────────────────────────


def _words(meeting: Meeting, row: Occurrence | None, *, now: datetime, is_neutral: bool) -> ical_entries.Words:
    if is_neutral:
        return ical_entries.NEUTRAL
    is_held = access.is_running(meeting) and not (row is not None and row.is_cancelled)
    url = structured_data.absolute(meeting.get_absolute_url())
    return ical_entries.Words(
        title=meeting.name,
        place=_where(meeting, row) if is_held else "",
        details="\n".join(_details(meeting, row, now=now) if is_held else _why_not(meeting, row, now=now)),
        url=url,
    )


def _where(meeting: Meeting, row: Occurrence | None) -> str:
    """Return where it is held, in one line. A home is told by its town, as on the page."""
    is_online_only = row is not None and row.is_online_only
    if meeting.in_person == ChannelState.OPEN and not is_online_only:
        if not access.may_show_place(meeting):
            return ""
        return _address((row.venue if row is not None else None) or meeting.venue)
    if is_online_only or meeting.online == ChannelState.OPEN:
        return _("Online")
    return _("By phone") if meeting.by_phone == ChannelState.OPEN else ""


def _address(venue: Venue | None) -> str:
    if venue is None or venue.is_private_home:
        return wording.town_label(venue)
    return ", ".join(venue.address_lines)


def _details(meeting: Meeting, row: Occurrence | None, *, now: datetime) -> list[str]:
    lines = [warning] if (warning := doubts.before_you_go(meeting)) else []
    if row is not None and row.note and access.may_show_place(meeting):
        lines += _said(meeting, row.note, now=now)
    if row is not None and row.is_online_only:
        lines.append(_("This date is held online only."))
    else:
        lines += _way_there(meeting, row)
    lines += _way_in(meeting, now=now)
    if meeting.duration is None and (row is None or row.duration is None):
        lines.append(_("How long it lasts is not known."))
    lines.append(structured_data.absolute(meeting.get_absolute_url()))
    return lines


def _way_there(meeting: Meeting, row: Occurrence | None) -> list[str]:
    if meeting.in_person != ChannelState.OPEN or not access.may_show_place(meeting):
        return []
    venue = (row.venue if row is not None else None) or meeting.venue
    if venue is None or venue.is_private_home or not venue.how_to_find:
        return []
    return [venue.how_to_find]


def _way_in(meeting: Meeting, *, now: datetime) -> list[str]:
    """Return the way in from afar if everybody may see it at any time, else where it is told."""
    # Without a date in mind nothing is shown that is shown for a while only.
    step = join_step.for_meeting(meeting, None, now)
    if step is None:
        return []
    if not step.is_shown:
        return [_("How to take part from afar is on the meeting's page.")]
    lines = [step.url] if step.url else []
    if step.passcode:
        lines.append(_("Passcode: %(passcode)s") % {"passcode": step.passcode})
    lines += [_("Phone: %(number)s") % {"number": phone.printed} for phone in step.phones]
    return lines + [text for text in (step.notes, step.phone_notes) if text]


def _said(meeting: Meeting, text: str, *, now: datetime) -> list[str]:
    """Return what the group says of a date, without a way in that is not everybody's at any time."""
    said = join_step.note_of_date(meeting, None, text, now)
    return [said] if said else []


def _why_not(meeting: Meeting, row: Occurrence | None, *, now: datetime) -> list[str]:
    if not access.is_running(meeting):
        return [_("Paused for now."), structured_data.absolute(meeting.get_absolute_url())]
    reason = _said(meeting, row.cancelled_reason, now=now) if row is not None else []
    return [*reason, structured_data.absolute(meeting.get_absolute_url())]
