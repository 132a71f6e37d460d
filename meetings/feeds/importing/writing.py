"""What came in -> meetings made, changed, gone and come back, each change recorded."""

# ruff: noqa: S608 (names of tables and columns are ours; every value is a parameter)

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from groups.enums import GroupState, ImportAction, ListingState
from groups.models import ImportRun, Source
from meetings.copying import copy_rows
from meetings.feeds.importing import known, sharing
from meetings.feeds.importing.known import Known
from meetings.feeds.importing.tables import (
    GROUPS,
    MEETINGS,
    VENUES,
    columns_as_json,
    merge,
    tell_planner,
    tell_planner_of_growth,
    write,
)
from meetings.models import Trait

_CHANGE_COLUMNS = ("run_id", "key", "action", "before", "after")


@dataclass(slots=True)
class Written:
    created: int = 0
    conflicts: int = 0
    meeting_ids: list[int] = field(default_factory=list)


class Writer:
    """Writes one import. Everything happens in the caller's transaction."""

    def __init__(self, source: Source, run: ImportRun, *, now: datetime, is_first: bool):
        self._source = source
        self._run = run
        self._now = now
        self._is_first = is_first
        self._traits = {f"{kind}/{slug}": pk for pk, kind, slug in Trait.objects.values_list("pk", "kind", "slug")}
        self._written = Written()

    def write(self, vanished: Iterable[str]) -> Written:
        """Write what is in `incoming` and `touched`, and let go what vanished."""
        with connection.cursor() as cursor:
            self._cursor = cursor
            self._sql("DROP TABLE IF EXISTS vanishing, dated")
            self._sql("CREATE TEMPORARY TABLE vanishing (key text) ON COMMIT DROP")
            copy_rows("vanishing", ("key",), ((key,) for key in vanished))
            self._sql("ANALYZE vanishing")
            groups = sharing.settle_groups(self._source, now=self._now, is_first=self._is_first)
            venues = sharing.settle_venues(self._source, now=self._now, is_first=self._is_first)
            self._create()
            if not self._is_first:
                self._change()
            self._keep_rows()
            self._let_go()
            self._settle_groups_left()
            for kind, shared in (("group", groups), ("venue", venues)):
                self._record_shared(kind, shared)
            self._touch()
            self._collect(groups, venues)
        return self._written

    def _sql(self, text: str, **values: Any) -> None:
        self._cursor.execute(text, {"source": self._source.pk, "run": self._run.pk, "now": self._now, **values})

    # ── Meetings ────────────────────────────────────────────────────────────
    def _create(self) -> None:
        self._sql("SELECT count(*) FROM incoming WHERE NOT is_known")
        self._written.created = self._cursor.fetchone()[0]
        if not self._written.created:
            return
        # Apart from the wide rows, which are then written once only.
        self._sql("DROP TABLE IF EXISTS named_meetings")
        self._sql(
            "CREATE TEMPORARY TABLE named_meetings ON COMMIT DROP AS"
            " SELECT key, public_id, slugs, NULL::text AS slug FROM incoming WHERE NOT is_known"
        )
        sharing.give_slugs(self._cursor, "named_meetings", "meetings_meeting", choices=3)
        tell_planner(self._cursor, "named_meetings", "key, slug")
        clock = self._now.isoformat()
        own = {"source_id": self._source.pk, "created_at": clock, "updated_at": clock, "last_seen_at": clock}
        self._sql(
            "WITH plain AS MATERIALIZED (SELECT jsonb_populate_record(NULL::meetings_meeting, %(defaults)s) AS one)"
            " INSERT INTO meetings_meeting SELECT r.* FROM plain p, incoming i JOIN named_meetings n ON n.key = i.key"
            " JOIN groups_group g ON g.source_id = %(source)s AND g.source_key = i.group_key"
            " LEFT JOIN meetings_venue v ON v.source_id = %(source)s AND v.source_key = i.venue_key,"
            " LATERAL jsonb_populate_record(p.one, (i.row_values->'meeting') || coalesce(i.dates, '{}')"
            " || jsonb_build_object('id', i.meeting_id, 'public_id', i.public_id, 'slug', n.slug,"
            " 'group_id', g.id, 'venue_id', v.id, 'source_key', i.key,"
            " 'source_updated_at', i.updated_at)) r WHERE NOT i.is_known",
            defaults=json.dumps(MEETINGS.defaults() | own),
        )
        self._sql(
            "INSERT INTO meetings_meetingtrait (meeting_id, trait_id, value)"
            " SELECT i.meeting_id, t.id, f.value FROM incoming i,"
            " LATERAL jsonb_each_text(i.row_values->'traits') f(name, value)"
            " JOIN meetings_trait t ON t.kind = split_part(f.name, '/', 1) AND t.slug = split_part(f.name, '/', 2)"
            " WHERE NOT i.is_known AND i.row_values ? 'traits'"
        )
        self._sql(
            "INSERT INTO groups_importchange (run_id, key, action, before, after)"
            " SELECT %(run)s, i.key, %(action)s, NULL, jsonb_build_object('meeting_id', i.meeting_id,"
            " 'public_id', i.public_id, 'name', i.row_values #>> '{meeting,name}',"
            " 'rrule', i.row_values #>> '{meeting,rrule}', 'start_time', i.row_values #>> '{meeting,start_time}',"
            " 'town', i.row_values #>> '{venue,town}')"
            " FROM incoming i WHERE NOT i.is_known",
            action=ImportAction.CREATED.value,
        )
        created = self._written.created
        tell_planner_of_growth(self._cursor, "meetings_meeting", created, "id, source_id, group_id, venue_id, state")
        tell_planner_of_growth(self._cursor, "meetings_meetingtrait", created, "meeting_id, trait_id")

    def _change(self) -> None:
        """Set what the feed changed, field by field, around what people corrected."""
        defaults = MEETINGS.defaults()
        self._sql(
            "UPDATE incoming i SET meeting_id = r.meeting_id FROM meetings_sourcerow r"
            " WHERE i.is_known AND r.source_id = %(source)s AND r.key = i.key"
        )
        self._sql(
            "SELECT i.key, m.id, r.digest, r.values, i.row_values, ng.id, nv.id, g.source_key, v.source_key, "
            + columns_as_json(MEETINGS, "m", ("group_id", "venue_id", "state", "first_on"))
            + ", (SELECT jsonb_object_agg(t.kind || '/' || t.slug, mt.value) FROM meetings_meetingtrait mt"
            " JOIN meetings_trait t ON t.id = mt.trait_id WHERE mt.meeting_id = m.id)"
            " FROM incoming i JOIN meetings_sourcerow r ON r.source_id = %(source)s AND r.key = i.key"
            " JOIN meetings_meeting m ON m.id = r.meeting_id JOIN groups_group g ON g.id = m.group_id"
            " LEFT JOIN meetings_venue v ON v.id = m.venue_id"
            " JOIN groups_group ng ON ng.source_id = %(source)s AND ng.source_key = i.group_key"
            " LEFT JOIN meetings_venue nv ON nv.source_id = %(source)s AND nv.source_key = i.venue_key"
            " WHERE i.is_known ORDER BY i.key FOR UPDATE OF m"
        )
        writes, trait_writes = [], []
        records: list[tuple[Any, ...]] = []
        for row in known.decoded(self._cursor.fetchall()):
            change, kept = merge(row.base, row.new, row.current, MEETINGS, defaults)
            self._place(row, change, kept)
            known.keep_sound(row.current, change, kept)
            if row.current["state"] == ListingState.GONE and row.old.get("gone_by_import"):
                change["state"] = ListingState.PUBLIC.value
            traits, traits_kept = known.merge_traits(row)
            if traits_kept:
                kept["traits"] = traits_kept
            if kept:
                self._written.conflicts += 1
                records.append((self._run.pk, row.key, ImportAction.CONFLICT.value, None, json.dumps(kept)))
            before = {
                "meeting_id": row.meeting_id,
                "row": {"digest": row.digest, "values": row.old},
                "meeting": {column: row.current[column] for column in change},
                "traits": {name: row.traits.get(name) for name in traits},
            }
            after = {"meeting_id": row.meeting_id, "meeting": change, "traits": traits}
            records.append((self._run.pk, row.key, ImportAction.UPDATED.value, json.dumps(before), json.dumps(after)))
            writes.append((row.meeting_id, change))
            trait_writes += [(row.meeting_id, self._traits[name], value) for name, value in traits.items()]
        write(MEETINGS, writes, more_columns=("group_id", "venue_id", "state"), now=self._now)
        write_traits(trait_writes)
        copy_rows("groups_importchange", _CHANGE_COLUMNS, records)

    def _place(self, row: Known, change: dict[str, Any], kept: dict[str, Any]) -> None:
        """Follow the feed to another group or venue, unless a person had put the meeting elsewhere."""
        for kind, here_key, target in (
            ("group", row.group_key_here, row.group_id),
            ("venue", row.venue_key_here, row.venue_id),
        ):
            column = f"{kind}_id"
            if row.current[column] == target:
                continue
            is_as_the_feed_had_it = here_key in (row.old.get(f"{kind}_key"), row.values.get(f"{kind}_key"))
            if is_as_the_feed_had_it:
                change[column] = target
            elif row.old.get(f"{kind}_key") != row.values.get(f"{kind}_key"):
                kept[column] = {"feed": target, "kept": row.current[column]}

    # ── Rows of the feed ────────────────────────────────────────────────────
    def _keep_rows(self) -> None:
        self._sql(
            "INSERT INTO meetings_sourcerow (source_id, key, digest, values, meeting_id, run_id)"
            " SELECT %(source)s, key, digest, row_values, meeting_id, %(run)s FROM incoming"
            " WHERE meeting_id IS NOT NULL"
            " ON CONFLICT (source_id, key) DO UPDATE SET digest = excluded.digest, values = excluded.values,"
            " run_id = excluded.run_id"
        )
        # Without it the planner may take 300,000 rows for a few and join them one by one.
        tell_planner_of_growth(self._cursor, "meetings_sourcerow", self._written.created, "source_id, key, meeting_id")
        self._sql(
            "UPDATE meetings_sourcerow r SET digest = t.digest FROM touched t"
            " WHERE r.source_id = %(source)s AND r.key = t.key"
        )

    def _let_go(self) -> None:
        """Meetings no longer in the feed are gone; those that a person took aside stay as they are."""
        self._sql(
            "INSERT INTO groups_importchange (run_id, key, action, before, after)"
            " SELECT %(run)s, r.key, %(action)s, jsonb_build_object('meeting_id', m.id, 'digest', r.digest,"
            " 'meeting', jsonb_build_object('state', m.state)), jsonb_build_object('meeting_id', m.id, 'meeting',"
            " jsonb_build_object('state', CASE WHEN m.state = %(public)s THEN %(gone)s ELSE m.state END))"
            " FROM vanishing x JOIN meetings_sourcerow r ON r.source_id = %(source)s AND r.key = x.key"
            " JOIN meetings_meeting m ON m.id = r.meeting_id",
            action=ImportAction.REMOVED.value,
            public=ListingState.PUBLIC.value,
            gone=ListingState.GONE.value,
        )
        self._sql(
            "WITH gone AS (UPDATE meetings_meeting m SET state = %(gone)s, updated_at = %(now)s"
            " FROM vanishing x JOIN meetings_sourcerow r ON r.source_id = %(source)s AND r.key = x.key"
            " WHERE m.id = r.meeting_id AND m.state = %(public)s RETURNING m.id)"
            " UPDATE meetings_sourcerow r SET digest = '', run_id = %(run)s, values = CASE WHEN r.meeting_id IN"
            " (SELECT id FROM gone) THEN r.values || '{\"gone_by_import\": true}' ELSE r.values END"
            " FROM vanishing x WHERE r.source_id = %(source)s AND r.key = x.key",
            public=ListingState.PUBLIC.value,
            gone=ListingState.GONE.value,
        )

    def _settle_groups_left(self) -> None:
        """A group whose meetings are all gone is gone with them, and comes back with the first of them."""
        settle_group_states(
            "SELECT m.group_id FROM meetings_meeting m JOIN meetings_sourcerow r ON r.meeting_id = m.id"
            " WHERE r.source_id = %(source)s AND (r.key IN (SELECT key FROM vanishing)"
            " OR r.key IN (SELECT key FROM incoming WHERE is_known))"
            " UNION SELECT (c.before #>> '{meeting,group_id}')::bigint FROM groups_importchange c"
            " WHERE c.run_id = %(run)s AND c.before #> '{meeting,group_id}' IS NOT NULL",
            {"source": self._source.pk, "run": self._run.pk, "now": self._now},
        )

    def _touch(self) -> None:
        if self._is_first:
            return
        self._sql(
            "CREATE TEMPORARY TABLE dated ON COMMIT DROP AS SELECT r.meeting_id, i.updated_at FROM"
            " (SELECT key, updated_at FROM touched UNION ALL SELECT key, updated_at FROM incoming WHERE is_known) i"
            " JOIN meetings_sourcerow r ON r.source_id = %(source)s AND r.key = i.key WHERE i.updated_at IS NOT NULL"
        )
        self._sql("ANALYZE dated")
        self._sql(
            "UPDATE meetings_meeting m SET source_updated_at = d.updated_at FROM dated d"
            " WHERE m.id = d.meeting_id AND m.source_updated_at IS DISTINCT FROM d.updated_at"
        )
        # Kept to the hour: writing 300,000 rows anew each time to say "still there" helps nobody.
        self._sql(
            "UPDATE meetings_meeting m SET last_seen_at = %(now)s FROM meetings_sourcerow r"
            " WHERE r.source_id = %(source)s AND r.digest <> '' AND m.id = r.meeting_id"
            " AND (m.last_seen_at IS NULL OR m.last_seen_at < %(now)s - interval '1 hour')"
        )

    # ── The record of the run ───────────────────────────────────────────────
    def _record_shared(self, kind: str, shared: sharing.Shared) -> None:
        table = GROUPS if kind == "group" else VENUES
        records: list[tuple[Any, ...]] = [
            (
                self._run.pk,
                f"{kind} {key}"[:255],
                ImportAction.UPDATED.value,
                json.dumps({"table": table.name, "id": pk, "columns": before}),
                json.dumps({"table": table.name, "id": pk, "columns": after}),
            )
            for pk, key, before, after in shared.changed
        ]
        records += [
            (self._run.pk, f"{kind} {key}"[:255], ImportAction.CONFLICT.value, None, json.dumps(kept))
            for key, kept in shared.conflicts
        ]
        self._written.conflicts += len(shared.conflicts)
        copy_rows("groups_importchange", _CHANGE_COLUMNS, records)

    def _collect(self, groups: sharing.Shared, venues: sharing.Shared) -> None:
        self._sql(
            "SELECT meeting_id FROM incoming WHERE meeting_id IS NOT NULL"
            " UNION SELECT r.meeting_id FROM meetings_sourcerow r JOIN vanishing x ON x.key = r.key"
            " WHERE r.source_id = %(source)s UNION SELECT id FROM meetings_meeting"
            # Each by its own index: with OR, every meeting of the house would be read.
            " WHERE group_id = ANY(%(groups)s) UNION SELECT id FROM meetings_meeting"
            " WHERE venue_id = ANY(%(venues)s) UNION SELECT m.id FROM meetings_meeting m"
            " JOIN groups_that_changed c ON c.group_id = m.group_id",
            groups=groups.changed_ids,
            venues=venues.changed_ids,
        )
        self._written.meeting_ids = [pk for (pk,) in self._cursor.fetchall()]


def settle_group_states(chosen: str, values: dict[str, Any]) -> None:
    """Make the state of these groups follow their meetings; the changed ones are in `groups_that_changed`.

    Only between public and gone: a group that a person took aside stays so.
    """
    states = {"public": GroupState.PUBLIC.value, "gone": GroupState.GONE.value}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS groups_that_changed")
        cursor.execute("CREATE TEMPORARY TABLE groups_that_changed (group_id bigint) ON COMMIT DROP")
        cursor.execute(
            "WITH changed AS (UPDATE groups_group g SET updated_at = %(now)s,"
            " state = CASE WHEN g.state = %(public)s THEN %(gone)s ELSE %(public)s END"
            f" WHERE g.id IN ({chosen}) AND g.state IN (%(public)s, %(gone)s) AND (g.state = %(gone)s) ="
            " EXISTS (SELECT FROM meetings_meeting m WHERE m.group_id = g.id AND m.state <> %(gone)s) RETURNING g.id)"
            " INSERT INTO groups_that_changed SELECT id FROM changed",
            values | states,
        )
        cursor.execute("ANALYZE groups_that_changed")


def write_traits(rows: Iterable[tuple[int, int, str | None]]) -> None:
    """Set traits of meetings; a value of None takes the trait away."""
    rows = list(rows)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS traits_said")
        cursor.execute(
            "CREATE TEMPORARY TABLE traits_said (meeting_id bigint, trait_id bigint, value text) ON COMMIT DROP"
        )
        copy_rows("traits_said", ("meeting_id", "trait_id", "value"), rows)
        cursor.execute(
            "DELETE FROM meetings_meetingtrait t USING traits_said s"
            " WHERE t.meeting_id = s.meeting_id AND t.trait_id = s.trait_id AND s.value IS NULL"
        )
        cursor.execute(
            "INSERT INTO meetings_meetingtrait (meeting_id, trait_id, value)"
            " SELECT meeting_id, trait_id, value FROM traits_said WHERE value IS NOT NULL"
            " ON CONFLICT (meeting_id, trait_id) DO UPDATE SET value = excluded.value"
        )
