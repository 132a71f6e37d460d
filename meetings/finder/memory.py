"""The finder's entries in the memory of a process: read once, kept up with what changes.

300,000 meetings are read in about two seconds; after that each search asks the database for
the newest version, and only what changed is read.
"""

# ruff: noqa: S608 (what is put into SQL here are numbers)

from __future__ import annotations

import gc
import logging
import threading
import time

from django.db import DatabaseError, connection
from django.utils import timezone

from meetings.finder.columns import (
    EPOCH,
    NEVER,
    STARTS,
    Bits,
    Flags,
    Memory,
    Positions,
    count,
    keep,
    keep_answer,
    keep_near,
    pack,
    positions,
    unpack,
)
from meetings.finder.reading import FEW, moved_on, newest, read, with_changes
from recovery import process

__all__ = [
    "EPOCH",
    "FEW",
    "NEVER",
    "STARTS",
    "Bits",
    "Flags",
    "Memory",
    "Positions",
    "count",
    "current",
    "forget",
    "keep",
    "keep_answer",
    "keep_near",
    "pack",
    "positions",
    "unpack",
    "warm",
]

logger = logging.getLogger(__name__)

# More changes than these are read beside the searches, which go on with what was there: a
# search waits for what a host has just written, and not for an import.
SOME_CHANGES = 200
# For no longer than this do searches go on with what was there.
RIGHT_WITHIN_SECONDS = 30
# An entry knows four starts, so one that has moved on to its next is right for days without
# being read again.
MOVED_ON_EVERY_SECONDS = 60
# The collector goes through the oldest objects after so many looks at the younger ones, not after ten:
# in a worker they are what is kept, and that takes longer than a page.
OLD_ONES_SELDOM = 100

_lock = threading.Lock()
_current: Memory | None = None
_moved_on_at = 0.0
_right_at = 0.0
_is_reading = False


def current() -> Memory:
    """Return the entries as they are now. One query when nothing changed since the last search.

    After a change to many meetings of a large set, searches go on with what they have while
    it is read beside them.
    """
    global _current, _right_at
    version, times_version = newest()
    memory = _current
    if memory is not None and memory.version == version:
        _right_at = time.monotonic()
        if memory.times_version != times_version and memory.size >= FEW:
            if time.monotonic() - _moved_on_at > MOVED_ON_EVERY_SECONDS:
                _read_beside()
            return memory
        if memory.times_version == times_version:
            return memory
    with _lock:
        memory = _current
        if memory is None or memory.size < FEW or version < memory.version:
            _current = memory = read()
        elif memory.version != version:
            was_right = time.monotonic() - _right_at < RIGHT_WITHIN_SECONDS
            if was_right and (_is_reading or _has_changed_much(memory)):
                _read_beside()
                return memory
            _current = memory = with_changes(memory) or read()
        _right_at = time.monotonic()
    return memory


def warm() -> None:
    """Read the entries before the first search asks for them. Where there is no database yet, that one will."""
    try:
        _prepare(current())
    except DatabaseError:
        logger.warning("the finder's entries are not in memory yet: the database does not answer")
    finally:
        # A server that starts its workers as copies of this process must not share it.
        connection.close()
    _settle()


def _prepare(memory: Memory) -> None:
    """Work out what most searches ask, before they do."""
    from meetings.finder import names, selection, words

    selection.prepare(memory, now=timezone.now())
    if memory.size >= FEW:
        words.prepare(memory, names.current(memory).folded)


def _settle() -> None:
    """Keep the garbage collector from going through what stays for good: that takes longer than a search."""
    gc.collect()
    gc.freeze()
    young, middle, _old = gc.get_threshold()
    gc.set_threshold(young, middle, OLD_ONES_SELDOM)
    process.give_memory_back()


def forget() -> None:
    """Drop what is in memory; the next search reads everything anew."""
    global _current
    _current = None


def _has_changed_much(memory: Memory) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM meetings_finderentry WHERE version > {memory.version}"
            f" LIMIT {SOME_CHANGES + 1}) AS changed"
        )
        return cursor.fetchone()[0] > SOME_CHANGES


def _follow() -> None:
    """Bring the memory up to date, and swap it in when it has the answers to what most searches ask."""
    global _current, _moved_on_at
    old = _current
    memory = moved_on((with_changes(old) if old else None) or read())
    _prepare(memory)
    _current, _moved_on_at = memory, time.monotonic()


def _read_beside() -> None:
    global _is_reading
    if _is_reading:
        return
    _is_reading = True

    def read_and_swap() -> None:
        global _is_reading
        try:
            _follow()
            _settle()
        finally:
            _is_reading = False
            connection.close()

    threading.Thread(target=read_and_swap, name="finder-memory", daemon=True).start()
