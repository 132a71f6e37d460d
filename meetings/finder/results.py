"""The meetings of one page of results, in the words their cards show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _

from groups import dates
from meetings import access, geo, provenance, schedules, wording
from meetings.finder import cards
from meetings.finder.cards import Card
from meetings.finder.clock import DAYS, TODAY, TOMORROW
from meetings.finder.names import Names
from meetings.models import Meeting, Occurrence, Pause

# A start farther off than this is told by its day, not by how long it is until then.
SOON = timedelta(hours=12)
# Within a town: what is known only by its town is no nearer and no farther than this.
ROUGH_KM = 5.0


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
    attendance: list[wording.Way] = field(default_factory=list)
    badges: list[str] = field(default_factory=list)
    fits: str = ""
    """What somebody may like of it: "approach:smart-recovery format:beginners focus:women"."""
    is_doubted: bool = False
    age_label: str = ""


def fetch(
    ids: Sequence[int],
    *,
    now: datetime,
    names: Names,
    visitor_zone: ZoneInfo | None = None,
    by_visitor: frozenset[int] = frozenset(),
    kilometres: dict[int, float] | None = None,
    unit: str = "km",
    wanted: Collection[tuple[str, str]] = (),
    days: Collection[str] = (),
) -> list[Result]:
    """Return these meetings in their order, those that are public. Two queries, or four.

    What was asked for of traits, as (kind, slug) in `wanted`, is told on the cards.

    Next starts are computed here and now, never taken from what was kept. Those in
    `by_visitor` are told by the visitor's clock, when we know it. Who asked for `days` ("tomorrow",
    "friday") is told the first start on one of them.
    """
    if not ids:
        return []
    known = cards.current(ids, names)
    pauses, changes = _changes(ids, now)
    results = []
    for pk in ids:
        card = known.get(pk)
        if card is None:
            continue
        schedule = card.schedule
        if schedule and (pauses[pk] or changes[pk]):
            schedule = card.meeting.schedule(pauses=pauses[pk], changes=changes[pk])
        results.append(
            _result(
                card,
                schedule=schedule,
                now=now,
                zone=visitor_zone if pk in by_visitor else None,
                km=(kilometres or {}).get(pk),
                unit=unit,
                wanted=wanted,
                days=days,
            )
        )
    return results


def _changes(ids: Sequence[int], now: datetime) -> tuple[dict[int, list[Pause]], dict[int, list[Occurrence]]]:
    """Return pauses and changed dates by meeting. One query: most meetings have neither."""
    pauses: dict[int, list[Pause]] = defaultdict(list)
    changes: dict[int, list[Occurrence]] = defaultdict(list)
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
    return pauses, changes


def _result(
    card: Card,
    *,
    schedule: schedules.Schedule | None,
    now: datetime,
    zone: ZoneInfo | None,
    km: float | None,
    unit: str,
    wanted: Collection[tuple[str, str]],
    days: Collection[str],
) -> Result:
    words = card.words
    start = _start(schedule, now=now, zone=zone, days=days) if schedule and access.is_running(card.meeting) else None
    ahead = start.starts_at - now if start else None
    days_label, times, zone_label, local = _when(words, schedule, start, zone=zone)
    return Result(
        meeting=card.meeting,
        days_label=days_label,
        time_label=times,
        zone_label=zone_label,
        starts_at_local=local,
        in_progress=ahead is not None and ahead <= timedelta(0),
        starts_in=ahead if ahead is not None and timedelta(0) < ahead <= SOON else None,
        distance_label=_distance(card.meeting, km, unit),
        place_label=words.place,
        approach_label=words.approach,
        is_suspended=card.meeting.is_place_closed_for_now,
        attendance=words.attendance,
        badges=cards.badges(card, wanted),
        fits=card.fits,
        is_doubted=card.meeting.doubted_at is not None,
        age_label=provenance.age_label(card.meeting, now=now),
    )


def _start(
    schedule: schedules.Schedule, *, now: datetime, zone: ZoneInfo | None, days: Collection[str]
) -> schedules.Start | None:
    """Return the date a card tells of: in progress or next; where days were asked for, the first on one of them."""
    start = schedules.current_or_next(schedule, now=now)
    if start is None or not days:
        return start
    zone = zone or schedules.zone_named(schedule.time_zone)
    today = now.astimezone(zone).date()
    named = {today: TODAY, today + timedelta(days=1): TOMORROW}

    def is_asked_for(one: schedules.Start) -> bool:
        day = one.starts_at.astimezone(zone).date()
        return DAYS[day.weekday()] in days or named.get(day) in days

    if is_asked_for(start):
        return start
    # A meeting has no more than one date a day: a week of them has every day it keeps.
    later = schedules.next_starts(schedule, after=now, limit=len(DAYS))
    return next(filter(is_asked_for, later), start)


def _distance(meeting: Meeting, km: float | None, unit: str) -> str:
    """Return how far it is, as exactly as we know where it is; "" where a number would be invented."""
    if km is None:
        return ""
    if meeting.venue is None or not meeting.venue.is_approximate:
        return geo.format_distance(km, unit)
    if km < ROUGH_KM:
        return ""
    return _("about %(distance)s") % {"distance": geo.format_distance(km, unit)}


def _when(
    words: cards.Words, schedule: schedules.Schedule | None, start: schedules.Start | None, *, zone: ZoneInfo | None
) -> tuple[str, str, str, datetime | None]:
    """Return days, time and zone in words, and the next start in that zone."""
    days, times = words.days, words.times
    if schedule is None or start is None:
        return days, times, "", None
    own_zone = schedules.zone_named(schedule.time_zone)
    own = start.starts_at.astimezone(own_zone)
    own_label = wording.zone_label(schedule.time_zone, at=start.starts_at)
    if start.is_moved:
        days, times = dates.at_start(wording.day_label(own)), wording.time_label(start, schedule.time_zone)
    if zone is None:
        return days, times, own_label, own
    local = start.starts_at.astimezone(zone)
    if local.utcoffset() == own.utcoffset():
        return days, times, _("Your time, %(zone)s") % {"zone": own_label}, local
    shift = (local.date() - own.date()).days
    rule = schedule.rule
    if start.is_moved or (shift and rule.frequency is not schedules.Frequency.WEEKLY):
        days = dates.at_start(wording.day_label(local))
    elif shift:
        moved = schedules.Rule(rule.frequency, tuple((day + shift) % 7 for day in rule.weekdays), rule.interval)
        days = schedules.describe_days(moved)
    there = schedules.describe_time(own.time())
    label = _("Your time. There it is %(time)s, %(zone)s") % {"time": there, "zone": own_label}
    return days, wording.time_label(start, str(zone)), label, local
