"""The words of all languages and of the catalogue, and what each means to the finder.

The words are in `meetings/data/words`, one file a language, written by us. All are known at
once: "NA español sábado cerca de Miami" needs no choice of language.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping
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
# "s" is an ending that is taken off, "as>o" one that another is put in place of.
_INSTEAD = ">"

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
    # Minutes that an hour is moved by what stands before and after it: "halb acht", "sete e meia".
    first: Longest
    last: Longest
    moves: dict[Phrase, int]
    # The languages of what says which half of the day: "8 am Mittwoch" is no English morning.
    halves: dict[Phrase, frozenset[str]]


class AmountWords(NamedTuple):
    """Words around lengths of time and distances, in all languages."""

    in_: Longest
    minutes: Longest
    hours: Longest
    km: Longest
    mi: Longest
    away: Longest


class DateWords(NamedTuple):
    """Words of dates, in all languages: months and their numbers, feasts and their days ("12-24", "easter+1")."""

    months: Longest
    numbers: dict[Phrase, int]
    of: Longest
    # What stands before the number of a day, and how that is then written: "ordinal", "dot" or "plain".
    on: Longest
    forms: dict[Phrase, str]
    feasts: Longest
    days: dict[Phrase, str]


class _Words(NamedTuple):
    """Everything that is in the files."""

    meanings: dict[Phrase, Meaning]
    stop: frozenset[str]
    near: Longest
    inside: Longest
    insides: dict[Phrase, frozenset[str]]
    negators: dict[Phrase, frozenset[str]]
    meeting: frozenset[str]
    clock: ClockWords
    amount: AmountWords
    dates: DateWords
    numbers: dict[Phrase, int]
    ordinary: dict[str, frozenset[str]]
    names: frozenset[str]
    street: frozenset[str]
    street_first: frozenset[str]
    places: dict[Phrase, str]
    languages: dict[str, frozenset[str]]
    vocabulary: dict[str, frozenset[str]]
    units: frozenset[str]
    religion: Longest
    unclear: dict[Phrase, dict[str, Meaning]]
    heads: tuple[str, ...]
    beginnings: dict[str, tuple[str, ...]]
    endings: dict[str, tuple[tuple[str, str], ...]]


class Lexicon:
    """What words mean, for one state of the catalogue.

    Where names clash, the files' own words come before the catalogue's, and a fellowship's
    before an approach's: "AA" is the fellowship, though it is also known for the approach.
    Phrases that mean one thing in one language and another in the next are `unclear`: what they
    mean by language, () for nothing.
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
            if self._has(meaning, known):
                self.meanings[phrase] = meaning
        self.unclear = {
            phrase: {language: meaning if self._has(meaning, known) else () for language, meaning in meanings.items()}
            for phrase, meanings in words.unclear.items()
            if phrase in self.meanings
        }
        self.longest = Longest(self.meanings)
        self._of_phrases = frozenset(word for phrase in self.meanings for word in phrase)
        self.negators = Longest(words.negators)
        self.numbers = Longest(words.numbers)
        self.places = Longest(words.places)

    @staticmethod
    def _has(meaning: Meaning, known: Container[Pair]) -> bool:
        return all(pair in known or pair[0] not in _OF_CATALOGUE for pair in meaning)

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

    def has_word(self, word: str) -> bool:
        """Return whether a word is anywhere in the files or the catalogue's names."""
        return word in self._of_phrases or any(word in words for words in self.words.vocabulary.values())


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
    moves: dict[Phrase, int] = {}
    halves: dict[Phrase, set[str]] = {}
    insides: dict[Phrase, set[str]] = {}
    by_language: dict[Phrase, dict[str, Meaning]] = {}
    for language, file in files.items():
        said = _meanings(file)
        meanings |= said
        for phrase, meaning in said.items():
            by_language.setdefault(phrase, {})[language] = meaning
        for word in [*(word for phrase in said for word in phrase), *_stop(file)]:
            languages.setdefault(word, set()).add(language)
        for phrase in _phrases(file["not"]):
            negators.setdefault(phrase, set()).add(language)
        for word in file["ordinary"]:
            ordinary.setdefault(fold(word), set()).add(language)
        numbers |= {phrase_of(word): number for word, number in file["numbers"].items()}
        for text, minutes in (file["clock"]["first"] | file["clock"]["last"]).items():
            moves[phrase_of(text)] = minutes
        for phrase in _phrases(file["in"]):
            insides.setdefault(phrase, set()).add(language)
        for phrase in _phrases([*file["clock"]["am"], *file["clock"]["pm"]]):
            halves.setdefault(phrase, set()).add(language)
        for place, names in file["places"].items():
            for phrase in _phrases(names):
                places |= dict.fromkeys(_after_beginnings(phrase, file["beginnings"]), place)
    for language, file in files.items():
        for word in _stop(file):
            # What letters such as "ma" are, is decided by how they are written.
            if (word,) in by_language and word not in ordinary:
                by_language[word,].setdefault(language, ())

    def all_of(group: str, kind: str) -> Longest:
        return Longest(phrase for file in files.values() for phrase in _phrases(file[group][kind]))

    vocabulary = {
        language: frozenset(word for text in _texts(file) for word in phrase_of(text))
        for language, file in files.items()
    }
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
        inside=Longest(insides),
        insides=_frozen(insides),
        negators=_frozen(negators),
        meeting=frozenset(fold(word) for file in files.values() for word in file["meeting"]),
        clock=ClockWords(
            at=all_of("clock", "at"),
            after=all_of("clock", "after"),
            before=all_of("clock", "before"),
            between=all_of("clock", "between"),
            and_=all_of("clock", "and"),
            am=all_of("clock", "am"),
            pm=all_of("clock", "pm"),
            hours=all_of("clock", "hours"),
            first=all_of("clock", "first"),
            last=all_of("clock", "last"),
            moves=moves,
            halves=_frozen(halves),
        ),
        dates=_dates(files.values()),
        amount=AmountWords(*(all_of("amount", kind) for kind in ("in", "minutes", "hours", "km", "mi", "away"))),
        numbers=numbers,
        ordinary=_frozen(ordinary),
        names=frozenset(fold(word) for file in files.values() for word in file["names"]),
        street=frozenset(fold(word) for file in files.values() for word in file["street"]),
        street_first=frozenset(fold(word) for file in files.values() for word in file.get("street_first", ())),
        places=places,
        languages=_frozen(languages),
        vocabulary=vocabulary,
        units=frozenset(units),
        religion=Longest(phrase for file in files.values() for phrase in _phrases(file["religion"])),
        unclear={phrase: spoken for phrase, spoken in by_language.items() if len(set(spoken.values())) > 1},
        heads=tuple(sorted((fold(word) for word in files["de"]["heads"]), key=len, reverse=True)),
        beginnings={
            language: tuple(sorted(map(fold, file["beginnings"]), key=len, reverse=True))
            for language, file in files.items()
        },
        endings={
            language: tuple((ending, instead) for ending, _sign, instead in _endings(file))
            for language, file in files.items()
        },
    )


def _dates(files: Iterable[Mapping[str, Any]]) -> DateWords:
    numbers: dict[Phrase, int] = {}
    forms: dict[Phrase, str] = {}
    days: dict[Phrase, str] = {}
    of: list[Phrase] = []
    for said in (file["dates"] for file in files):
        for number, names in said["months"].items():
            numbers |= dict.fromkeys(_phrases(names), int(number))
        for day, names in said["feasts"].items():
            days |= dict.fromkeys(_phrases(names), day)
        forms |= dict.fromkeys(_phrases(said["on"]), said["day"])
        of += _phrases(said["of"])
    return DateWords(Longest(numbers), numbers, Longest(of), Longest(forms), forms, Longest(days), days)


def _texts(file: Mapping[str, Any]) -> Iterator[str]:
    """Give everything in a file that may be said."""
    for key in ("stop", "near", "in", "not", "religion", "numbers"):
        yield from file[key]
    for key in ("clock", "amount", "meaning"):
        for texts in file[key].values():
            yield from texts


def _endings(file: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [text.partition(_INSTEAD) for text in file["endings"]]


def _frozen(spoken: Mapping[Any, set[str]]) -> dict[Any, frozenset[str]]:
    """Return the sets frozen. Those that are equal are one, which spares each process a MB."""
    one: dict[frozenset[str], frozenset[str]] = {}
    return {key: one.setdefault(frozenset(languages), frozenset(languages)) for key, languages in spoken.items()}


def _stop(file: Mapping[str, Any]) -> list[str]:
    return [word for text in file["stop"] for word in phrase_of(text)]


def _phrases(texts: Iterable[str]) -> list[Phrase]:
    return [phrase for phrase in map(phrase_of, texts) if phrase]


def _meanings(file: Mapping[str, Any]) -> dict[Phrase, Meaning]:
    found: dict[Phrase, Meaning] = {}
    for query, texts in file["meaning"].items():
        meaning = tuple((name, value) for name, _sign, value in (part.partition("=") for part in query.split("&")))
        found |= dict.fromkeys(_phrases(texts), meaning)
    return found


def _after_beginnings(phrase: Phrase, beginnings: Iterable[str]) -> list[Phrase]:
    """Return a phrase as it is written after what a language writes together with it as well."""
    first, rest = phrase[0], phrase[1:]
    return [phrase, *((f"{begin}{first}", *rest) for begin in beginnings)]
