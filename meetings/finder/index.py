"""Keeps the finder's narrow copy of public meetings true, and their next starts fresh.

Whoever changes meetings calls `refresh` with their ids, in the same transaction or after it;
once a minute `refresh_due` moves on those whose date is over.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from io import StringIO
from itertools import islice

from django.db import connection, transaction
from django.db.models import BooleanField, ExpressionWrapper
from django.db.models.expressions import RawSQL

from meetings import access, freshness
from meetings.finder import entries, facts, writing
from meetings.finder.entries import Rules
from meetings.models import FinderEntry, Meeting, MeetingTrait, Occurrence, Pause

BATCH = 5000

# Meetings to be refreshed at the end of `gathered`.
_gathered: ContextVar[dict[int, None] | None] = ContextVar("gathered", default=None)


def refresh(
    meeting_ids: Iterable[int] | None,
    *,
    now: datetime,
    progress: Callable[[int], None] | None = None,
    rules: Rules | None = None,
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
        writing.forget_the_gone()
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
        "confirmed_term": rules.term(facts.TRUTH, freshness.Freshness.CONFIRMED.value),
        "stale_term": rules.term(facts.TRUTH, freshness.Freshness.STALE.value),
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


def _refresh_batch(ids: list[int], rules: Rules, *, leave_trace: bool = False) -> int:
    with transaction.atomic():
        version = writing.begin()
        rows = {
            row["pk"]: row
            for row in Meeting.objects.public()
            .filter(pk__in=ids)
            .annotate(hides_place=ExpressionWrapper(access.place_is_hidden(), output_field=BooleanField()))
            .values(*entries.FIELDS, *entries.DERIVED)
        }
        traits, pauses, changes = _details(list(rows))
        times = {pk: rules.times(row, pauses[pk], changes[pk]) for pk, row in rows.items()}
        lines = StringIO()
        for pk, row in rows.items():
            lines.write(entries.line(version, row, traits[pk], times[pk], rules))
        writing.write_entries(lines)
        writing.write_next_starts(times, rows)
        gone = set(ids).difference(rows)
        if gone and leave_trace:
            FinderEntry.objects.filter(pk__in=gone, is_listed=True).update(is_listed=False, version=version)
        elif gone:
            FinderEntry.objects.filter(pk__in=gone).delete()
        writing.end()
    return len(rows)


def _refresh_times(ids: list[int], rules: Rules) -> None:
    with transaction.atomic():
        version = writing.begin()
        rows = {
            row["pk"]: row for row in Meeting.objects.filter(pk__in=ids).values(*entries.TIME_FIELDS, *entries.DERIVED)
        }
        _traits, pauses, changes = _details(list(rows))
        times = {pk: rules.times(row, pauses[pk], changes[pk]) for pk, row in rows.items()}
        lines = StringIO()
        for pk, known in times.items():
            lines.write(entries.line_of_times(version, rows[pk], known))
        writing.write_times(lines)
        writing.write_next_starts(times, rows)
        FinderEntry.objects.filter(pk__in=set(ids).difference(rows)).update(is_listed=False, version=version)
        writing.end()


def _details(ids: list[int]) -> tuple[dict, dict, dict]:
    """Return traits, pauses and changes by meeting. Three queries."""
    traits, pauses, changes = defaultdict(list), defaultdict(list), defaultdict(list)
    # As one value: to write thousands into a statement, and to read them there, takes longer than the answer.
    these = RawSQL("SELECT unnest(%s::bigint[])", [ids])
    said = MeetingTrait.objects.filter(meeting__in=these).values_list("meeting", "trait", "value")
    for meeting_id, trait_id, value in said:
        traits[meeting_id].append((trait_id, value))
    for pause in Pause.objects.filter(meeting__in=these):
        pauses[pause.meeting_id].append(pause.as_value())
    # A date that people are coming to has a row, and may be as by the rule all the same.
    as_by_the_rule = {"cancelled_at": None, "moved_to": None, "duration": None}
    for occurrence in Occurrence.objects.filter(meeting__in=these).exclude(**as_by_the_rule):
        changes[occurrence.meeting_id].append(occurrence.as_change())
    return traits, pauses, changes
