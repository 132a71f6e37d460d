"""Places in a sentence: towns after "near" and "in", towns alone, postcodes, and the region after a town."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from groups.text import fold
from meetings import regions
from meetings.finder.sentence.lexicon import Lexicon
from meetings.finder.sentence.spoken import Spoken
from meetings.finder.sentence.tokens import Token

MOST_WORDS_OF_A_TOWN = 4
_WORDS_OF_A_REGION = 3
_MOST_AFTER_STREET = 3
_GERMAN = frozenset({"DE", "AT", "CH", "LI", "LU"})
# A town of so many people is believed without "in" and without a capital; so is one whose name
# is an everyday word, if written with one; and so is one that a whole region is named like.
KNOWN, LARGE, FAMOUS = 15_000, 100_000, 200_000
_FULL_CODES = re.compile(r"[A-Z]\d[A-Z]\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}")


class Town(NamedTuple):
    country: str
    region: str
    population: int


class Gazetteer(Protocol):
    """Which names are towns, and which codes are postcodes. Asked once a sentence."""

    def towns(self, names: Collection[str]) -> Mapping[str, Sequence[Town]]:
        """Return the towns of each folded name that has any."""

    def begun(self, names: Collection[str]) -> Mapping[str, Sequence[Town]]:
        """Return the large towns whose names begin with these and a further word: "Frankfurt", "Rio"."""

    def postcodes(self, codes: Collection[str]) -> Collection[str]:
        """Return which of these are postcodes. They are in capitals, without spaces."""


class Found(NamedTuple):
    """A place: how many tokens it takes, and what the finder's `near` gets."""

    length: int
    near: str
    is_plain: bool = False


class Places:
    """The places of one sentence. `spoken` is known once the towns are."""

    spoken: Spoken

    def __init__(self, text: str, tokens: Sequence[Token], lexicon: Lexicon, gazetteer: Gazetteer) -> None:
        self.text, self.tokens, self.lexicon = text, tokens, lexicon
        self.gazetteer = gazetteer
        self._words = [token.folded for token in tokens]
        self._names = {
            (first, length, n): name
            for first in range(len(tokens))
            for length in range(1, min(MOST_WORDS_OF_A_TOWN, len(tokens) - first) + 1)
            for n, name in enumerate(self._spellings(first, length))
        }
        others = {fold(near) for near in filter(None, map(self._other_name, range(len(tokens))))}
        self._towns = gazetteer.towns(others.union(self._names.values())) if self._names else {}
        self._codes = self._postcodes(gazetteer)

    def _spellings(self, first: int, length: int) -> list[str]:
        words = [token.folded for token in self.tokens[first : first + length]]
        if all(token.number is not None for token in self.tokens[first : first + length]):
            return []
        tail = self.tokens[first].tail
        return [" ".join(words), *([" ".join([tail, *words[1:]])] if tail else [])]

    # Postcodes

    def _postcodes(self, gazetteer: Gazetteer) -> dict[int, int]:
        """Return how many tokens the postcode that begins at a token takes."""
        asked: dict[tuple[int, int], set[str]] = {}
        for first, token in enumerate(self.tokens):
            if any(map(str.isdigit, token.raw)) and len(token.raw) > 2 and token.minute is None:
                asked[first, 1] = _codes(token.raw)
            pair = "".join(token.raw for token in self.tokens[first : first + 2])
            if _FULL_CODES.fullmatch(pair.upper()):
                asked[first, 2] = _codes(pair)
        if not asked:
            return {}
        known = gazetteer.postcodes(set().union(*asked.values()))
        found = {}
        for (first, length), codes in sorted(asked.items()):
            # Five digits are a postcode even if we do not know where: the finder says so.
            if not codes.isdisjoint(known) or re.fullmatch(r"\d{5}", self.tokens[first].raw):
                found[first] = length
        return found

    def postcode_at(self, position: int) -> Found | None:
        length = self._codes.get(position, 0)
        if not length:
            return None
        end = self._end_of_town_after(position + length)
        return Found(end - position, self._text(position, end))

    def _end_of_town_after(self, position: int) -> int:
        """Return where the town after a postcode ends: "02134 Allston, Massachusetts, USA"."""
        town = self.town_at(position, is_marked=False) if position < len(self.tokens) else None
        if town:
            return position + town.length
        # A town that the gazetteer has by its postcode alone is one if a region follows.
        for after in range(position, min(position + MOST_WORDS_OF_A_TOWN, len(self.tokens) - 1) + 1):
            end = self._end_of_region(after, [])
            if end > after:
                return end
        return position

    # Towns

    def town_at(self, position: int, *, is_marked: bool) -> Found | None:
        """Return the longest town that begins here, with the region after it.

        After "in" or "near" more is believed to be a town.
        """
        return self._known_by_another_name(position, is_marked=is_marked) or self._longest(position, is_marked)

    def _known_by_another_name(self, position: int, *, is_marked: bool) -> Found | None:
        near = self._other_name(position)
        if not near or (not is_marked and self._is_after_street(position)):
            return None
        length = self.lexicon.places.at(self._words, position)
        is_short = length == 1 and len(self._words[position]) < 3
        if is_short and not self.tokens[position].is_capital and not (is_marked and self.spoken.signs <= {"en"}):
            return None
        after = position + length
        end = self._end_of_region(after, self._towns.get(fold(near), ()))
        return Found(end - position, " ".join([near, self._text(after, end)] if end > after else [near]))

    def _other_name(self, position: int) -> str:
        """Return the gazetteer's name of a place that people call otherwise: "Philly", "Londres"."""
        length = self.lexicon.places.at(self._words, position)
        return self.lexicon.words.places[tuple(self._words[position : position + length])] if length else ""

    def _longest(self, position: int, is_marked: bool) -> Found | None:
        most = min(MOST_WORDS_OF_A_TOWN, len(self.tokens) - position)
        for length in range(most, 0, -1):
            for n in (0, 1):
                towns = self._towns.get(self._names.get((position, length, n), ""), ())
                if towns and self._is_believed(position, length, towns, is_marked=is_marked):
                    end = self._end_of_region(position + length, towns)
                    first = self.tokens[position]
                    near = self.text[first.start + (first.cut if n else 0) : self.tokens[end - 1].end]
                    return Found(end - position, near, self._is_plain(position, length, end, towns))
        return None

    def _is_plain(self, position: int, length: int, end: int, towns: Sequence[Town]) -> bool:
        """Return whether a town's name is an everyday word, and nothing shows that the town is meant."""
        token = self.tokens[position]
        if length > 1 or end > position + length or token.folded not in self.lexicon.words.names:
            return False
        return not (token.raw[0].isupper() and _largest(towns) >= LARGE)

    def begun_by(self, runs: Sequence[Sequence[int]]) -> tuple[int, Found] | None:
        """Return the first large town whose name begins with words of these runs of tokens, and where it stands.

        The region after it is taken too.
        """
        names = {
            (run[0], run[0] + length): " ".join(self._words[run[0] : run[0] + length])
            for run in runs
            for length in range(min(len(run), MOST_WORDS_OF_A_TOWN), 0, -1)
            if any(self._is_telling(word) for word in self._words[run[0] : run[0] + length])
        }
        begun = self.gazetteer.begun(set(names.values())) if names else {}
        for (first, end), name in names.items():
            if towns := begun.get(name, ()):
                end = self._end_of_region(end, towns)
                return first, Found(end - first, self._text(first, end))
        return None

    def _is_telling(self, word: str) -> bool:
        return len(word) > 2 and not word.isdecimal() and not self.lexicon.knows_part(word)

    def _is_believed(self, position: int, length: int, towns: Sequence[Town], *, is_marked: bool) -> bool:
        tokens, lexicon = self.tokens[position : position + length], self.lexicon
        if length > 1:
            # "La Paz", "Friday Harbor": one word at least that says nothing else.
            return any(not lexicon.knows(token.folded) and token.number is None for token in tokens) or (
                is_marked and not all(token.folded in lexicon.words.stop for token in tokens)
            )
        token = tokens[0]
        if len(token.folded) < 3 and token.folded.isascii() and not (is_marked and token.is_capital):
            return False
        if self._is_region_itself(position, towns):
            return False
        after = self.tokens[position + 1].folded if position + 1 < len(self.tokens) else ""
        if not lexicon.words.street.isdisjoint((token.folded, after)) or self._is_after_street(position):
            return False
        is_capital, largest = token.raw[0].isupper(), _largest(towns)
        if "de" in self.spoken.signs and not is_marked and largest < KNOWN and not self._is_of_german(towns):
            # German writes every noun with a capital: "Kinder" is a town in Louisiana.
            return False
        if not lexicon.knows_part(token.folded):
            return is_marked or is_capital or largest >= KNOWN or not token.raw[0].isascii()
        if lexicon.knows(token.folded) and not is_marked:
            return is_capital and largest >= LARGE and self._end_of_region(position + 1, towns) > position + 1
        return is_capital or largest >= LARGE

    def _is_after_street(self, position: int) -> bool:
        """Return whether a street is called so: "rue de Lyon"."""
        before = position - 1
        while before >= 0 and self._words[before] in self.lexicon.words.stop and position - before < _MOST_AFTER_STREET:
            before -= 1
        return before >= 0 and self._words[before] in self.lexicon.words.street_first

    @staticmethod
    def _is_of_german(towns: Sequence[Town]) -> bool:
        return any(town.country in _GERMAN for town in towns)

    def _is_region_itself(self, position: int, towns: Sequence[Town]) -> bool:
        """Return whether California is meant, and not the small town of that name in Maryland."""
        name = self._words[position]
        countries, held = regions.countries_called(name), regions.regions_called(name)
        if len(name) < 4 or not (countries or held) or _largest(towns) >= FAMOUS:
            return False
        if any(town.country in countries or (town.country, town.region) in held for town in towns):
            return False
        return self._end_of_region(position + 1, towns) == position + 1

    def is_state_in_capitals(self, position: int) -> bool:
        """Return whether a state's two letters stand here, as "CA" does."""
        word = self._words[position]
        return self.tokens[position].is_capital and len(word) == 2 and bool(regions.regions_called(word))

    def is_town(self, position: int) -> bool:
        """Return whether one word is what a town is called that is believed by itself."""
        name = self.tokens[position].folded
        towns = self._towns.get(name, ())
        return (bool(towns) and _largest(towns) >= KNOWN) or (name,) in self.lexicon.words.places

    # Regions

    def _end_of_region(self, position: int, towns: Sequence[Town]) -> int:
        """Return where a region and a country after a town end. They must hold such a town."""
        for _n in range(2):
            for length in range(min(_WORDS_OF_A_REGION, len(self.tokens) - position), 0, -1):
                if self._is_region(position, length, towns):
                    position += length
                    break
            else:
                return position
        return position

    def _is_region(self, position: int, length: int, towns: Sequence[Town]) -> bool:
        words = " ".join(token.folded for token in self.tokens[position : position + length])
        first = self.tokens[position]
        if length == 1 and len(words) <= 2 and not self._is_meant_as_region(position):
            return False
        if not words.replace(" ", "").isalpha() or first.number is not None:
            return False
        countries, held = regions.countries_called(words), regions.regions_called(words)
        if not towns:
            return bool(held) and "," in self.text[self.tokens[position - 1].end : first.start]
        return any(town.country in countries or (town.country, town.region) in held for town in towns)

    def _is_meant_as_region(self, position: int) -> bool:
        """Return whether two letters after a town may be a region: "Portland or Salem" is none."""
        token = self.tokens[position]
        is_after_comma = "," in self.text[self.tokens[position - 1].end : token.start]
        is_last = position == len(self.tokens) - 1
        return is_after_comma or is_last or token.is_capital or token.folded not in self.lexicon.words.stop

    def _text(self, first: int, end: int) -> str:
        return self.text[self.tokens[first].start : self.tokens[end - 1].end]


def _largest(towns: Sequence[Town]) -> int:
    return max(town.population for town in towns)


def _codes(raw: str) -> set[str]:
    """Return a code, and its first half where only that is in gazetteers (Canada, Great Britain)."""
    code = raw.upper()
    return {code, code[:-3]} if _FULL_CODES.fullmatch(code) else {code}
