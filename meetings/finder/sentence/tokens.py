"""Words, numbers and times of a sentence, each with where it stood."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import NamedTuple

from groups.text import fold

MOST_TOKENS = 40
_LETTER = r"(?:[^\W_]|[\u0300-\u036f\u064b-\u065f\u0670])"
_TOKEN = re.compile(
    r"(?P<clock>(?<!\d)\d{1,2}(?:[:.]|[hH])\d{2}(?!\d))"
    r"|(?P<dotted>(?:[^\W\d_]\.){2,})"
    rf"|(?P<word>{_LETTER}+(?:['’ʼ`´]{_LETTER}+)*)"
)
_CLOCK = re.compile(r"(\d{1,2})\D(\d{2})")
_GLUED = re.compile(r"(\d+)([^\W\d_]+)")
# "و7": "and", written together with the number in Arabic.
_AND_NUMBER = re.compile(r"([وبل])(\d+)")
# "l'alcool", "d'Orléans", "qu'on": the word is what comes after.
_ELIDED = re.compile(r"(?:[ldjnsmtc]|qu)['’ʼ`´](.+)", re.IGNORECASE)
# "ببرلين", "لندن": Arabic writes "in", "to" and "and" together with the town.
_WRITTEN_TOGETHER = re.compile(r"[بلو]([\u0621-\u064a]{3,})")
# Marks of direction, joiners, and the stroke that makes Arabic words longer: nothing is said by them.
_SILENT = dict.fromkeys(
    [0x061C, 0x0640, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)
# Digits as Arabic and Persian write them.
_DIGITS = {zero + n: str(n) for zero in (0x0660, 0x06F0) for n in range(10)}


class Token(NamedTuple):
    """One word, number or time.

    `tail` is the word without an article or preposition written together with it, else "";
    it begins `cut` letters after the word.
    """

    raw: str
    folded: str
    start: int
    end: int
    tail: str = ""
    cut: int = 0
    number: int | None = None
    minute: int | None = None

    @property
    def is_capital(self) -> bool:
        return self.raw.isupper() and self.number is None


def without_marks(text: str) -> str:
    """Return the text without marks that are not seen, its words one space apart."""
    return " ".join(text.translate(_SILENT).split())


def with_plain_digits(text: str) -> str:
    """Return the text with the digits 0 to 9, letter for letter."""
    return text.translate(_DIGITS)


def split(text: str, units: Container[str]) -> list[Token]:
    """Return the tokens of a text, at most forty. `units` may stand right after a number: "7pm", "10km"."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        raw, start, end = match[0], match.start(), match.end()
        if match["clock"]:
            parts = _CLOCK.fullmatch(raw)
            if parts and int(parts[1]) <= 24 and int(parts[2]) < 60:
                found.append(Token(raw, raw, start, end, number=int(parts[1]), minute=int(parts[2])))
            else:
                found.append(Token(raw, fold(raw), start, end))
            continue
        if match["dotted"]:
            found.append(Token(raw, fold(raw.replace(".", "")), start, end))
            continue
        glued = _GLUED.fullmatch(raw)
        if glued and fold(glued[2]) in units:
            middle = start + len(glued[1])
            found.append(_number(glued[1], start, middle))
            found.append(Token(glued[2], fold(glued[2]), middle, end))
        elif joined := _AND_NUMBER.fullmatch(raw):
            found.append(Token(joined[1], joined[1], start, start + 1))
            found.append(_number(joined[2], start + 1, end))
        elif raw.isdecimal():
            found.append(_number(raw, start, end))
        elif folded := fold(raw):
            shorter = _ELIDED.fullmatch(raw) or _WRITTEN_TOGETHER.fullmatch(raw)
            tail, cut = (fold(shorter[1]), shorter.start(1)) if shorter else ("", 0)
            found.append(Token(raw, folded, start, end, tail=tail, cut=cut))
    return found[:MOST_TOKENS]


def _number(raw: str, start: int, end: int) -> Token:
    return Token(raw, str(int(raw)), start, end, number=int(raw) if len(raw) <= 4 else None)
