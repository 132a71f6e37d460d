"""Seeded chance: the same seed makes the same listings, on every machine."""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

from groups.identifiers import PUBLIC_ID_LENGTH

_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"

T = TypeVar("T")


class Shares(Generic[T]):
    """Values and how often each comes, in any unit."""

    def __init__(self, shares: Mapping[T, float] | Sequence[tuple[T, float]]):
        pairs = list(shares.items()) if isinstance(shares, Mapping) else list(shares)
        self.values = [value for value, _share in pairs]
        self._sums = list(accumulate(share for _value, share in pairs))

    def draw(self, chance: Random) -> T:
        return chance.choices(self.values, cum_weights=self._sums)[0]


def public_id(*words: object) -> str:
    """Return a public id that is always the same for the same words."""
    number = int.from_bytes(hashlib.blake2b("/".join(map(str, words)).encode(), digest_size=10).digest(), "big")
    letters = []
    for _place in range(PUBLIC_ID_LENGTH):
        number, letter = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return "".join(letters)
