"""The words of all languages and of the catalogue, and what each means to the finder.

The words are in `meetings/data/words`, one file a language, written by us. All are known at
once: "NA español sábado cerca de Miami" needs no choice of language.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from groups.text import fold
from meetings.finder.sentence.reading import Pair
from meetings.finder.sentence.tokens import split

LANGUAGES = ("ar", "pt", "de", "fr", "es", "en")
_DATA = Path(__file__).resolve().parents[2] / "data" / "words"
# Parameters whose values are the catalogue's; the rest are the finder's own.
_OF_CATALOGUE = frozenset({"approach", "fellowship", "format", "focus", "access", "feature", "language"})
# Names of one word that are too plain to mean a way of running a meeting.
_PLAIN_ALONE = frozenset({"format"})
# Arabic writes "the", "in", "to" and "and" together with the word after them.
_ARABIC_BEFORE = ("ال", "ب", "بال", "ل", "و", "وال", "في")

Phrase = tuple[str, ...]
Meaning = tuple[Pair, ...]


class CatalogueName(NamedTuple):
    """A value of one of the finder's parameters and one of its names."""

    parameter: str
    value: str
    name: str


class Longest:
    """Phrases, found by their first word; the longest that fits is meant."""

    def __init__(self, phrases: Iterable[Phrase] = ()) -> None:
        self._by_first: dict[str, list[Phrase]] = {}
        for phrase in sorted(set(phrases), key=len, reverse=True):
            self._by_first.setdefault(phrase[0], []).append(phrase)

    def at(self, words: list[str], position: int) -> int:
        """Return how many words of the longest phrase stand here, 0 for none."""
        if position >= len(words):
            return 0
        for phrase in self._by_first.get(words[position], ()):
            if tuple(words[position : position + len(phrase)]) == phrase:
                return len(phrase)
        return 0


class ClockWords(NamedTuple):
    """Words around times of the day, in all languages."""

    at: Longest
    after: Longest
    before: Longest
    between: Longest
    and_: Longest
    am: Longest
    pm: Longest
    hours: Longest


class AmountWords(NamedTuple):
    """Words around lengths of time and distances, in all languages."""

    in_: Longest
    minutes: Longest
    hours: Longest
    km: Longest
    mi: Longest
    away: Longest


class _Words(NamedTuple):
    """Everything that is in the files."""

    meanings: dict[Phrase, Meaning]
    stop: frozenset[str]
    near: Longest
    inside: Longest
    negators: dict[Phrase, frozenset[str]]
    meeting: frozenset[str]
    clock: ClockWords
    amount: AmountWords
    numbers: dict[Phrase, int]
    ordinary: dict[str, frozenset[str]]
    names: frozenset[str]
    street: frozenset[str]
    places: dict[Phrase, str]
    languages: dict[str, frozenset[str]]
    units: frozenset[str]


class Lexicon:
    """What words mean, for one state of the catalogue.

    Where names clash, the files' own words come before the catalogue's, and a fellowship's
    before an approach's: "AA" is the fellowship, though it is also known for the approach.
    """

    def __init__(self, catalogue: Iterable[CatalogueName]) -> None:
        self.words = words = read_words()
        catalogue = list(catalogue)
        known = {(name.parameter, name.value) for name in catalogue}
        order = {"approach": 1, "fellowship": 2}
        self.meanings: dict[Phrase, Meaning] = {}
        for name in sorted(catalogue, key=lambda name: order.get(name.parameter, 0)):
            phrase = phrase_of(name.name)
            if phrase and not self._is_said_otherwise(phrase, name.parameter):
                self.meanings[phrase] = ((name.parameter, name.value),)
        for phrase, meaning in words.meanings.items():
            if all(pair in known or pair[0] not in _OF_CATALOGUE for pair in meaning):
                self.meanings[phrase] = meaning
        self.longest = Longest(self.meanings)
        self.negators = Longest(words.negators)
        self.numbers = Longest(words.numbers)
        self.places = Longest(words.places)

    def _is_said_otherwise(self, phrase: Phrase, parameter: str) -> bool:
        """Return whether every word means something by itself: "For Today" is a book and a wish."""
        words = self.words
        if len(phrase) == 1:
            return phrase[0] in words.stop or phrase[0].isdecimal() or parameter in _PLAIN_ALONE
        return all(word in words.stop or (word,) in words.meanings for word in phrase)

    def knows(self, word: str) -> bool:
        """Return whether a word says something, or nothing, by itself."""
        return word in self.words.stop or (word,) in self.meanings

    def knows_part(self, word: str) -> bool:
        """Return whether a word says something together with others at least."""
        return word in self.words.languages or (word,) in self.meanings


def phrase_of(text: str) -> Phrase:
    """Return the folded words of a text, as a sentence's words are split."""
    return tuple(token.folded for token in split(text, ()))


@cache
def read_words() -> _Words:
    """Read the words of all six languages, once a process: some 50 ms."""
    files = {language: json.loads((_DATA / f"{language}.json").read_text("utf-8")) for language in LANGUAGES}
    meanings: dict[Phrase, Meaning] = {}
    languages: dict[str, set[str]] = {}
    negators: dict[Phrase, set[str]] = {}
    ordinary: dict[str, set[str]] = {}
    places: dict[Phrase, str] = {}
    numbers: dict[Phrase, int] = {}
    for language, file in files.items():
        said = _meanings(file, is_arabic=language == "ar")
        meanings |= said
        for word in [*(word for phrase in said for word in phrase), *_stop(file)]:
            languages.setdefault(word, set()).add(language)
        for phrase in _phrases(file["not"]):
            negators.setdefault(phrase, set()).add(language)
        for word in file["ordinary"]:
            ordinary.setdefault(fold(word), set()).add(language)
        numbers |= {phrase_of(word): number for word, number in file["numbers"].items()}
        for place, names in file["places"].items():
            for phrase in _phrases(names):
                places |= dict.fromkeys(_arabic(phrase) if language == "ar" else (phrase,), place)

    def all_of(group: str, kind: str) -> Longest:
        return Longest(phrase for file in files.values() for phrase in _phrases(file[group][kind]))

    units = {
        phrase[0]
        for file in files.values()
        for group, kinds in (("clock", ("am", "pm", "hours")), ("amount", ("minutes", "hours", "km", "mi")))
        for kind in kinds
        for phrase in _phrases(file[group][kind])
        if len(phrase) == 1
    }
    return _Words(
        meanings=meanings,
        stop=frozenset(word for file in files.values() for word in _stop(file)),
        near=Longest(phrase for file in files.values() for phrase in _phrases(file["near"])),
        inside=Longest(phrase for file in files.values() for phrase in _phrases(file["in"])),
        negators=_frozen(negators),
        meeting=frozenset(fold(word) for file in files.values() for word in file["meeting"]),
        clock=ClockWords(
            *(all_of("clock", kind) for kind in ("at", "after", "before", "between", "and", "am", "pm", "hours"))
        ),
        amount=AmountWords(*(all_of("amount", kind) for kind in ("in", "minutes", "hours", "km", "mi", "away"))),
        numbers=numbers,
        ordinary=_frozen(ordinary),
        names=frozenset(fold(word) for file in files.values() for word in file["names"]),
        street=frozenset(fold(word) for file in files.values() for word in file["street"]),
        places=places,
        languages=_frozen(languages),
        units=frozenset(units),
    )


def _frozen(spoken: Mapping[Any, set[str]]) -> dict[Any, frozenset[str]]:
    """Return the sets frozen. Those that are equal are one, which spares each process a MB."""
    one: dict[frozenset[str], frozenset[str]] = {}
    return {key: one.setdefault(frozenset(languages), frozenset(languages)) for key, languages in spoken.items()}


def _stop(file: Mapping[str, Any]) -> list[str]:
    return [word for text in file["stop"] for word in phrase_of(text)]


def _phrases(texts: Iterable[str]) -> list[Phrase]:
    return [phrase for phrase in map(phrase_of, texts) if phrase]


def _meanings(file: Mapping[str, Any], *, is_arabic: bool) -> dict[Phrase, Meaning]:
    found: dict[Phrase, Meaning] = {}
    for query, texts in file["meaning"].items():
        meaning = tuple((name, value) for name, _sign, value in (part.partition("=") for part in query.split("&")))
        for phrase in _phrases(texts):
            for form in _arabic(phrase) if is_arabic else (phrase,):
                found[form] = meaning
    # Words that German writes as one: "Samstagabend", "Frauengruppe".
    for pair in file.get("joined", ()):
        for first in _phrases(pair["first"]):
            for second in _phrases(pair["second"]):
                joined = (first[0] + second[0],)
                # A few of the first words stand for themselves nowhere: "Alkoholgruppe" has a meaning, "Gruppe" none.
                meaning = found.get(first, ()) + found.get(second, ())
                if meaning:
                    found.setdefault(joined, meaning)
    return found


def _arabic(phrase: Phrase) -> list[Phrase]:
    """Return a phrase as it is written after "the", "in", "to" and "and" as well."""
    first, rest = phrase[0], phrase[1:]
    forms = [before + first for before in _ARABIC_BEFORE]
    if first.startswith("ال"):
        forms = ["ب" + first, "و" + first, "ل" + first[1:]]
    return [phrase, *((form, *rest) for form in forms)]
