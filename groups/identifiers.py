"""Public ids: opaque, stable, safe to read out and to put in an address."""

import os

# No vowels and no look-alikes: nothing spells a word, nothing is misread over the phone.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
PUBLIC_ID_LENGTH = 11
_COUNT = len(_ALPHABET) ** PUBLIC_ID_LENGTH
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


def new_public_id() -> str:
    """Return a fresh random id of eleven characters (about 52 bits)."""
    # One draw for all eleven: an import asks for hundreds of thousands. Of so many bits the rest is
    # even to one part in 2 ** 75.
    number, letter = divmod(int.from_bytes(os.urandom(16)) % _COUNT, len(_ALPHABET))
    letters = [_ALPHABET[letter]]
    for _ in range(PUBLIC_ID_LENGTH // 2):
        number, pair = divmod(number, len(_PAIRS))
        letters.append(_PAIRS[pair])
    return "".join(letters)
