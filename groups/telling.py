"""The texts of the catalogue in the reader's language.

They are looked up by their English words, as any text of a page is, so that what a curator
changed is shown as changed. `recovery.catalogue_texts` collects them for those who translate.
"""

from collections.abc import Iterator
from copy import copy
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from groups.models import Approach, Fellowship

Entry = TypeVar("Entry", Approach, Fellowship)

_APPROACH = (
    "name", "one_line", "status_note", "description", "first_meeting", "belief_note", "joining_requirement",
    "goal_note", "leader_title", "leader_note", "professionals", "cost_note", "mentor_term", "mentor_note",
    "medication_note", "open_closed_note", "milestones", "founded_note", "evidence_summary",
)  # fmt: skip
_FELLOWSHIP = ("name", "joining_requirement", "note")


def told(entry: Entry) -> Entry:
    """Return a copy to be shown, never saved, whose texts are in the reader's language."""
    shown = copy(entry)
    for name in _APPROACH if isinstance(entry, Approach) else _FELLOWSHIP:
        setattr(shown, name, _(getattr(entry, name)))
    if isinstance(shown, Approach):
        shown.entry_rules = _with(shown.entry_rules, "note")
        shown.try_next = [_with(further, "why") for further in shown.try_next]
    return shown


def texts_of(values: dict[str, Any], kind: type[Approach] | type[Fellowship]) -> Iterator[str]:
    """Yield the texts among the values of an entry, by the names of its fields."""
    for name in _APPROACH if kind is Approach else _FELLOWSHIP:
        yield values[name]
    if kind is Approach:
        yield values["entry_rules"].get("note") or ""
        yield from (further["why"] for further in values["try_next"])


def _with(values: dict[str, Any], name: str) -> dict[str, Any]:
    return values | {name: _(values[name])} if values.get(name) else values
