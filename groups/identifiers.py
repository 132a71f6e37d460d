"""Public ids: opaque, stable, safe to read out and to put in an address."""

import secrets

# No vowels and no look-alikes: nothing spells a word, nothing is misread over the phone.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
PUBLIC_ID_LENGTH = 11


def new_public_id() -> str:
    """Return a fresh random id of eleven characters (about 52 bits)."""
    # One draw for all eleven: an import asks for hundreds of thousands.
    number, letters = secrets.randbelow(len(_ALPHABET) ** PUBLIC_ID_LENGTH), []
    for _ in range(PUBLIC_ID_LENGTH):
        number, letter = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return "".join(letters)
