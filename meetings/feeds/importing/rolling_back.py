"""Taking back what an import did."""

# ruff: noqa: S608 (names of tables and columns are ours; every value is a parameter)

import json
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import DO_NOTHING

from groups.enums import ImportAction, ImportOutcome, ListingState
from groups.models import Group, ImportChange, ImportRun, Source
from meetings.enums import TwinState
from meetings.feeds.importing.tables import GROUPS, MEETINGS, POSITION, VENUES, columns_as_json, write
from meetings.feeds.importing.writing import settle_group_states, write_traits
from meetings.finder import index
from meetings.models import Meeting, Trait

# What an import itself writes for a meeting.
_OWN_TABLES = ("meetings_meetingtrait", "meetings_sourcerow")


class CannotRollBack(Exception):
    """This run cannot be taken back; the message says why."""


def roll_back(run: ImportRun, *, now: datetime) -> None:
    """Put everything back as it was before the run.

    Newest first: only a source's latest import can be taken back, then the one before. What it
    created is deleted, or "gone" where something else already hangs on it; what it changed gets
    the values from before, except where a person changed them since; what it removed is back.
    Private contacts are in no record and stay as they are.

    Raises CannotRollBack.
    """
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=run.source_id)
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        _check(run)
        _RollBack(source, run, now=now).do()
        run.outcome, run.rolled_back_at = ImportOutcome.ROLLED_BACK, now
        run.save(update_fields=["outcome", "rolled_back_at"])
        # The next fetch must bring the feed again, changed or not.
        source.etag = source.last_modified = source.content_hash = ""
        source.save(update_fields=["etag", "last_modified", "content_hash"])


def _check(run: ImportRun) -> None:
    if run.rolled_back_at:
        raise CannotRollBack("This run was rolled back already.")
    if run.outcome != ImportOutcome.DONE:
        raise CannotRollBack("This run changed nothing.")
    later = ImportRun.objects.filter(source=run.source, outcome=ImportOutcome.DONE, pk__gt=run.pk)
    if ImportChange.objects.filter(run__in=later).exists():
        raise CannotRollBack("Later runs of this source changed something: roll them back first.")


class _RollBack:
    def __init__(self, source: Source, run: ImportRun, *, now: datetime):
        self._source = source
        self._run = run
        self._now = now
        self._traits = {f"{kind}/{slug}": pk for pk, kind, slug in Trait.objects.values_list("pk", "kind", "slug")}

    def do(self) -> None:
        with connection.cursor() as cursor:
            self._cursor = cursor
            self._cursor.execute("DROP TABLE IF EXISTS concerned")
            self._sql("CREATE TEMPORARY TABLE concerned (meeting_id bigint, group_id bigint) ON COMMIT DROP")
            self._changed()
            self._removed()
            self._shared("groups_group", GROUPS)
            self._shared("meetings_venue", VENUES)
            self._concern("updated", "before")
            self._concern("removed", "before")
            self._created()
            self._orphans()
            settle_group_states("SELECT group_id FROM concerned", {"now": self._now})
            self._sql(
                "SELECT meeting_id FROM concerned WHERE meeting_id IS NOT NULL UNION SELECT id FROM meetings_meeting"
                " WHERE group_id IN (SELECT group_id FROM concerned) UNION SELECT id FROM undone"
            )
            ids = [pk for (pk,) in self._cursor.fetchall()]
        if ids:
            index.refresh(ids, now=self._now)

    def _sql(self, text: str, **values: Any) -> None:
        self._cursor.execute(text, {"source": self._source.pk, "run": self._run.pk, "now": self._now, **values})

    def _changed(self) -> None:
        self._sql(
            "SELECT c.key, c.before, c.after, m.id, "
            + columns_as_json(MEETINGS, "m", ("group_id", "venue_id", "state"))
            + ", (SELECT jsonb_object_agg(t.kind || '/' || t.slug, mt.value) FROM meetings_meetingtrait mt"
            " JOIN meetings_trait t ON t.id = mt.trait_id WHERE mt.meeting_id = m.id)"
            " FROM groups_importchange c JOIN meetings_meeting m ON m.id = (c.before->>'meeting_id')::bigint"
            " WHERE c.run_id = %(run)s AND c.action = %(action)s FOR UPDATE OF m",
            action=ImportAction.UPDATED.value,
        )
        writes, traits = [], []
        for _key, before_text, after_text, pk, current_text, traits_text in self._cursor.fetchall():
            before, after, current = json.loads(before_text), json.loads(after_text), json.loads(current_text)
            here = json.loads(traits_text or "{}")
            writes.append(
                (
                    pk,
                    {
                        column: value
                        for column, value in before["meeting"].items()
                        if current[column] == after["meeting"][column]
                    },
                )
            )
            traits += [
                (pk, self._traits[name], value)
                for name, value in before["traits"].items()
                if name in self._traits and here.get(name) == after["traits"][name]
            ]
        write(MEETINGS, writes, more_columns=("group_id", "venue_id", "state"), now=self._now)
        write_traits(traits)
        # The contact is as the run left it; so is its mark, or the next import would take the
        # run's contact for a person's.
        self._sql(
            "UPDATE meetings_sourcerow r SET digest = c.before #>> '{row,digest}', values = CASE"
            " WHEN r.values #> '{group,contact_mark}' IS NULL"
            " THEN (c.before #> '{row,values}') #- '{group,contact_mark}' ELSE"
            " jsonb_set(c.before #> '{row,values}', '{group,contact_mark}', r.values #> '{group,contact_mark}') END"
            " FROM groups_importchange c WHERE c.run_id = %(run)s AND c.action = %(action)s AND c.before ? 'row'"
            " AND r.source_id = %(source)s AND r.key = c.key",
            action=ImportAction.UPDATED.value,
        )

    def _removed(self) -> None:
        self._sql(
            "UPDATE meetings_meeting m SET state = c.before #>> '{meeting,state}', updated_at = %(now)s"
            " FROM groups_importchange c WHERE c.run_id = %(run)s AND c.action = %(action)s"
            " AND m.id = (c.before->>'meeting_id')::bigint AND m.state = %(gone)s",
            action=ImportAction.REMOVED.value,
            gone=ListingState.GONE.value,
        )
        self._sql(
            "UPDATE meetings_sourcerow r SET digest = c.before->>'digest', values = r.values - 'gone_by_import'"
            " FROM groups_importchange c WHERE c.run_id = %(run)s AND c.action = %(action)s"
            " AND r.source_id = %(source)s AND r.key = c.key",
            action=ImportAction.REMOVED.value,
        )

    def _shared(self, name: str, table: Any) -> None:
        self._sql(
            "SELECT c.before->'columns', c.after->'columns', t.id, t.source_key, "
            + columns_as_json(table, "t")
            + f" FROM groups_importchange c JOIN {name} t ON t.id = (c.before->>'id')::bigint"
            " WHERE c.run_id = %(run)s AND c.before->>'table' = %(name)s ORDER BY c.id DESC FOR UPDATE OF t",
            name=name,
        )
        writes = []
        for before_text, after_text, pk, _key, current_text in self._cursor.fetchall():
            before, after, current = json.loads(before_text), json.loads(after_text), json.loads(current_text)
            if "source_key" in before:
                self._sql(f"UPDATE {name} SET source_key = %(key)s WHERE id = %(pk)s", key=before["source_key"], pk=pk)
                continue
            back = {column: value for column, value in before.items() if current[column] == after[column]}
            if any(column in before.keys() - back.keys() for column in POSITION):
                back = {column: value for column, value in back.items() if column not in POSITION}
            writes.append((pk, back))
        write(table, writes, now=self._now)
        column = "group_id" if name == "groups_group" else "venue_id"
        self._sql(
            f"INSERT INTO concerned SELECT id, group_id FROM meetings_meeting WHERE {column} = ANY(%(ids)s)",
            ids=[pk for pk, _change in writes],
        )

    def _concern(self, action: str, side: str) -> None:
        self._sql(
            "INSERT INTO concerned SELECT m.id, m.group_id FROM groups_importchange c JOIN meetings_meeting m"
            f" ON m.id = (c.{side}->>'meeting_id')::bigint WHERE c.run_id = %(run)s AND c.action = %(action)s",
            action=action,
        )
        self._sql(
            "INSERT INTO concerned SELECT NULL, (c.after #>> '{meeting,group_id}')::bigint FROM groups_importchange c"
            " WHERE c.run_id = %(run)s AND c.after #> '{meeting,group_id}' IS NOT NULL"
        )

    def _created(self) -> None:
        """Delete the meetings that the run made; where somebody added something since, they are "gone"."""
        self._cursor.execute("DROP TABLE IF EXISTS undone")
        # That two meetings look the same is found again; what somebody decided about them stays.
        self._sql(
            "DELETE FROM meetings_twins t USING groups_importchange c"
            " WHERE c.run_id = %(run)s AND c.action = %(action)s"
            " AND (c.after->>'meeting_id')::bigint IN (t.one_id, t.other_id) AND t.state = %(open)s",
            action=ImportAction.CREATED.value,
            open=TwinState.OPEN.value,
        )
        self._sql(
            "CREATE TEMPORARY TABLE undone ON COMMIT DROP AS SELECT m.id, ("
            + " OR ".join(
                f"EXISTS (SELECT FROM {table} o WHERE o.{column} = m.id)" for table, column in _additions(Meeting)
            )
            + ") AS is_used FROM meetings_meeting m JOIN groups_importchange c"
            " ON m.id = (c.after->>'meeting_id')::bigint WHERE c.run_id = %(run)s AND c.action = %(action)s",
            action=ImportAction.CREATED.value,
        )
        self._concern(ImportAction.CREATED.value, "after")
        self._sql(
            # One that a person took aside, or merged with another, does not come back with the next import.
            "WITH gone AS (UPDATE meetings_meeting m SET state = %(gone)s, updated_at = %(now)s FROM undone u"
            " WHERE u.id = m.id AND u.is_used AND m.state = %(public)s RETURNING m.id)"
            " UPDATE meetings_sourcerow r SET digest = '', values = CASE WHEN r.meeting_id IN (SELECT id FROM gone)"
            " THEN r.values || '{\"gone_by_import\": true}' ELSE r.values END"
            " FROM undone u WHERE u.id = r.meeting_id AND u.is_used",
            gone=ListingState.GONE.value,
            public=ListingState.PUBLIC.value,
        )
        for table in _OWN_TABLES:
            self._sql(f"DELETE FROM {table} t USING undone u WHERE t.meeting_id = u.id AND NOT u.is_used")
        self._sql("DELETE FROM meetings_meeting m USING undone u WHERE m.id = u.id AND NOT u.is_used")
        self._sql(
            "UPDATE concerned SET meeting_id = NULL WHERE meeting_id IN (SELECT id FROM undone WHERE NOT is_used)"
        )

    def _orphans(self) -> None:
        """Delete the groups and venues that came with the run and that nobody uses."""
        self._sql(
            "DELETE FROM groups_group g WHERE g.source_id = %(source)s AND g.created_at = %(started)s"
            " AND g.source_key <> ''"
            + "".join(
                f" AND NOT EXISTS (SELECT FROM {table} o WHERE o.{column} = g.id)"
                for table, column in _additions(Group)
            ),
            started=self._run.started_at,
        )
        self._sql(
            "DELETE FROM meetings_venue v WHERE v.source_id = %(source)s AND v.source_key <> ''"
            " AND NOT EXISTS (SELECT FROM meetings_meeting m WHERE m.venue_id = v.id)"
            " AND NOT EXISTS (SELECT FROM meetings_occurrence o WHERE o.venue_id = v.id)"
            " AND NOT EXISTS (SELECT FROM meetings_sourcerow r WHERE r.source_id = %(source)s"
            "  AND r.values->>'venue_key' = v.source_key)"
            # An earlier run that is taken back next puts its meetings where they were.
            " AND v.id NOT IN (SELECT (c.before #>> '{meeting,venue_id}')::bigint FROM groups_importchange c"
            "  JOIN groups_importrun r ON r.id = c.run_id WHERE r.source_id = %(source)s AND r.id < %(run)s"
            "  AND c.action = %(action)s AND r.rolled_back_at IS NULL"
            "  AND c.before #>> '{meeting,venue_id}' IS NOT NULL)",
            action=ImportAction.UPDATED.value,
        )


def _additions(model: type[Meeting] | type[Group]) -> list[tuple[str, str]]:
    """Return table and column of everything that may hang on a meeting or group and that no import makes.

    The meetings of a group are among them.
    """
    relations: list[Any] = [
        field
        for field in model._meta.get_fields(include_hidden=True)
        if field.auto_created and (field.one_to_many or field.one_to_one)
    ]
    places = [
        (relation.related_model._meta.db_table, relation.field.column)
        for relation in relations
        if relation.on_delete is not DO_NOTHING
    ]
    return [(table, column) for table, column in places if table not in _OWN_TABLES]
