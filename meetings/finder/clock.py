"""Days and times of all meetings at once, by their own clock or by the visitor's.

A meeting held in a room keeps its own zone. One that nobody meets in a room for keeps the
visitor's, when we know it. Days and times of the visitor are the meeting's own, moved by the
difference between both zones at its next date.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from meetings.enums import TimeOfDay
from meetings.finder.columns import DAY
from meetings.finder.memory import EPOCH, NEVER, STARTS, Bits, Flags, Memory, Positions, keep, pack, positions
from meetings.schedules import zone_named

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TODAY, TOMORROW = "today", "tomorrow"

# First minute of the day, and the first that is no more; night runs over midnight.
MINUTES_OF = {
    TimeOfDay.MORNING: (4 * 60, 12 * 60),
    TimeOfDay.AFTERNOON: (12 * 60, 17 * 60),
    TimeOfDay.EVENING: (17 * 60, 21 * 60),
    TimeOfDay.NIGHT: (21 * 60, 4 * 60),
}
_DAY_MINUTES = 1440
# Between two looks at a zone's offset; it never changes there and back within a week.
_WEEK = 7 * DAY
# The day of EPOCH, as Python counts days.
_EPOCH_DAY = datetime.fromtimestamp(EPOCH, UTC).toordinal()


class Clock:
    """Rows of meetings by day and time. `by_visitor` are those that keep the visitor's clock, `whose` names them.

    What does not depend on the visitor is worked out once and kept with the memory; what
    depends on no more than the visitor's zone, for a minute.
    """

    def __init__(
        self,
        memory: Memory,
        *,
        now: datetime,
        visitor_zone: ZoneInfo | None = None,
        by_visitor: Bits | None = None,
        whose: str = "",
    ) -> None:
        self.memory = memory
        # Meetings start and end at whole minutes: within one, nothing changes.
        self.now = now.replace(second=0, microsecond=0)
        self.seconds = int(self.now.timestamp()) - EPOCH
        self.visitor_zone = visitor_zone if by_visitor is not None else None
        self.visitor_bits = by_visitor
        self.whose = whose

    @cached_property
    def by_visitor(self) -> Positions:
        return positions(self.visitor_bits) if self.visitor_bits is not None else np.empty(0, dtype=np.intp)

    # When they start

    @cached_property
    def starts(self) -> NDArray[np.int32]:
        """The date in progress or next, in seconds since EPOCH; NEVER for none.

        An entry that is behind moves on to the next start it knows.
        """
        # Of the newest minute alone: rows of numbers are large.
        at, starts = self._kept("starts", lambda: (self.seconds, self._starts()))
        if at == self.seconds:
            return starts
        starts = self._starts()
        if at < self.seconds:
            self.memory.kept["starts"] = self.seconds, starts
        return starts

    def _starts(self) -> NDArray[np.int32]:
        memory = self.memory
        over_before = self.seconds - memory.seconds()
        starts = memory.starts[0]
        for n in range(1, STARTS):
            is_over = starts <= over_before
            if not is_over.any():
                return starts
            starts = np.where(is_over, memory.starts[n], starts)
        return np.where(starts <= over_before, np.int32(NEVER), starts)

    def within(self, seconds: int) -> Bits:
        """Return what is in progress, or starts within so many seconds."""
        key = "within", seconds, self.seconds
        return self._kept(key, lambda: pack(self.starts <= self.seconds + seconds))

    # Wall time

    def between(self, first: int, end: int) -> Bits:
        """Return what starts from a minute of the day until before another, over midnight when that is earlier."""
        own = self._kept(("minutes", first, end), lambda: pack(_between(self.memory.minute, first, end)))
        return self._with_visitors(("minutes", first, end), own, lambda: _between(self._visitors_wall[0], first, end))

    def on_weekday(self, weekday: int) -> Bits:
        bit = np.uint8(1 << weekday)
        own = self._kept(("weekday", weekday), lambda: pack((self.memory.weekdays & bit) != 0))
        return self._with_visitors(("weekday", weekday), own, lambda: (self._visitors_wall[1] & bit) != 0)

    @cached_property
    def _visitors_wall(self) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Return minutes of the day and weekdays of those on the visitor's clock, by that clock.

        They are the meeting's own, moved by the difference of both zones at its next date.
        """
        memory, at = self.memory, self.by_visitor
        starts, own = self.starts[at], memory.minute[at].astype(np.int32)
        is_timed = (own >= 0) & (starts != NEVER)
        days, minutes = np.divmod(own + self._visitor_offsets(starts) - memory.offset[at], _DAY_MINUTES)
        shift = (days % 7).astype(np.uint16)
        weekdays = memory.weekdays[at].astype(np.uint16)
        moved = ((weekdays << shift) | (weekdays >> (7 - shift))) & 0x7F
        return np.where(is_timed, minutes, own), np.where(is_timed, moved, weekdays).astype(np.uint8)

    # Dates

    def on_day(self, days_from_today: int) -> Bits:
        """Return what takes place today (0), tomorrow (1), … and is not over. Today is where each keeps its clock."""
        if self._is_behind:
            wanted = self._wanted(days_from_today)
            flags = [(self.memory.days(n) == wanted) & ~self._over(n) for n in range(STARTS)]
            own = pack(np.logical_or.reduce(flags))
        else:
            key = ("day", days_from_today, self._quarter)
            first, later = self._kept(key, lambda: self._on_day(days_from_today))
            own = later | (first & ~self._is_over)
        return self._with_visitors(("day", days_from_today), own, lambda: self._visitors_on_day(days_from_today))

    def _on_day(self, days_from_today: int) -> tuple[Bits, Bits]:
        """Return whose first known start, and whose later ones, are on that day."""
        wanted = self._wanted(days_from_today)
        first, *later = (self.memory.days(n) == wanted for n in range(STARTS))
        return pack(first), pack(np.logical_or.reduce(later))

    def _visitors_on_day(self, days_from_today: int) -> Flags:
        today = self.now.astimezone(self.visitor_zone).toordinal() - _EPOCH_DAY
        on_day = self._visitors_days == today + days_from_today
        for n in range(STARTS if self._is_behind else 1):
            on_day[n] &= ~self._over(n)[self.by_visitor]
        return on_day.any(axis=0)

    @cached_property
    def _visitors_days(self) -> NDArray[np.int64]:
        """Return the visitor's date of each start of those on the visitor's clock."""
        starts = self.memory.starts[:, self.by_visitor]
        return (starts + self._visitor_offsets(starts) * np.int64(60)) // DAY

    def _wanted(self, days_from_today: int) -> NDArray[np.int32]:
        """Return the date asked for as a number, by each meeting's own zone."""
        zones = self.memory.zones
        numbers = np.zeros(max(zones, default=0) + 1, dtype=np.int32)
        for number, name in zones.items():
            numbers[number] = self.now.astimezone(zone_named(name)).toordinal() - _EPOCH_DAY + days_from_today
        return numbers[self.memory.zone]

    def _over(self, n: int) -> Flags:
        return self.memory.starts[n] <= self.seconds - self.memory.seconds()

    @property
    def _is_over(self) -> Bits:
        return self._kept(("over", self.seconds), lambda: pack(self._over(0)))

    @cached_property
    def _is_behind(self) -> bool:
        """Whether some entry's second known start has come already."""
        return bool(self._kept("second", lambda: self.memory.starts[1].min()) <= self.seconds)

    @property
    def _quarter(self) -> int:
        # Every zone's midnight is on a quarter of an hour.
        return self.seconds // 900

    # Both clocks

    def is_on_the_visitors(self, at: Positions) -> Flags:
        """Return which of these keep the visitor's clock."""
        if self.visitor_bits is None:
            return np.zeros(len(at), dtype=bool)
        words, bits = np.divmod(at, 64)
        return (self.visitor_bits[words] >> bits.astype(np.uint64)) & np.uint64(1) == 1

    def _kept(self, key: Any, work_out: Callable[[], Any]) -> Any:
        return keep(self.memory, key, work_out)

    def _with_visitors(self, key: tuple[str | int, ...], own: Bits, theirs: Callable[[], Flags]) -> Bits:
        """Return a row in which those on the visitor's clock have their own answer."""
        if self.visitor_bits is None:
            return own

        def work_out() -> Bits:
            flags = np.zeros(self.memory.capacity, dtype=bool)
            flags[self.by_visitor] = theirs()
            return pack(flags)

        row = self._kept((key, str(self.visitor_zone), self.whose, self.seconds), work_out)
        return (own & ~self.visitor_bits) | row

    def _visitor_offsets(self, starts: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the visitor's offset from UTC at each instant, in minutes."""
        latest = self._kept("latest", lambda: _latest(self.memory.starts))
        first, last = (self.seconds // _WEEK - 2) * _WEEK, (max(latest, self.seconds) // _WEEK + 1) * _WEEK
        changes, offsets = _offsets(str(self.visitor_zone), first, last)
        return offsets[np.searchsorted(changes, starts, side="right")]


def _latest(starts: NDArray[np.int32]) -> int:
    known = starts[starts != NEVER]
    return int(known.max()) if len(known) else 0


@lru_cache(maxsize=64)
def _offsets(zone: str, first: int, last: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return when a zone's offset changes between two instants, and the offsets around the changes, in minutes."""
    known = zone_named(zone)

    def offset(at: int) -> int:
        there = datetime.fromtimestamp(EPOCH + at, known).utcoffset() or timedelta()
        return there // timedelta(minutes=1)

    changes, offsets = [], [offset(first)]
    for at in range(first, last, _WEEK):
        before, after = offsets[-1], offset(at + _WEEK)
        if before == after:
            continue
        low, high = at, at + _WEEK
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == before else (low, middle)
        changes.append(high)
        offsets.append(after)
    return np.array(changes, dtype=np.int64), np.array(offsets, dtype=np.int32)


def _between(minutes: NDArray[Any], first: int, end: int) -> Flags:
    if first < end:
        return (minutes >= first) & (minutes < end)
    return (minutes >= first) | ((minutes >= 0) & (minutes < end))
