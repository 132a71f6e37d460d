"""Keys for one machine: made once, kept in the data folder, readable by its owner alone.

A service names its keys in the environment and never comes here.
"""

import base64
import os
import secrets
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec


def secret_key(var_dir: Path) -> str:
    """Return this machine's signing key, made on first use."""
    return _kept(var_dir / "keys" / "secret_key", lambda: secrets.token_urlsafe(50))


def contact_keys(var_dir: Path) -> list[str]:
    """Return this machine's keys for contact data, newest first, made on first use."""
    return _kept(var_dir / "keys" / "contact_keys", lambda: Fernet.generate_key().decode()).split()


def vapid_key(var_dir: Path) -> str:
    """Return this machine's key for web push, made on first use: base64url, 32 bytes."""

    def make() -> str:
        number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()

    return _kept(var_dir / "keys" / "vapid_key", make)


def _kept(path: Path, make) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(make())
    try:
        # A link fails when another process was first; its key then stands.
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(temporary)
    return path.read_text().strip()
