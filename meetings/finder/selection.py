"""What a search has narrowed the meetings down to, and the counts beside every choice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import radians
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from meetings import geo
from meetings.enums import Attendance, TimeOfDay
from meetings.finder import memory as columns
from meetings.finder.clock import DAYS, MINUTES_OF, TODAY, TOMORROW, Clock
from meetings.finder.facts import TRUTH
from meetings.finder.memory import NEVER, Bits, Flags, Memory, Positions, count, keep, keep_near
from meetings.finder.names import Names
from meetings.freshness import Freshness
from meetings.models import FinderEntry

# Asked for several, a meeting must have all of these; of any other facet one is enough.
ALL_OF = frozenset({"access", "feature"})
# What a meeting may leave unsaid.
MAY_BE_UNSAID = frozenset({"format", "focus", "access", "feature", "language", "open", "first_visit"})

SORT_BY_TIME, SORT_BY_DISTANCE, SORT_BY_NAME = "time", "distance", "name"

# Conditions that ask the clock.
_BY_CLOCK = ("day", "time", "hours")
# Of more than these, those that start soon are looked at first.
_MANY = 2000
_HORIZONS = (3, 30)
# In minutes.
_STALE_SINKS_BY = np.int32(60)
_BEFORE_ALL = np.int32(-(2**30))


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition: who meets it, and who does not say."""

    facet: str
    yes: Bits
    unsaid: Bits | None = None

    def met(self, *, include_unsaid: bool) -> Bits:
        return self.yes | self.unsaid if include_unsaid and self.unsaid is not None else self.yes


class Selection:
    """Meetings in memory under some conditions.

    `visitor_zone` and `attendance` decide whose clock days and times are told by: a meeting
    in a room keeps its own, unless the search is for online meetings alone.
    """

    # What django-filter asks of whatever it narrows.
    model = FinderEntry

    def all(self) -> Selection:
        return self

    def __init__(
        self,
        memory: Memory,
        names: Names,
        *,
        now: datetime,
        visitor_zone: ZoneInfo | None = None,
        attendance: Iterable[str] = (),
    ) -> None:
        self.memory = memory
        self.names = names
        self.now = now
        self.visitor_zone = visitor_zone
        self.attendance = frozenset(attendance)
        self.clauses: list[Clause] = []
        # Who is within reach of the centre, once there is one, in the order of positions, and
        # how many kilometres off each is.
        self._near: Positions | None = None
        self._kilometres: NDArray[np.float64] = np.empty(0)
        self._rows_by_clock: dict[str, Bits] = {}
        # What was asked of the clock, to be asked of another one.
        self._clock_asked: list[tuple[Callable[..., None], tuple[Any, ...]]] = []

    # Conditions

    def having(self, facet: str, values: Iterable[str]) -> None:
        """Keep those with any of the values, or with all of them where people need all."""
        clause = self._having(facet, values)
        if clause:
            self.clauses.append(clause)

    def among(self, facet: str, bits: Bits) -> None:
        self.clauses.append(Clause(facet, bits))

    def within(self, latitude: float, longitude: float, km: float) -> None:
        """Keep those that are held in a room within so many kilometres."""
        self._near, self._kilometres, bits = keep_near(
            self.memory, (latitude, longitude, km), lambda: _around(self.memory, latitude, longitude, km)
        )
        self.among("near", bits)

    def distance(self, at: Positions) -> NDArray[np.float64] | None:
        """Return the kilometres from the centre of some who are within reach; None without a centre."""
        return None if self._near is None else self._kilometres[np.searchsorted(self._near, at)]

    def on_days(self, values: Iterable[str]) -> None:
        self._clock_asked.append((Selection.on_days, (values,)))
        self._any_by_clock("day", values)

    def at_times(self, values: Iterable[str]) -> None:
        self._clock_asked.append((Selection.at_times, (values,)))
        self._any_by_clock("time", values)

    def starting_between(self, first: int, end: int) -> None:
        """Keep those that start from one minute of the day until before another."""
        self._clock_asked.append((Selection.starting_between, (first, end)))
        self.among("hours", self.clock.between(first, end))

    def starting_soon(self, minutes: int) -> None:
        """Keep those in progress, and those that start within so many minutes."""
        self.among("soon", self.clock.within(minutes * 60))

    def _having(self, facet: str, values: Iterable[str]) -> Clause | None:
        rows = [(self._row(facet, value), self._row(f"not-{facet}", value)) for value in values]
        if not rows:
            return None
        together = np.bitwise_and if facet in ALL_OF else np.bitwise_or
        yes = together.reduce([said for said, _denied in rows])
        if facet not in MAY_BE_UNSAID:
            return Clause(facet, yes)
        could_be = together.reduce([said | ~denied for said, denied in rows])
        return Clause(facet, yes, could_be & ~yes)

    def _any_by_clock(self, facet: str, values: Iterable[str]) -> None:
        rows = [self.by_clock(value) for value in values]
        if rows:
            self.among(facet, np.bitwise_or.reduce(rows))

    def _row(self, facet: str, value: str) -> Bits:
        row = self.memory.row(facet, value)
        return self.memory.nothing() if row is None else row

    # What is left

    @property
    def depends_on_attendance(self) -> bool:
        """Whether the way to attend decides by whose clock some conditions are told."""
        return bool(self.visitor_zone and self._clock_asked)

    def attended(self, attendance: Iterable[str]) -> Selection:
        """Return the same conditions, days and times told as for these ways to attend; no way itself is a condition."""
        other = Selection(self.memory, self.names, now=self.now, visitor_zone=self.visitor_zone, attendance=attendance)
        other.clauses = [one for one in self.clauses if one.facet not in ("attendance", *_BY_CLOCK)]
        for ask, values in self._clock_asked:
            ask(other, *values)
        return other

    def matching(self, *, include_unsaid: bool = False, without: str = "") -> Bits:
        """Return who meets all conditions, those of one facet left out."""
        left = self.memory.listed
        for clause in self.clauses:
            if clause.facet != without:
                left = left & clause.met(include_unsaid=include_unsaid)
        return left

    def each_without(self, *, include_unsaid: bool = False) -> dict[str, Bits]:
        """Return who meets all conditions but those of one facet, for every facet that has some."""
        met: dict[str, Bits] = {}
        for clause in self.clauses:
            one = clause.met(include_unsaid=include_unsaid)
            met[clause.facet] = met[clause.facet] & one if clause.facet in met else one
        facets = list(met)
        # All before it and all after it: two passes, however many there are.
        after = [self.memory.listed]
        for facet in reversed(facets[1:]):
            after.append(after[-1] & met[facet])
        found, before = {}, self.memory.listed
        for facet in facets:
            found[facet] = before & after.pop()
            before = before & met[facet]
        return found

    # Counts

    def counts(self, facets: Sequence[str], left: Bits) -> dict[str, dict[str, int]]:
        """Return how many of these meetings have each value of some facets. One pass over their rows."""
        if not self.clauses and left is self.memory.listed:
            # The same for everybody.
            return keep(self.memory, ("counts", *facets), lambda: self._counts(facets, left))
        return self._counts(facets, left)

    def _counts(self, facets: Sequence[str], left: Bits) -> dict[str, dict[str, int]]:
        # Most searches leave few: then only the words that hold one are looked at.
        at = np.flatnonzero(left)
        if 4 * len(at) >= len(left):
            found = {}
            for facet in facets:
                values, rows = self._rows(facet)
                number = np.bitwise_count(self.memory.bits[rows] & left).sum(axis=1, dtype=np.int64)
                found[facet] = dict(zip(values, number.tolist(), strict=True))
            return found
        left = left[at]
        if len(facets) == 1:
            values, rows = self._rows(facets[0])
            numbers = np.bitwise_count(np.take(self.memory.bits[rows], at, axis=1) & left).sum(axis=1, dtype=np.int64)
            return {facets[0]: dict(zip(values, numbers.tolist(), strict=True))}
        # All at once, where the parts of the table are small.
        numbers = np.bitwise_count(np.take(self.memory.bits, at, axis=1) & left).sum(axis=1, dtype=np.int64)
        return {
            facet: dict(zip(values, numbers[rows].tolist(), strict=True))
            for facet in facets
            for values, rows in [self._rows(facet)]
        }

    def _rows(self, facet: str) -> tuple[list[str], slice | list[int]]:
        """Return a facet's values and their rows, a slice where they stand together."""
        rows_by_facet = keep(self.memory, "rows", lambda: _rows_by_facet(self.memory))
        return rows_by_facet.get(facet, ([], []))

    def counts_by_clock(self, values: Iterable[str], left: Bits) -> dict[str, int]:
        at = np.flatnonzero(left)
        if not len(at):
            return dict.fromkeys(values, 0)
        if 4 * len(at) >= len(left):
            return {value: count(self.by_clock(value) & left) for value in values}
        left = left[at]
        return {value: count(self.by_clock(value)[at] & left) for value in values}

    # Clock

    @cached_property
    def clock(self) -> Clock:
        by_visitor, whose = None, ""
        if self.visitor_zone:
            by_visitor, whose = self._row("clock", "visitor"), "not in a room"
            if self.attendance and Attendance.IN_PERSON not in self.attendance:
                by_visitor, whose = by_visitor | self._row("attendance", Attendance.ONLINE), "online"
        return Clock(self.memory, now=self.now, visitor_zone=self.visitor_zone, by_visitor=by_visitor, whose=whose)

    def by_clock(self, value: str) -> Bits:
        """Return who takes place on a day ("monday", "today") or at a time of day ("evening")."""
        if value not in self._rows_by_clock:
            if value in DAYS:
                row = self.clock.on_weekday(DAYS.index(value))
            elif value in (TODAY, TOMORROW):
                row = self.clock.on_day(int(value == TOMORROW))
            else:
                row = self.clock.between(*MINUTES_OF[TimeOfDay(value)])
            self._rows_by_clock[value] = row
        return self._rows_by_clock[value]

    # Order

    def in_order(self, left: Bits, sort: str, *, first: int, end: int) -> Positions:
        """Return the positions from `first` until before `end`, in order.

        By time: what is in progress, latest start first; then the next to start, the nearer
        first; then what has no time. A stale listing stands where one stands that starts an
        hour later, and of those that start together the confirmed ones come first. By
        distance: of equally near ones the next to start. The cost does not grow with `first`.
        """
        total = count(left)
        if first >= total:
            return np.empty(0, dtype=np.intp)
        end = min(end, total)
        if sort == SORT_BY_TIME and total > _MANY:
            left = self._starting_in_time(left, end)
        found = columns.positions(left)
        key = self._first_key(found, sort)
        if end - first < len(found):
            # What may stand in the window, without sorting all the rest: everything between
            # its first and last key.
            edges = np.partition(key, (first, end - 1))[[first, end - 1]]
            before = int(np.count_nonzero(key < edges[0]))
            inside = (key >= edges[0]) & (key <= edges[1])
            found, key = found[inside], key[inside]
            first, end = first - before, end - before
        # Positions differ, so every page has its own meetings and no others.
        if sort == SORT_BY_NAME:
            order = np.lexsort((found, key))
        else:
            then = SORT_BY_TIME if sort == SORT_BY_DISTANCE else SORT_BY_DISTANCE
            order = np.lexsort((found, self._first_key(found, then), ~self._are(Freshness.CONFIRMED, found), key))
        return found[order][first:end]

    def _starting_in_time(self, left: Bits, end: int) -> Bits:
        """Return those that start within the shortest time that holds enough of them."""
        for hours in _HORIZONS:
            if count(left & self.clock.within(hours * 3600)) >= end:
                # Those a stale one gives way to are among them.
                return left & self.clock.within((hours + 1) * 3600)
        return left

    def _first_key(self, found: Positions, sort: str) -> NDArray[np.int32] | NDArray[np.float64]:
        if sort == SORT_BY_NAME:
            return self.memory.name_rank[found]
        if sort == SORT_BY_DISTANCE:
            kilometres = self.distance(found)
            return np.zeros(len(found)) if kilometres is None else kilometres
        starts = self.clock.starts[found]
        # Minutes until the start; what is in progress comes before all, latest start first.
        ahead = (starts - np.int32(self.clock.seconds)) // np.int32(60)
        is_now = starts <= self.clock.seconds
        ahead[is_now] = _BEFORE_ALL - ahead[is_now]
        ahead[self._are(Freshness.STALE, found)] += _STALE_SINKS_BY
        ahead[starts == NEVER] = NEVER
        return ahead

    def _are(self, state: Freshness, found: Positions) -> Flags:
        """Tell of each position whether its listing is in this state of truth."""
        row = self.memory.row(TRUTH, state.value)
        if row is None:
            return np.zeros(len(found), dtype=np.bool_)
        return (row[found >> 6] >> (found & 63).astype(np.uint64) & np.uint64(1)).astype(np.bool_)


def prepare(memory: Memory, *, now: datetime) -> None:
    """Work out and keep with the memory what nearly every search asks of it."""
    clock = Clock(memory, now=now)
    _horizons = [clock.within(hours * 3600) for first in _HORIZONS for hours in (first, first + 1)]
    _days = [clock.on_weekday(weekday) for weekday in range(7)]
    _dates = [clock.on_day(ahead) for ahead in (0, 1)]
    _times = [clock.between(*minutes) for minutes in MINUTES_OF.values()]
    keep(memory, "rows", lambda: _rows_by_facet(memory))


def _rows_by_facet(memory: Memory) -> dict[str, tuple[list[str], slice | list[int]]]:
    found: dict[str, tuple[list[str], list[int]]] = {}
    for (facet, value), row in memory.row_of_fact.items():
        values, rows = found.setdefault(facet, ([], []))
        values.append(value)
        rows.append(row)
    # Rows of a facet stand together, but for those that came later.
    return {
        facet: (values, slice(rows[0], rows[-1] + 1) if rows[-1] - rows[0] + 1 == len(rows) else rows)
        for facet, (values, rows) in found.items()
    }


def _around(
    memory: Memory, latitude: float, longitude: float, km: float
) -> tuple[Positions, NDArray[np.float64], Bits]:
    """Return who is held within so many kilometres in the order of positions, how far off, and the row of them."""
    at, apart = within_reach(memory, latitude, longitude, km)
    if not np.all(at[1:] > at[:-1]):
        # Across the antimeridian there are two boxes.
        order = np.argsort(at)
        at, apart = at[order], apart[order]
    return at, apart, memory.of_positions(at)


def within_reach(
    memory: Memory, latitude: float, longitude: float, km: float, *, among: Positions | None = None
) -> tuple[Positions, NDArray[np.float64]]:
    """Return who is held within so many kilometres, and how far off, as `geo.distance_km` measures.

    Of all meetings, or of some.
    """
    all_at, all_apart = [], []
    latitudes = memory.latitude if among is None else memory.latitude[among]
    for box in geo.box_around(latitude, longitude, km):
        # A box leaves few to be measured; most are out of it by latitude already.
        at = np.flatnonzero((latitudes >= box.south) & (latitudes <= box.north))
        at = at if among is None else among[at]
        at = at[(memory.longitude[at] >= box.west) & (memory.longitude[at] <= box.east)]
        there, here = np.radians(memory.latitude[at].astype(np.float64)), radians(latitude)
        across = np.radians(memory.longitude[at].astype(np.float64) - longitude)
        half = np.sin((there - here) / 2) ** 2 + np.cos(here) * np.cos(there) * np.sin(across / 2) ** 2
        apart = 2 * geo.EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(half)))
        is_near = apart <= km
        all_at.append(at[is_near])
        all_apart.append(apart[is_near])
    return np.concatenate(all_at), np.concatenate(all_apart)
