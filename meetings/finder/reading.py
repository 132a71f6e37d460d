"""The finder's entries out of the database: all of them, or what changed since."""

# ruff: noqa: S608 (what is put into SQL here are numbers and the names of columns, given below)

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Max
from numpy.typing import NDArray

from meetings.finder.columns import DAY, EPOCH, NEVER, STARTS, Bits, Fact, Memory, Positions, pack, unpack
from meetings.finder.facts import INCLUDED
from meetings.models import FinderEntry, FinderTerm

# With fewer entries than this, all are read anew after any change.
FEW = 5000
# Room for meetings and terms that come after the first reading.
SPARE_MEETINGS, SPARE_TERMS = 8192, 64
# Words that are kept are looked up for so many changes; after more they are asked for anew.
FOLLOWED_BY_WORDS = 200
# After more changes than these, everything is read anew.
MANY_CHANGES = 10_000
# A wall time that a clock change moved is still nearer to its own day than this.
_NEARLY = 3 * 3600
_CHUNK = 8192
_TERMS_KEPT, _TERMS_TEXT = 64, 400

_TIMES = (
    ("id", "i8", "meeting_id::int8"),
    ("is_listed", "u1", "is_listed"),
    *(
        (
            f"start_{n}",
            "i4",
            f"coalesce(least(extract(epoch FROM starts[{n}])::int8 - {EPOCH}, {NEVER - 1}), {NEVER})::int4",
        )
        for n in range(1, STARTS + 1)
    ),
    ("length", "i4", "length"),
    ("weekdays", "i2", "weekdays"),
    ("minute", "i2", "start_minute"),
    ("offset", "i2", "utc_offset"),
)
_WHOLE = (
    *_TIMES,
    ("zone", "i4", "zone_term"),
    ("latitude", "f8", "coalesce(latitude, 'NaN'::float8)"),
    ("longitude", "f8", "coalesce(longitude, 'NaN'::float8)"),
    ("terms", "i4", f"cardinality(terms[1:{_TERMS_KEPT}])"),
    (
        "terms_text",
        f"S{_TERMS_TEXT}",
        f"rpad(array_to_string(terms[1:{_TERMS_KEPT}], ' '), {_TERMS_TEXT})",
    ),
)


def newest() -> tuple[int, int]:
    """Return the versions of the newest change, of what meetings say and of when they are. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT max(version) FROM meetings_finderentry), max(times_version) FROM meetings_finderentry"
        )
        version, times_version = cursor.fetchone()
    return version or 0, times_version or 0


def read() -> Memory:
    """Read every listed entry."""
    # First the version: what changes while we read is read again by the next search.
    version, times_version = newest()
    row_of_fact, row_of_term, zones = _terms()
    listed = FinderEntry.objects.filter(is_listed=True).count()
    capacity = -(-(listed + (SPARE_MEETINGS if listed >= FEW else 64)) // 64) * 64
    columns = _empty_columns(capacity, zones)
    packed = np.zeros((len(row_of_fact) + SPARE_TERMS, capacity // 8), dtype=np.uint8)
    ranks = np.zeros(capacity, dtype=np.int32)
    size, last = 0, 0
    while size < capacity:
        limit = min(_CHUNK, capacity - size)
        rows = _copy(_WHOLE, f"is_listed AND meeting_id > {last} ORDER BY meeting_id LIMIT {limit}")
        if not len(rows):
            break
        _put_times(columns, slice(size, size + len(rows)), rows)
        _put_rest(columns, slice(size, size + len(rows)), rows)
        flags = np.zeros((len(row_of_fact), -(-len(rows) // 8) * 8), dtype=bool)
        at, of = _terms_of(rows, row_of_term)
        flags[of, at] = True
        # A chunk begins at a whole byte, because every one but the last is full.
        part = np.packbits(flags, axis=1, bitorder="little")
        packed[: len(part), size // 8 : size // 8 + part.shape[1]] = part
        last = int(rows["id"][-1])
        size += len(rows)
    _include(packed, row_of_fact)
    ranks[:size] = _name_ranks(columns["ids"][:size])
    is_listed = np.zeros(capacity, dtype=bool)
    is_listed[:size] = True
    return Memory(
        version=version,
        times_version=times_version,
        size=size,
        **columns,
        name_rank=ranks,
        listed=pack(is_listed),
        bits=packed.view(np.uint64),
        row_of_fact=row_of_fact,
        row_of_term=row_of_term,
        zones=zones,
        sorted_size=size,
        late={},
    )


def with_changes(memory: Memory) -> Memory | None:
    """Return the memory with what changed since, None when that is too much for it."""
    version, _times_version = newest()
    if version == memory.version:
        return memory
    rows = _copy(_WHOLE, f"version > {memory.version} LIMIT {MANY_CHANGES + 1}")
    row_of_fact, row_of_term, zones = _terms(memory)
    is_new = memory.find(rows["id"].astype(np.int64)) < 0
    new = rows[is_new & (rows["is_listed"] == 1)]
    size = memory.size + len(new)
    if len(rows) > MANY_CHANGES or size > memory.capacity or len(row_of_fact) > len(memory.bits):
        return None
    if any(rows[name].max(initial=0) > np.iinfo(column.dtype).max for name, column in _numbers_of(memory).items()):
        return None
    late = {**memory.late, **{pk: memory.size + n for n, pk in enumerate(new["id"].tolist())}}
    columns = {name: column.copy() for name, column in _columns_of(memory).items()}
    columns["ids"][memory.size : size] = new["id"]
    changed = replace(
        memory, version=version, size=size, **columns, late=late, row_of_fact=row_of_fact, row_of_term=row_of_term,
        zones=zones, kept={}, near={}, answers={}, words={},
    )  # fmt: skip
    rows = rows[~is_new | (rows["is_listed"] == 1)]
    ids = rows["id"].astype(np.int64)
    at = changed.find(ids)
    _put_times(columns, at, rows)
    _put_rest(columns, at, rows)
    ranks = memory.name_rank.copy()
    if not _put_ranks(changed, ranks, ids):
        return None
    # Only the words that hold a changed meeting are opened.
    flat = memory.bits.copy().view(np.uint8)
    mask = np.left_shift(1, at & 7).astype(np.uint8)
    for byte, bit in zip((at >> 3).tolist(), mask.tolist(), strict=True):
        flat[:, byte] &= 0xFF ^ bit
    which, of = _terms_of(rows, row_of_term)
    np.bitwise_or.at(flat, (of, at[which] >> 3), mask[which])
    _include(flat, row_of_fact)
    listed = unpack(memory.listed).copy()
    listed[at] = rows["is_listed"] == 1
    return replace(
        changed,
        name_rank=ranks,
        listed=pack(listed),
        bits=flat.view(np.uint64),
        **_words_with_changes(memory, changed, ids),
    )


def _words_with_changes(memory: Memory, changed: Memory, ids: NDArray[np.int64]) -> dict[str, dict[str, Bits]]:
    """Return the rows of words that are kept, right for those that changed too. One query."""
    if len(ids) > FOLLOWED_BY_WORDS:
        return {"words": {}, "frequent": {}}
    words, frequent = dict(memory.words), dict(memory.frequent)
    before = words | frequent
    if not before or not len(ids):
        return {"words": words, "frequent": frequent}
    with connection.cursor() as cursor:
        has = ", ".join("text @@ %s::tsquery" for _query in before)
        cursor.execute(
            f"SELECT meeting_id, {has} FROM meetings_finderentry WHERE meeting_id = ANY(%s)", [*before, ids.tolist()]
        )
        found = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 1 + len(before))
    at = changed.find(found[:, 0])
    rows = {}
    for n, (query, row) in enumerate(before.items(), start=1):
        flags = unpack(row).copy()
        flags[at] = found[:, n] == 1
        rows[query] = pack(flags)
    return {"words": {query: rows[query] for query in words}, "frequent": {query: rows[query] for query in frequent}}


def moved_on(memory: Memory) -> Memory:
    """Return the memory with the starts of those whose date has passed since."""
    _version, times_version = newest()
    if times_version == memory.times_version:
        return memory
    rows = _copy(_TIMES, f"times_version > {memory.times_version}")
    columns = {name: column.copy() for name, column in _columns_of(memory).items() if name in _TIME_COLUMNS}
    at = memory.find(rows["id"].astype(np.int64))
    _put_times(columns, at[at >= 0], rows[at >= 0])
    # Words do not depend on times.
    kept = {key: value for key, value in memory.kept.items() if key == "rows" or key[0] == "correction"}
    return replace(memory, times_version=times_version, kept=kept, **columns)


_TIME_COLUMNS = ("starts", "day_shifts", "length", "weekdays", "minute", "offset")


def _empty_columns(capacity: int, zones: dict[int, str]) -> dict[str, Any]:
    largest = FinderEntry.objects.aggregate(largest=Max("meeting_id"))["largest"] or 0
    # With room for what comes later.
    is_small = largest < np.iinfo(np.int32).max // 2
    return {
        "ids": np.zeros(capacity, dtype=np.int32 if is_small else np.int64),
        "starts": np.full((STARTS, capacity), NEVER, dtype=np.int32),
        "day_shifts": np.zeros((STARTS, capacity), dtype=np.int8),
        "length": np.zeros(capacity, dtype=np.uint16),
        "weekdays": np.zeros(capacity, dtype=np.uint8),
        "minute": np.full(capacity, -1, dtype=np.int16),
        "offset": np.zeros(capacity, dtype=np.int16),
        "zone": np.zeros(capacity, dtype=np.min_scalar_type(max(zones, default=0) + SPARE_TERMS)),
        "latitude": np.full(capacity, np.nan, dtype=np.float32),
        "longitude": np.full(capacity, np.nan, dtype=np.float32),
    }


def _numbers_of(memory: Memory) -> dict[str, np.ndarray]:
    """Return the columns of numbers that grow: they were made as small as they might be."""
    return {"id": memory.ids, "zone": memory.zone}


def _columns_of(memory: Memory) -> dict[str, Any]:
    return {name: getattr(memory, name) for name in (*_TIME_COLUMNS, "ids", "zone", "latitude", "longitude")}


def _put_times(columns: dict[str, Any], at: Any, rows: np.ndarray) -> None:
    for n in range(STARTS):
        starts = rows[f"start_{n + 1}"].astype(np.int64)
        columns["starts"][n, at] = starts
        days = _days(starts, rows["minute"].astype(np.int64), rows["offset"].astype(np.int64))
        columns["day_shifts"][n, at] = np.where(starts == NEVER, 0, days - starts // DAY)
    # Dates begin at whole minutes, so one that ends within a minute is over at the next.
    columns["length"][at] = -(-rows["length"] // 60)
    for name in ("weekdays", "minute", "offset"):
        columns[name][at] = rows[name]


def _days(starts: NDArray[np.int64], minute: NDArray[np.int64], offset: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the local day of each start.

    `offset` is that of the first start: after a clock change the wall time seems an hour off,
    which must not cost a day. A date that was moved to another hour is where it is.
    """
    local = starts + offset * 60
    days, beyond = np.divmod(local - minute * 60, DAY)
    is_late = beyond >= DAY - _NEARLY
    return np.where(is_late | (beyond <= _NEARLY), days + is_late, local // DAY)


def _put_rest(columns: dict[str, Any], at: Any, rows: np.ndarray) -> None:
    columns["ids"][at] = rows["id"]
    for name in ("zone", "latitude", "longitude"):
        columns[name][at] = rows[name]


def _terms_of(rows: np.ndarray, row_of_term: dict[int, int]) -> tuple[Positions, Positions]:
    """Return pairs: which of the rows, and the row of bits of a term it has."""
    terms = np.fromstring(np.ascontiguousarray(rows["terms_text"]).tobytes().decode(), dtype=np.int64, sep=" ")
    which = np.repeat(np.arange(len(rows)), rows["terms"])
    row_of = np.full(max(row_of_term, default=0) + 1, -1, dtype=np.intp)
    row_of[list(row_of_term)] = list(row_of_term.values())
    # A term made after we read the terms comes with a later version of its meeting.
    of = np.where(terms < len(row_of), row_of[np.minimum(terms, len(row_of) - 1)], -1)
    return which[of >= 0], of[of >= 0]


def _terms(memory: Memory | None = None) -> tuple[dict[Fact, int], dict[int, int], dict[int, str]]:
    """Return rows by fact and by number of the term, and the names of zones. One query.

    Facts of a facet stand together. With a memory its rows keep their place.
    """
    row_of_fact = dict(memory.row_of_fact) if memory else {}
    row_of_term = dict(memory.row_of_term) if memory else {}
    zones = dict(memory.zones) if memory else {}
    for pk, facet, value in FinderTerm.objects.order_by("facet", "pk").values_list("pk", "facet", "value"):
        if facet == "zone":
            zones[pk] = value
        elif pk not in row_of_term:
            for fact in ((facet, value), *INCLUDED.get((facet, value), ())):
                row_of_fact.setdefault(fact, len(row_of_fact))
            row_of_term[pk] = row_of_fact[facet, value]
    return row_of_fact, row_of_term, zones


def _include(rows: NDArray[np.uint8], row_of_fact: dict[Fact, int]) -> None:
    """Give whoever has a fact those that it includes."""
    for whole, parts in INCLUDED.items():
        if whole in row_of_fact:
            for part in parts:
                rows[row_of_fact[part]] |= rows[row_of_fact[whole]]


def _name_ranks(ids: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return each meeting's place in the order of names."""
    out = BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(
            "COPY (SELECT meeting_id FROM meetings_finderentry ORDER BY name_key, meeting_id) TO STDOUT", out
        )
    ordered = np.fromstring(out.getvalue().decode(), dtype=np.int64, sep="\n")
    # One that was not there yet when the order was asked for stands behind all others.
    ranks = np.full(len(ids), len(ordered), dtype=np.int32)
    where = np.searchsorted(ids, ordered)
    is_here = where < len(ids)
    is_here[is_here] = ids[where[is_here]] == ordered[is_here]
    ranks[where[is_here]] = np.flatnonzero(is_here)
    _spread(ranks)
    return ranks


def _spread(ranks: NDArray[np.int32]) -> None:
    """Number the ranks anew in their order, with as much room as there is before, between and behind them."""
    ranks[np.argsort(ranks, kind="stable")] = np.arange(1, len(ranks) + 1, dtype=np.int32) * np.int32(_room(len(ranks)))


def _room(size: int) -> int:
    # Those that come later may all stand behind the last.
    return int(np.iinfo(np.int32).max) // (size + 2 * SPARE_MEETINGS)


def _put_ranks(memory: Memory, ranks: NDArray[np.int32], ids: NDArray[np.int64]) -> bool:
    """Give each changed meeting a rank between its neighbours in the order of names; False where there is no room."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.meeting_id, n.meeting_id FROM meetings_finderentry AS e LEFT JOIN LATERAL ("
            " SELECT p.meeting_id FROM meetings_finderentry AS p"
            " WHERE p.is_listed AND (p.name_key, p.meeting_id) < (e.name_key, e.meeting_id)"
            " AND NOT p.meeting_id = ANY(%s)"
            " ORDER BY p.name_key DESC, p.meeting_id DESC LIMIT 1) AS n ON true"
            " WHERE e.meeting_id = ANY(%s) ORDER BY e.name_key, e.meeting_id",
            [ids.tolist(), ids.tolist()],
        )
        neighbours = cursor.fetchall()
    pairs = np.array([(pk, -1 if neighbour is None else neighbour) for pk, neighbour in neighbours], dtype=np.int64)
    if not len(pairs):
        return True
    at, before = memory.find(pairs[:, 0]), memory.find(pairs[:, 1])
    # Those behind the same neighbour keep their order among each other, all before the next.
    _neighbours, group, sizes = np.unique(before, return_inverse=True, return_counts=True)
    place = np.empty(len(pairs), dtype=np.int64)
    place[np.argsort(group, kind="stable")] = np.concatenate([np.arange(1, size + 1) for size in sizes])
    among = sizes[group] + 1
    others = np.ones(memory.size, dtype=bool)
    others[at] = False
    # Where there is too little room it is made once, which takes some 50 ms.
    for _try in range(2):
        known = np.sort(ranks[: memory.size][others]).astype(np.int64)
        below = np.where(before >= 0, ranks[before], known[0] - _room(memory.size) if len(known) else 0)
        known = np.append(known, (known[-1] if len(known) else 0) + _room(memory.size))
        above = known[np.searchsorted(known, below, side="right")]
        if (above - below >= among).all() and known[-1] <= np.iinfo(np.int32).max:
            ranks[at] = below + (above - below) * place // among
            return True
        _spread(ranks[: memory.size])
    return False


def _copy(columns: tuple[tuple[str, str, str], ...], where: str) -> np.ndarray:
    """Return rows of entries, as PostgreSQL sends rows whose columns all have one size and a value.

    Source: PostgreSQL's documentation of COPY, "Binary Format": a header of 19 bytes, for each
    row the number of columns and each column's size and value, big-endian, and a trailer of 2.
    """
    parts: list[tuple[str, str]] = [("columns", ">i2")]
    for name, kind, _sql in columns:
        parts += [(f"{name}_size", ">i4"), (name, kind if kind[0] in "Su" else f">{kind}")]
    out = BytesIO()
    with connection.cursor() as cursor:
        selected = ", ".join(sql for _name, _kind, sql in columns)
        cursor.copy_expert(
            f"COPY (SELECT {selected} FROM meetings_finderentry WHERE {where}) TO STDOUT (FORMAT binary)", out
        )
    return np.frombuffer(out.getbuffer()[19:-2], dtype=np.dtype(parts))
