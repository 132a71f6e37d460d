"""Rows that are new or may have changed -> a table of their own, where SQL can compare them."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import time
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils.dateparse import parse_duration
from django.utils.text import slugify

from groups.identifiers import new_public_id
from groups.models import Fellowship, Source
from meetings import access, contacts
from meetings.copying import copy_rows
from meetings.enums import ChannelState, TraitKind, TraitValue
from meetings.feeds.decoding import Feed
from meetings.feeds.importing.comparing import HALF, Comparison, digest
from meetings.feeds.importing.tables import MEETINGS, tell_planner
from meetings.feeds.locating import Locator
from meetings.feeds.readers import Reader
from meetings.feeds.rows import Row, Skipped, SkipRow
from meetings.finder.entries import Rules

BATCH = 5_000
_DAYS = {"MO": "monday", "TU": "tuesday", "WE": "wednesday", "TH": "thursday", "FR": "friday", "SA": "saturday",
         "SU": "sunday"}  # fmt: skip
_ADDRESS = ("name", "street", "area", "town", "region", "postcode", "country")
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_NOTHING: tuple[Any, ...] = ("", None, [], {})

_TABLES = """
CREATE TEMPORARY TABLE incoming (
    key text NOT NULL, digest text NOT NULL, row_values jsonb NOT NULL, group_key text NOT NULL, venue_key text,
    contact text, updated_at timestamptz, is_known boolean NOT NULL, public_id text, slugs text[], group_slugs text[],
    meeting_id bigint, dates jsonb
) ON COMMIT DROP;
CREATE TEMPORARY TABLE touched (key text NOT NULL, digest text NOT NULL, updated_at timestamptz) ON COMMIT DROP;
"""
_INCOMING = ("key", "digest", "row_values", "group_key", "venue_key", "contact", "updated_at", "is_known", "public_id",
             "slugs", "group_slugs", "meeting_id", "dates")  # fmt: skip


@dataclass(slots=True)
class Homes:
    """What the source's meetings belong to."""

    approach_id: int
    fellowship_id: int | None
    approach_of_fellowship: dict[str, tuple[int, int]] = field(default_factory=dict)
    for_teens: frozenset[int] = frozenset()

    @classmethod
    def of(cls, source: Source) -> "Homes":
        assert source.approach_id is not None
        listed = Fellowship.objects.order_by().values_list("slug", "pk", "approach_id", "is_for_teens")
        return cls(
            source.approach_id,
            source.fellowship_id,
            {slug: (approach, pk) for slug, pk, approach, _is_for_teens in listed},
            frozenset(pk for _slug, pk, _approach, is_for_teens in listed if is_for_teens),
        )


@dataclass(slots=True)
class Taken:
    """What was read: counts of rows whose meaning is the same as before, and rows left out."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def take_in(
    source: Source,
    feed: Feed,
    reader: Reader,
    comparison: Comparison,
    *,
    rules: Rules,
    progress: Callable[[int], None] = lambda _done: None,
) -> Taken:
    """Read what may have changed into the temporary tables `incoming` and `touched`."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS incoming, touched")
        cursor.execute(_TABLES)
    taken = Taken()
    if comparison.to_read:
        _Intake(source, reader, comparison, taken, rules).read_all(feed, progress)
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX ON incoming (key)")
        # The wide columns are joined by nobody.
        tell_planner(cursor, "incoming", "key, group_key, venue_key, is_known, meeting_id, updated_at")
        tell_planner(cursor, "touched", "key")
    return taken


class _Intake:
    def __init__(self, source: Source, reader: Reader, comparison: Comparison, taken: Taken, rules: Rules):
        self._source_id = source.pk
        self._reader = reader
        self._comparison = comparison
        self._taken = taken
        self._rules = rules
        self._dates: dict[tuple[str, ...], str | None] = {}
        self._homes = Homes.of(source)
        self._locator = Locator()
        self._meaning_key = contacts.derived_key("feed meaning")
        self._sealed: dict[str, str] = {}

    def read_all(self, feed: Feed, progress: Callable[[int], None]) -> None:
        batch: list[tuple[int, Row]] = []
        for number, _raw, record in feed.records():
            if number not in self._comparison.to_read:
                continue
            try:
                batch.append((number, self._reader.read(record)))
            except SkipRow as reason:
                self._skip(number, str(reason))
            except (ValueError, ArithmeticError, LookupError, TypeError, RecursionError) as surprise:
                # Nobody thought of such a row yet. It is told, and the others go on.
                self._skip(number, f"it could not be read ({type(surprise).__name__})")
            if len(batch) >= BATCH:
                self._put(batch)
                batch = []
                progress(number)
        self._put(batch)

    def _put(self, batch: list[tuple[int, Row]]) -> None:
        """Settle the rows of a batch and write them where they belong."""
        self._locator.locate(row for _number, row in batch)
        marks = self._marks_before([self._key(number) for number, _row in batch])
        incoming, touched = [], []
        self._ids = iter(_new_ids(sum(self._key(number) not in self._comparison.known for number, _row in batch)))
        for number, row in batch:
            key = self._key(number)
            if not row.is_by_appointment and not row.meeting.get("time_zone"):
                self._skip(number, "no time zone could be found for it")
                continue
            known = self._comparison.known.get(key)
            values, mark = self._values(key, row)
            text = _as_json(values)
            meaning = digest(text.encode("utf-8", "replace"), self._meaning_key)
            both = self._comparison.text_digests[number - 1] + meaning
            if known and known[HALF:] == meaning and marks.get(key, "") == mark:
                self._taken.unchanged += 1
                touched.append((key, both, row.updated_at or None))
                continue
            if mark:
                values["group"]["contact_mark"] = mark
                text = _as_json(values)
            if known is None:
                self._taken.created += 1
            else:
                self._taken.updated += 1
            incoming.append(self._line(key, both, values, text, row, is_known=known is not None))
        copy_rows("incoming", _INCOMING, incoming)
        copy_rows("touched", ("key", "digest", "updated_at"), touched)

    def _marks_before(self, keys: list[str]) -> dict[str, str]:
        known = [key for key in keys if self._comparison.known.get(key)]
        if not known:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT r.key, r.values #>> '{group,contact_mark}' FROM meetings_sourcerow r"
                " WHERE r.source_id = %s AND r.key = ANY(%s) AND r.values #> '{group,contact_mark}' IS NOT NULL",
                [self._source_id, known],
            )
            return dict(cursor.fetchall())

    def _key(self, number: int) -> str:
        return self._comparison.keys[number - 1] or ""

    def _skip(self, number: int, reason: str) -> None:
        self._taken.skipped.append(Skipped(number, self._key(number), reason))

    def _values(self, key: str, row: Row) -> tuple[dict[str, Any], str]:
        """Return what is kept of the row, and a mark of its contact that cannot be turned back."""
        approach_id, fellowship_id = self._homes.approach_id, self._homes.fellowship_id
        group_key = row.group_key and f"g:{row.group_key}"
        if row.fellowship in self._homes.approach_of_fellowship:
            # Alateen's meetings in Al-Anon's feed are no part of the group they are listed under.
            approach_id, fellowship_id = self._homes.approach_of_fellowship[row.fellowship]
            group_key = group_key and f"{group_key}|{row.fellowship}"
        group = row.group | {"approach_id": approach_id, "fellowship_id": fellowship_id}
        values: dict[str, Any] = {
            "meeting": _said(row.meeting),
            "group": _said(group),
            "group_key": group_key[:255] or f"m:{key}"[:255],
        }
        if row.venue and row.meeting.get("in_person", ChannelState.NONE) != ChannelState.NONE:
            values["venue"] = _said(row.venue) | {"is_approximate": row.venue.get("is_approximate", False)}
            values["venue_key"] = _venue_key(row.venue)
        if row.traits:
            values["traits"] = row.traits
        if row.unknown_codes:
            values["unknown"] = sorted(set(row.unknown_codes))
        if row.left_out:
            values["left_out"] = sorted(set(row.left_out))
        mark = contacts.keyed_hash(_as_json(row.contact)) if row.contact else ""
        return values, mark

    def _is_for_teens(self, values: dict[str, Any]) -> bool:
        return (
            values["group"].get("fellowship_id") in self._homes.for_teens
            or values["meeting"].get("max_age", access.ADULT_AGE) < access.ADULT_AGE
            or values.get("traits", {}).get(f"{TraitKind.FOCUS}/{access.TEENS_SLUG}") == TraitValue.ONLY
        )

    def _line(self, key: str, both: str, values: dict[str, Any], text: str, row: Row, *, is_known: bool) -> tuple:
        # The address of a teen meeting's page does not tell its town either.
        town = "" if self._is_for_teens(values) else row.venue.get("town") or row.town[0]
        mark = values["group"].get("contact_mark", "")
        if mark and mark not in self._sealed:
            if len(self._sealed) > BATCH:
                self._sealed.clear()
            self._sealed[mark] = contacts.encrypt(row.contact).decode()
        return (
            key,
            both,
            text,
            values["group_key"],
            values.get("venue_key"),
            self._sealed.get(mark) if mark else None,
            row.updated_at or None,
            is_known,
            None if is_known else new_public_id(),
            [] if is_known else _slugs(row, town),
            _group_slugs(row.group["name"], town),
            None if is_known else next(self._ids),
            None if is_known else self._dates_of(row.meeting),
        )

    def _dates_of(self, meeting: dict[str, Any]) -> str | None:
        """Return the columns that the finder would set later, so that a new meeting is written once."""
        if not meeting.get("rrule"):
            return None
        what = tuple(meeting.get(name, "") for name in ("rrule", "start_time", "time_zone", "duration"))
        if what not in self._dates:
            self._dates[what] = self._worked_out(*what)
        return self._dates[what]

    def _worked_out(self, rrule: str, start_time: str, time_zone: str, duration: str) -> str | None:
        if not (start_time and time_zone):
            return None
        known = self._rules.times_of_plain_rule(
            rrule, time.fromisoformat(start_time), time_zone, parse_duration(duration) if duration else None
        )
        return _as_json(
            {
                "weekdays": [day for day in range(7) if known.weekdays >> day & 1],
                "next_starts_at": known.starts[0].isoformat() if known.starts else None,
                "next_ends_at": known.known_ends_at.isoformat() if known.known_ends_at else None,
            }
        )


def _new_ids(count: int) -> list[int]:
    """Return so many ids for meetings, taken from the sequence at once."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {MEETINGS.next_id()} FROM generate_series(1, %s)", [count])  # noqa: S608
        return [number for (number,) in cursor.fetchall()]


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in _NOTHING}


def _as_json(values: dict[str, Any]) -> str:
    return _ENCODER.encode(values)


def _venue_key(venue: dict[str, Any]) -> str:
    address = "\x1f".join(venue.get(part, "") for part in _ADDRESS).casefold()
    return hashlib.blake2b(address.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _slugs(row: Row, town: str) -> list[str]:
    """Return readable slugs, the plainest first, for the first that is free to be taken."""
    plainest = _joined(row.meeting["name"], town)
    days = row.meeting.get("rrule", "").rpartition("BYDAY=")[2]
    with_day = f"{plainest}-{_DAYS[days]}" if days in _DAYS else plainest
    at = row.meeting.get("start_time", "")[:5].replace(":", "")
    return [plainest, with_day, f"{with_day}-{at}" if at else with_day]


@lru_cache(maxsize=16_384)
def _slug(text: str) -> str:
    words = text.lower().split()
    # Most names are letters and spaces, and these are found out five times as fast.
    return "-".join(words) if text.isascii() and "".join(words).isalnum() else slugify(text)


def _group_slugs(name: str, town: str) -> list[str]:
    return [_slug(name)[:80].strip("-") or "group", _joined(name, town)]


# A meeting often has the name of its group.
@lru_cache(maxsize=1_024)
def _joined(name: str, town: str) -> str:
    first, second = _slug(name)[:60].strip("-"), _slug(town)[:30].strip("-")
    if second and second in first.split("-"):
        second = ""
    return "-".join(part for part in (first, second) if part) or "meeting"
