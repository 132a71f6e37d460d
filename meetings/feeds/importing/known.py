"""A row that was known before: what of its news is taken, and what of the listing is kept."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from meetings.enums import ChannelState


@dataclass(slots=True)
class Known:
    """A row that was known before: what the feed said last, what it says now, what stands here."""

    key: str
    meeting_id: int
    digest: str
    old: dict[str, Any]
    values: dict[str, Any]
    group_id: int
    venue_id: int | None
    group_key_here: str
    venue_key_here: str | None
    current: dict[str, Any]
    traits: dict[str, str]

    @property
    def base(self) -> dict[str, Any]:
        return self.old["meeting"]

    @property
    def new(self) -> dict[str, Any]:
        return self.values["meeting"]


def decoded(rows: Iterable[tuple]) -> Iterable[Known]:
    """Yield the rows that a query gave in the order of the fields, half of them as JSON."""
    for key, pk, digest, old, new, group_id, venue_id, group_key, venue_key, current, traits in rows:
        yield Known(
            key,
            pk,
            digest,
            json.loads(old),
            json.loads(new),
            group_id,
            venue_id,
            group_key,
            venue_key,
            json.loads(current),
            json.loads(traits or "{}"),
        )


def merge_traits(row: Known) -> tuple[dict[str, str | None], dict[str, Any]]:
    """Return the traits to be set (None: taken away), and those kept though the feed says otherwise."""
    base, new = row.old.get("traits", {}), row.values.get("traits", {})
    changes: dict[str, str | None] = {}
    kept = {}
    for name in base.keys() | new.keys():
        said, here = new.get(name), row.traits.get(name)
        if said in (base.get(name), here):
            continue
        if here == base.get(name):
            changes[name] = said
        else:
            kept[name] = {"feed": said, "kept": here}
    return changes, kept


def keep_sound(current: dict[str, Any], change: dict[str, Any], kept: dict[str, Any]) -> None:
    """Take back changes that, beside what a person corrected, would make no sense together."""

    def take_back(*columns: str) -> None:
        for column in columns:
            if column in change:
                kept[column] = {"feed": change.pop(column), "kept": current[column]}

    after = current | change
    if after["in_person"] != ChannelState.NONE and after["venue_id"] is None:
        take_back("in_person", "venue_id")
    # With a first date and no rule it is held once.
    if (after["rrule"] or after["first_on"]) and not (after["start_time"] and after["time_zone"]):
        take_back("rrule", "start_time", "time_zone")
    if after["min_age"] and after["max_age"] and after["max_age"] < after["min_age"]:
        take_back("min_age", "max_age")
