"""The choices of a search, with how many meetings each would give."""

from __future__ import annotations

from dataclasses import replace

from meetings.enums import Attendance, TimeOfDay
from meetings.finder.asking import Search
from meetings.finder.clock import DAYS, TODAY, TOMORROW
from meetings.finder.memory import Bits, count
from meetings.finder.page import Choice, Facet
from meetings.finder.selection import ALL_OF, MAY_BE_UNSAID

# Facets whose values are facts, in the order of the page; the rest ask the clock.
FACETS = (
    "for", "attendance", "covers", "approach", "belief", "focus",
    "first_visit", "open", "fellowship", "format", "access", "feature", "language",
)  # fmt: skip
BY_CLOCK = {"day": (TODAY, TOMORROW, *DAYS), "time": TimeOfDay.values}
_OFTEN_FIRST = frozenset({"language", "format", "fellowship"})


def facets(search: Search, left: Bits) -> dict[str, Facet]:
    """Return every facet with how many meetings each choice would give.

    Of a facet where one value is enough, that is its own condition lifted; where all are
    needed, it is what would be left with one more.
    """
    narrowed = {clause.facet for clause in search.selection.clauses}
    lifted = [name for name in FACETS if name in narrowed and name not in ALL_OF]
    counts = search.selection.counts([name for name in FACETS if name not in lifted], left)
    for name in lifted:
        counts |= search.selection.counts([name], search.without[name])
    if search.selection.depends_on_attendance:
        counts["attendance"] = _attendance_counts(search)
    found = {name: _facet(search, name, counts[name]) for name in FACETS}
    if search.include_unsaid:
        for name in MAY_BE_UNSAID:
            found[name] = _with_unsaid(search, found[name], search.without[name] if name in lifted else left)
    for name, values in BY_CLOCK.items():
        found[name] = _facet(search, name, search.selection.counts_by_clock(values, search.without.get(name, left)))
    return found


def _attendance_counts(search: Search) -> dict[str, int]:
    """Return what each way to attend would give, where it decides whose clock days and times are told by."""
    in_a_room, from_afar = (search.selection.attended([way]) for way in (Attendance.IN_PERSON, Attendance.ONLINE))
    counts: dict[str, int] = {}
    for others in (from_afar, in_a_room):
        left = others.matching(include_unsaid=search.include_unsaid)
        found = others.counts(["attendance"], left)["attendance"]
        counts |= {
            way: number for way, number in found.items() if (way == Attendance.IN_PERSON) == (others is in_a_room)
        }
    return counts


def _with_unsaid(search: Search, facet: Facet, left: Bits) -> Facet:
    """Return the choices of which somebody says yes, with all who are found by them: who says nothing, too."""
    denied = search.selection.counts([f"not-{facet.name}"], left).get(f"not-{facet.name}", {})
    everybody = count(left)
    choices = [replace(choice, count=everybody - denied.get(choice.value, 0)) for choice in facet.choices]
    return Facet(facet.name, choices)


def _facet(search: Search, name: str, counts: dict[str, int]) -> Facet:
    asked = search.asked[name]
    selected = {"yes"} if asked is True else set(asked or ())
    labels = search.names.labels(name)
    values = [value for value in labels if counts.get(value) or value in selected]
    if name in _OFTEN_FIRST:
        values.sort(key=lambda value: -counts.get(value, 0))
    return Facet(name, [Choice(value, labels[value], counts.get(value, 0), value in selected) for value in values])
