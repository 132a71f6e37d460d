"""Six digits that go to a phone and are typed here: so its owner says that the number is theirs."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from meetings import contacts

LIVES = timedelta(minutes=10)
MOST_TRIES = 5


class WrongCode(Exception):
    """Not the code, or it has run out or was tried too often."""


def new() -> str:
    """Return a code: six digits."""
    return f"{secrets.randbelow(1_000_000):06}"


def digest(code: str) -> str:
    """Return what is kept of a code. So few digits need a key beside them."""
    return hashlib.sha256(contacts.derived_key("code") + code.encode()).hexdigest()


def is_right(code: str, kept: str) -> bool:
    """Tell whether this is the code of a digest, however it was spaced."""
    return hmac.compare_digest(kept, digest("".join(code.split())))
