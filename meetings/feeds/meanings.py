"""Type codes of a row -> traits and fields of the listing, by the tables of its programme."""

from collections.abc import Sequence
from functools import cache, lru_cache

from meetings import traits
from meetings.enums import ReviewFlag, TraitValue
from meetings.feeds.rows import Row

# Where two codes disagree on a trait, the one that says more stands.
_STRENGTH: dict[str, int] = {TraitValue.NO: 0, TraitValue.WELCOME: 1, TraitValue.YES: 2, TraitValue.ONLY: 3}


@lru_cache(maxsize=8192)
def of_code(programme: str, text: str) -> traits.Meaning | None:
    """Return what a code, or else an English name, means in a programme; None when unknown."""
    return traits.meaning_of(programme, text) or traits.meaning_of_name(programme, text)


@lru_cache(maxsize=8192)
def of_name(programme: str, text: str) -> traits.Meaning | None:
    """Likewise, names first: in a table of English names "A" is hardly ever a code."""
    return traits.meaning_of_name(programme, text) or traits.meaning_of(programme, text)


@cache
def in_person_only() -> frozenset[str]:
    """Traits that say nothing of a meeting that has no place."""
    return frozenset(f"{entry.kind}/{entry.slug}" for entry in traits.entries() if entry.is_in_person_only)


def take(row: Row, found: Sequence[traits.Meaning]) -> set[str]:
    """Put what the codes mean into the row and return the kinds that were among them.

    Open and closed at once is taken as closed and flagged; so do the other list programs.
    """
    kinds: set[str] = set()
    for meaning in found:
        kinds.add(meaning.kind)
        for claim in meaning.claims:
            name = f"{claim.kind}/{claim.slug}"
            if _STRENGTH.get(row.traits.get(name, TraitValue.NO), 0) <= _STRENGTH[claim.value]:
                row.traits[name] = claim.value
        if meaning.kind not in ("open", "closed"):
            row.meeting.update(meaning.listing)
        if meaning.fellowship:
            row.fellowship = meaning.fellowship
    for kind in ("open", "closed"):
        if kind in kinds:
            row.meeting.update(next(meaning.listing for meaning in found if meaning.kind == kind))
    if {"open", "closed"} <= kinds:
        flag(row, ReviewFlag.OPEN_AND_CLOSED)
    return kinds


def flag(row: Row, *flags: ReviewFlag) -> None:
    """Ask a curator to look at this."""
    row.meeting["review_flags"] = sorted({*row.meeting.get("review_flags", ()), *(one.value for one in flags)})
