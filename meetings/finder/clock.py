"""Days and times of all meetings at once, by their own clock or by the visitor's.

A meeting held in a room keeps its own zone. One that nobody meets in a room for keeps the
visitor's, when we know it. Days and times of the visitor are the meeting's own, moved by the
difference between both zones at its next date.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from meetings.enums import TimeOfDay
from meetings.finder.memory import EPOCH, NEVER, STARTS, Flags, Memory

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TODAY, TOMORROW = "today", "tomorrow"

# First minute of the day, and the first that is no more; night runs over midnight.
MINUTES_OF = {
    TimeOfDay.MORNING: (4 * 60, 12 * 60),
    TimeOfDay.AFTERNOON: (12 * 60, 17 * 60),
    TimeOfDay.EVENING: (17 * 60, 21 * 60),
    TimeOfDay.NIGHT: (21 * 60, 4 * 60),
}
_DAY_SECONDS, _DAY_MINUTES = 86_400, 1440
# Offsets change on the half hour, by UTC, at the earliest.
_STEP = 1800
# The day of EPOCH, as Python counts days.
_EPOCH_DAY = datetime.fromtimestamp(EPOCH, UTC).toordinal()
# A wall time that a clock change moved is still nearer to its own day than this.
_NEARLY = 3 * 3600


class Clock:
    """`by_visitor` flags the meetings that keep the visitor's clock; None: none does."""

    def __init__(
        self, memory: Memory, *, now: datetime, visitor_zone: ZoneInfo | None, by_visitor: Flags | None
    ) -> None:
        self.memory = memory
        self.now = now
        self.seconds = int(now.timestamp()) - EPOCH
        self.visitor_zone = visitor_zone if by_visitor is not None else None
        self.by_visitor = np.flatnonzero(by_visitor) if self.visitor_zone and by_visitor is not None else None

    @cached_property
    def starts(self) -> NDArray[np.int32]:
        """The date in progress or next, in seconds since EPOCH; NEVER for none.

        An entry that is behind moves on to the next start it knows.
        """
        memory = self.memory
        over_before = self.seconds - memory.length
        starts = memory.starts[0].copy()
        for n in range(1, STARTS):
            is_over = starts <= over_before
            if not is_over.any():
                return starts
            np.copyto(starts, memory.starts[n], where=is_over)
        starts[starts <= over_before] = NEVER
        return starts

    @cached_property
    def in_progress(self) -> Flags:
        return self.starts <= self.seconds

    def soon(self, minutes: int) -> Flags:
        """Return what is in progress, or starts within so many minutes."""
        return self.starts <= self.seconds + minutes * 60

    @cached_property
    def minutes(self) -> NDArray[np.int16]:
        """The minute of the day at which each starts, -1 without a time."""
        return self._wall[0]

    @cached_property
    def weekdays(self) -> NDArray[np.uint8]:
        """Bits of the weekdays on which each starts; bit 0 is Monday."""
        return self._wall[1]

    @cached_property
    def _wall(self) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
        memory, at = self.memory, self.by_visitor
        if at is None:
            return memory.minute, memory.weekdays
        at = at[(memory.minute[at] >= 0) & (self.starts[at] != NEVER)]
        moved = memory.minute[at] + self._visitor_offsets(self.starts[at]) - memory.offset[at]
        days, minute = np.divmod(moved, _DAY_MINUTES)
        minutes, weekdays = memory.minute.copy(), memory.weekdays.copy()
        minutes[at] = minute
        days = (days % 7).astype(np.uint8)
        own = weekdays[at].astype(np.uint16)
        weekdays[at] = ((own << days) | (own >> (7 - days))) & 0x7F
        return minutes, weekdays

    def on_weekday(self, weekday: int) -> Flags:
        return (self.weekdays & np.uint8(1 << weekday)) != 0

    def on_day(self, days_from_today: int) -> Flags:
        """Return what takes place today (0), tomorrow (1), … and is not over. Today is where each keeps its clock."""
        memory = self.memory
        found = np.zeros(memory.capacity, dtype=bool)
        wanted = self._todays + days_from_today
        over_before = self.seconds - memory.length
        for n in range(STARTS):
            starts = memory.starts[n]
            found |= (starts > over_before) & (starts != NEVER) & (self._local_days(starts) == wanted)
        return found

    @cached_property
    def _todays(self) -> NDArray[np.int32]:
        """Today's date as a number, by each meeting's clock."""
        memory = self.memory
        numbers = np.zeros(max(memory.zones, default=0) + 1, dtype=np.int32)
        for number, name in memory.zones.items():
            numbers[number] = self.now.astimezone(ZoneInfo(name)).toordinal() - _EPOCH_DAY
        todays = numbers[np.minimum(memory.zone, len(numbers) - 1)]
        if self.by_visitor is not None:
            todays[self.by_visitor] = self.now.astimezone(self.visitor_zone).toordinal() - _EPOCH_DAY
        return todays

    def _local_days(self, starts: NDArray[np.int32]) -> NDArray[np.int64]:
        memory = self.memory
        local = starts.astype(np.int64) + memory.offset.astype(np.int64) * 60
        days, beyond = np.divmod(local - memory.minute.astype(np.int64) * 60, _DAY_SECONDS)
        # `offset` is that of the first start: after a clock change the wall time seems an hour
        # off, which must not cost a day. A date that was moved to another hour is where it is.
        is_regular = (beyond <= _NEARLY) | (beyond >= _DAY_SECONDS - _NEARLY)
        days = np.where(is_regular, days + (beyond >= _DAY_SECONDS - _NEARLY), local // _DAY_SECONDS)
        if self.by_visitor is not None:
            there = starts[self.by_visitor]
            is_known = there != NEVER
            at = self.by_visitor[is_known]
            days[at] = (there[is_known] + self._visitor_offsets(there[is_known]) * 60) // _DAY_SECONDS
        return days

    def _visitor_offsets(self, starts: NDArray[np.int32]) -> NDArray[np.int64]:
        """Return the visitor's offset from UTC at each instant, in minutes."""
        steps, which = np.unique(starts.astype(np.int64) // _STEP, return_inverse=True)
        offsets = [
            (datetime.fromtimestamp(EPOCH + step * _STEP, self.visitor_zone).utcoffset() or timedelta())
            // timedelta(minutes=1)
            for step in steps.tolist()
        ]
        return np.array(offsets, dtype=np.int64)[which]


def between(minutes: NDArray[np.int16], first: int, end: int) -> Flags:
    """Return what starts from `first` until before `end`, over midnight when that is earlier."""
    if first < end:
        return (minutes >= first) & (minutes < end)
    return (minutes >= first) | ((minutes >= 0) & (minutes < end))
