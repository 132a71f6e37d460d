"""The files in the data folder by which processes and guardian understand each other.

users.lock      each process using the servers holds it shared; the guardian, to stop them, alone
guardian.lock   held by the guardian while it lives
want-NAME       somebody asked for this server
services.json   what runs and where, written by the guardian
"""

import fcntl
import json
import os
import socket
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

DATABASE = "open_chair"
POSTGRES_PORT = 5432
SOCKETS = {"postgres": f".s.PGSQL.{POSTGRES_PORT}", "redis": "redis.sock"}


@dataclass
class State:
    """What the guardian last wrote. `failures` are sentences by server."""

    guardian: int
    home: Path
    sockets: Path
    pids: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def socket(self, name: str) -> Path:
        return self.sockets / SOCKETS[name]

    def answers(self, name: str) -> bool:
        """Whether the server is ready and something listens on its socket."""
        return name in self.pids and listens(self.socket(name))

    def write(self, var_dir: Path) -> None:
        content = asdict(self) | {"home": str(self.home), "sockets": str(self.sockets)}
        fresh = var_dir / f"services.json.{os.getpid()}"
        fresh.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        fresh.replace(var_dir / "services.json")


def users_lock(var_dir: Path) -> Path:
    return var_dir / "users.lock"


def guardian_lock(var_dir: Path) -> Path:
    return var_dir / "guardian.lock"


def open_descriptor(path: Path) -> int:
    """Open a lock file. The descriptor is closed in programs we start, and kept in forks."""
    return os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)


def open_lock(path: Path) -> TextIO:
    """Open a lock file for a `with`."""
    return open(open_descriptor(path), encoding="utf-8")


def read(var_dir: Path) -> State | None:
    """Return what was last written, by a guardian that may be gone. None: nothing sensible."""
    try:
        content = json.loads((var_dir / "services.json").read_text(encoding="utf-8"))
        return State(**content | {"home": Path(content["home"]), "sockets": Path(content["sockets"])})
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def running(var_dir: Path) -> State | None:
    """Return what the living guardian says, or None when there is no guardian."""
    with open_lock(guardian_lock(var_dir)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return read(var_dir)
    return None


def want(var_dir: Path, name: str, *, durable: bool) -> None:
    path = var_dir / f"want-{name}"
    if not path.exists():
        path.write_text("durable" if durable else "fast", encoding="utf-8")


def wanted(var_dir: Path) -> dict[str, bool]:
    """Return the servers asked for and whether each has to survive a power cut."""
    found = {}
    for name in SOCKETS:
        try:
            found[name] = (var_dir / f"want-{name}").read_text(encoding="utf-8") != "fast"
        except FileNotFoundError:
            continue
    return found


def forget_wanted(var_dir: Path) -> None:
    for name in SOCKETS:
        (var_dir / f"want-{name}").unlink(missing_ok=True)


def listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True
