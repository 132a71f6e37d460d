"""Which processes run on this machine, as /proc tells, or ps where there is none."""

import contextlib
import os
import subprocess
from pathlib import Path


def working_in(folder: Path) -> list[int]:
    """Return PostgreSQL's processes that have a folder as their working directory, as all of them do."""
    if not Path("/proc/self").exists():
        return []
    found = []
    real = os.path.realpath(folder)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                program = Path(os.readlink(entry / "exe")).name
                if program.startswith("postgres") and os.readlink(entry / "cwd") == real:
                    found.append(int(entry.name))
    return found


def is_running(pid: int, mark: str) -> bool:
    """Whether a process of this number runs and has `mark` in its command line."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        done = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)
        line = done.stdout
    return os.fsencode(mark) in line
