"""Web server, worker and beat on this machine, together. What `make run` ends with."""

import contextlib
import ctypes
import functools
import http.client
import os
import shlex
import signal
import sys
import threading
import time

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from honcho.manager import Manager
from honcho.printer import Printer
from honcho.process import Popen, Process

from meetings.demo import people
from recovery import embedded, machine

READY_SECONDS = 60


class Command(BaseCommand):
    help = "Prepare the database and run web server, Celery worker and beat together until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="default: PORT, else 8000")
        parser.add_argument("--no-demo", action="store_true", help="load no demo listings into an empty database")

    def handle(self, *, port, no_demo, **options):
        try:
            port = machine.check_port(str(port))
        except machine.NotReady as reason:
            raise CommandError(str(reason)) from None
        # A closed terminal or a `kill` is as good as Ctrl-C.
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        try:
            call_command("prepare", demo=not no_demo, stdout=self.stdout, stderr=self.stderr)
            # The processes open connections of their own.
            connections.close_all()
            failed = self._run(port)
        except KeyboardInterrupt:
            failed = False
        if settings.LOCAL_MODE and not embedded.leave(settings.VAR_DIR):
            self.stdout.write("PostgreSQL and Redis stay: another process uses them.")
        self.stdout.write("Open Chair has stopped.")
        if failed:
            sys.exit(1)

    def _run(self, port: int) -> bool:
        """Run until told to stop. Return whether a process ended by itself."""
        manager = Manager(Printer(self.stdout._out))
        manager._process_ctor = _Process
        environment = os.environ | {"PORT": str(port), "PYTHONUNBUFFERED": "1"}
        for name, command in commands(port).items():
            manager.add_process(name, f"exec {shlex.join(command)}", env=environment, cwd=str(settings.BASE_DIR))
        threading.Thread(target=self._tell_when_ready, args=(port, manager), daemon=True).start()

        def hang_up(_number, _frame):
            os.kill(os.getpid(), signal.SIGTERM)

        signal.signal(signal.SIGHUP, hang_up)
        manager.loop()
        return manager.returncode not in (0, 128 + signal.SIGINT, 128 + signal.SIGTERM)

    def _tell_when_ready(self, port: int, manager: Manager) -> None:
        url = f"http://127.0.0.1:{port}"
        started = time.monotonic()
        while time.monotonic() - started < READY_SECONDS and manager.returncode is None:
            if answers(port):
                self.stdout.write(f"\n{settings.SITE_NAME} is ready: {url}\n{_sign_in(url)}Stop it with Ctrl-C.\n\n")
                self.stdout.flush()
                return
            time.sleep(0.1)


def _sign_in(url: str) -> str:
    """Return how to get in as a host or curator of the demo, "" when there is none or mail goes elsewhere."""
    if not settings.SHOWS_OUTBOX or not User.objects.filter(email=people.HOST).exists():
        return ""
    connections.close_all()
    return (
        f"Demo host {people.HOST}, curator {people.CURATOR}, admin {people.ADMIN}:\n"
        f"type one at {url}/account/login/; the code arrives at {url}/outbox/, and no second step is asked for here.\n"
    )


def commands(port: int) -> dict[str, list[str]]:
    """Return the processes of a site on one machine, each a command line, by name."""
    python = sys.executable
    # Celery warns of root. What it fears is code in messages; ours hold JSON alone.
    unafraid = ["-W", "ignore:You're running the worker:UserWarning"]
    schedule = settings.VAR_DIR / "beat-schedule"
    celery = [python, *unafraid, "-m", "celery", "--app=recovery", "--quiet"]
    return {
        "web": [
            python, "-m", "gunicorn", "recovery.wsgi", f"--bind=127.0.0.1:{port}",
            "--workers=2", "--threads=4", "--no-control-socket", "--log-level=warning",
        ],
        "worker": [*celery, "worker", "--concurrency=2", "--loglevel=warning", "--without-gossip", "--without-mingle"],
        "beat": [*celery, "beat", "--loglevel=warning", f"--schedule={schedule}", "--pidfile="],
    }  # fmt: skip


class _Process(Process):
    """A process that ends when we do, even when we are killed and can tell nobody."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._child_ctor = functools.partial(Popen, preexec_fn=functools.partial(_end_with_parent, signal.SIGTERM))

    def run(self, *args, **kwargs):
        _end_with_parent(signal.SIGKILL)
        super().run(*args, **kwargs)


def _end_with_parent(number: int) -> None:
    """Have the kernel send us a signal when our parent ends. Linux alone knows how."""
    if sys.platform == "linux":
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG of linux/prctl.h
        ctypes.CDLL(None).prctl(set_parent_death_signal, number)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
