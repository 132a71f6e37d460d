"""A measuring in a process of its own, which is told to stop when it takes too long, and cleans up after itself."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.site import ROOT

STOPS_WITHIN_SECONDS = 60


def run(module: str, *options: str, var_dir: Path, within: float) -> dict[str, Any]:
    """Run a module that prints one line of JSON; return what it says.

    `within` is in seconds. Raises subprocess.TimeoutExpired when it was stopped, ValueError or
    IndexError when it says nothing.
    """
    environment = {**os.environ, "VAR_DIR": str(var_dir)}
    command = [sys.executable, "-m", module, *options]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            said, _errors = process.communicate(timeout=within)
        except subprocess.TimeoutExpired:
            # As Ctrl-C would: what it started ends with it.
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=STOPS_WITHIN_SECONDS)
            finally:
                process.kill()
            raise
    return json.loads(said.splitlines()[-1])
