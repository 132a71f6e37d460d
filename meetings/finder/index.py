"""Keeps the finder's narrow copy of public meetings true, and their next starts fresh.

Whoever changes meetings calls `refresh` with their ids, in the same transaction or after it;
once a minute `refresh_due` moves on those whose date is over.
"""

# ruff: noqa: S608 (what is put into SQL here are the names of columns, given below)

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from io import StringIO
from itertools import islice

from django.db import connection, transaction
from django.db.models import BooleanField, ExpressionWrapper

from groups.models import Approach, Fellowship
from groups.text import fold
from meetings import access, freshness, schedules
from meetings.finder import facts
from meetings.models import FinderEntry, FinderTerm, Meeting, MeetingTrait, Occurrence, Pause, Trait

logger = logging.getLogger(__name__)

BATCH = 5000
# How many dates an entry knows ahead. With four, the date in progress, today's and tomorrow's
# are known even when the entry is one date behind.
STARTS_KNOWN = 4
NAME_KEY_LENGTH = 120
# A private home is never placed exactly: two decimals are about a kilometre.
PRIVATE_DECIMALS = 2
# Words of different parts are not neighbours, so no phrase runs from one into the next.
_GAP = 10
# The facet of how far a listing can be trusted; nobody searches by it, the order asks.
TRUTH = "truth"
_LOCK = 0x6F63_6669  # one refresh at a time: readers rely on versions committed in order

_COLUMNS = (
    "meeting_id, is_listed, version, times_version, terms, text, name_key, latitude, longitude, zone_term, "
    "weekdays, start_minute, utc_offset, starts, length, ends_at"
)
_TIME_COLUMNS = ("weekdays", "start_minute", "utc_offset", "starts", "length", "ends_at")
_FIELDS = (
    "pk", "name", "rrule", "first_on", "last_on", "start_time", "duration", "time_zone",
    "in_person", "online", "by_phone", "any_time", "open_to", "is_good_first_visit", "own_belief", "own_covers",
    "group__name", "group__approach_id", "group__fellowship_id",
    "venue__name", "venue__area", "venue__town", "venue__region", "venue__postcode",
    "venue__latitude", "venue__longitude", "venue__is_private_home", "hides_place",
    "confirmed_at", "created_at", "last_seen_at",
)  # fmt: skip
# What a meeting's own row keeps of its times; this module alone writes it.
_DERIVED = ("weekdays", "next_starts_at", "next_ends_at")

# Meetings to be refreshed at the end of `gathered`.
_gathered: ContextVar[dict[int, None] | None] = ContextVar("gathered", default=None)


@dataclass(frozen=True, slots=True)
class Times:
    """When a meeting is, as an entry keeps it. No starts: by appointment, at any time, closed for now, or over."""

    weekdays: int = 0
    start_minute: int = -1
    utc_offset: int = 0
    starts: tuple[datetime, ...] = ()
    length: int = 0
    ends_at: datetime | None = None
    # The end as the group gives it, None when the length is unknown.
    known_ends_at: datetime | None = None

    @property
    def derived(self) -> tuple[list[int], datetime | None, datetime | None]:
        """What the meeting's own row keeps of it: the fields of `_DERIVED`."""
        weekdays = [day for day in range(7) if self.weekdays >> day & 1]
        return weekdays, self.starts[0] if self.starts else None, self.known_ends_at


def refresh(
    meeting_ids: Iterable[int] | None,
    *,
    now: datetime,
    progress: Callable[[int], None] | None = None,
    rules: "Rules | None" = None,
) -> int:
    """Make the finder's copy of these meetings true again; of all meetings for None.

    Also sets their `weekdays`, `next_starts_at` and `next_ends_at`. Meetings that are no
    longer public, or gone, are no longer found. Returns how many were read. Works in batches,
    each in a transaction of its own unless the caller is in one; `progress` is told how many
    are done. A few ten thousand meetings a second would be too much to ask: count on 6,000.
    `rules`, made for the same `now`, spare working out once more the dates they know already.
    """
    waiting = _gathered.get()
    if waiting is not None and meeting_ids is not None:
        before = len(waiting)
        waiting.update(dict.fromkeys(meeting_ids))
        return len(waiting) - before
    rules = rules or Rules(now)
    done = 0
    if meeting_ids is None:
        for ids in _all_ids():
            done += _refresh_batch(ids, rules)
            if progress:
                progress(done)
        _forget_the_gone()
        return done
    for ids in _batches(dict.fromkeys(meeting_ids), BATCH):
        done += _refresh_batch(ids, rules, leave_trace=True)
        if progress:
            progress(done)
    return done


@contextmanager
def gathered(*, now: datetime) -> Iterator[None]:
    """Refresh at the end, once and all together, what is to be refreshed meanwhile; nothing when it fails.

    For changes of many meetings in one transaction: the finder is held for its last moment alone.
    """
    waiting: dict[int, None] = {}
    token = _gathered.set(waiting)
    try:
        yield
    finally:
        _gathered.reset(token)
    refresh(waiting, now=now)


def refresh_due(*, now: datetime, limit: int = 50_000) -> int:
    """Move on the meetings whose date in progress or next has passed. Returns how many."""
    due = list(
        FinderEntry.objects.filter(is_listed=True, ends_at__lte=now)
        .order_by("ends_at", "pk")
        .values_list("pk", flat=True)[:limit]
    )
    rules = Rules(now)
    for ids in _batches(due, BATCH):
        _refresh_times(ids, rules)
    return len(due)


# What one meeting's truth is by SQL: the same as `freshness.freshness_of`, for all at once.
_AGED = """
SELECT e.meeting_id FROM meetings_finderentry AS e JOIN meetings_meeting AS m ON m.id = e.meeting_id,
LATERAL (SELECT m.in_person = 'open' AS has_room) AS r,
LATERAL (SELECT CASE WHEN has_room THEN %(room_ages)s ELSE %(ages)s END AS ages,
                CASE WHEN has_room THEN %(room_stale)s ELSE %(stale)s END AS stales) AS l,
LATERAL (SELECT coalesce(m.confirmed_at > %(now)s - ages, false) AS is_confirmed) AS c,
LATERAL (SELECT NOT is_confirmed AND coalesce(m.last_seen_at <= %(now)s - %(heard)s, true)
                AND coalesce(m.confirmed_at, m.created_at) <= %(now)s - stales AS is_stale) AS s
WHERE e.is_listed AND ((e.terms @> ARRAY[%(confirmed_term)s]) <> is_confirmed
                       OR (e.terms @> ARRAY[%(stale_term)s]) <> is_stale)
ORDER BY e.meeting_id LIMIT %(limit)s
"""


def refresh_aged(*, now: datetime, limit: int = 50_000) -> int:
    """Make the entries true of listings that aged, or were seen in their feed, since they were written.

    Returns how many were read anew. One look at every entry: for once an hour.
    """
    rules = Rules(now)
    room, afar = freshness.WITH_A_ROOM, freshness.FROM_AFAR
    values = {
        "now": now,
        "room_ages": timedelta(days=room.aging_after),
        "ages": timedelta(days=afar.aging_after),
        "room_stale": timedelta(days=room.stale_after),
        "stale": timedelta(days=afar.stale_after),
        "heard": freshness.FEED_IS_HEARD_FOR,
        "confirmed_term": rules.term(TRUTH, freshness.Freshness.CONFIRMED.value),
        "stale_term": rules.term(TRUTH, freshness.Freshness.STALE.value),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AGED, values)
        ids = [pk for (pk,) in cursor.fetchall()]
    return refresh(ids, now=now, rules=rules)


def _all_ids() -> Iterator[list[int]]:
    last = 0
    while ids := list(Meeting.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield ids
        last = ids[-1]


def _batches(items: Iterable[int], size: int) -> Iterator[list[int]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


# ── Rows ────────────────────────────────────────────────────────────────────


class Rules:
    """What every meeting of one refresh shares: approaches, fellowships, traits, term numbers."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        approaches = Approach.objects.only("slug", "belief", "covers", "for_whom", "open_closed")
        fellowships = Fellowship.objects.only("slug", "covers", "for_whom")
        self.approaches = {approach.pk: approach for approach in approaches}
        self.fellowships = {fellowship.pk: fellowship for fellowship in fellowships}
        self.traits = {pk: (kind, slug) for pk, kind, slug in Trait.objects.values_list("pk", "kind", "slug")}
        self.terms = {(term.facet, term.value): term.pk for term in FinderTerm.objects.all()}
        self.times_of_plain_rule = lru_cache(maxsize=100_000)(self._times_of_plain_rule)

    def term(self, facet: str, value: str) -> int:
        number = self.terms.get((facet, value))
        if number is None:
            number = FinderTerm.objects.get_or_create(facet=facet, value=value)[0].pk
            self.terms[facet, value] = number
        return number

    def times(self, row: dict, pauses: list[schedules.Pause], changes: list[schedules.Change]) -> Times:
        if (not row["rrule"] and row["first_on"] is None) or _is_closed(row):
            return Times()
        common = row["rrule"], row["start_time"], row["time_zone"], row["duration"]
        if row["first_on"] is None and row["last_on"] is None and not pauses and not changes:
            return self.times_of_plain_rule(*common)
        return self._times(
            *common, first_on=row["first_on"], last_on=row["last_on"], pauses=tuple(pauses), changes=tuple(changes)
        )

    # Thousands of meetings share "Tuesdays, 7 pm, New York, one hour".
    def _times_of_plain_rule(self, rrule, start_time, time_zone, duration) -> Times:
        return self._times(rrule, start_time, time_zone, duration)

    def _times(self, rrule, start_time, time_zone, duration, **bounds) -> Times:
        try:
            schedule = schedules.Schedule(
                rule=_parsed(rrule), start_time=start_time, time_zone=time_zone, duration=duration, **bounds
            )
        except (schedules.InvalidRule, schedules.InvalidSchedule):
            logger.warning("a meeting's rule cannot be read: %s", rrule)
            return Times()
        return times_of(schedule, now=self.now)


def times_of(schedule: schedules.Schedule, *, now: datetime) -> Times:
    """Return what an entry keeps of a schedule at an instant."""
    weekdays = sum(1 << day for day in schedules.weekday_set(schedule))
    start_minute = schedule.start_time.hour * 60 + schedule.start_time.minute
    first = schedules.current_or_next(schedule, now=now)
    if first is None:
        return Times(weekdays=weekdays, start_minute=start_minute)
    later = schedules.next_starts(schedule, after=first.starts_at + timedelta(microseconds=1), limit=STARTS_KNOWN - 1)
    offset = first.starts_at.astimezone(schedules.zone_named(schedule.time_zone)).utcoffset() or timedelta()
    ends_at = first.ends_at or first.starts_at + schedules.ASSUMED_DURATION
    return Times(
        weekdays=weekdays,
        start_minute=start_minute,
        utc_offset=round(offset / timedelta(minutes=1)),
        starts=(first.starts_at, *(start.starts_at for start in later)),
        length=round((ends_at - first.starts_at).total_seconds()),
        ends_at=ends_at,
        known_ends_at=first.ends_at,
    )


@lru_cache(maxsize=4096)
def _parsed(rrule: str) -> schedules.Rule:
    return schedules.parse_rrule(rrule)


def _refresh_batch(ids: list[int], rules: Rules, *, leave_trace: bool = False) -> int:
    with transaction.atomic():
        version = _begin()
        rows = {
            row["pk"]: row
            for row in Meeting.objects.public()
            .filter(pk__in=ids)
            .annotate(hides_place=ExpressionWrapper(access.place_is_hidden(), output_field=BooleanField()))
            .values(*_FIELDS, *_DERIVED)
        }
        traits, pauses, changes = _details(list(rows))
        times = {pk: rules.times(row, pauses[pk], changes[pk]) for pk, row in rows.items()}
        lines = StringIO()
        for pk, row in rows.items():
            lines.write(_line(version, row, traits[pk], times[pk], rules))
        _write_entries(lines)
        _write_next_starts(times, rows)
        gone = set(ids).difference(rows)
        if gone and leave_trace:
            FinderEntry.objects.filter(pk__in=gone, is_listed=True).update(is_listed=False, version=version)
        elif gone:
            FinderEntry.objects.filter(pk__in=gone).delete()
    return len(rows)


def _details(ids: list[int]) -> tuple[dict, dict, dict]:
    """Return traits, pauses and changes by meeting. Three queries."""
    traits, pauses, changes = defaultdict(list), defaultdict(list), defaultdict(list)
    said = MeetingTrait.objects.filter(meeting__in=ids).values_list("meeting", "trait", "value")
    for meeting_id, trait_id, value in said:
        traits[meeting_id].append((trait_id, value))
    for pause in Pause.objects.filter(meeting__in=ids):
        pauses[pause.meeting_id].append(pause.as_value())
    # A date that people are coming to has a row, and may be as by the rule all the same.
    as_by_the_rule = {"cancelled_at": None, "moved_to": None, "duration": None}
    for occurrence in Occurrence.objects.filter(meeting__in=ids).exclude(**as_by_the_rule):
        changes[occurrence.meeting_id].append(occurrence.as_change())
    return traits, pauses, changes


def spoken(row: dict, traits: Iterable[tuple[int, str]], rules: Rules) -> facts.Spoken:
    """Return what is known of a meeting, with the words of fellowship and approach filled in."""
    approach = rules.approaches[row["group__approach_id"]]
    fellowship = rules.fellowships.get(row["group__fellowship_id"])
    return facts.Spoken(
        approach=approach.slug,
        fellowship=fellowship.slug if fellowship else "",
        belief=row["own_belief"] or approach.belief,
        covers=row["own_covers"] or (fellowship.covers if fellowship else []) or approach.covers,
        for_whom=(fellowship.for_whom if fellowship else []) or approach.for_whom,
        in_person=row["in_person"],
        online=row["online"],
        by_phone=row["by_phone"],
        any_time=row["any_time"],
        open_to=row["open_to"],
        is_good_first_visit=row["is_good_first_visit"],
        approach_is_open=facts.is_custom_open(approach.open_closed),
        traits=[(*rules.traits[trait_id], value) for trait_id, value in traits],
    )


def _line(version: int, row: dict, traits: list, times: Times, rules: Rules) -> str:
    """Return the entry as a line for COPY. Folded words need no escaping."""
    terms = [rules.term(*fact) for fact in facts.facts(spoken(row, traits, rules))]
    terms += [rules.term(TRUTH, state) for state in _told_of_truth(row, rules.now)]
    is_placed = row["in_person"] == "open" and not row["hides_place"] and row["venue__latitude"] is not None
    latitude, longitude = (row["venue__latitude"], row["venue__longitude"]) if is_placed else (None, None)
    if is_placed and row["venue__is_private_home"]:
        latitude, longitude = round(latitude, PRIVATE_DECIMALS), round(longitude, PRIVATE_DECIMALS)
    has_schedule = row["rrule"] or row["first_on"] is not None
    cells = (
        row["pk"],
        # What has a schedule but no date left is over, and never found.
        "t" if times.starts or not has_schedule or _is_closed(row) else "f",
        version,
        version,
        _array(sorted(set(terms))),
        _vector(row),
        fold(row["name"])[:NAME_KEY_LENGTH],
        "\\N" if latitude is None else repr(latitude),
        "\\N" if longitude is None else repr(longitude),
        rules.term("zone", row["time_zone"]) if row["time_zone"] and has_schedule else 0,
        *_time_cells(times),
    )
    return "\t".join(map(str, cells)) + "\n"


def _told_of_truth(row: dict, now: datetime) -> Iterator[str]:
    """Yield whether a listing is confirmed, or stale; of one in between nothing is told."""
    state = freshness.freshness_of(
        row["confirmed_at"],
        in_person=row["in_person"],
        now=now,
        listed_at=row["created_at"],
        seen_in_feed_at=row["last_seen_at"],
    )
    if state is not freshness.Freshness.AGING:
        yield state.value


def _is_closed(row: dict) -> bool:
    """Closed for now: found by its name, never as on now or on a day."""
    return access.are_closed(row["in_person"], row["online"], row["by_phone"], row["any_time"])


# Writing instants out takes longer than knowing those of a shared rule again.
@lru_cache(maxsize=16_384)
def _time_cells(times: Times) -> tuple:
    return (
        times.weekdays,
        times.start_minute,
        times.utc_offset,
        _array(f'"{start.isoformat()}"' for start in times.starts),
        times.length,
        times.ends_at.isoformat() if times.ends_at else "\\N",
    )


def _array(items: Iterable) -> str:
    return "{" + ",".join(map(str, items)) + "}"


def _vector(row: dict) -> str:
    """Return the words of meeting, group and place with their positions, as PostgreSQL writes them.

    Approach and fellowship are not among them: `finder.words` knows their names by heart, and
    "anonymous" would be in every second row.
    """
    parts = [row["name"]]
    if row["group__name"] != row["name"]:
        parts.append(row["group__name"])
    if not row["hides_place"] and row["venue__town"] is not None:
        if not row["venue__is_private_home"]:
            parts.append(row["venue__name"])
        parts += [row["venue__area"], row["venue__town"], row["venue__region"], row["venue__postcode"]]
    positions: dict[str, list[str]] = {}
    position = 1
    for part in parts:
        for word in _folded_words(part):
            positions.setdefault(word, []).append(str(position))
            position += 1
        position += _GAP
    return " ".join(f"'{word}':{','.join(found[:200])}" for word, found in positions.items())


@lru_cache(maxsize=50_000)
def _folded_words(text: str) -> tuple[str, ...]:
    # A lexeme of PostgreSQL is at most 2,046 bytes long.
    return tuple(word[:200] for word in fold(text).split())


# ── Writing ─────────────────────────────────────────────────────────────────


def _begin() -> int:
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


def _write_entries(lines: StringIO) -> None:
    updates = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", ")[1:])
    with connection.cursor() as cursor:
        _fill(cursor, "finder_new", f"SELECT {_COLUMNS} FROM meetings_finderentry", _COLUMNS, lines)
        cursor.execute(
            f"INSERT INTO meetings_finderentry ({_COLUMNS}) SELECT {_COLUMNS} FROM finder_new ORDER BY meeting_id "
            f"ON CONFLICT (meeting_id) DO UPDATE SET {updates}"
        )


def _write_next_starts(times: dict[int, Times], rows: dict[int, dict]) -> None:
    """Set the meetings' own derived fields, where they differ."""
    differing = {
        pk: known for pk, known in times.items() if known.derived != tuple(rows[pk][name] for name in _DERIVED)
    }
    if not differing:
        return
    lines = StringIO()
    for pk, known in differing.items():
        lines.write(f"{pk}\t{_next_cells(known)}\n")
    columns = ", ".join(("id", *_DERIVED))
    with connection.cursor() as cursor:
        _fill(cursor, "finder_next", f"SELECT {columns} FROM meetings_meeting", columns, lines)
        cursor.execute(
            "UPDATE meetings_meeting AS m SET weekdays = n.weekdays, next_starts_at = n.next_starts_at,"
            " next_ends_at = n.next_ends_at FROM finder_next AS n WHERE m.id = n.id"
        )


@lru_cache(maxsize=16_384)
def _next_cells(known: Times) -> str:
    weekdays, *instants = known.derived
    return "\t".join((_array(weekdays), *(at.isoformat() if at else "\\N" for at in instants)))


def _refresh_times(ids: list[int], rules: Rules) -> None:
    with transaction.atomic():
        version = _begin()
        rows = {row["pk"]: row for row in Meeting.objects.filter(pk__in=ids).values(*_FIELDS[:12], *_DERIVED)}
        _traits, pauses, changes = _details(list(rows))
        times = {pk: rules.times(row, pauses[pk], changes[pk]) for pk, row in rows.items()}
        lines = StringIO()
        for pk, known in times.items():
            # A meeting whose last date is over is no longer found: that is a change of its own.
            is_listed = "t" if known.starts or _is_closed(rows[pk]) else "f"
            lines.write("\t".join(map(str, (pk, is_listed, version, *_time_cells(known)))) + "\n")
        columns = ", ".join(("meeting_id", "is_listed", "times_version", *_TIME_COLUMNS))
        updates = ", ".join(f"{name} = n.{name}" for name in ("is_listed", "times_version", *_TIME_COLUMNS))
        with connection.cursor() as cursor:
            _fill(cursor, "finder_times", f"SELECT {columns} FROM meetings_finderentry", columns, lines)
            cursor.execute(
                f"UPDATE meetings_finderentry AS e SET {updates}, version = CASE WHEN n.is_listed THEN e.version"
                " ELSE n.times_version END FROM finder_times AS n WHERE e.meeting_id = n.meeting_id AND e.is_listed"
            )
        _write_next_starts(times, rows)
        FinderEntry.objects.filter(pk__in=set(ids).difference(rows)).update(is_listed=False, version=version)


def _fill(cursor, name: str, like: str, columns: str, lines: StringIO) -> None:
    """Make a table for this transaction alone, shaped as a query's result, and fill it."""
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    cursor.execute(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {like} LIMIT 0")
    lines.seek(0)
    cursor.copy_expert(f"COPY {name} ({columns}) FROM STDIN", lines)


def _forget_the_gone() -> None:
    """Remove the entries of meetings that do not exist any more."""
    with transaction.atomic():
        _begin()
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM meetings_finderentry AS e WHERE NOT EXISTS"
                " (SELECT 1 FROM meetings_meeting AS m WHERE m.id = e.meeting_id)"
            )
            cursor.execute("ANALYZE meetings_finderentry")
