"""From a schedule to the dates and instants at which a meeting starts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from .days import next_day
from .rules import Frequency, Rule

ASSUMED_DURATION = timedelta(minutes=60)
SEARCH_AHEAD = timedelta(days=3 * 366)

# Two days from the ends of the calendar every zone's instants still exist.
_EARLIEST = date.min.toordinal() + 2
_LATEST = date.max.toordinal() - 2
_NOTHING: frozenset[date] = frozenset()


class InvalidSchedule(ValueError):
    """The parts of the schedule contradict each other; the message is a plain sentence."""


@dataclass(frozen=True, slots=True)
class Pause:
    """No dates from `first` to `last`, both included, in the meeting's own calendar."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidSchedule(_("A pause cannot end before it begins."))


@dataclass(frozen=True, slots=True)
class Change:
    """What is different about one date, which keeps its original local date as its name.

    `starts_at` is the instant it moved to, None when it did not move; `duration` is
    its own length, None when that is the meeting's.
    """

    original_on: date
    is_cancelled: bool = False
    starts_at: datetime | None = None
    duration: timedelta | None = None

    def __post_init__(self) -> None:
        if self.starts_at is not None and self.starts_at.tzinfo is None:
            raise InvalidSchedule(_("A moved date needs a time zone."))
        if self.duration is not None and self.duration <= timedelta(0):
            raise InvalidSchedule(_("A meeting lasts longer than nothing."))


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything that decides when a meeting starts.

    `start_time` is wall time in `time_zone`, an IANA name. `first_on` and `last_on`
    are the first and last dates allowed, None for no bound; a single date and a rule
    with an interval above 1 need `first_on`. `duration` None is an unknown length.

    Raises InvalidSchedule.
    """

    rule: Rule
    start_time: time
    time_zone: str
    first_on: date | None = None
    last_on: date | None = None
    duration: timedelta | None = None
    pauses: tuple[Pause, ...] = ()
    changes: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        if self.start_time.tzinfo is not None:
            raise InvalidSchedule(_("The start is a wall time; the zone is given by itself."))
        if self.start_time.fold:
            object.__setattr__(self, "start_time", self.start_time.replace(fold=0))
        if self.first_on is None:
            if self.rule.frequency == Frequency.ONCE:
                raise InvalidSchedule(_("A single date needs its date."))
            if self.rule.interval > 1:
                raise InvalidSchedule(_("A meeting that is not held every week or month needs a first date."))
        elif self.last_on is not None and self.last_on < self.first_on:
            raise InvalidSchedule(_("The last date cannot come before the first."))
        if self.duration is not None and self.duration <= timedelta(0):
            raise InvalidSchedule(_("A meeting lasts longer than nothing."))
        zone_named(self.time_zone)


@dataclass(frozen=True, slots=True)
class Start:
    """One date of a meeting: when it starts and ends, in UTC.

    `original_on` names the date, even when it moved. `ends_at` is None when the
    length is unknown.
    """

    original_on: date
    starts_at: datetime
    ends_at: datetime | None
    is_cancelled: bool = False
    is_moved: bool = False


# The standard library keeps eight zones alive; a refresh of all meetings needs them all.
@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """Return the IANA zone. Raises InvalidSchedule when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidSchedule(_("“%(name)s” is not the name of a time zone.") % {"name": name[:60]}) from None


def to_instant(on: date, at: time, zone: tzinfo | str) -> datetime:
    """Return the instant, in UTC, at which clocks in the zone show this wall time.

    A wall time skipped by a clock change moves forward by the gap: the offset in force
    before the change is used. One that comes twice is the first of the two.

    Source: RFC 5545, section 3.3.5 (form 3), for both cases. For a repeated date its
    section 3.3.10 would drop the skipped one; people come all the same, so we keep it.
    """
    if isinstance(zone, str):
        zone = zone_named(zone)
    return datetime.combine(on, at.replace(fold=0), zone).astimezone(UTC)


def dates(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    """Yield the rule's own local dates from `first` to `last`, both included, in order.

    Paused dates are left out. Cancelled and moved ones are there: these are the
    original dates, which name the occurrences.

    Source: RFC 5545, section 3.3.10.
    """
    return map(date.fromordinal, _days(schedule, first.toordinal(), last.toordinal()))


def starts(
    schedule: Schedule,
    *,
    after: datetime,
    before: datetime,
    include_cancelled: bool = False,
) -> list[Start]:
    """Return what starts in the window, earliest first: after <= starts_at < before.

    A moved date is found where it moved to and nowhere else.

    Raises ValueError for a naive instant.
    """
    zone = zone_named(schedule.time_zone)
    # A skipped wall time can move into the next day, and a day that comes twice can
    # begin before the day in front of it has ended: hence one day more on both sides.
    first_day = _local_day(after, zone) - 1
    last_day = _local_day(before, zone) + 1
    changed = {change.original_on for change in schedule.changes}
    found = [
        _regular_start(schedule, on, starts_at)
        for on, starts_at in _regular(schedule, first_day, last_day, changed)
        if after <= starts_at < before
    ]
    found += [
        start for start in _changed(schedule, include_cancelled=include_cancelled) if after <= start.starts_at < before
    ]
    found.sort(key=attrgetter("starts_at", "original_on"))
    return found


def next_starts(
    schedule: Schedule,
    *,
    after: datetime,
    limit: int,
    include_cancelled: bool = False,
) -> list[Start]:
    """Return at most `limit` starts at or after an instant, earliest first.

    The rule is followed in the meeting's own zone, so 7 pm stays 7 pm when the clocks
    change. An empty list means nothing within `SEARCH_AHEAD`.

    Raises ValueError for a naive instant.

    Source: RFC 5545, section 3.3.10.
    """
    local_day = _local_day(after, zone_named(schedule.time_zone))
    changed = {change.original_on for change in schedule.changes} if schedule.changes else _NOTHING
    regular = (
        _regular_start(schedule, on, starts_at)
        for on, starts_at in _regular(schedule, local_day - 1, _search_end(schedule, local_day), changed)
        if starts_at >= after
    )
    found = list(islice(regular, limit))
    if changed:
        found += [
            start for start in _changed(schedule, include_cancelled=include_cancelled) if start.starts_at >= after
        ]
        found.sort(key=attrgetter("starts_at", "original_on"))
    return found[:limit]


def next_start(schedule: Schedule, *, after: datetime) -> Start | None:
    """Return the first start at or after an instant that is not cancelled, or None."""
    found = next_starts(schedule, after=after, limit=1)
    return found[0] if found else None


def in_progress(schedule: Schedule, *, now: datetime) -> Start | None:
    """Return the date that has started and not ended: starts_at <= now < end, or None.

    It may have started on the day before. A length nobody knows counts as
    `ASSUMED_DURATION`. Of two at once, the one that started last.

    Raises ValueError for a naive instant.
    """
    current, _upcoming = _around(schedule, now, search=False)
    return current


def current_or_next(schedule: Schedule, *, now: datetime) -> Start | None:
    """Return the date in progress, else the next one, else None.

    The same as `in_progress` or else `next_start`, in one pass: it is what the finder
    keeps for every meeting.
    """
    current, upcoming = _around(schedule, now, search=True)
    return current or upcoming


def start_on(schedule: Schedule, on: date) -> Start | None:
    """Return the occurrence whose original date is `on`, None when there is none.

    A cancelled one is returned and says so, a moved one with its new instant. A paused
    date is none.
    """
    if not _has_day(schedule, on):
        return None
    for change in schedule.changes:
        if change.original_on == on:
            return _changed_start(schedule, change)
    starts_at = to_instant(on, schedule.start_time, schedule.time_zone)
    return _regular_start(schedule, on, starts_at)


def weekday_set(schedule: Schedule) -> frozenset[int]:
    """Return the weekdays, 0 for Monday, on which the meeting starts by its own calendar."""
    if schedule.rule.frequency == Frequency.ONCE and schedule.first_on is not None:
        return frozenset({schedule.first_on.weekday()})
    return frozenset(schedule.rule.weekdays)


# Instants


def _local_day(instant: datetime, zone: ZoneInfo) -> int:
    if instant.tzinfo is None:
        raise ValueError("An instant needs a time zone.")
    try:
        return instant.astimezone(zone).toordinal()
    except OverflowError:
        return instant.toordinal()


def _search_end(schedule: Schedule, local_day: int) -> int:
    if schedule.rule.frequency == Frequency.ONCE:
        return _LATEST
    if schedule.first_on is not None:
        local_day = max(local_day, schedule.first_on.toordinal())
    return local_day + SEARCH_AHEAD.days


def _regular(
    schedule: Schedule, first_day: int, last_day: int, changed: Collection[date]
) -> Iterator[tuple[date, datetime]]:
    """Yield dates without a change and their starts, in order."""
    zone = zone_named(schedule.time_zone)
    start_time = schedule.start_time
    for day in _days(schedule, max(first_day, _EARLIEST), min(last_day, _LATEST)):
        on = date.fromordinal(day)
        if on not in changed:
            # As in to_instant; the schedule's own time has no fold.
            yield on, datetime.combine(on, start_time, zone).astimezone(UTC)


def _regular_start(schedule: Schedule, on: date, starts_at: datetime) -> Start:
    duration = schedule.duration
    return Start(on, starts_at, None if duration is None else starts_at + duration)


def _changed(schedule: Schedule, *, include_cancelled: bool) -> Iterator[Start]:
    """Yield the dates with a change, in the order in which the changes stand."""
    for change in schedule.changes:
        if change.is_cancelled and not include_cancelled:
            continue
        if _has_day(schedule, change.original_on):
            yield _changed_start(schedule, change)


def _changed_start(schedule: Schedule, change: Change) -> Start:
    regular_at = to_instant(change.original_on, schedule.start_time, schedule.time_zone)
    starts_at = regular_at if change.starts_at is None else change.starts_at.astimezone(UTC)
    duration = schedule.duration if change.duration is None else change.duration
    return Start(
        original_on=change.original_on,
        starts_at=starts_at,
        ends_at=None if duration is None else starts_at + duration,
        is_cancelled=change.is_cancelled,
        is_moved=starts_at != regular_at,
    )


def _around(schedule: Schedule, now: datetime, *, search: bool) -> tuple[Start | None, Start | None]:
    """Return what is in progress and what comes next; the latter only when searching."""
    zone = zone_named(schedule.time_zone)
    length = ASSUMED_DURATION if schedule.duration is None else schedule.duration
    today = _local_day(now, zone)
    first_day = _local_day(now - length, zone) - 1
    last_day = _search_end(schedule, today) if search else today + 1
    changed = {change.original_on for change in schedule.changes} if schedule.changes else _NOTHING
    current = upcoming = None
    for on, starts_at in _regular(schedule, first_day, last_day, changed):
        if starts_at > now:
            upcoming = _regular_start(schedule, on, starts_at)
            break
        if starts_at + length > now:
            current = _regular_start(schedule, on, starts_at)
    for start in _changed(schedule, include_cancelled=False) if changed else ():
        if start.starts_at > now:
            if upcoming is None or start.starts_at < upcoming.starts_at:
                upcoming = start
        elif (start.ends_at or start.starts_at + ASSUMED_DURATION) > now and (
            current is None or start.starts_at > current.starts_at
        ):
            current = start
    return current, upcoming


# Days


def _has_day(schedule: Schedule, on: date) -> bool:
    day = on.toordinal()
    return next(_days(schedule, day, day), None) is not None


def _days(schedule: Schedule, first_day: int, last_day: int) -> Iterator[int]:
    """Yield the rule's days in the range, without those before, after or paused."""
    first_on = schedule.first_on
    anchor = 1
    if first_on is not None:
        anchor = first_on.toordinal()
        first_day = max(first_day, anchor)
    if schedule.last_on is not None:
        last_day = min(last_day, schedule.last_on.toordinal())
    pauses = [(pause.first.toordinal(), pause.last.toordinal()) for pause in schedule.pauses]
    rule = schedule.rule
    day = next_day(rule, anchor, first_day, last_day)
    while day <= last_day:
        for first, last in pauses:
            if first <= day <= last:
                # Long pauses are stepped over at once.
                day = last
                break
        else:
            yield day
        day = next_day(rule, anchor, day + 1, last_day)
