"""Days and times of all meetings at once, by their own clock or by the visitor's.

A meeting held in a room keeps its own zone. One that nobody meets in a room for keeps the
visitor's, when we know it. Days and times of the visitor are the meeting's own, moved by the
difference between both zones at its next date.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from meetings.enums import TimeOfDay
from meetings.finder.columns import DAY
from meetings.finder.memory import EPOCH, NEVER, STARTS, Bits, Flags, Memory, Positions, keep, pack, positions
from meetings.schedules import to_instant, zone_named

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
_FEW_CHANGES = 2
# The day of EPOCH, as Python counts days.
_EPOCH_DAY = datetime.fromtimestamp(EPOCH, UTC).toordinal()

# Minutes of the day and weekdays, of each of some meetings.
_Wall = tuple[NDArray[np.int16], NDArray[np.uint8]]


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
        key = "minutes", first, end
        own = self._kept(key, lambda: pack(_between(self.memory.minute, first, end)))
        return self._with_visitors(own, lambda: self._on_their_wall(key, lambda wall: _between(wall[0], first, end)))

    def on_weekday(self, weekday: int) -> Bits:
        bit = np.uint8(1 << weekday)
        key = "weekday", weekday
        own = self._kept(key, lambda: pack((self.memory.weekdays & bit) != 0))
        return self._with_visitors(own, lambda: self._on_their_wall(key, lambda wall: (wall[1] & bit) != 0))

    def _on_their_wall(self, key: tuple[str | int, ...], ask: Callable[[_Wall], Flags]) -> Bits:
        """Return the row of those on the visitor's clock of whom something is so by that clock."""

        def work_out() -> Bits:
            flags = np.zeros(self.memory.capacity, dtype=bool)
            flags[self.by_visitor] = ask(self._visitors_wall)
            return pack(flags)

        return self._kept((key, str(self.visitor_zone), self.whose, self.seconds), work_out)

    @cached_property
    def _visitors_wall(self) -> _Wall:
        """Return minutes of the day and weekdays of those on the visitor's clock, by that clock.

        They are the meeting's own, moved by the difference of both zones at its next date.
        """
        memory, at = self.memory, self.by_visitor
        starts, own = self.starts[at], memory.minute[at]
        is_timed = (own >= 0) & (starts != NEVER)
        # Between two zones are two days at most: small numbers, and quick ones.
        moved = own + (self._visitor_offsets(starts) - memory.offset[at])
        days = moved // np.int16(_DAY_MINUTES)
        weekdays = memory.weekdays[at]
        # A week between two others: what leaves it at one end comes in at the other.
        weeks = weekdays.astype(np.uint32) * np.uint32(1 | 1 << 7 | 1 << 14)
        turned = (weeks >> (7 - days).astype(np.uint32)) & np.uint32(0x7F)
        minutes = moved - days * np.int16(_DAY_MINUTES)
        return np.where(is_timed, minutes, own), np.where(is_timed, turned.astype(np.uint8), weekdays)

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
        return self._with_visitors(own, lambda: self._visitors_on_day(days_from_today))

    def _on_day(self, days_from_today: int) -> tuple[Bits, Bits]:
        """Return whose first known start, and whose later ones, are on that day."""
        wanted = self._wanted(days_from_today)
        first, *later = (self.memory.days(n) == wanted for n in range(STARTS))
        return pack(first), pack(np.logical_or.reduce(later))

    def _visitors_on_day(self, days_from_today: int) -> Bits:
        """Return what takes place on a date of the visitor's and is not over, whosever clock it keeps."""

        def work_out() -> Bits:
            wanted = self.now.astimezone(self.visitor_zone).date() + timedelta(days=days_from_today)
            begins, ends = (self._begins(wanted + timedelta(days=n)) for n in (0, 1))
            first, *later = ((starts >= begins) & (starts < ends) for starts in self.memory.starts)
            if self._is_behind:
                later = [flags & ~self._over(n) for n, flags in enumerate(later, start=1)]
            return pack(np.logical_or.reduce(later)) | (pack(first) & ~self._is_over)

        return self._kept(("day", days_from_today, str(self.visitor_zone), self.seconds), work_out)

    def _begins(self, on: date) -> np.int32:
        """Return when a date begins for the visitor, in seconds since EPOCH."""
        return np.int32(int(to_instant(on, time.min, str(self.visitor_zone)).timestamp()) - EPOCH)

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

    def _with_visitors(self, own: Bits, theirs: Callable[[], Bits]) -> Bits:
        """Return a row in which those on the visitor's clock have their own answer."""
        if self.visitor_bits is None:
            return own
        return (own & ~self.visitor_bits) | (theirs() & self.visitor_bits)

    def _visitor_offsets(self, starts: NDArray[np.int32]) -> NDArray[np.int16]:
        """Return the visitor's offset from UTC at each instant, in minutes."""
        latest = self._kept("latest", lambda: _latest(self.memory.starts))
        first, last = (self.seconds // _WEEK - 2) * _WEEK, (max(latest, self.seconds) // _WEEK + 1) * _WEEK
        changes, offsets = _offsets(str(self.visitor_zone), first, last)
        found = np.full(len(starts), offsets[0], dtype=np.int16)
        # Nearly all start before a zone has changed twice more, and to compare is quicker than to look up.
        for at, minutes in zip(changes[:_FEW_CHANGES], offsets[1:], strict=False):
            found = np.where(starts >= at, minutes, found)
        if len(changes) > _FEW_CHANGES:
            late = np.flatnonzero(starts >= changes[_FEW_CHANGES])
            found[late] = offsets[np.searchsorted(changes, starts[late], side="right")]
        return found


def _latest(starts: NDArray[np.int32]) -> int:
    known = starts[starts != NEVER]
    return int(known.max()) if len(known) else 0


@lru_cache(maxsize=64)
def _offsets(zone: str, first: int, last: int) -> tuple[NDArray[np.int32], NDArray[np.int16]]:
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
    return np.array(changes, dtype=np.int32), np.array(offsets, dtype=np.int16)


def _between(minutes: NDArray[Any], first: int, end: int) -> Flags:
    if first < end:
        return (minutes >= first) & (minutes < end)
    return (minutes >= first) | ((minutes >= 0) & (minutes < end))
