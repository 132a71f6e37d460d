"""The process that keeps the servers while anybody uses them, and stops them after.

Started by the first user, in a session of its own so that Ctrl-C passes it by. It is the
only one to start or stop a server. Killed itself, it leaves the servers running, and the
next guardian takes them over.
"""

import contextlib
import fcntl
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import TextIO

from . import places, state
from .errors import ServicesUnavailable
from .servers import SERVERS, Server

LOOK_SECONDS = 0.2
RETRY_SECONDS = 5.0


class Asked(Exception):
    """Somebody asked the guardian to end."""


def main() -> None:
    """Become the guardian of a data folder unless it has one.

    Ends with status 0 when the servers run or another guardian is at work, else with 1 and
    the reason on the standard output.
    """
    var_dir = Path(sys.argv[1])
    lock = state.open_lock(state.guardian_lock(var_dir))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    _forget_the_last(var_dir)
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        # Only the guardian's own descriptor must keep the lock.
        lock.close()
        sys.exit(_relay(reading))
    os.close(reading)
    os.setsid()
    with os.fdopen(writing, "w", buffering=1, encoding="utf-8") as launcher:
        _Guardian(var_dir, launcher).work()


def _forget_the_last(var_dir: Path) -> None:
    """Take back what a guardian before us said, but not where its servers may still be."""
    if before := state.read(var_dir):
        before.pids, before.failures = {}, {}
        before.write(var_dir)


def _relay(reading: int) -> int:
    """Pass on what the guardian says until it is up. Return the exit status."""
    reasons = []
    with os.fdopen(reading, encoding="utf-8") as lines:
        for line in lines:
            kind, _, text = line.rstrip("\n").partition(" ")
            if kind == "up":
                return 0
            if kind == "say":
                print(text, file=sys.stderr, flush=True)
            else:
                reasons.append(text)
    print("\n".join(reasons) or "The guardian of the servers ended without a word.")
    return 1


class _Guardian:
    def __init__(self, var_dir: Path, launcher: TextIO) -> None:
        self.var_dir = var_dir
        self.launcher = launcher
        self.servers: dict[str, Server] = {}
        self.retry_at: dict[str, float] = {}
        self.state = state.State(guardian=os.getpid(), home=var_dir, sockets=var_dir)

    def work(self) -> None:
        try:
            self._begin()
            self._keep()
        except Asked:
            self._stop()
        except BaseException as error:
            self._tell("failed", self._sentence(error))
            if not isinstance(error, ServicesUnavailable):
                traceback.print_exc()
            self._stop()
            # What the launcher heard is the news; a failure kept would greet the next one.
            (self.var_dir / "services.json").unlink(missing_ok=True)
            sys.exit(1)

    def _begin(self) -> None:
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._asked)
        settled = places.settle(self.var_dir, say=self._say)
        self._detach(settled.logs)
        self.places = settled
        self.state.home, self.state.sockets = settled.home, settled.sockets
        self.state.write(self.var_dir)
        for name, durable in state.wanted(self.var_dir).items():
            self._add(name, durable=durable)
            self._bring_up(name)
        self._tell("up")
        self.launcher.close()

    def _keep(self) -> None:
        """Look after the servers until no user is left."""
        with state.open_lock(state.users_lock(self.var_dir)) as users:
            while True:
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    self._look_after()
                    time.sleep(LOOK_SECONDS)
                else:
                    # Newcomers wait on the lock until everything is stopped.
                    self._stop()
                    return

    def _look_after(self) -> None:
        for name, durable in state.wanted(self.var_dir).items():
            if name not in self.servers:
                self._add(name, durable=durable)
            if self.servers[name].is_alive() or time.monotonic() < self.retry_at.get(name, 0):
                continue
            self._forget(name)
            try:
                self._bring_up(name)
            except (ServicesUnavailable, OSError) as error:
                self.state.failures[name] = self._sentence(error)
                self.state.write(self.var_dir)
                self.retry_at[name] = time.monotonic() + RETRY_SECONDS

    def _add(self, name: str, *, durable: bool) -> None:
        self.servers[name] = SERVERS[name](self.places, durable=durable, say=self._say)

    def _bring_up(self, name: str) -> None:
        self.servers[name].start()
        self.state.failures.pop(name, None)
        self.state.pids[name] = self.servers[name].pid
        self.state.write(self.var_dir)

    def _forget(self, name: str) -> None:
        if self.state.pids.pop(name, None):
            self.state.write(self.var_dir)

    def _stop(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if self.servers:
            self.state.pids.clear()
            self.state.write(self.var_dir)
        for server in reversed(self.servers.values()):
            server.stop()
        if self.servers and self.state.home not in self.state.sockets.parents:
            with contextlib.suppress(OSError):
                self.state.sockets.rmdir()
        state.forget_wanted(self.var_dir)

    def _detach(self, logs: Path) -> None:
        """Let go of the terminal; what goes wrong from here on is in the log."""
        log = os.open(logs / "guardian.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        os.close(null)

    def _sentence(self, error: BaseException) -> str:
        if isinstance(error, OSError) and not isinstance(error, ServicesUnavailable):
            error = ServicesUnavailable.from_os_error(error, self.var_dir)
        return str(error) or type(error).__name__

    def _say(self, sentence: str) -> None:
        self._tell("say", sentence)

    def _tell(self, kind: str, text: str = "") -> None:
        try:
            for line in text.splitlines() or [""]:
                self.launcher.write(f"{kind} {line}\n")
        except (ValueError, OSError):
            # The launcher is gone; the log is what is left.
            print(kind, text, flush=True)

    def _asked(self, _number: int, _frame: object) -> None:
        raise Asked
