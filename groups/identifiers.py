"""Public ids: opaque, stable, safe to read out and to put in an address."""

import os

# No vowels and no look-alikes: nothing spells a word, nothing is misread over the phone.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
PUBLIC_ID_LENGTH = 11
# As many letters to each byte as go round evenly; the few bytes left over are not used.
_EVEN = 256 - 256 % len(_ALPHABET)
_LETTER_OF_BYTE = bytes(ord(_ALPHABET[byte % len(_ALPHABET)]) for byte in range(256))
_UNEVEN_BYTES = bytes(range(_EVEN, 256))
# A byte in twenty is not used: so many hold eleven letters nearly always.
_BYTES = 2 * PUBLIC_ID_LENGTH


def public_id_of(number: int) -> str:
    """Return the id of a number of 52 bits or more: the same number, the same id."""
    letters = ""
    while len(letters) < PUBLIC_ID_LENGTH:
        number, letter = divmod(number, len(_ALPHABET))
        letters += _ALPHABET[letter]
    return letters


def new_public_id() -> str:
    """Return a fresh random id of eleven characters (about 52 bits)."""
    letters = b""
    while len(letters) < PUBLIC_ID_LENGTH:
        letters += os.urandom(_BYTES).translate(_LETTER_OF_BYTE, _UNEVEN_BYTES)
    return letters[:PUBLIC_ID_LENGTH].decode("ascii")
