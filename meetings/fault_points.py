"""Places where a test may end this process without warning, as a power cut would.

`FAULT_POINT=name:file` in the environment kills the first process that gets to the point of
that name and finds no such file, which it makes; after that, and without the variable, nothing
happens anywhere.
"""

import contextlib
import os
import signal
from pathlib import Path

from django.conf import settings


def reach(name: str) -> None:
    """Say that this point was reached."""
    if not settings.FAULT_POINT:
        return
    wanted, _colon, file = settings.FAULT_POINT.partition(":")
    if wanted != name or not file:
        return
    with contextlib.suppress(FileExistsError):
        Path(file).touch(exist_ok=False)
        os.kill(os.getpid(), signal.SIGKILL)
