"""The columns that feeds fill, and writing many rows of them at once."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models

from groups.models import Group
from meetings.copying import copy_rows
from meetings.models import Meeting, Venue

# From so many new rows on, and from such a part of a table on, the planner is told of them.
_MANY = 1_000
_GROWTH = 0.1
# Half of one position and half of another are a third place, or none.
POSITION = ("latitude", "longitude")


@dataclass(frozen=True, slots=True)
class Table:
    """A table, and the columns of it that a feed may fill. Everything else is of this house."""

    model: type[models.Model]
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def defaults(self) -> dict[str, Any]:
        """Return every column's default as JSON knows it; the id is not among them."""
        blank = self.model()
        fields = [field for field in self.model._meta.concrete_fields if not field.primary_key]
        return {str(field.column): _plain(getattr(blank, field.attname)) for field in fields}

    def next_id(self) -> str:
        return f"nextval(pg_get_serial_sequence('{self.name}', 'id'))"


MEETINGS = Table(
    Meeting,
    (
        "name",
        "notes",
        "rrule",
        "start_time",
        "duration",
        "time_zone",
        "in_person",
        "online",
        "by_phone",
        "open_to",
        "observers",
        "min_age",
        "max_age",
        "needs_camera",
        "own_belief",
        "join_url",
        "join_passcode",
        "join_phone",
        "join_notes",
        "join_phone_notes",
        "source_page",
        "review_flags",
    ),
)
GROUPS = Table(
    Group,
    (
        "name",
        "description",
        "website",
        "venmo",
        "cash_app",
        "paypal",
        "homegroup_online",
        "service_body",
        "approach_id",
        "fellowship_id",
    ),
)
VENUES = Table(
    Venue,
    (
        "name",
        "street",
        "area",
        "town",
        "region",
        "postcode",
        "country",
        "how_to_find",
        "latitude",
        "longitude",
        "is_approximate",
        "time_zone",
        "place_id",
    ),
)


def merge(
    base: dict[str, Any], new: dict[str, Any], current: dict[str, Any], table: Table, defaults: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a feed changes, and what it would change but a person had corrected.

    `base` is what the feed said last, `new` what it says, `current` what stands here. A value
    that is not what the feed said last is a person's. A position is one value.
    """
    changes, kept = {}, {}
    for column in table.columns:
        said = new.get(column, defaults[column])
        here = current[column]
        if said == base.get(column, defaults[column]) or said == here:
            continue
        if here == base.get(column, defaults[column]):
            changes[column] = said
        else:
            kept[column] = {"feed": said, "kept": here}
    if POSITION[0] in table.columns and any(
        current[column] not in (base.get(column, defaults[column]), new.get(column, defaults[column]))
        for column in POSITION
    ):
        for column in (*POSITION, "is_approximate"):
            if column in changes:
                kept[column] = {"feed": changes.pop(column), "kept": current[column]}
    return changes, kept


def write(
    table: Table, changes: Iterable[tuple[int, dict[str, Any]]], *, more_columns: Iterable[str] = (), now: datetime
) -> int:
    """Set columns of many rows, each its own ones, and return how many rows."""
    rows = [(pk, json.dumps(change)) for pk, change in changes if change]
    if not rows:
        return 0
    columns = [*table.columns, *more_columns]
    has_clock = any(field.column == "updated_at" for field in table.model._meta.concrete_fields)
    assignments = ", ".join(f"{column} = r.{column}" for column in columns)
    if has_clock:
        assignments += ", updated_at = %(now)s"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS rewritten")
        cursor.execute("CREATE TEMPORARY TABLE rewritten (id bigint, change jsonb) ON COMMIT DROP")
        copy_rows("rewritten", ("id", "change"), rows)
        cursor.execute(
            f"UPDATE {table.name} t SET {assignments} FROM rewritten w JOIN {table.name} o ON o.id = w.id,"  # noqa: S608
            " LATERAL jsonb_populate_record(o, w.change) r WHERE t.id = o.id",
            {"now": now},
        )
    return len(rows)


def tell_planner(cursor: Any, table: str, columns: str = "") -> None:
    """Let the planner know what was written, by a few thousand rows, and of a wide table by a few columns.

    Looking at 30,000 wide rows of a large table takes longer than an import of as many; the rest
    is for autovacuum.
    """
    cursor.execute("SET LOCAL default_statistics_target = 20")
    cursor.execute(f"ANALYZE {table} ({columns})" if columns else f"ANALYZE {table}")
    cursor.execute("SET LOCAL default_statistics_target = DEFAULT")


def tell_planner_of_growth(cursor: Any, table: str, new: int, columns: str) -> None:
    """Let the planner know a kept table anew when many of its rows are `new`, just written.

    Of a few more rows among many it would learn nothing, and look at thousands for it.
    """
    cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
    [known] = cursor.fetchone()
    if new > _MANY and new > known * _GROWTH:
        tell_planner(cursor, table, columns)


def columns_as_json(table: Table, alias: str, more: Iterable[str] = ()) -> str:
    """Return SQL for one JSON object of the columns that feeds fill."""
    # An object of more than fifty pairs would pass PostgreSQL's limit of arguments.
    pairs = ", ".join(f"'{column}', {alias}.{column}" for column in (*table.columns, *more))
    return f"jsonb_build_object({pairs})"


def _plain(value: Any) -> Any:
    if isinstance(value, models.Choices | str):
        return str(value)
    return value if isinstance(value, bool | int | float | list | dict | None) else str(value)
