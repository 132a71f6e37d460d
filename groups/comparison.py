"""Approaches side by side on the same rows. Nothing is ranked: they stand in the order they were named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import F
from django.utils.translation import gettext as _

from groups import catalogue
from groups.catalogue import Fact, Source
from groups.models import Approach
from groups.telling import told

MOST = 3
# What a stranger typed is shown so far and no farther.
_MOST_UNKNOWN, _LONGEST_UNKNOWN = 5, 60


@dataclass(frozen=True)
class Row:
    """One question and every approach's answer to it, None where the catalogue says nothing."""

    label: str
    answers: list[tuple[Approach, Fact | None]]


@dataclass(frozen=True)
class Comparison:
    """`everything` are all approaches to choose from; `unknown` are names that no approach has.

    With more than `MOST` named, `chosen` are all of them and there are no rows.
    """

    chosen: list[Approach]
    everything: list[Approach]
    unknown: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    withdrawal_sources: list[Source] = field(default_factory=list)

    @property
    def is_too_many(self) -> bool:
        return len(self.chosen) > MOST

    @property
    def needs_more(self) -> bool:
        return len(self.chosen) < 2


def compare(named: Sequence[str]) -> Comparison:
    """Return the approaches of these slugs side by side. One query; two where one changes drinking."""
    everything = list(Approach.objects.order_by(F("brief_order").asc(nulls_last=True), "name", "pk"))
    by_slug = {approach.slug: approach for approach in everything}
    slugs = list(dict.fromkeys(part.strip() for text in named for part in text.split(",") if part.strip()))
    chosen = [by_slug[slug] for slug in slugs if slug in by_slug]
    unknown = [slug[:_LONGEST_UNKNOWN] for slug in slugs if slug not in by_slug][:_MOST_UNKNOWN]
    if not chosen or len(chosen) > MOST:
        return Comparison(chosen=chosen, everything=everything, unknown=unknown)
    return Comparison(
        chosen=chosen,
        everything=everything,
        unknown=unknown,
        rows=_rows([told(approach) for approach in chosen]),
        withdrawal_sources=catalogue.withdrawal_sources(chosen),
    )


def _rows(chosen: list[Approach]) -> list[Row]:
    by_approach = [{fact.label: fact for fact in _facts(approach)} for approach in chosen]
    # Of each the order is the same, so what one alone says stands where it stands there.
    labels: list[str] = []
    for facts in by_approach:
        after = 0
        for label in facts:
            if label in labels:
                after = labels.index(label) + 1
            else:
                labels.insert(after, label)
                after += 1
    return [
        Row(label, [(approach, facts.get(label)) for approach, facts in zip(chosen, by_approach, strict=True)])
        for label in labels
    ]


def _facts(approach: Approach) -> list[Fact]:
    facts = [
        Fact(_("In one line"), [approach.one_line], approach.status_note),
        Fact(_("Your first meeting"), [approach.first_meeting]),
    ]
    if rules := catalogue.entry_rules(approach):
        facts.append(Fact(_("Before you come"), [" ".join(rules)]))
    return [*facts, *catalogue.facts(approach)]
