"""Reads the catalogue's data files into the database, as often as one likes.

A curator's edits survive: a field whose value differs from what the file said last time was
changed by a person and is left alone; every other field follows the file. An entry that is
gone from the file stays and is reported.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from groups import help_lines
from groups.models import Approach, EmergencyNumber, Fellowship, HelpLine, Reference
from groups.programmes import PROGRAMME_OF_FELLOWSHIP

APPROACHES_FILE = Path(__file__).parent / "data" / "approaches.json"

# Closed to adults: places and links only with the fellowship's consent.
_FOR_TEENS = {"alateen", "narateen"}


@dataclass
class Loaded:
    """What loading did to one kind of entry. `kept` names fields that a curator changed, `changed` are rows by id."""

    kind: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        line = f"{self.kind}: {self.created} created, {self.updated} updated, {self.unchanged} unchanged"
        if self.kept:
            line += f"; kept because a curator changed them: {', '.join(self.kept)}"
        if self.gone:
            line += f"; no longer in the file, kept: {', '.join(self.gone)}"
        return line


def load() -> list[Loaded]:
    """Load references, approaches, fellowships, help lines and emergency numbers.

    Call inside a transaction. A few queries for each kind, however many entries.
    """
    catalogue = json.loads(APPROACHES_FILE.read_text(encoding="utf-8"))
    lines = help_lines.file_data()
    done = [
        _load_references(catalogue["sources"]),
        load_entries(Approach, ("slug",), map(approach_values, catalogue["approaches"]), kind="approaches"),
    ]
    approaches = dict(Approach.objects.values_list("slug", "pk"))
    fellowships = [fellowship_values(entry, approaches) for entry in catalogue["fellowships"]]
    done += [
        load_entries(Fellowship, ("slug",), fellowships, kind="fellowships"),
        load_entries(HelpLine, ("key",), _help_line_values(lines["resources"]), kind="help lines"),
        load_entries(EmergencyNumber, ("country",), lines["emergency"], kind="emergency numbers"),
    ]
    return done


def approach_values(entry: dict[str, Any]) -> dict[str, Any]:
    """Return one approach of the file under the names of our fields."""
    renamed = {
        "belief": entry["spiritual_stance"],
        "belief_note": entry["spiritual_note"],
        "mentor_availability": entry["mentor_custom"]["availability"],
        "mentor_term": entry["mentor_custom"]["term"],
        "mentor_note": entry["mentor_custom"]["note"],
        "evidence_strength": entry["evidence"]["strength"],
        "evidence_summary": entry["evidence"]["summary"],
        "evidence_sources": entry["evidence"]["sources"],
    }
    # Which fellowships an approach has is said by the fellowships themselves.
    left_out = {"spiritual_stance", "spiritual_note", "mentor_custom", "evidence", "fellowships"}
    return {name: value for name, value in entry.items() if name not in left_out} | renamed


def fellowship_values(entry: dict[str, Any], approaches: dict[str, int]) -> dict[str, Any]:
    """Return one fellowship of the file under the names of our fields."""
    values = {name: value for name, value in entry.items() if name != "approach"}
    return values | {
        "approach_id": approaches[entry["approach"]],
        "programme": str(PROGRAMME_OF_FELLOWSHIP.get(entry["slug"], "")),
        "is_for_teens": entry["slug"] in _FOR_TEENS,
    }


def load_entries(model: type[Any], keys: tuple[str, ...], entries: Iterable[dict[str, Any]], *, kind: str) -> Loaded:
    """Create and update rows of a model that has a `loaded` field; `keys` identify an entry.

    Two queries, and one more each for what is new and for what changed.
    """
    done = Loaded(kind)
    rows = {tuple(getattr(row, key) for key in keys): row for row in model.objects.all()}
    seen, new, changed, fields = set(), [], [], {"loaded"}
    for values in entries:
        identity = tuple(values[key] for key in keys)
        seen.add(identity)
        row = rows.get(identity)
        if row is None:
            new.append(model(**values, loaded=_plain(values)))
            continue
        before = row.loaded
        kept = _follow(row, values)
        done.kept += [f"{_name(identity)} ({name})" for name in kept]
        if row.loaded == before:
            done.unchanged += 1
        else:
            changed.append(row)
            fields |= values.keys() - set(keys)
    model.objects.bulk_create(new)
    if changed:
        model.objects.bulk_update(changed, sorted(fields))
    done.created, done.updated = len(new), len(changed)
    done.changed = [row.pk for row in changed]
    done.gone = sorted(_name(identity) for identity in rows.keys() - seen)
    return done


def _follow(row: Any, values: dict[str, Any]) -> list[str]:
    """Set what the file says on a row, except where a person said otherwise; return those fields."""
    kept, said = [], dict(row.loaded)
    for name, value in values.items():
        now, value_now = _plain(getattr(row, name)), _plain(value)
        # A row made by hand, or a field that is new in the file, has nothing said before.
        is_untouched = now == row.loaded[name] if name in row.loaded else not now
        if is_untouched or now == value_now:
            setattr(row, name, value)
            said[name] = value_now
        else:
            kept.append(name)
    row.loaded = said
    return kept


def _load_references(sources: dict[str, dict[str, str]]) -> Loaded:
    """Load the references, which only the file changes."""
    done = Loaded("references")
    rows = {row.key: row for row in Reference.objects.all()}
    new, changed = [], []
    for key, values in sources.items():
        row = rows.get(key)
        if row is None:
            new.append(Reference(key=key, **values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            changed.append(row)
    Reference.objects.bulk_create(new)
    if changed:
        Reference.objects.bulk_update(changed, ["address", "supports", "date", "kind"])
    done.created, done.updated = len(new), len(changed)
    done.unchanged = len(sources) - len(new) - len(changed)
    done.gone = sorted(rows.keys() - sources.keys())
    return done


def _help_line_values(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # How a page was read is for the curators' file, not for the line.
    left_out = {"id", "source_kind"}
    return [
        {name: value for name, value in entry.items() if name not in left_out} | {"key": entry["id"], "order": order}
        for order, entry in enumerate(resources, start=1)
    ]


def _name(identity: tuple[Any, ...]) -> str:
    return "/".join(map(str, identity))


def _plain(value: Any) -> Any:
    """Return a value as it comes back from JSON."""
    return json.loads(json.dumps(value, default=str))
