"""Groups and venues, which several rows of a feed share.

Each row says something of its group and venue. Where rows differ, the first in the order of
their keys that says anything wins, so the order of the feed plays no part. A group or venue
all of whose rows now name another one that is not there yet was only renamed, and stays itself.
"""

# ruff: noqa: S608 (names of tables and columns are ours; every value is a parameter)

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from groups.identifiers import new_public_id
from groups.models import Source
from meetings import contacts
from meetings.copying import copy_rows
from meetings.feeds.importing.tables import GROUPS, VENUES, Table, columns_as_json, merge, tell_planner, write


@dataclass(slots=True)
class Shared:
    """What happened to groups or venues, for the record of the run."""

    changed: list[tuple[int, str, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    conflicts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    changed_ids: list[int] = field(default_factory=list)
    created: int = 0


def settle_groups(source: Source, *, now: datetime, is_first: bool) -> Shared:
    """Make, rename and change the groups of the rows that came in."""
    return _Settling(source, "group", GROUPS, now=now, is_first=is_first).run()


def settle_venues(source: Source, *, now: datetime, is_first: bool) -> Shared:
    """Likewise for venues."""
    return _Settling(source, "venue", VENUES, now=now, is_first=is_first).run()


class _Settling:
    def __init__(self, source: Source, kind: str, table: Table, *, now: datetime, is_first: bool):
        self._source = source
        self._kind = kind
        self._table = table
        self._now = now
        self._is_first = is_first
        self._defaults = table.defaults()
        self._outcome = Shared()

    def run(self) -> Shared:
        with connection.cursor() as cursor:
            self._cursor = cursor
            self._fold()
            if not self._is_first:
                self._rename()
                self._change()
            self._create()
        return self._outcome

    def _sql(self, text: str, **values: Any) -> Any:
        names = {"kind": self._kind, "table": self._table.name}
        for name, value in names.items():
            text = text.replace("{" + name + "}", value)
        self._cursor.execute(text, {"source": self._source.pk, "now": self._now, **values})
        return self._cursor

    def _fold(self) -> None:
        """Work out what the feed said of each and what it says now, as `base` and `said`."""
        self._cursor.execute("DROP TABLE IF EXISTS base, said, named")
        if self._is_first:
            self._sql("CREATE TEMPORARY TABLE base (key text, said jsonb) ON COMMIT DROP")
            rows = "SELECT {kind}_key AS shared_key, key, row_values->'{kind}' AS said FROM incoming"
        else:
            self._sql(
                "CREATE TEMPORARY TABLE named ON COMMIT DROP AS"
                " SELECT {kind}_key AS key FROM incoming WHERE {kind}_key IS NOT NULL UNION"
                " SELECT r.values->>'{kind}_key' FROM meetings_sourcerow r"
                " WHERE r.source_id = %(source)s AND r.values ? '{kind}_key'"
                " AND (r.key IN (SELECT key FROM incoming) OR r.key IN (SELECT key FROM vanishing))"
            )
            tell_planner(self._cursor, "named")
            self._sql(
                "CREATE TEMPORARY TABLE base ON COMMIT DROP AS"
                " WITH rows AS (SELECT n.key AS shared_key, r.key, r.values->'{kind}' AS said,"
                " r.digest <> '' AS is_live, bool_or(r.digest <> '') OVER (PARTITION BY n.key) AS has_live"
                " FROM meetings_sourcerow r JOIN named n ON n.key = r.values->>'{kind}_key'"
                " WHERE r.source_id = %(source)s),"
                + _FOLD.replace("{rows}", "SELECT * FROM rows WHERE is_live OR NOT has_live")
            )
            rows = (
                "SELECT {kind}_key AS shared_key, key, row_values->'{kind}' AS said FROM incoming UNION ALL"
                " SELECT n.key, r.key, r.values->'{kind}' FROM meetings_sourcerow r"
                " JOIN named n ON n.key = r.values->>'{kind}_key'"
                " WHERE r.source_id = %(source)s AND r.digest <> ''"
                " AND NOT EXISTS (SELECT FROM incoming i WHERE i.key = r.key)"
                " AND NOT EXISTS (SELECT FROM vanishing v WHERE v.key = r.key)"
            )
        self._sql("CREATE TEMPORARY TABLE said ON COMMIT DROP AS WITH " + _FOLD.replace("{rows}", rows))
        self._sql("CREATE INDEX ON said (key)")
        tell_planner(self._cursor, "said", "key")
        tell_planner(self._cursor, "base", "key")

    def _rename(self) -> None:
        """Give those that all their rows left for one new name that name."""
        self._sql(
            "SELECT r.values->>'{kind}_key', array_agg(DISTINCT i.{kind}_key) FROM incoming i"
            " JOIN meetings_sourcerow r ON r.source_id = %(source)s AND r.key = i.key"
            " WHERE r.values->>'{kind}_key' <> i.{kind}_key"
            " AND NOT EXISTS (SELECT FROM said s WHERE s.key = r.values->>'{kind}_key')"
            " AND NOT EXISTS (SELECT FROM {table} t WHERE t.source_id = %(source)s AND t.source_key = i.{kind}_key)"
            " GROUP BY 1 ORDER BY 1"
        )
        taken: set[str] = set()
        for old, news in self._cursor.fetchall():
            if len(news) != 1 or news[0] in taken:
                continue
            taken.add(news[0])
            self._sql(
                "UPDATE {table} SET source_key = %(new)s WHERE source_id = %(source)s AND source_key = %(old)s"
                " RETURNING id",
                old=old,
                new=news[0],
            )
            for (pk,) in self._cursor.fetchall():
                self._sql("DELETE FROM base WHERE key = %(new)s", new=news[0])
                self._sql("UPDATE base SET key = %(new)s WHERE key = %(old)s", old=old, new=news[0])
                self._outcome.changed.append((pk, news[0], {"source_key": old}, {"source_key": news[0]}))

    def _change(self) -> None:
        contact = ", encode(t.contact, 'escape')" if self._kind == "group" else ", NULL"
        self._sql(
            "SELECT t.id, t.source_key, b.said, s.said, "
            + columns_as_json(self._table, "t")
            + contact
            + " FROM said s JOIN {table} t ON t.source_id = %(source)s AND t.source_key = s.key"
            " LEFT JOIN base b ON b.key = s.key"
            " WHERE b.said IS DISTINCT FROM s.said ORDER BY t.id FOR UPDATE OF t"
        )
        changes = []
        for pk, key, base_text, new_text, current_text, token in self._cursor.fetchall():
            base = json.loads(base_text or "{}")
            new, current = json.loads(new_text), json.loads(current_text)
            change, kept = merge(base, new, current, self._table, self._defaults)
            if base.get("contact_mark") != new.get("contact_mark") and self._kind == "group":
                self._change_contact(pk, key, token, base.get("contact_mark"), new.get("contact_mark"))
            if kept:
                self._outcome.conflicts.append((key, kept))
            if change:
                before = {column: current[column] for column in change}
                self._outcome.changed.append((pk, key, before, change))
                changes.append((pk, change))
        write(self._table, changes, now=self._now)
        self._outcome.changed_ids = [pk for pk, _change in changes]

    def _change_contact(self, pk: int, key: str, token: str | None, base: str | None, new: str | None) -> None:
        """Take over a new contact unless a person had changed the one that is here."""
        try:
            here = contacts.keyed_hash(_canonical(contacts.decrypt(token.encode()))) if token else None
        except contacts.UnreadableContact:
            here = base
        if here == new:
            return
        if here != base:
            self._outcome.conflicts.append((key, {"contact": {}}))
            return
        self._sql(
            "UPDATE groups_group SET updated_at = %(now)s, contact ="
            " (SELECT convert_to(i.contact, 'UTF8') FROM incoming i WHERE i.group_key = %(key)s"
            "  AND i.row_values #>> '{group,contact_mark}' = %(mark)s ORDER BY i.key LIMIT 1)"
            " WHERE id = %(pk)s AND (%(mark)s IS NULL OR EXISTS (SELECT FROM incoming i WHERE i.group_key = %(key)s"
            "  AND i.row_values #>> '{group,contact_mark}' = %(mark)s))",
            pk=pk,
            key=key,
            mark=new,
        )

    def _create(self) -> None:
        self._sql(
            "SELECT key FROM said s WHERE NOT EXISTS"
            " (SELECT FROM {table} t WHERE t.source_id = %(source)s AND t.source_key = s.key) ORDER BY key"
        )
        keys = [key for (key,) in self._cursor.fetchall()]
        self._outcome.created = len(keys)
        if not keys:
            return
        self._name(keys)
        own = {"source_id": self._source.pk}
        if self._kind == "group":
            give_slugs(self._cursor, "fresh", "groups_group", choices=2)
            clock = self._now.isoformat()
            own |= {"created_at": clock, "updated_at": clock}
        slug = " || jsonb_build_object('slug', f.slug)" if self._kind == "group" else ""
        self._sql(
            "WITH plain AS MATERIALIZED (SELECT jsonb_populate_record(NULL::{table}, %(defaults)s) AS one)"
            " INSERT INTO {table} SELECT r.* FROM plain p, fresh f JOIN said s ON s.key = f.key,"
            " LATERAL jsonb_populate_record(p.one, s.said ||"
            " jsonb_build_object('id', f.id, 'public_id', f.public_id, 'source_key', f.key)" + slug + ") r",
            defaults=json.dumps(self._defaults | own),
        )
        tell_planner(self._cursor, self._table.name, "id, source_id, source_key")
        if self._kind == "group":
            self._sql(
                "UPDATE groups_group g SET contact = convert_to(i.contact, 'UTF8')"
                " FROM fresh f JOIN said s ON s.key = f.key, incoming i"
                " WHERE g.id = f.id AND i.group_key = f.key AND i.contact IS NOT NULL"
                " AND i.row_values #>> '{group,contact_mark}' = s.said->>'contact_mark'"
            )

    def _name(self, keys: list[str]) -> None:
        """Make the narrow table `fresh` of the new ones, with ids and, for groups, slugs to choose from."""
        self._cursor.execute("DROP TABLE IF EXISTS fresh, given_ids")
        self._cursor.execute("CREATE TEMPORARY TABLE given_ids (key text, public_id text) ON COMMIT DROP")
        copy_rows("given_ids", ("key", "public_id"), ((key, new_public_id()) for key in keys))
        tell_planner(self._cursor, "given_ids")
        slugs = "NULL::text[] AS slugs"
        choices = ""
        if self._kind == "group":
            slugs = "c.slugs"
            choices = (
                " LEFT JOIN (SELECT DISTINCT ON (group_key) group_key AS key, group_slugs AS slugs FROM incoming"
                " ORDER BY group_key, key) c ON c.key = g.key"
            )
        self._sql(
            "CREATE TEMPORARY TABLE fresh ON COMMIT DROP AS SELECT g.key, " + self._table.next_id() + " AS id,"
            " NULL::text AS slug, g.public_id, " + slugs + " FROM given_ids g" + choices
        )
        self._sql("CREATE UNIQUE INDEX ON fresh (key)")
        tell_planner(self._cursor, "fresh", "key")


def give_slugs(cursor: Any, rows: str, table: str, *, choices: int) -> None:
    """Give each row the first of its `slugs` that nobody has, else the first with its public id."""
    for choice in range(1, choices + 1):
        cursor.execute(
            f"UPDATE {rows} r SET slug = c.slug FROM (SELECT DISTINCT ON (slugs[{choice}]) key, slugs[{choice}] AS slug"
            f" FROM {rows} WHERE slug IS NULL ORDER BY slugs[{choice}], key) c"
            f" WHERE r.key = c.key AND NOT EXISTS (SELECT FROM {table} t WHERE t.slug = c.slug)"
            f" AND NOT EXISTS (SELECT FROM {rows} o WHERE o.slug = c.slug)"
        )
        if choice == 1:
            cursor.execute(f"CREATE INDEX ON {rows} (slug) WHERE slug IS NOT NULL")
    cursor.execute(f"UPDATE {rows} SET slug = coalesce(slugs[1], 'meeting') || '-' || public_id WHERE slug IS NULL")


# Of each shared key and column, what the first row in the order of the keys says.
_FOLD = (
    " listed AS MATERIALIZED (SELECT x.*, count(*) OVER (PARTITION BY x.shared_key) AS count FROM ({rows}) x"
    " WHERE x.shared_key IS NOT NULL),"
    " each_column AS (SELECT DISTINCT ON (x.shared_key, f.name) x.shared_key, f.name, f.value"
    " FROM listed x, LATERAL jsonb_each(x.said) f(name, value)"
    " WHERE x.count > 1 ORDER BY x.shared_key, f.name, x.key)"
    # Most groups have one row, and nothing to fold.
    " SELECT shared_key AS key, said FROM listed WHERE count = 1 AND said <> '{}'"
    " UNION ALL SELECT shared_key, jsonb_object_agg(name, value) FROM each_column GROUP BY shared_key"
)


def _canonical(contact: dict[str, Any]) -> str:
    return json.dumps(contact, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
