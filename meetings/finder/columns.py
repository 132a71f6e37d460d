"""The finder's entries in the memory of a process, column by column.

A search asks of every meeting at once: each term is a row of bits, one bit a meeting, so
that filters are ANDs of rows and the counts beside all choices are one pass over them.
300,000 meetings take about 25 MB.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

# Instants are kept as seconds since this one, so that they fit into 32 bits until 2088.
EPOCH = 1_577_836_800  # 2020-01-01 00:00 UTC
NEVER = int(np.iinfo(np.int32).max)
STARTS = 4
DAY = 86_400

Bits = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Positions = NDArray[np.intp]
Fact = tuple[str, str]

# How many rows are kept with a memory: the days of two quarters of an hour, the usual times,
# and some that people asked for.
MOST_KEPT = 64
MOST_WORDS_KEPT = 64
# What is small beside a row: the places a text may mean, numbers.
MOST_ANSWERS_KEPT = 256
# Who is near a place is kept while people change the rest of what they ask: in a large city that
# is as much as ten rows.
MOST_PLACES_KEPT = 8


@dataclass(frozen=True, slots=True)
class Memory:
    """Every entry, at the same position in all columns.

    Positions of the first reading are in the order of the ids; later ones follow as they
    came. No array is changed once a search can see it.
    """

    version: int
    times_version: int
    size: int  # positions in use
    ids: NDArray[np.int32] | NDArray[np.int64]  # as small as they may be
    starts: NDArray[np.int32]  # [which, position]; NEVER where there is none
    day_shifts: NDArray[np.int8]  # [which, position]; from a start's day by UTC to that in the meeting's zone
    length: NDArray[np.uint16]  # in minutes
    weekdays: NDArray[np.uint8]
    minute: NDArray[np.int16]
    offset: NDArray[np.int16]
    zone: NDArray[np.unsignedinteger[Any]]  # as `zones` numbers them
    latitude: NDArray[np.float32]  # right to a metre
    longitude: NDArray[np.float32]
    name_rank: NDArray[np.int32]  # in the order of names, with room between two for those that come later
    listed: Bits
    bits: Bits  # [row, word]
    row_of_fact: dict[Fact, int]
    row_of_term: dict[int, int]
    zones: dict[int, str]
    sorted_size: int  # so many positions are in the order of ids
    late: dict[int, int]  # position by id of those that came later
    # Rows that follow from the columns alone, kept by whoever worked them out first.
    kept: dict[Any, Any] = field(default_factory=dict)
    # Who is near some places, in the same way, and what is small.
    near: dict[Any, Any] = field(default_factory=dict)
    answers: dict[Any, Any] = field(default_factory=dict)
    # Who has some words in their own text, by PostgreSQL's tsquery, the last asked for at the end.
    words: dict[str, Bits] = field(default_factory=dict)
    # The same of words that very many have, which never make room for others.
    frequent: dict[str, Bits] = field(default_factory=dict)

    @property
    def capacity(self) -> int:
        return len(self.ids)

    def row(self, facet: str, value: str) -> Bits | None:
        """Return the meetings with this fact, None when there never was one."""
        row = self.row_of_fact.get((facet, value))
        return None if row is None else self.bits[row]

    def values(self, facet: str) -> list[str]:
        return [value for known, value in self.row_of_fact if known == facet]

    def days(self, which: int) -> NDArray[np.int32]:
        """Return the days of the first, second, … known starts in the meeting's zone, counted from EPOCH's."""
        return self.starts[which] // np.int32(DAY) + self.day_shifts[which]

    def seconds(self) -> NDArray[np.int32]:
        """Return how long each date takes."""
        return self.length * np.int32(60)

    def nothing(self) -> Bits:
        return np.zeros_like(self.listed)

    def positions_of(self, ids: NDArray[np.int64]) -> Positions:
        """Return the positions of those of these meetings that are here."""
        found = self.find(ids)
        return found[found >= 0]

    def find(self, ids: NDArray[np.int64]) -> Positions:
        """Return the position of each of these meetings, -1 for one that is not here."""
        known = self.ids[: self.sorted_size]
        # Of one kind with what is known, or all that is known would be copied.
        found = np.searchsorted(known, ids.astype(known.dtype))
        is_here = found < len(known)
        is_here[is_here] = known[found[is_here]] == ids[is_here]
        found[~is_here] = [self.late.get(pk, -1) for pk in ids[~is_here].tolist()]
        return found

    def of_words(self, queries: list[str]) -> list[Bits]:
        """Return who has each of some words in their own text. One query for all that are not kept."""
        kept = self.words | self.frequent
        unknown = [query for query in dict.fromkeys(queries) if query not in kept]
        kept |= zip(unknown, self._looked_up(unknown), strict=True)
        rows = {query: kept[query] for query in queries}
        for query in rows.keys() - self.frequent.keys():
            # Another search may make room meanwhile.
            self.words.pop(query, None)
            self.words[query] = rows[query]
        while len(self.words) > MOST_WORDS_KEPT:
            self.words.pop(next(iter(self.words)), None)
        return [rows[query] for query in queries]

    def keep_frequent(self, query: str) -> None:
        """Keep who has a word that very many have."""
        if query not in self.frequent:
            [self.frequent[query]] = self._looked_up([query])

    def _looked_up(self, queries: list[str]) -> list[Bits]:
        # Who has "recovery" need not be looked for again to know who has a word that begins with "rec".
        known = [self._frequent_below(query) for query in queries]
        rest = [" & !".join([query, *longer]) for query, longer in zip(queries, known, strict=True)]
        return [
            np.bitwise_or.reduce([self.of_ids(ids), *(self.frequent[query] for query in longer)])
            for ids, longer in zip(_ids_by_words(rest), known, strict=True)
        ]

    def _frequent_below(self, query: str) -> list[str]:
        """Return the frequent words that begin as the word of this query does, when it asks for beginnings."""
        beginning = query.removesuffix("':*")
        return [] if beginning == query else [longer for longer in self.frequent if longer.startswith(beginning)]

    def of_ids(self, ids: NDArray[np.int64]) -> Bits:
        return self.of_positions(self.positions_of(ids))

    def of_positions(self, positions: Positions) -> Bits:
        flags = np.zeros(self.capacity, dtype=bool)
        flags[positions] = True
        return pack(flags)


def pack(flags: Flags) -> Bits:
    """Return one flag a position as bits."""
    return np.packbits(flags, bitorder="little").view(np.uint64)


def unpack(bits: Bits) -> Flags:
    return np.unpackbits(bits.view(np.uint8), bitorder="little").view(np.bool_)


def keep(memory: Memory, key: Any, work_out: Callable[[], Any]) -> Any:
    """Return what is kept with the memory under a key; worked out when it is not there."""
    return _keep(memory.kept, MOST_KEPT, key, work_out)


def keep_near(memory: Memory, key: Any, work_out: Callable[[], Any]) -> Any:
    """Return who is near a place, in the same way."""
    return _keep(memory.near, MOST_PLACES_KEPT, key, work_out)


def keep_answer(memory: Memory, key: Any, work_out: Callable[[], Any]) -> Any:
    """Return what is small, in the same way: however many are asked for, rows do not make room for them."""
    return _keep(memory.answers, MOST_ANSWERS_KEPT, key, work_out)


def _keep(kept: dict[Any, Any], most: int, key: Any, work_out: Callable[[], Any]) -> Any:
    # What was asked for last stands at the end. Another thread may be as far, and work it out as well.
    found = kept.pop(key, None)
    if found is None:
        found = work_out()
    kept[key] = found
    while len(kept) > most:
        # What nobody asked for longest goes first; another thread may have been quicker.
        oldest, *_rest = kept
        kept.pop(oldest, None)
    return found


def positions(bits: Bits) -> Positions:
    return np.flatnonzero(unpack(bits))


def count(bits: Bits) -> int:
    return int(np.bitwise_count(bits).sum())


def _ids_by_words(queries: list[str]) -> list[NDArray[np.int64]]:
    """Return the meetings whose own text matches each query."""
    if not queries:
        return []
    found = "(SELECT string_agg(meeting_id::text, ' ') FROM meetings_finderentry WHERE text @@ %s::tsquery)"
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(found for _query in queries), queries)
        return [np.fromstring(ids or "", dtype=np.int64, sep=" ") for ids in cursor.fetchone()]
