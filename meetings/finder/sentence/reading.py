"""What a sentence was read as."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

Pair = tuple[str, str]


class Part(NamedTuple):
    """One value of one of the finder's parameters, and the words it came from."""

    parameter: str
    value: str
    words: str


class Reading(NamedTuple):
    """Parameters in the order in which they were said; `left` are words that were not understood.

    `is_near_me` says that somebody asked for what is near them, without a place. `dates` are
    those that were named, but for today and tomorrow: each is among the parts as its weekday.
    """

    parts: tuple[Part, ...] = ()
    left: tuple[str, ...] = ()
    is_near_me: bool = False
    dates: tuple[date, ...] = ()

    @property
    def pairs(self) -> list[Pair]:
        return [(part.parameter, part.value) for part in self.parts]
