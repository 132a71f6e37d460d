"""PostgreSQL and Redis of our own, for a machine where none is named.

Every process of ours calls `start`; the first brings the servers up, the others find them
running. Each holds a shared lock on `VAR_DIR/users.lock`, which the kernel gives back
however the process ends. The guardian, a small process beside ours (`guardian.py`), keeps
the servers alive while anybody holds that lock, and stops them once nobody does.

Nothing here imports Django: settings do the importing, and the guardian stays small.
"""

import fcntl
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import state
from .errors import ServicesUnavailable

__all__ = ["Services", "ServicesUnavailable", "leave", "start"]

# A first start writes a new database, and one after a power cut reads back its journal.
START_SECONDS = 120
STOP_SECONDS = 90

# The descriptors of the locks this process holds, by data folder. Forked children share
# them; a file object would be closed, and complain, when the interpreter ends.
_held: dict[Path, int] = {}
_one_at_a_time = threading.RLock()


@dataclass(frozen=True)
class Services:
    """Where the running servers are reached. A server that was not asked for is None."""

    database: dict[str, Any] | None
    redis_url: str | None
    broker_url: str | None


def start(var_dir: Path, *, postgres: bool, redis: bool, durable: bool = True) -> Services:
    """Return the servers of a data folder, started when they are not running yet.

    Takes about a millisecond when they run, one or two seconds when they have to be
    started, a few on the very first time. They stop when the last process that called this
    is gone. Any number of processes may call at once, and one process may call again.
    `durable=False` trades safety on power cuts for speed, which is right for tests alone;
    the process that starts the servers decides.

    Raises ServicesUnavailable, whose text is for people, when they cannot be had.
    """
    var_dir = Path(os.path.abspath(var_dir))
    wanted = [name for name, asked in (("postgres", postgres), ("redis", redis)) if asked]
    if not wanted:
        return Services(None, None, None)
    with _one_at_a_time:
        try:
            _prepare(var_dir)
            _hold(var_dir)
            for name in wanted:
                state.want(var_dir, name, durable=durable)
            return _services(_wait(var_dir, wanted), wanted)
        except PermissionError as error:
            raise ServicesUnavailable(
                f"The data folder {var_dir} cannot be used by this account ({error}).",
                hint="Start as the account that made it, or set VAR_DIR to another folder.",
            ) from error
        except OSError as error:
            raise ServicesUnavailable.from_os_error(error, var_dir) from error


def leave(var_dir: Path) -> bool:
    """Stop using the servers of a data folder, and wait until they have stopped.

    Not needed for them to stop, only to know that they have. Returns False when another
    process still uses them. Connections of this process have to be closed before.
    """
    var_dir = Path(os.path.abspath(var_dir))
    with _one_at_a_time:
        descriptor = _held.pop(var_dir, None)
        if descriptor is None:
            return True
        os.close(descriptor)
        # The guardian looks five times a second; holding the lock alone, it is stopping them.
        noticed = time.monotonic() + 1
        deadline = time.monotonic() + STOP_SECONDS
        is_stopping = False
        while state.running(var_dir) is not None:
            is_stopping = is_stopping or not _may_share(var_dir)
            if time.monotonic() > (deadline if is_stopping else noticed):
                return False
            time.sleep(0.02)
        return True


def _may_share(var_dir: Path) -> bool:
    with state.open_lock(state.users_lock(var_dir)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _prepare(var_dir: Path) -> None:
    """Make the data folder if it is missing: closed to others, passable when made by root,
    because PostgreSQL then runs as an account with fewer rights and has to get through."""
    try:
        var_dir.mkdir(parents=True)
    except FileExistsError:
        return
    var_dir.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _hold(var_dir: Path) -> None:
    """Say that this process uses the servers, for as long as it lives."""
    if var_dir in _held:
        return
    descriptor = state.open_descriptor(state.users_lock(var_dir))
    deadline = time.monotonic() + STOP_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            # The guardian is stopping the servers: wait until it has, and start them anew.
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise ServicesUnavailable(
                    f"The servers in {var_dir} are being stopped and that does not end.",
                    hint=f"Look at {var_dir / 'log'}.",
                ) from None
            time.sleep(0.02)
        else:
            _held[var_dir] = descriptor
            return


def _wait(var_dir: Path, wanted: list[str]) -> state.State:
    deadline = time.monotonic() + START_SECONDS
    while True:
        current = state.running(var_dir)
        if current is None:
            _launch_guardian(var_dir)
        elif failed := next((name for name in wanted if name in current.failures), None):
            raise ServicesUnavailable(current.failures[failed])
        elif all(current.answers(name) for name in wanted):
            return current
        if time.monotonic() > deadline:
            raise ServicesUnavailable(
                f"The servers in {var_dir} did not start within {START_SECONDS} seconds.",
                hint=f"Look at {var_dir / 'log'}.",
            )
        if current is not None:
            time.sleep(0.02)


def _launch_guardian(var_dir: Path) -> None:
    """Start the guardian and wait until it has something to say: running, or why not.

    It does nothing when another one is there already.
    """
    # Isolated and by its own path, so that neither the project's nor the caller's folder,
    # nor their Celery, is imported along with it.
    code = "import sys; sys.path.append(sys.argv.pop(1)); from embedded import guardian; guardian.main()"
    package = Path(__file__).resolve().parent
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(package.parent), str(var_dir)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        timeout=START_SECONDS,
        check=False,
    )
    if done.returncode:
        raise ServicesUnavailable(done.stdout.strip() or f"The servers did not start: look at {var_dir / 'log'}.")


def _services(current: state.State, wanted: list[str]) -> Services:
    database = redis_url = broker_url = None
    if "postgres" in wanted:
        database = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": state.DATABASE,
            "USER": state.DATABASE,
            "PASSWORD": "",
            "HOST": str(current.sockets),
            "PORT": str(state.POSTGRES_PORT),
        }
    if "redis" in wanted:
        # The path needs no quoting: see `places.socket_folder`.
        redis_url = f"unix://{current.socket('redis')}?db=0"
        broker_url = f"redis+socket://{current.socket('redis')}?virtual_host=0"
    return Services(database=database, redis_url=redis_url, broker_url=broker_url)
