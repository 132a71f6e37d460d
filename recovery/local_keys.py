"""Keys for one machine: made once, kept in the data folder, readable by its owner alone.

A service names its keys in the environment and never comes here.
"""

import os
import secrets
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet


def secret_key(var_dir: Path) -> str:
    """Return this machine's signing key, made on first use."""
    return _kept(var_dir / "keys" / "secret_key", lambda: secrets.token_urlsafe(50))


def contact_keys(var_dir: Path) -> list[str]:
    """Return this machine's keys for contact data, newest first, made on first use."""
    return _kept(var_dir / "keys" / "contact_keys", lambda: Fernet.generate_key().decode()).split()


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
