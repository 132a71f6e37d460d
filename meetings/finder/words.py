"""Words people type, found in names of meetings, groups, places, approaches and fellowships.

Accents, case and punctuation do not matter. Every word must be there, as the beginning of a
word; words "in quotes" must stand side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.core.cache import cache
from django.db import connection

from groups.text import fold
from meetings.finder.memory import FEW, Bits, Memory

MOST_WORDS = 8
LONGEST = 200
_PHRASE = re.compile(r'"([^"]*)"|“([^”]*)”')


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed: single words, and phrases of several."""

    single: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.single or self.phrases)

    @property
    def all(self) -> list[str]:
        return [*self.single, *(word for phrase in self.phrases for word in phrase)]


def parse(text: str) -> Words:
    """Return the folded words and phrases of a text, at most eight words."""
    text = text[:LONGEST]
    phrases = [tuple(fold(found[1] or found[2] or "").split()) for found in _PHRASE.finditer(text)]
    single = fold(_PHRASE.sub(" ", text)).split()
    single += [phrase[0] for phrase in phrases if len(phrase) == 1]
    room = MOST_WORDS - min(len(single), MOST_WORDS)
    kept = []
    for phrase in phrases:
        if 1 < len(phrase) <= room:
            kept.append(phrase)
            room -= len(phrase)
    return Words(tuple(dict.fromkeys(single[:MOST_WORDS])), tuple(kept))


def find(memory: Memory, words: Words, names: Iterable[tuple[str, str, tuple[str, ...]]]) -> Bits:
    """Return who has all the words. One query for all of them.

    `names` are facet, value and folded names of approaches and fellowships: their words count
    for every meeting they belong to.
    """
    names = list(names)
    wanted = [(word,) for word in words.single] + list(words.phrases)
    found = memory.listed
    for texts, ids in zip(wanted, _ids_by_words(wanted), strict=True):
        by_name = [
            row
            for facet, value, folded in names
            if any(_holds(name, texts) for name in folded) and (row := memory.row(facet, value)) is not None
        ]
        here = memory.of_ids(ids)
        found = found & (np.bitwise_or.reduce([here, *by_name]) if by_name else here)
    return found


def _holds(name: str, words: tuple[str, ...]) -> bool:
    """Return whether the words stand in a folded name: one as a beginning, several side by side."""
    if len(words) == 1:
        return f" {words[0]}" in f" {name}"
    return f" {' '.join(words)} " in f" {name} "


def _ids_by_words(wanted: list[tuple[str, ...]]) -> list[np.ndarray]:
    """Return the meetings that have each of the words or phrases in their own text."""
    if not wanted:
        return []
    queries = [_query(texts) for texts in wanted]
    found = "(SELECT string_agg(meeting_id::text, ' ') FROM meetings_finderentry WHERE text @@ %s::tsquery)"
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(found for _query in queries), queries)
        return [np.fromstring(ids or "", dtype=np.int64, sep=" ") for ids in cursor.fetchone()]


def _query(words: tuple[str, ...]) -> str:
    """Return the words as PostgreSQL's tsquery. Folded words hold letters, digits and marks alone."""
    if len(words) == 1:
        return f"'{words[0]}':*"
    return " <-> ".join(f"'{word}'" for word in words)


# ── Corrections ─────────────────────────────────────────────────────────────

_KNOWN_WORDS_KEY = "finder-words"
_KNOWN_WORDS_SECONDS = 3600
_MOST_WRONG = 2


def correction(memory: Memory, words: Words, names: Iterable[tuple[str, str, tuple[str, ...]]]) -> str:
    """Return the text with words nobody has replaced by the likeliest ones they may stand for; "" for none.

    A word may have one letter wrong, missing, too many or swapped with its neighbour, and two
    from seven letters on. Of equally near ones the more frequent is likelier.
    """
    known = _known_words(memory)
    for _facet, _value, folded in names:
        for name in folded:
            for word in name.split():
                known.setdefault(word, 1)
    better = [_nearest(word, known) for word in words.all]
    if any(word is None for word in better) or list(better) == words.all:
        return ""
    return " ".join(word for word in better if word)


def _known_words(memory: Memory) -> dict[str, int]:
    """Return words of all entries and how many have them; of a large set an hour old at most."""
    key = _KNOWN_WORDS_KEY if memory.size >= FEW else f"{_KNOWN_WORDS_KEY}-{memory.version}"
    known = cache.get(key)
    if known is None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT word, ndoc FROM ts_stat('SELECT text FROM meetings_finderentry WHERE is_listed')"
                " WHERE length(word) > 2 ORDER BY ndoc DESC LIMIT 60000"
            )
            known = dict(cursor.fetchall())
        cache.set(key, known, _KNOWN_WORDS_SECONDS)
    return known


def _nearest(word: str, known: dict[str, int]) -> str | None:
    if any(other.startswith(word) for other in known):
        return word
    most = 1 if len(word) < 7 else _MOST_WRONG
    best: tuple[int, int, str] | None = None
    for other, frequency in known.items():
        if abs(len(other) - len(word)) > most:
            continue
        wrong = wrong_letters(word, other, most=most)
        if wrong <= most and (best is None or (wrong, -frequency) < best[:2]):
            best = (wrong, -frequency, other)
    return best[2] if best else None


def wrong_letters(a: str, b: str, *, most: int) -> int:
    """Return how many letters are wrong, missing, too many or swapped; `most` + 1 if it is more.

    Source: the optimal string alignment distance (G. Navarro, "A guided tour to approximate
    string matching", ACM Computing Surveys, 2001).
    """
    if not set(a) & set(b):
        return most + 1
    before: list[int] = []
    previous = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            wrong = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                wrong = min(wrong, before[j - 2] + 1)
            row.append(wrong)
        if min(row) > most:
            return most + 1
        before, previous = previous, row
    return previous[-1]
