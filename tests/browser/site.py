"""A real site for browser tests: gunicorn, PostgreSQL, Redis, demo data, on this machine alone."""

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

ROOT = Path(__file__).resolve().parent.parent.parent
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
def running(var_dir: Path) -> Iterator[Site]:
    """Start a site with demo data in `var_dir` and stop it afterwards."""
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
        "DJANGO_SETTINGS_MODULE": "recovery.settings",
        "VAR_DIR": str(var_dir),
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
    }
    shutil.rmtree(var_dir / "static", ignore_errors=True)
    for command in (
        ("migrate", "--verbosity=0"),
        ("load_catalogue",),
        ("load_places",),
        ("load_demo",),
        ("collectstatic", "--noinput", "--verbosity=0"),
    ):
        manage(environment, *command)
    log = (var_dir / "browser-site.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "recovery.wsgi", f"--bind=127.0.0.1:{port}", "--threads=4"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=log,
    )
    try:
        site = Site(url=f"http://127.0.0.1:{port}", environment=environment)
        _wait_until_ready(site, server, Path(log.name))
        yield site
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_ready(site: Site, server: subprocess.Popen, log: Path) -> None:
    last_moment = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < last_moment:
        assert server.poll() is None, f"the site stopped:\n{log.read_text()[-3000:]}"
        with contextlib.suppress(OSError):  # refused, or slow to answer while it starts
            if urllib.request.urlopen(f"{site.url}/healthz", timeout=2).status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"the site was not ready in {READY_WITHIN_SECONDS} s:\n{log.read_text()[-3000:]}")
