"""Places that somebody may have meant who typed one we do not know."""

from __future__ import annotations

from groups.text import fold
from meetings import places
from meetings.finder.words import wrong_letters

SHORTEST_BEGINNING = 3
_LOOKED_AT = 40
_MOST_LOOKS = 4


def meant(text: str, *, limit: int) -> list[places.Match]:
    """Return places whose names are nearly what was typed, the likeliest first; [] for none.

    Of a name with a mistake the beginning is mostly right: places that begin so are compared
    letter by letter, up to one wrong letter in four. What follows a comma is left aside. At
    most four looks into the gazetteer.
    """
    typed = fold(text.partition(",")[0])
    lengths = {len(typed) - 1, len(typed) - 2, len(typed) // 2, SHORTEST_BEGINNING}
    most = min(max(1, len(typed) // 4), 3)
    for length in sorted(lengths, reverse=True)[:_MOST_LOOKS]:
        if not SHORTEST_BEGINNING <= length < len(typed):
            continue
        ranked = []
        for n, match in enumerate(places.suggest(typed[:length], _LOOKED_AT)):
            wrong = wrong_letters(typed, fold(match.name), most=most)
            if wrong <= most:
                ranked.append((wrong, n, match))
        if ranked:
            return [match for _wrong, _n, match in sorted(ranked, key=lambda one: one[:2])[:limit]]
    return []
