"""What the page of one meeting says, prepared: the template only lays it out.

Eight queries at most, however many meetings the group has.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _

from groups import dates
from groups.enums import Belief, Covers, Goal
from groups.text import web_address
from meetings import (
    access,
    confirmations,
    doubts,
    entry_rules,
    join_step,
    provenance,
    rsvps,
    schedules,
    structured_data,
    way_there,
    week_strip,
    wording,
)
from meetings.enums import ChannelState, RsvpPolicy, TraitKind, TraitValue
from meetings.models import Meeting, MeetingTrait, Occurrence

UPCOMING_DATES = 6
# A group's week is told whole; a "group" of more meetings is a list of somebody's.
MOST_OF_GROUP = 80
MOST_HERE = 8
SOON = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Date:
    """One date of the meeting, in words and in the meeting's own zone.

    `in_your_zone` is the same moment for the visitor, "" when it would say nothing new.
    `original_day` is the day a moved date was to be, `original_time` its time, "" for the same time of day.
    """

    start: schedules.Start
    iso: str
    day_label: str
    time_label: str
    zone_label: str
    in_progress: bool = False
    starts_in: timedelta | None = None
    in_your_zone: str = ""
    note: str = ""
    reason: str = ""
    original_day: str = ""
    original_time: str = ""
    place_label: str = ""
    is_online_only: bool = False
    directions_url: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a seat at a date can be kept, and whether the group needs to know."""

    url: str
    is_needed: bool


@dataclass(frozen=True, slots=True)
class TraitGroup:
    label: str
    traits: list[MeetingTrait]


@dataclass(frozen=True, slots=True)
class MeetingPage:
    meeting: Meeting
    is_paused: bool
    is_closed: bool
    may_show_place: bool
    shows_demo: bool
    when: str
    when_parts: tuple[str, str, str]
    length: str
    zone_label: str
    next_date: Date | None
    dates: list[Date]
    pauses: list[str]
    ways: list[wording.Way]
    where: way_there.Where | None
    join: join_step.JoinStep | None
    notes: str
    language: str
    seat: Seat | None
    who: list[entry_rules.Line]
    rules: list[entry_rules.Line]
    belief: str
    covers: list[str]
    goals: list[str]
    trait_groups: list[TraitGroup]
    week: week_strip.Week
    others_of_group: int
    here: list[week_strip.Slot]
    provenance: provenance.Provenance
    age_label: str
    doubt: doubts.Doubt | None
    similar_url: str
    contact_url: str
    contact_host: str
    contact_name: str
    canonical_url: str
    structured_data: str


def prepare(meeting: Meeting, *, now: datetime, visitor_zone: ZoneInfo | None = None) -> MeetingPage:
    """Return everything the page of a meeting from `access.get_meeting` says.

    `visitor_zone` adds the visitor's own time to the next dates; None leaves it out.
    """
    prefetch_related_objects(
        [meeting],
        Prefetch(
            "meeting_traits", queryset=MeetingTrait.objects.select_related("trait").order_by("trait__order", "pk")
        ),
        "pauses",
        Prefetch("occurrences", queryset=Occurrence.objects.still_to_come(now).select_related("venue")),
    )
    may_show_place = access.may_show_place(meeting)
    schedule = meeting.schedule()
    is_running = access.is_running(meeting)
    current = schedules.current_or_next(schedule, now=now) if schedule and is_running else None
    changes = {occurrence.original_on: occurrence for occurrence in meeting.occurrences.all()}
    dates = _dates(meeting, schedule, current, changes, now, visitor_zone) if schedule and is_running else []
    of_group = list(Meeting.objects.public().filter(group=meeting.group).order_by("pk")[:MOST_OF_GROUP])
    contact_url, contact_name = contact_of(meeting)
    who = entry_rules.lines(meeting)
    join = join_step.for_meeting(meeting, current, now)
    return MeetingPage(
        meeting=meeting,
        is_paused=not is_running,
        is_closed=access.is_closed_for_now(meeting),
        may_show_place=may_show_place,
        shows_demo=meeting.source is not None and meeting.source.is_demo,
        when=_when(meeting, schedule),
        when_parts=_when_parts(meeting, schedule),
        length=_length(meeting),
        # Where no time is told, no zone is.
        zone_label=wording.zone_label(meeting.time_zone, at=current.starts_at if current else now)
        if schedule and meeting.time_zone
        else "",
        next_date=next((each for each in dates if not each.start.is_cancelled), None),
        dates=dates,
        pauses=_pauses(meeting, now),
        ways=wording.ways(meeting),
        where=way_there.place_of(meeting, may_show_place=may_show_place),
        join=join,
        notes=join_step.notes_for(meeting, meeting.notes, join) if may_show_place else "",
        language=language_of(meeting),
        seat=_next_seat(meeting, dates, now),
        who=who,
        rules=[line for line in who if line.is_rule],
        belief=str(Belief(meeting.belief).label) if meeting.belief else "",
        covers=_labels(Covers, meeting.covers),
        goals=_labels(Goal, meeting.goals),
        trait_groups=_trait_groups(meeting),
        week=week_strip.week_of(of_group, now=now, here=meeting),
        others_of_group=sum(other.pk != meeting.pk for other in of_group),
        here=_here(meeting, now) if may_show_place else [],
        provenance=provenance.of_meeting(meeting, confirmations.state_of(meeting, now=now), now=now),
        age_label=provenance.age_label(meeting, now=now),
        doubt=doubts.of_meeting(meeting, now=now),
        similar_url=similar_url(meeting),
        contact_url=contact_url,
        contact_host=contact_host(contact_url),
        contact_name=contact_name,
        canonical_url=structured_data.absolute(meeting.get_absolute_url()),
        structured_data=structured_data.of_meeting(meeting, [each.start for each in dates], changes),
    )


def similar_url(meeting: Meeting) -> str:
    """Return the finder's address for meetings like this one: same approach, near the same town."""
    asked = {"approach": meeting.group.approach.slug}
    venue = meeting.venue
    if meeting.in_person == ChannelState.OPEN and venue is not None and access.may_show_place(meeting):
        if near := wording.town_label(venue):
            asked["near"] = near
    elif ChannelState.OPEN in (meeting.online, meeting.by_phone):
        asked["attendance"] = "online"
    return f"{reverse('meetings:meeting_list')}?{urlencode(asked)}"


# ── When ────────────────────────────────────────────────────────────────────


def _when(meeting: Meeting, schedule: schedules.Schedule | None) -> str:
    if schedule is not None:
        return schedules.describe(schedule)
    if meeting.any_time != ChannelState.NONE:
        return _("At any time: people write when it suits them")
    return _("By appointment: ask the group for a time")


def _when_parts(meeting: Meeting, schedule: schedules.Schedule | None) -> tuple[str, str, str]:
    """Return when it meets in what stands before, the hours, which stay on one line, and what stands after."""
    when = _when(meeting, schedule)
    if schedule is None:
        return when, "", ""
    return when.partition(schedules.describe_time(schedule.start_time, schedule.duration))


def _length(meeting: Meeting) -> str:
    if meeting.is_by_appointment or meeting.duration is not None:
        return ""
    return _("How long it lasts is not known.")


def _dates(
    meeting: Meeting,
    schedule: schedules.Schedule,
    current: schedules.Start | None,
    changes: dict[date, Occurrence],
    now: datetime,
    visitor_zone: ZoneInfo | None,
) -> list[Date]:
    running = [current] if current is not None and current.starts_at <= now else []
    coming = schedules.next_starts(schedule, after=now, limit=UPCOMING_DATES, include_cancelled=True)
    starts = running + [start for start in coming if start not in running]
    return [
        one_date(meeting, start, changes.get(start.original_on), now, visitor_zone) for start in starts[:UPCOMING_DATES]
    ]


def one_date(
    meeting: Meeting,
    start: schedules.Start,
    change: Occurrence | None,
    now: datetime,
    visitor_zone: ZoneInfo | None,
    *,
    is_coming: bool = False,
) -> Date:
    zone = ZoneInfo(meeting.time_zone)
    local = start.starts_at.astimezone(zone)
    ahead = start.starts_at - now
    may_show_place = access.may_show_place(meeting)
    return Date(
        start=start,
        iso=local.isoformat(),
        day_label=dates.at_start(wording.day_label(local, today=now.astimezone(zone))),
        time_label=wording.time_label(start, meeting.time_zone),
        zone_label=wording.zone_label(meeting.time_zone, at=start.starts_at),
        in_progress=ahead <= timedelta(0) and not start.is_cancelled,
        starts_in=ahead if timedelta(0) < ahead <= SOON and not start.is_cancelled else None,
        in_your_zone=_in_your_zone(start, zone, visitor_zone, now),
        note=join_step.note_of_date(meeting, start, change.note, now, is_coming=is_coming)
        if change and may_show_place
        else "",
        reason=join_step.note_of_date(meeting, start, change.cancelled_reason, now) if change else "",
        original_day=wording.day_label(datetime.combine(start.original_on, local.timetz())) if start.is_moved else "",
        original_time=_original_time(meeting, local) if start.is_moved else "",
        place_label=way_there.changed_place(change.venue) if change and change.venue and may_show_place else "",
        is_online_only=bool(change and change.is_online_only),
        directions_url=way_there.directions_on(meeting, change) if may_show_place else "",
        url=reverse("meetings:occurrence_detail", args=[meeting.slug, start.original_on]),
    )


def _original_time(meeting: Meeting, local: datetime) -> str:
    if meeting.start_time is None or meeting.start_time == local.time():
        return ""
    return schedules.describe_time(meeting.start_time, meeting.duration)


def _in_your_zone(start: schedules.Start, zone: ZoneInfo, visitor_zone: ZoneInfo | None, now: datetime) -> str:
    if visitor_zone is None:
        return ""
    yours = start.starts_at.astimezone(visitor_zone)
    if yours.utcoffset() == start.starts_at.astimezone(zone).utcoffset():
        return ""
    return _("For you: %(day)s, %(time)s, %(zone)s") % {
        "day": wording.day_label(yours, today=now.astimezone(visitor_zone)),
        "time": wording.time_label(start, visitor_zone.key),
        "zone": wording.zone_label(visitor_zone.key, at=start.starts_at),
    }


def seat_at(meeting: Meeting, start: schedules.Start, *, now: datetime) -> Seat | None:
    """Return where a seat at this date can be kept, None where none can."""
    if rsvps.why_closed(meeting, start, now=now):
        return None
    return Seat(
        url=reverse("meetings:rsvp_new", args=[meeting.slug, start.original_on]),
        is_needed=meeting.rsvp_policy == RsvpPolicy.NEEDED,
    )


def _next_seat(meeting: Meeting, dates: list[Date], now: datetime) -> Seat | None:
    return next((seat for date in dates if (seat := seat_at(meeting, date.start, now=now))), None)


def _pauses(meeting: Meeting, now: datetime) -> list[str]:
    """Say which pauses are running or ahead; one that is over says nothing."""
    if not meeting.time_zone:
        return []
    today = now.astimezone(ZoneInfo(meeting.time_zone)).date()
    sentences = []
    for pause in meeting.pauses.all():
        if pause.last_on < today:
            continue
        words = {"first": _date_words(pause.first_on), "last": _date_words(pause.last_on), "reason": pause.reason}
        if pause.first_on == pause.last_on:
            sentence = _("No meeting on %(first)s") % words
        else:
            sentence = _("No meeting from %(first)s to %(last)s") % words
        sentences.append(_("%(sentence)s: %(reason)s") % {"sentence": sentence, **words} if pause.reason else sentence)
    return sentences


def _date_words(on: date) -> str:
    return dates.day_long(on)


# ── Beside it ───────────────────────────────────────────────────────────────────


def _here(meeting: Meeting, now: datetime) -> list[week_strip.Slot]:
    """Return other groups' meetings at the same venue; none for a home."""
    if meeting.venue is None or meeting.venue.is_private_home or meeting.in_person != ChannelState.OPEN:
        return []
    others = (
        Meeting.objects.public()
        .filter(venue=meeting.venue, in_person=ChannelState.OPEN)
        .exclude(group=meeting.group)
        .exclude(access.place_is_hidden())
        .order_by("start_time", "name", "pk")[:MOST_HERE]
    )
    return week_strip.slots_with_days(others)


# ── What it is like ─────────────────────────────────────────────────────────


def _trait_groups(meeting: Meeting) -> list[TraitGroup]:
    """Return what is said of the meeting by kind. Focus is told under who may come."""
    said = list(meeting.meeting_traits.all())
    # A yes first, so that what is not there does not open the list.
    said.sort(key=lambda row: row.value == TraitValue.NO)
    groups = []
    for kind in TraitKind:
        if kind is TraitKind.FOCUS:
            continue
        if found := [row for row in said if row.trait.kind == kind]:
            groups.append(TraitGroup(str(kind.label), found))
    return groups


def language_of(meeting: Meeting) -> str:
    """Return the code of the one language the meeting is held in, "" for several and for not known.

    Its name and its own words are most likely in it. The traits must be loaded: no query.
    """
    spoken = [
        row.trait.slug
        for row in meeting.meeting_traits.all()
        if row.trait.kind == TraitKind.LANGUAGE and row.value in (TraitValue.YES, TraitValue.ONLY)
    ]
    return spoken[0] if len(spoken) == 1 else ""


def _labels(choices, values: list[str]) -> list[str]:
    return [str(choices(value).label) for value in values if value in choices.values]


def contact_of(meeting: Meeting) -> tuple[str, str]:
    """Return where a question can be put, and whose page that is: the group's, else the fellowship's."""
    group = meeting.group
    if website := web_address(group.website):
        return website, group.name
    if group.fellowship is not None and group.fellowship.website:
        return f"https://{group.fellowship.website}", group.fellowship.label
    if group.approach.website:
        return f"https://{group.approach.website}", group.approach.label
    return "", ""


def contact_host(url: str) -> str:
    """Return the name a website is known by: "example.org"."""
    return (urlsplit(url).hostname or "").removeprefix("www.")
