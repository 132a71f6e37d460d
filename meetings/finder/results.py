"""The meetings of one page of results, in the words their cards show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model
from django.utils.translation import gettext as _

from groups.models import Group, Source
from meetings import access, geo, schedules, wording
from meetings.enums import ChannelState, OpenTo, TraitKind, TraitValue
from meetings.finder.names import Names
from meetings.models import Meeting, MeetingTrait, Occurrence, Pause, Trait, Venue

# A start farther off than this is told by its day, not by how long it is until then.
SOON = timedelta(hours=12)
MOST_BADGES = 5


def _in_order(model: type[Model], *names: str) -> tuple[str, ...]:
    """Return fields in the order in which the model has them, as `Model.from_db` reads them."""
    found = tuple(field.attname for field in model._meta.concrete_fields if field.attname in names)
    if len(found) != len(names):
        raise ValueError(f"{model.__name__} lacks {set(names).difference(found)}")
    return found


# What a card is made of.
_FIELDS = _in_order(
    Meeting, "id", "slug", "name", "rrule", "first_on", "last_on", "start_time", "duration", "time_zone", "in_person",
    "online", "by_phone", "any_time", "open_to", "max_age", "is_teen_consented", "state",
)  # fmt: skip
_RELATED = {
    "group": (Group, _in_order(Group, "id", "name", "slug", "approach_id", "fellowship_id")),
    "venue": (Venue, _in_order(Venue, "id", "name", "street", "town", "region", "is_private_home")),
    "source": (Source, _in_order(Source, "id", "is_demo")),
}
_COLUMNS = (*_FIELDS, *(f"{name}__{field}" for name, (_model, fields) in _RELATED.items() for field in fields))
# Which traits a card tells, and in what order.
_TOLD = {TraitKind.FOCUS.value: 0, TraitKind.FORMAT.value: 1, TraitKind.ACCESS.value: 2, TraitKind.LANGUAGE.value: 3}


class Told(NamedTuple):
    """What a meeting says of a trait, as a row of MeetingTrait does."""

    trait: Trait
    value: str


@dataclass(frozen=True, slots=True)
class Result:
    """One meeting in the words of components/meeting_card.html."""

    meeting: Meeting
    days_label: str
    time_label: str
    zone_label: str = ""
    starts_at_local: datetime | None = None
    in_progress: bool = False
    starts_in: timedelta | None = None
    distance_label: str = ""
    place_label: str = ""
    approach_label: str = ""
    is_suspended: bool = False
    attendance: list[dict[str, Any]] = field(default_factory=list)
    badges: list[str] = field(default_factory=list)


def fetch(
    ids: Sequence[int],
    *,
    now: datetime,
    names: Names,
    visitor_zone: ZoneInfo | None = None,
    by_visitor: frozenset[int] = frozenset(),
    kilometres: dict[int, float] | None = None,
    unit: str = "km",
) -> list[Result]:
    """Return these meetings in their order, those that are public. Three queries.

    Next starts are computed here and now, never taken from what was kept. Those in
    `by_visitor` are told by the visitor's clock, when we know it.
    """
    if not ids:
        return []
    meetings = _meetings(ids)
    pauses, changes = defaultdict(list), defaultdict(list)
    _put_changes(pauses, changes, ids, now)
    traits = defaultdict(list)
    told = MeetingTrait.objects.filter(meeting__in=ids).exclude(value=TraitValue.NO)
    for pk, trait_id, value in told.values_list("meeting", "trait", "value"):
        trait = names.traits.get(trait_id)
        if trait and trait.kind in _TOLD:
            traits[pk].append(Told(trait, value))
    results = []
    for pk in ids:
        meeting = meetings.get(pk)
        if meeting is None:
            continue
        meeting.group.approach = names.approaches[meeting.group.approach_id]
        meeting.group.fellowship = names.fellowships.get(meeting.group.fellowship_id)
        results.append(
            _result(
                meeting,
                schedule=meeting.schedule(pauses=pauses[pk], changes=changes[pk]),
                traits=traits[pk],
                now=now,
                zone=visitor_zone if pk in by_visitor else None,
                km=(kilometres or {}).get(pk),
                unit=unit,
            )
        )
    return results


def _meetings(ids: Sequence[int]) -> dict[int, Meeting]:
    """Return the public ones of these meetings, with group, venue and source as far as a card needs them.

    The same as `select_related` and `only` give, at half the time: this is the greater part of a search.
    """
    meetings = {}
    for row in Meeting.objects.public().filter(pk__in=ids).values_list(*_COLUMNS):
        values = iter(row)
        meeting = Meeting.from_db(DEFAULT_DB_ALIAS, _FIELDS, list(islice(values, len(_FIELDS))))
        for name, (model, fields) in _RELATED.items():
            its_values = list(islice(values, len(fields)))
            setattr(
                meeting, name, None if its_values[0] is None else model.from_db(DEFAULT_DB_ALIAS, fields, its_values)
            )
        meetings[meeting.pk] = meeting
    return meetings


def _put_changes(pauses: dict, changes: dict, ids: Sequence[int], now: datetime) -> None:
    """Fetch pauses and changed dates. One query: most meetings have neither."""
    since = (now - timedelta(days=2)).date()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT meeting_id, true, first_on, last_on, NULL::timestamptz, NULL::timestamptz, NULL::interval"
            " FROM meetings_pause WHERE meeting_id = ANY(%(ids)s) AND last_on >= %(since)s"
            " UNION ALL SELECT meeting_id, false, original_on, original_on, cancelled_at, moved_to, duration"
            " FROM meetings_occurrence WHERE meeting_id = ANY(%(ids)s)",
            {"ids": list(ids), "since": since},
        )
        for pk, is_pause, first_on, last_on, cancelled_at, moved_to, duration in cursor.fetchall():
            if is_pause:
                pauses[pk].append(Pause(first_on=first_on, last_on=last_on))
            else:
                changes[pk].append(
                    Occurrence(original_on=first_on, cancelled_at=cancelled_at, moved_to=moved_to, duration=duration)
                )


def _result(
    meeting: Meeting,
    *,
    schedule: schedules.Schedule | None,
    traits: list[Told],
    now: datetime,
    zone: ZoneInfo | None,
    km: float | None,
    unit: str,
) -> Result:
    fellowship = meeting.group.fellowship
    start = schedules.current_or_next(schedule, now=now) if schedule and access.is_running(meeting) else None
    ahead = start.starts_at - now if start else None
    days, times, zone_label, local = _when(meeting, schedule, start, zone=zone)
    return Result(
        meeting=meeting,
        days_label=days,
        time_label=times,
        zone_label=zone_label,
        starts_at_local=local,
        in_progress=ahead is not None and ahead <= timedelta(0),
        starts_in=ahead if ahead is not None and timedelta(0) < ahead <= SOON else None,
        distance_label=geo.format_distance(km, unit) if km is not None else "",
        place_label=_place(meeting, traits),
        approach_label=fellowship.short_name if fellowship else meeting.group.approach.name,
        is_suspended=meeting.is_place_closed_for_now,
        attendance=[{"slug": way.value, "label": way.label} for way in meeting.attendance],
        badges=_badges(meeting, traits),
    )


def _when(
    meeting: Meeting, schedule: schedules.Schedule | None, start: schedules.Start | None, *, zone: ZoneInfo | None
) -> tuple[str, str, str, datetime | None]:
    """Return days, time and zone in words, and the next start in that zone."""
    if schedule is None:
        return (_("At any time") if meeting.any_time == ChannelState.OPEN else _("By appointment")), "", "", None
    days = schedules.describe_days(schedule.rule, first_on=schedule.first_on)
    times = schedules.describe_time(schedule.start_time, schedule.duration)
    if start is None:
        return days, times, "", None
    own_zone = schedules.zone_named(schedule.time_zone)
    own = start.starts_at.astimezone(own_zone)
    own_label = wording.zone_label(schedule.time_zone, at=start.starts_at)
    if start.is_moved:
        days, times = wording.day_label(own), wording.time_label(start, schedule.time_zone)
    if zone is None:
        return days, times, own_label, own
    local = start.starts_at.astimezone(zone)
    if local.utcoffset() == own.utcoffset():
        return days, times, _("Your time, %(zone)s") % {"zone": own_label}, local
    shift = (local.date() - own.date()).days
    rule = schedule.rule
    if start.is_moved or (shift and rule.frequency is not schedules.Frequency.WEEKLY):
        days = wording.day_label(local)
    elif shift:
        moved = schedules.Rule(rule.frequency, tuple((day + shift) % 7 for day in rule.weekdays), rule.interval)
        days = schedules.describe_days(moved)
    there = schedules.describe_time(own.time())
    label = _("Your time. There it is %(time)s, %(zone)s") % {"time": there, "zone": own_label}
    return days, wording.time_label(start, str(zone)), label, local


def _place(meeting: Meeting, traits: list[Told]) -> str:
    """Return the venue in one line, "" where it may not be shown or nobody goes there."""
    if meeting.in_person == ChannelState.NONE or meeting.venue is None:
        return ""
    # What `access` asks of a meeting's traits is fetched already.
    meeting._prefetched_objects_cache = {"meeting_traits": traits}
    return wording.place_label(meeting.venue) if access.may_show_place(meeting) else ""


def _badges(meeting: Meeting, traits: list[Told]) -> list[str]:
    badges = []
    if meeting.open_to == OpenTo.ANYONE:
        badges.append(_("Open to anyone"))
    elif meeting.open_to == OpenTo.MEMBERS:
        badges.append(_("For members"))
    elif meeting.open_to == OpenTo.INVITATION:
        badges.append(_("By invitation"))
    for row in sorted(traits, key=lambda row: (_TOLD[row.trait.kind], row.trait.order, row.trait.slug)):
        if row.value == TraitValue.ONLY and row.trait.kind == TraitKind.FOCUS:
            badges.append(_("%(focus)s only") % {"focus": row.trait.name})
        else:
            badges.append(row.trait.name)
    return badges[:MOST_BADGES]
