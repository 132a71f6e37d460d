"""Places where a test may end this process without warning, as a power cut would.

`FAULT_POINTS` in the environment names a folder. A process that gets to a point takes away the
file of that name in there, if there is one, and kills itself. Without the variable nothing
happens anywhere.
"""

import os
import signal
from pathlib import Path

from django.conf import settings


def reach(name: str) -> None:
    """Say that this point was reached."""
    if not settings.FAULT_POINTS:
        return
    try:
        (Path(settings.FAULT_POINTS) / name).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
