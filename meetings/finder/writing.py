"""Writes the finder's copy, and what a meeting's own row keeps of its times, many rows at a time.

Each function runs in the caller's transaction, between `begin` and `end`.
"""

# ruff: noqa: S608 (what is put into SQL here are the names of columns, given by `entries`)

from functools import lru_cache
from io import StringIO

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from meetings.finder.entries import COLUMNS, DERIVED, TIME_COLUMNS, Times, array
from meetings.models.finder import TEXT_INDEX

_LOCK = 0x6F63_6669  # one refresh at a time: readers rely on versions committed in order


def begin() -> int:
    """Take the lock until the transaction ends, and return a version above all others.

    It is the time in microseconds, so that one that was rolled back never comes again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(
            "SELECT greatest((extract(epoch FROM clock_timestamp()) * 1000000)::bigint,"
            " (SELECT coalesce(max(version), 0) + 1 FROM meetings_finderentry),"
            " (SELECT coalesce(max(times_version), 0) + 1 FROM meetings_finderentry))"
        )
        return cursor.fetchone()[0]


def end() -> None:
    """Put the words of what was written in their order, once for all of it.

    Until then every search for words goes through them one by one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list(%s)", [TEXT_INDEX])


def write_entries(lines: StringIO) -> None:
    """Write whole entries, given as `entries.line` says them: new ones, and those that are there."""
    columns = ", ".join(COLUMNS)
    updates = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
    with connection.cursor() as cursor:
        _fill(cursor, "finder_new", f"SELECT {columns} FROM meetings_finderentry", columns, lines)
        cursor.execute(
            f"INSERT INTO meetings_finderentry ({columns}) SELECT {columns} FROM finder_new ORDER BY meeting_id "
            f"ON CONFLICT (meeting_id) DO UPDATE SET {updates}"
        )


def write_next_starts(times: dict[int, Times], rows: dict[int, dict]) -> None:
    """Set the meetings' own derived fields, where they differ."""
    differing = {pk: known for pk, known in times.items() if known.derived != tuple(rows[pk][name] for name in DERIVED)}
    if not differing:
        return
    lines = StringIO()
    for pk, known in differing.items():
        lines.write(f"{pk}\t{_next_cells(known)}\n")
    columns = ", ".join(("id", *DERIVED))
    with connection.cursor() as cursor:
        _fill(cursor, "finder_next", f"SELECT {columns} FROM meetings_meeting", columns, lines)
        cursor.execute(
            "UPDATE meetings_meeting AS m SET weekdays = n.weekdays, next_starts_at = n.next_starts_at,"
            " next_ends_at = n.next_ends_at FROM finder_next AS n WHERE m.id = n.id"
        )


@lru_cache(maxsize=16_384)
def _next_cells(known: Times) -> str:
    weekdays, *instants = known.derived
    return "\t".join((array(weekdays), *(at.isoformat() if at else "\\N" for at in instants)))


def write_times(lines: StringIO) -> None:
    """Write the times of entries that are listed, given as `entries.line_of_times` says them."""
    names = ("is_listed", "times_version", *TIME_COLUMNS)
    columns = ", ".join(("meeting_id", *names))
    updates = ", ".join(f"{name} = n.{name}" for name in names)
    with connection.cursor() as cursor:
        _fill(cursor, "finder_times", f"SELECT {columns} FROM meetings_finderentry", columns, lines)
        cursor.execute(
            f"UPDATE meetings_finderentry AS e SET {updates}, version = CASE WHEN n.is_listed THEN e.version"
            " ELSE n.times_version END FROM finder_times AS n WHERE e.meeting_id = n.meeting_id AND e.is_listed"
        )


def _fill(cursor: CursorWrapper, name: str, like: str, columns: str, lines: StringIO) -> None:
    """Make a table for this transaction alone, shaped as a query's result, and fill it."""
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    cursor.execute(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {like} LIMIT 0")
    lines.seek(0)
    cursor.copy_expert(f"COPY {name} ({columns}) FROM STDIN", lines)


def forget_the_gone() -> None:
    """Remove the entries of meetings that do not exist any more."""
    with transaction.atomic():
        begin()
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM meetings_finderentry AS e WHERE NOT EXISTS"
                " (SELECT 1 FROM meetings_meeting AS m WHERE m.id = e.meeting_id)"
            )
            cursor.execute("ANALYZE meetings_finderentry")
