"""Real Celery workers and beats of a test's own, with a Redis that may be flushed, stopped or killed."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import redis
from celery import Celery
from django.conf import settings
from django.db import connection

from recovery import embedded

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 150


class Works:
    """A broker, and the processes that were started. Everything ends with the test."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.faults = folder / "faults"
        self.faults.mkdir()
        self.taken = folder / "taken"
        self.taken.touch()
        self._processes = []
        self._started = 0
        self.environment = {}
        self.start_redis()

    # ── Redis ──

    def start_redis(self):
        services = embedded.start(self.folder / "redis", postgres=False, redis=True, durable=False)
        self.redis_url, self.broker = services.redis_url, services.broker_url

    def stop_redis(self):
        assert embedded.leave(self.folder / "redis")

    def flush_redis(self):
        with redis.Redis.from_url(self.redis_url) as client:
            client.flushall()

    # ── Processes ──

    def start_worker(self, *, processes=2, **environment):
        self._started += 1
        return self._start(
            "worker", f"--concurrency={processes}", "--without-gossip", "--without-mingle", "--loglevel=warning",
            f"--hostname=test{self._started}@here", **environment,
        )  # fmt: skip

    def start_beat(self, **environment):
        self._started += 1
        schedule = self.folder / f"beat{self._started}"
        return self._start("beat", "--loglevel=warning", f"--schedule={schedule}", "--pidfile=", **environment)

    def _start(self, *command, **environment):
        log = (self.folder / f"{command[0]}{self._started}.log").open("w")
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "celery", "--app=recovery", "--quiet", *command],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.faults.worker_settings",
                "TEST_DATABASE": connection.settings_dict["NAME"],
                "TEST_BROKER": self.broker,
                "TEST_SECRET_KEY": settings.SECRET_KEY,
                "TEST_CONTACT_KEYS": " ".join(settings.CONTACT_KEYS),
                "TEST_TAKEN": str(self.taken),
                "FAULT_POINTS": str(self.faults),
                **self.environment,
                **environment,
            },
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        self._processes.append(process)
        return process

    def kill(self, process):
        """End a process and its children at once, as a power cut would."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)

    def kill_all(self):
        for process in self._processes:
            if process.poll() is None:
                self.kill(process)

    # ── Asking ──

    def wake(self, times=1):
        """Put the task that sends what is due into the broker, so many times."""
        with Celery(broker=self.broker, set_as_current=False) as app:
            for _time in range(times):
                app.send_task("meetings.tasks.send_due_messages")

    def ids_taken(self):
        return [line.split()[0] for line in self.taken.read_text().splitlines()]

    def logs(self):
        return "\n".join(f"{file.name}:\n{file.read_text()[-3000:]}" for file in self.folder.glob("*.log"))

    def until(self, is_so, *, within=PATIENCE):
        """Wait until something is so; fail, with what the workers logged, when it does not come."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if is_so():
                return
            time.sleep(0.05)
        raise AssertionError(f"it did not come within {within} s\n{self.logs()}")


@contextmanager
def works_in(folder: Path):
    """Give works with a folder of their own in there, which goes with them."""
    with tempfile.TemporaryDirectory(prefix="works-", dir=folder, ignore_cleanup_errors=True) as own:
        Path(own).chmod(0o711)
        works = Works(Path(own))
        try:
            yield works
        finally:
            works.kill_all()
            embedded.leave(works.folder / "redis")
