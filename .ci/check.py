"""`make check`: everything that can be said about the project without running its tests.

Every step runs, also after one has failed. Ends with status 1 when any failed.
"""

import base64
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = [sys.executable]
MANAGE = [*PYTHON, "manage.py"]

# A service as an operator would set it up, with servers that nobody has to reach.
SERVICE = {
    "DATABASE_URL": "postgres://open_chair:unused@127.0.0.1:1/open_chair",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "CONTACT_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "ALLOWED_HOSTS": "chair.example",
    "SITE_URL": "https://chair.example",
    "EMAIL_URL": "smtp+tls://user:unused@127.0.0.1:1",
    "BEHIND_PROXY": "true",
}


def main() -> None:
    typed = sys.argv[1:]
    templates = sorted(
        str(path.relative_to(ROOT))
        for folder in ("templates", "groups", "meetings", "recovery")
        for path in (ROOT / folder).rglob("*.html")
    )
    steps = {
        "style": [*PYTHON, "-m", "ruff", "check", "--quiet", "."],
        "layout of the code": [*PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."],
        "templates": [str(Path(sys.executable).with_name("djade")), "--check", *templates],
        "types": [*PYTHON, "-m", "mypy", *typed],
        "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
        "a service's settings": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
        "service files and locks": [
            *PYTHON,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "tests/recovery/test_setup.py",
        ],
    }
    surroundings = {"a service's settings": SERVICE}
    failed = [name for name, command in steps.items() if not passes(name, command, surroundings.get(name, {}))]
    if failed:
        sys.exit(f"Not in order: {', '.join(failed)}.")
    print("Everything is in order.")


def passes(name: str, command: list[str], more: dict[str, str]) -> bool:
    """Run a step and print how it went; what it said only when it failed."""
    started = time.monotonic()
    print(f"{name} … ", end="", flush=True)
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=os.environ | more, capture_output=True, text=True
    )
    print(f"{'ok' if done.returncode == 0 else 'NOT OK'} ({time.monotonic() - started:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    main()
