"""Pairs of meetings that look like one: at the same place or link, at the same time, of near names.

The database finds who shares a place or link with a time, by keys that are joined once over
narrow rows; only those few are compared by name. Meetings of one source are left alone: its
owner lists them apart. So are two approaches or two fellowships in one house.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from groups.access import Scope
from groups.enums import GroupState, ListingState
from groups.models import Source
from groups.text import fold
from meetings import access
from meetings.copying import copy_rows
from meetings.enums import ChannelState, TwinState
from meetings.geo import distance_km
from meetings.models import Meeting, Twins

# Two feeds rarely agree about a door by more than this.
NEAR_KM = 0.2
_CELL = 0.004
NAMES_ALIKE = 70
# A place with more meetings at one time than this says nothing by being the same.
MOST_AT_ONCE = 40
_BATCH = 5_000

PLACE, LINK, TIME, NAME, GROUP_NAME = "place", "link", "time", "name", "group-name"

# Words that half of all names have.
_COMMON = re.compile(r"\b(?:the|group|groups|meeting|meetings|grupo|gruppe|groupe|aa|na|al anon|of|and|at)\b")

# One row for each meeting, day and key; a key is a cell of the map, a street, or a link.
_SLOTS = """
CREATE TEMPORARY TABLE slots ON COMMIT DROP AS
WITH listed AS MATERIALIZED (
    SELECT m.id, m.source_id, m.group_id, m.weekdays, m.start_time, m.next_starts_at, m.in_person, m.online,
           m.join_url, g.approach_id, g.fellowship_id, v.latitude, v.longitude, v.is_approximate,
           lower(btrim(v.street)) AS street, lower(btrim(v.town)) AS town
    FROM meetings_meeting m JOIN groups_group g ON g.id = m.group_id
    LEFT JOIN meetings_venue v ON v.id = m.venue_id AND m.in_person <> %(none)s
    WHERE m.state = ANY(%(states)s) AND g.state = %(public)s
), placed AS (
    SELECT l.*, d.day FROM listed l, LATERAL unnest(l.weekdays) d(day)
    WHERE l.start_time IS NOT NULL AND l.in_person <> %(none)s
)
SELECT id, source_id, group_id, approach_id, fellowship_id, 'map' AS kind,
       floor(latitude / %(cell)s)::int AS x, floor(longitude / %(cell)s)::int AS y,
       ''::text AS words, day::int AS day, start_time, NULL::timestamptz AS at, latitude, longitude
FROM placed WHERE latitude IS NOT NULL AND NOT is_approximate
UNION ALL
SELECT id, source_id, group_id, approach_id, fellowship_id, 'street', 0, 0,
       street || '|' || town, day::int, start_time, NULL, NULL, NULL
FROM placed WHERE street <> '' AND town <> ''
UNION ALL
SELECT id, source_id, group_id, approach_id, fellowship_id, 'link', 0, 0,
       coalesce('zoom/' || substring(lower(join_url) FROM 'zoom\\.us/[a-z]+/([0-9]{8,})'),
                regexp_replace(lower(split_part(join_url, '#', 1)), '^https?://(www\\.)?', '')),
       -1, NULL, next_starts_at, NULL, NULL
FROM listed WHERE join_url <> '' AND online <> %(none)s AND next_starts_at IS NOT NULL
"""
# The other side of a pair is looked for in the cell and its nearest neighbours.
_NEAR = """
CREATE TEMPORARY TABLE near_slots ON COMMIT DROP AS
SELECT s.*, c.x AS near_x, c.y AS near_y FROM slots s, LATERAL (
    SELECT floor(s.latitude / %(cell)s + dx)::int AS x, floor(s.longitude / %(cell)s + dy)::int AS y
    FROM (VALUES (-0.5), (0.5)) a(dx), (VALUES (-0.5), (0.5)) b(dy)
) c WHERE s.kind = 'map' AND {limits}
"""
_TELL_APART = (
    " {order} AND a.group_id <> b.group_id AND a.approach_id = b.approach_id"
    " AND (a.fellowship_id = b.fellowship_id OR a.fellowship_id IS NULL OR b.fellowship_id IS NULL)"
    " AND (a.source_id IS DISTINCT FROM b.source_id OR a.source_id IS NULL)"
)
_PAIRS = f"""
CREATE TEMPORARY TABLE pairs ON COMMIT DROP AS
SELECT least(one, other) AS one, greatest(one, other) AS other, array_agg(DISTINCT kind) AS kinds FROM (
    SELECT a.id AS one, b.id AS other, a.kind FROM slots a JOIN near_slots b
    ON b.near_x = a.x AND b.near_y = a.y AND b.day = a.day AND b.start_time = a.start_time
    AND abs(a.latitude - b.latitude) < 0.0021
    WHERE a.kind = 'map' AND {_TELL_APART}
    UNION ALL
    SELECT a.id, b.id, a.kind FROM slots a JOIN slots b
    ON b.words = a.words AND b.day = a.day AND b.start_time = a.start_time AND b.kind = a.kind
    WHERE a.kind = 'street' AND {_TELL_APART}
    UNION ALL
    SELECT a.id, b.id, a.kind FROM slots a JOIN slots b
    ON b.words = a.words AND b.at = a.at AND b.kind = a.kind
    WHERE a.kind = 'link' AND {_TELL_APART}
) found GROUP BY 1, 2
"""  # noqa: S608 (nothing in it comes from outside)
# What a crowd shares tells nobody apart: it would be compared with itself over and over.
_CROWDS = """
DELETE FROM slots s USING (
    SELECT kind, x, y, words, day, start_time, at FROM slots GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING count(*) > %(most)s
) c WHERE s.kind = c.kind AND s.x = c.x AND s.y = c.y AND s.words = c.words AND s.day = c.day
AND s.start_time IS NOT DISTINCT FROM c.start_time AND s.at IS NOT DISTINCT FROM c.at
"""


def find(*, now: datetime, source: Source | None = None) -> int:
    """Write down the pairs there are, of all listings or of one source's; return how many are open.

    What somebody decided about a pair stays. Open pairs that no longer look alike are let go.
    """
    with transaction.atomic():
        # Of one source, its own meetings are held against all others; of all, each pair comes once.
        limits = "s.source_id = %(source)s" if source else "true"
        order = "a.id <> b.id AND b.source_id = %(source)s" if source else "a.id < b.id"
        values = {
            "none": ChannelState.NONE.value,
            "states": [ListingState.PUBLIC.value, ListingState.PAUSED.value],
            "public": GroupState.PUBLIC.value,
            "cell": _CELL,
            "most": MOST_AT_ONCE,
            "source": source.pk if source else None,
        }
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS slots, near_slots, pairs, likely")
            cursor.execute(_SLOTS, values)
            cursor.execute(_CROWDS, values)
            cursor.execute("ANALYZE slots")
            cursor.execute(_NEAR.replace("{limits}", limits), values)
            cursor.execute("ANALYZE near_slots")
            cursor.execute(_PAIRS.replace("{order}", order), values)
            cursor.execute("SELECT one, other, kinds FROM pairs ORDER BY one, other")
            likely = list(_likely(cursor.fetchall()))
            cursor.execute(
                "CREATE TEMPORARY TABLE likely (one bigint, other bigint, likeness int, why jsonb) ON COMMIT DROP"
            )
            copy_rows("likely", ("one", "other", "likeness", "why"), likely)
            _write(cursor, source, now)
    return len(likely)


def open_pairs(scope: Scope) -> QuerySet[Twins]:
    """Return the pairs a curator may look at: one of the two is in their part. The likest first."""
    mine = Meeting.objects.filter(access.of_meetings(scope))
    pairs = Twins.objects.filter(state=TwinState.OPEN)
    if not scope.is_everything:
        pairs = pairs.filter(Exists(mine.filter(pk=OuterRef("one_id"))) | Exists(mine.filter(pk=OuterRef("other_id"))))

    return pairs.order_by("-likeness", "pk")


def _likely(pairs: list[tuple[int, int, list[str]]]) -> Iterator[tuple[int, int, int, str]]:
    """Yield the pairs that look alike by name too, with how much and why."""
    for start in range(0, len(pairs), _BATCH):
        batch = pairs[start : start + _BATCH]
        ids = {pk for one, other, _kinds in batch for pk in (one, other)}
        facts = {row["pk"]: row for row in _facts(ids)}
        for one, other, kinds in batch:
            if found := _compare(facts[one], facts[other], set(kinds)):
                likeness, why = found
                yield one, other, likeness, json.dumps(why)


def _facts(ids: set[int]) -> QuerySet[Any]:
    return Meeting.objects.filter(pk__in=ids).order_by().values(
        "pk", "name", "group__name", "venue__latitude", "venue__longitude", "venue__is_approximate"
    )  # fmt: skip


def _compare(one: dict[str, Any], other: dict[str, Any], kinds: set[str]) -> tuple[int, list[str]] | None:
    is_same_place = "street" in kinds or ("map" in kinds and _is_near(one, other))
    is_same_link = "link" in kinds
    if not (is_same_place or is_same_link):
        return None
    name = names_alike(one["name"], other["name"])
    group_name = max(
        names_alike(one["group__name"], other["group__name"]),
        names_alike(one["name"], other["group__name"]),
        names_alike(one["group__name"], other["name"]),
    )
    alike = max(name, group_name)
    if alike < NAMES_ALIKE and not is_same_link:
        return None
    why = [TIME]
    why += [PLACE] if is_same_place else []
    why += [LINK] if is_same_link else []
    why += [NAME] if name >= NAMES_ALIKE else []
    why += [GROUP_NAME] if name < NAMES_ALIKE <= group_name else []
    likeness = 40 + 0.5 * alike + (10 if is_same_link else 0)
    return min(100, round(likeness)), why


def names_alike(one: str, other: str) -> float:
    """Return how near two names are, 0 to 100: order, accents, capitals and common words aside."""
    # A web server's process compares no names, and does without the 2 MB.
    from rapidfuzz import fuzz

    first, second = _plain(one), _plain(other)
    if not first or not second:
        return 0.0
    # The set alone would take "Serenity" for the same as "Serenity by the Sea".
    return (fuzz.token_set_ratio(first, second) + fuzz.token_sort_ratio(first, second)) / 2


def _plain(name: str) -> str:
    folded = fold(name)
    return " ".join(_COMMON.sub(" ", folded).split()) or folded


def _is_near(one: dict[str, Any], other: dict[str, Any]) -> bool:
    apart = distance_km(
        one["venue__latitude"], one["venue__longitude"], other["venue__latitude"], other["venue__longitude"]
    )
    return apart <= NEAR_KM


def _write(cursor: Any, source: Source | None, now: datetime) -> None:
    values = {"now": now, "open": TwinState.OPEN.value, "source": source.pk if source else None}
    cursor.execute(
        "INSERT INTO meetings_twins (one_id, other_id, likeness, why, found_at, state)"
        " SELECT one, other, likeness, why, %(now)s, %(open)s FROM likely"
        " ON CONFLICT (one_id, other_id) DO UPDATE SET likeness = excluded.likeness, why = excluded.why"
        " WHERE meetings_twins.state = %(open)s"
        " AND (meetings_twins.likeness, meetings_twins.why) IS DISTINCT FROM (excluded.likeness, excluded.why)",
        values,
    )
    of_source = (
        " AND EXISTS (SELECT FROM meetings_meeting m WHERE m.id IN (t.one_id, t.other_id) AND m.source_id = %(source)s)"
        if source
        else ""
    )
    cursor.execute(
        "DELETE FROM meetings_twins t WHERE t.state = %(open)s"  # noqa: S608 (nothing in it comes from outside)
        " AND NOT EXISTS (SELECT FROM likely l WHERE l.one = t.one_id AND l.other = t.other_id)" + of_source,
        values,
    )


def pair_of(one: Meeting, other: Meeting) -> Q:
    """Return the condition on pairs for being of these two."""
    first, second = sorted((one.pk, other.pk))
    return Q(one=first, other=second)
