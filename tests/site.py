"""A real site for tests: gunicorn, PostgreSQL, Redis, data of its own, on this machine alone."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_SECONDS = 120


@dataclass(frozen=True)
class Site:
    """A running site. `url` has no slash at its end."""

    url: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a management command in the site's own environment and return what it printed."""
        return manage(self.environment, *arguments)


def manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"manage.py {' '.join(arguments)} failed:\n{done.stderr[-3000:]}"
    return done.stdout


@contextlib.contextmanager
def running(
    var_dir: Path, *options: str, loads: tuple[str, ...] = ("load_catalogue",), **settings: str
) -> Iterator[Site]:
    """Make a site in `var_dir`, filled by the commands `loads`; start it and stop it afterwards.

    `options` are gunicorn's, `settings` go into the environment.
    """
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
        "DJANGO_SETTINGS_MODULE": "recovery.settings",
        "VAR_DIR": str(var_dir),
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
        **settings,
    }
    shutil.rmtree(var_dir / "static", ignore_errors=True)
    manage(environment, "migrate", "--verbosity=0")
    for command in loads:
        manage(environment, command)
    manage(environment, "collectstatic", "--noinput", "--verbosity=0")
    with serving(port, environment, *options, log=var_dir / "server.log"):
        yield Site(url=f"http://127.0.0.1:{port}", environment=environment)


@contextlib.contextmanager
def serving(port: int, environment: dict[str, str], *options: str, log: Path) -> Iterator[subprocess.Popen]:
    """Start gunicorn, wait until it answers, and stop it afterwards."""
    with log.open("w") as written:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "recovery.wsgi", f"--bind=127.0.0.1:{port}", *options],
            cwd=ROOT,
            env=environment,
            stdout=written,
            stderr=written,
        )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}", server, log)
        yield server
    finally:
        server.terminate()
        server.wait(timeout=30)


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_ready(url: str, server: subprocess.Popen, log: Path) -> None:
    last_moment = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < last_moment:
        assert server.poll() is None, f"the site stopped:\n{log.read_text()[-3000:]}"
        with contextlib.suppress(OSError):  # refused, or slow to answer while it starts
            if urllib.request.urlopen(f"{url}/healthz", timeout=2).status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"the site was not ready in {READY_WITHIN_SECONDS} s:\n{log.read_text()[-3000:]}")
