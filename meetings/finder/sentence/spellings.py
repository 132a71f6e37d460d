"""A word as a sentence has it -> the word as the lexicon has it.

No word is repaired: only what a language adds to its words is taken off. "Spielsuechtige" is
"spielsüchtig", "Donnerstagsmeeting" is two words, "للمدمنين" has "for the" before it.
"""

from __future__ import annotations

from collections.abc import Iterator

from groups.text import fold
from meetings.finder.sentence.lexicon import Lexicon
from meetings.finder.sentence.tokens import Token

_SHORTEST, _SHORTEST_OF_ARABIC, _SHORTEST_OF_COMPOUND = 5, 3, 3
_TWO_LETTERS = {"ae": "a", "oe": "o", "ue": "u"}


def parts(token: Token, lexicon: Lexicon) -> list[Token]:
    """Return the two words of one that German writes together, else the word: "Frauenmeeting"."""
    if token.number is None and not lexicon.has_word(token.folded):
        for head in lexicon.words.heads:
            if not token.folded.endswith(head) or len(token.folded) < len(head) + _SHORTEST_OF_COMPOUND:
                continue
            cut = _cut(token.raw, head)
            first = _meant(fold(token.raw[:cut]), lexicon)
            if first:
                middle = token.start + cut
                return [
                    Token(token.raw[:cut], first, token.start, middle),
                    Token(token.raw[cut:], head, middle, token.end),
                ]
    return [token]


def _cut(raw: str, head: str) -> int:
    """Return where the last word of a compound begins, whose letters may be written with marks."""
    cut = len(raw) - len(head)
    while cut > 0 and len(fold(raw[cut:])) < len(head):
        cut -= 1
    return cut


def _meant(first: str, lexicon: Lexicon) -> str:
    """Return the first word of a compound without the letter that joins it: "Meditationsgruppe"."""
    for word in (first, *_without_two_letters(first)):
        for form in (word, word.removesuffix("s"), word.removesuffix("n"), word.removesuffix("en"), f"{word}e"):
            if "de" in lexicon.words.languages.get(form, ()) and (form,) in lexicon.meanings:
                return form
    return ""


def known(token: Token, lexicon: Lexicon, *, is_town: bool) -> str:
    """Return the word as the lexicon has it, or as it is if the lexicon has it in no form.

    What is a town stays as it is, but for an article.
    """
    if token.number is not None or lexicon.knows_part(token.folded):
        return token.folded
    # Nothing stands for itself with an article before it; in Arabic it may.
    word = token.tail if token.tail and token.folded.isascii() else token.folded
    if is_town or lexicon.has_word(word):
        return word
    vocabulary = lexicon.words.vocabulary
    return next((form for language, form in _forms(word, lexicon) if form in vocabulary[language]), word)


def _forms(word: str, lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    for language in lexicon.words.endings:
        begun = [word, *_without_beginning(word, lexicon.words.beginnings.get(language, ()))]
        begun += _without_two_letters(word) if language == "de" else []
        for form in begun:
            if form != word:
                yield language, form
        shortest = _SHORTEST_OF_ARABIC if language == "ar" else _SHORTEST
        for form in begun:
            for ending, instead in lexicon.words.endings[language]:
                if form.endswith(ending) and len(form) - len(ending) >= shortest:
                    yield language, form[: len(form) - len(ending)] + instead


def _without_beginning(word: str, beginnings: tuple[str, ...]) -> list[str]:
    return [word[len(begin) :] for begin in beginnings if word.startswith(begin) and len(word) > len(begin) + 1]


def _without_two_letters(word: str) -> list[str]:
    """Return the word as it is with its dots taken off: "fuer" is "für", and "aufhoeren" "aufhören"."""
    plain = word
    for two, one in _TWO_LETTERS.items():
        plain = plain.replace(two, one)
    return [plain] if plain != word else []
