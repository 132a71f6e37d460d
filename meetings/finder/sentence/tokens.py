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
# "l'alcool", "d'Orléans", "qu'on": the word is what comes after.
_ELIDED = re.compile(r"(?:[ldjnsmtc]|qu)['’ʼ`´](.+)", re.IGNORECASE)


class Token(NamedTuple):
    """One word, number or time. `tail` is the word without an elided article, else ""."""

    raw: str
    folded: str
    start: int
    end: int
    tail: str = ""
    number: int | None = None
    minute: int | None = None

    @property
    def is_capital(self) -> bool:
        return self.raw.isupper() and self.number is None


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
        elif raw.isdecimal():
            found.append(_number(raw, start, end))
        elif folded := fold(raw):
            elided = _ELIDED.fullmatch(raw)
            found.append(Token(raw, folded, start, end, tail=fold(elided[1]) if elided else ""))
    return found[:MOST_TOKENS]


def _number(raw: str, start: int, end: int) -> Token:
    return Token(raw, str(int(raw)), start, end, number=int(raw) if len(raw) <= 4 else None)
