"""Public ids: opaque, stable, safe to read out and to put in an address."""

import secrets

# No vowels and no look-alikes: nothing spells a word, nothing is misread over the phone.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
PUBLIC_ID_LENGTH = 11


def new_public_id() -> str:
    """Return a fresh random id of eleven characters (about 52 bits)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(PUBLIC_ID_LENGTH))
