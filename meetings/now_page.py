"""A rough moment: what can be joined from where one is, soonest first, across all approaches."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db import DatabaseError
from django.db.models import Prefetch
from redis.exceptions import RedisError

from groups import catalogue
from meetings import access, entry_rules, join_step, schedules, wording
from meetings.enums import Attendance, JoinVisibility, OpenTo
from meetings.finder import memory, names
from meetings.finder.memory import EPOCH
from meetings.finder.selection import Selection
from meetings.join_step import JoinStep
from meetings.models import Meeting, MeetingTrait, Occurrence

logger = logging.getLogger(__name__)

SOON = timedelta(hours=1)
# Coming later than this is coming for the end.
BEGUN_AT_MOST = timedelta(minutes=30)
MOST_SOON, MOST_BEGUN = 12, 4
# Some that are found have no way in that may be shown: more are looked at than are told.
_SPARE = 12


@dataclass(frozen=True, slots=True)
class Way:
    """One meeting and how to get in. `starts_in` is None once it has begun.

    `press_url` is where a press on a button shows the way in, "" when `join` says it all.
    """

    meeting: Meeting
    approach: str
    iso: str
    time_label: str
    zone_label: str
    starts_in: timedelta | None
    rules: list[str]
    join: JoinStep
    press_url: str = ""


@dataclass(frozen=True, slots=True)
class NowPage:
    """`is_unknown` is True while the lists cannot be asked; `own_sites` are name and web address of others' lists."""

    soon: list[Way] = field(default_factory=list)
    begun: list[Way] = field(default_factory=list)
    is_unknown: bool = False
    own_sites: list[tuple[str, str]] = field(default_factory=list)

    @property
    def shows_demo(self) -> bool:
        return any(way.meeting.source and way.meeting.source.is_demo for way in (*self.soon, *self.begun))


def prepare(*, now: datetime) -> NowPage:
    """Return what starts within the hour, and what has just begun. Never raises for want of a database.

    Then, and when nothing starts, it names where fellowships keep lists of their own. Nine
    queries at most, however many there are.
    """
    try:
        found = _ways(now)
    except (DatabaseError, RedisError, OSError):
        logger.exception("what starts now cannot be told")
        return NowPage(is_unknown=True, own_sites=catalogue.own_sites())
    soon = [way for way in found if way.starts_in is not None][:MOST_SOON]
    begun = [way for way in found if way.starts_in is None][:MOST_BEGUN]
    return NowPage(soon=soon, begun=begun, own_sites=[] if soon else catalogue.own_sites())


def _ways(now: datetime) -> list[Way]:
    ids = _ids(now)
    meetings = (
        Meeting.objects.public()
        .select_related("group__approach", "group__fellowship", "group__source", "source")
        .prefetch_related(
            Prefetch(
                "meeting_traits", MeetingTrait.objects.select_related("trait").order_by("trait__order", "trait__slug")
            ),
            "pauses",
            Prefetch("occurrences", Occurrence.objects.still_to_come(now)),
        )
        .in_bulk(ids)
    )
    ways = (_way(meetings[pk], now) for pk in ids if pk in meetings)
    # The finder's memory may be some seconds behind: the dates that were just read decide.
    return sorted((way for way in ways if way), key=lambda way: (way.starts_in is None, way.starts_in or timedelta(0)))


def _ids(now: datetime) -> Sequence[int]:
    """Return who can be joined from afar within the hour, soonest first; then who has begun, latest first."""
    entries = memory.current()
    selection = Selection(entries, names.current(entries), now=now)
    selection.having("attendance", [Attendance.ONLINE, Attendance.PHONE])
    selection.starting_soon(int(SOON.total_seconds()) // 60)
    at = memory.positions(selection.matching())
    starts = selection.clock.starts[at]
    seconds = int(now.timestamp()) - EPOCH
    ahead = at[starts > seconds]
    begun = at[(starts <= seconds) & (starts >= seconds - int(BEGUN_AT_MOST.total_seconds()))]
    in_order = [
        *_first(ahead, selection.clock.starts[ahead], MOST_SOON + _SPARE),
        *_first(begun, -selection.clock.starts[begun], MOST_BEGUN + _SPARE),
    ]
    return entries.ids[np.array(in_order, dtype=np.intp)].tolist()


def _first(at: np.ndarray, key: np.ndarray, limit: int) -> list[int]:
    return at[np.lexsort((at, key))][:limit].tolist()


def _way(meeting: Meeting, now: datetime) -> Way | None:
    """Return the meeting with its way in, None where nobody can just come: teens, by invitation, nothing known."""
    schedule = meeting.schedule()
    start = schedules.current_or_next(schedule, now=now) if schedule else None
    if schedule is None or start is None or not access.may_show_place(meeting):
        return None
    ahead = start.starts_at - now
    join = join_step.for_meeting(meeting, start, now)
    if meeting.open_to == OpenTo.INVITATION or meeting.doubted_at is not None or join is None or join.is_missing:
        return None
    if ahead > SOON or ahead < -BEGUN_AT_MOST:
        return None
    fellowship = meeting.group.fellowship
    return Way(
        meeting=meeting,
        approach=fellowship.short_name if fellowship else meeting.group.approach.label,
        iso=start.starts_at.astimezone(ZoneInfo(schedule.time_zone)).isoformat(),
        time_label=wording.time_label(start, schedule.time_zone),
        zone_label=wording.zone_label(schedule.time_zone, at=start.starts_at),
        starts_in=ahead if ahead > timedelta(0) else None,
        rules=[line.text for line in entry_rules.lines(meeting) if line.is_rule],
        join=join,
        press_url=join.next_url if meeting.join_visibility == JoinVisibility.ON_PRESS else "",
    )
