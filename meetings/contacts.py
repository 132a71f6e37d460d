"""Private contacts: kept encrypted, matched by a keyed hash, never shown or logged.

`settings.CONTACT_KEYS` holds Fernet keys, newest first. What is written is encrypted with the
newest; what was written with an older one can still be read until its key is taken away.
Keyed hashes use the oldest key, so that adding a new one in front does not change them.
"""

import hashlib
import hmac
import json
import unicodedata
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from meetings.enums import ContactKind


class UnreadableContact(ValueError):
    """No key of ours opens this contact: it was damaged, or its key was taken away."""


def encrypt(contact: dict[str, Any]) -> bytes:
    """Return the contact as bytes that only the holder of the keys can read."""
    plain = json.dumps(contact, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _box().encrypt(plain.encode())


def decrypt(token: bytes | memoryview) -> dict[str, Any]:
    """Return what `encrypt` was given. Raises UnreadableContact."""
    try:
        return json.loads(_box().decrypt(bytes(token)))
    except (InvalidToken, ValueError):
        raise UnreadableContact from None


def seal(plain: bytes) -> bytes:
    """Return bytes as bytes that only the holder of the keys can read: a file that names people."""
    return _box().encrypt(plain)


def unseal(token: bytes | memoryview) -> bytes:
    """Return what `seal` was given. Raises UnreadableContact."""
    try:
        return _box().decrypt(bytes(token))
    except InvalidToken:
        raise UnreadableContact from None


def renewed(token: bytes | memoryview) -> bytes:
    """Return the same contact under the newest key. Raises UnreadableContact."""
    try:
        return _box().rotate(bytes(token))
    except InvalidToken:
        raise UnreadableContact from None


def sealed(kind: ContactKind, address: str) -> bytes:
    """Return a person's address, encrypted, as it is kept."""
    return encrypt({"kind": str(kind), "address": address})


def address_of(token: bytes | memoryview) -> str:
    """Return the address that `sealed` was given. Raises UnreadableContact."""
    return decrypt(token).get("address", "")


def match_key_of(token: bytes | memoryview) -> str:
    """Return the match key of what `sealed` was given, of a browser that of its address. Raises UnreadableContact."""
    said = decrypt(token)
    if said.get("kind") == "push":
        return endpoint_key(json.loads(said["address"])["endpoint"])
    return match_key(said.get("kind", ""), said.get("address", ""))


def match_key(kind: ContactKind, address: str) -> str:
    """Return the key under which a person's address is found again, however it was typed.

    Capitals and spaces make no difference; dots and pluses do, because to some servers they
    are another mailbox.
    """
    folded = unicodedata.normalize("NFKC", address).strip()
    if kind == ContactKind.EMAIL:
        folded = folded.casefold()
    else:
        folded = "".join(letter for letter in folded if letter.isdigit() or letter == "+")
    return keyed_hash(f"{kind}:{folded}")


def endpoint_key(endpoint: str) -> str:
    """Return the key under which a browser's push address is found again."""
    return keyed_hash(f"push:{endpoint}")


def keyed_hash(text: str) -> str:
    """Return 32 letters that are equal for equal texts and cannot be turned back without the key."""
    return hmac.new(derived_key("match"), text.encode(), hashlib.sha256).hexdigest()[:32]


def derived_key(purpose: str) -> bytes:
    """Return 32 bytes for one purpose, the same for as long as the oldest key stays."""
    return hmac.new(_oldest_key(), purpose.encode(), hashlib.sha256).digest()


def _box() -> MultiFernet:
    return _box_of(tuple(settings.CONTACT_KEYS))


@lru_cache(maxsize=4)
def _box_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _oldest_key() -> bytes:
    return settings.CONTACT_KEYS[-1].encode()
