"""Names of everything a search can choose: approaches, fellowships, traits, days. Right within a minute."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from groups import dates
from groups import enums as group_enums
from groups.models import Approach, Fellowship
from groups.text import fold
from meetings.enums import Attendance, TimeOfDay, TraitKind
from meetings.finder.clock import DAYS, TODAY, TOMORROW
from meetings.finder.memory import Memory
from meetings.models import Trait

KEPT_SECONDS = 60
# Facets whose values have a name in the catalogue.
_NAMED = frozenset({"approach", "fellowship", *TraitKind.values})


@dataclass(frozen=True, slots=True)
class Names:
    """Choices by facet, in the order in which they are shown: value -> name, maybe still to be translated.

    `approaches` and `fellowships` are by their primary keys; `folded` are facet, value and
    folded names of both, for the search by words.
    """

    choices: dict[str, dict[str, Any]]
    approaches: dict[int, Approach]
    fellowships: dict[int, Fellowship]
    traits: dict[int, Trait]
    folded: tuple[tuple[str, str, tuple[str, ...]], ...]
    _labels: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    def labels(self, facet: str) -> dict[str, str]:
        """Return a facet's choices in the active language. Put into words once for all searches."""
        language = translation.get_language() or ""
        by_facet = self._labels.get(language)
        if by_facet is None:
            by_facet = self._labels[language] = {
                facet: {value: str(label) for value, label in choices.items()}
                for facet, choices in self.choices.items()
            }
        return by_facet[facet]


_kept: Names | None = None
_kept_at = 0.0
_kept_for = 0


def current(memory: Memory) -> Names:
    """Return the names; three queries at most once a minute, and when a meeting has one we do not know."""
    global _kept, _kept_at, _kept_for
    names = _kept
    is_old = names is None or time.monotonic() - _kept_at > KEPT_SECONDS
    if names is not None and not is_old and _kept_for != memory.version:
        is_old = any(value not in names.choices[facet] for facet, value in memory.row_of_fact if facet in _NAMED)
        _kept_for = memory.version
    if names is None or is_old:
        _kept = names = read()
        _kept_at, _kept_for = time.monotonic(), memory.version
    return names


def forget() -> None:
    """Drop what is kept; the next search reads the names anew."""
    global _kept
    _kept = None


def read() -> Names:
    approaches = list(
        Approach.objects.only(
            "slug", "name", "also_known_as", "family", "brief_order", "try_next", "one_line", "for_whom"
        )
    )
    fellowships = list(
        Fellowship.objects.only("slug", "name", "abbreviation", "approach_id", "is_for_teens", "for_whom")
    )
    choices: dict[str, dict[str, Any]] = {
        "approach": {approach.slug: _(approach.name) for approach in approaches},
        "fellowship": {fellowship.slug: _(fellowship.name) for fellowship in fellowships},
        "belief": dict(group_enums.Belief.choices),
        "covers": dict(group_enums.Covers.choices),
        "for": {"me": group_enums.ForWhom.PERSON.label, "someone": group_enums.ForWhom.FAMILY.label},
        "attendance": dict(Attendance.choices),
        "day": {TODAY: _("Today"), TOMORROW: _("Tomorrow")}
        | {day: dates.weekday_lazy(number) for number, day in enumerate(DAYS)},
        "time": dict(TimeOfDay.choices),
        "first_visit": {"yes": _("Good for a first visit")},
        "open": {"yes": _("Anyone may come")},
    }
    choices |= {kind.value: {} for kind in TraitKind}
    traits = {trait.pk: trait for trait in Trait.objects.only("kind", "slug", "name", "order")}
    for trait in traits.values():
        choices[trait.kind][trait.slug] = trait.label
    folded = [
        ("approach", approach.slug, tuple(fold(name) for name in (approach.name, *approach.also_known_as)))
        for approach in approaches
    ]
    folded += [
        ("fellowship", fellowship.slug, (fold(fellowship.name), fold(fellowship.abbreviation)))
        for fellowship in fellowships
    ]
    return Names(
        choices=choices,
        approaches={approach.pk: approach for approach in approaches},
        fellowships={fellowship.pk: fellowship for fellowship in fellowships},
        traits=traits,
        folded=tuple(folded),
    )
