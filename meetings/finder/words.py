"""Words people type, found in names of meetings, groups, places, approaches and fellowships.

Accents, case and punctuation do not matter. Every word must be there, as the beginning of a
word, or as a whole one if it is short: NA is not Nashville. Words "in quotes" must stand side
by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from django.core.cache import cache
from django.db import connection

from groups.text import fold
from meetings.finder.memory import FEW, Bits, Memory, keep_answer

MOST_WORDS = 8
# Of fewer Latin letters than these, nobody can tell which word is meant; nor could anything be
# found quickly, because half of all meetings have a word that begins so.
SHORTEST_BEGINNING = 3
LONGEST = 200
MOST_FREQUENT = 24
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
    """Return who has all the words. One query for all that were not asked for just before.

    `names` are facet, value and folded names of approaches and fellowships: their words count
    for every meeting they belong to.
    """
    wanted = [(word,) for word in words.single] + list(words.phrases)
    own = memory.of_words([_query(texts) for texts in wanted])
    names = list(names)
    rows = [_with_names(memory, texts, row, names) for texts, row in zip(wanted, own, strict=True)]
    return np.bitwise_and.reduce([memory.listed, *rows])


def prepare(memory: Memory, names: Iterable[tuple[str, str, tuple[str, ...]]]) -> None:
    """Look for the words that most meetings have, which takes long, before somebody does."""
    shorts = [folded[-1] for facet, value, folded in names if facet == "fellowship"]
    frequent = _known_words(memory).split(maxsplit=MOST_FREQUENT)[:MOST_FREQUENT]
    # One by one: all their ids at once would be megabytes, which a process keeps.
    for word in (*filter(str.isalnum, shorts), *frequent):
        memory.keep_frequent(_query((word,)))


def _with_names(
    memory: Memory, texts: tuple[str, ...], row: Bits, names: list[tuple[str, str, tuple[str, ...]]]
) -> Bits:
    for facet, value, folded in names:
        if any(_holds(name, texts) for name in folded) and (by_name := memory.row(facet, value)) is not None:
            row = row | by_name
    return row


def _holds(name: str, words: tuple[str, ...]) -> bool:
    """Return whether the words stand in a folded name: one as a beginning, several side by side."""
    if len(words) == 1 and _is_a_beginning(words[0]):
        return f" {words[0]}" in f" {name}"
    return f" {' '.join(words)} " in f" {name} "


def _is_a_beginning(word: str) -> bool:
    return len(word) >= SHORTEST_BEGINNING or not word.isascii()


def _query(words: tuple[str, ...]) -> str:
    """Return the words as PostgreSQL's tsquery. Folded words hold letters, digits and marks alone."""
    if len(words) == 1 and _is_a_beginning(words[0]):
        return f"'{words[0]}':*"
    return " <-> ".join(f"'{word}'" for word in words)


# ── Corrections ─────────────────────────────────────────────────────────────

_KNOWN_WORDS_KEY = "finder-known-words"
_KNOWN_WORDS_SECONDS = 3600
_MOST_WRONG = 2


def correction(memory: Memory, words: Words, names: Iterable[tuple[str, str, tuple[str, ...]]]) -> str:
    """Return the text with words nobody has replaced by the likeliest ones they may stand for; "" for none.

    A word may have one letter wrong, missing, too many or swapped with its neighbour, and two
    from seven letters on. Of equally near ones the more frequent is likelier.
    """
    names = tuple(names)
    return keep_answer(memory, ("correction", words, names), lambda: _correction(memory, words, names))


def _correction(memory: Memory, words: Words, names: tuple[tuple[str, str, tuple[str, ...]], ...]) -> str:
    known = _known_words(memory)
    known += "".join(f"{word}\n" for _facet, _value, folded in names for name in folded for word in name.split())
    better = [_nearest(word, known) for word in words.all]
    if "" in better or better == words.all:
        return ""
    return " ".join(better)


def _known_words(memory: Memory) -> str:
    """Return the words of all entries, the most frequent first, each after a line break.

    Of a large set an hour old at most.
    """
    key = _KNOWN_WORDS_KEY if memory.size >= FEW else f"{_KNOWN_WORDS_KEY}-{memory.version}"
    known = cache.get(key)
    if known is None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(string_agg(word, E'\\n' ORDER BY ndoc DESC, word), '') FROM"
                " ts_stat('SELECT text FROM meetings_finderentry WHERE is_listed') WHERE length(word) > 2"
            )
            known = f"\n{cursor.fetchone()[0]}\n"
        cache.set(key, known, _KNOWN_WORDS_SECONDS)
    return known


def _nearest(word: str, known: str) -> str:
    """Return the word itself when something begins so, else the nearest and most frequent one; "" for none."""
    if f"\n{word}" in known:
        return word
    most = 1 if len(word) < 7 else _MOST_WRONG
    best, best_wrong = "", most + 1
    for other in _candidates(word, known, most):
        wrong = wrong_letters(word, other, most=most)
        if wrong < best_wrong:
            best, best_wrong = other, wrong
    return best


def _candidates(word: str, known: str, most: int) -> list[str]:
    """Return the words that may be so near, the most frequent first.

    Of a word in one part more than there are mistakes, one part is untouched. Two letters that
    changed places may lie in two parts, so the word with each pair put right is tried too.
    """
    cut = [len(word) * n // (most + 1) for n in range(most + 2)]
    parts = {word[first:end] for first, end in pairwise(cut) if first < end}
    swapped = {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(len(word) - 1)}
    wanted = "|".join([rf"\w*{part}\w*" for part in parts] + sorted(swapped))
    found = re.findall(rf"^(?:{wanted})$", known, re.MULTILINE)
    return [other for other in found if abs(len(other) - len(word)) <= most]


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
