"""The settings, with a data folder of the tests' own: they never touch the data of a running site."""

import os
from pathlib import Path

VAR = Path(os.environ.setdefault("VAR_DIR", str(Path(__file__).resolve().parent.parent / "var" / "test")))
# The web server names the folder of collected files as missing otherwise.
(VAR / "static").mkdir(parents=True, exist_ok=True)
os.environ.setdefault("VAR_IS_DURABLE", "false")

from recovery.settings import *  # noqa: E402, F403

# Tests run in several processes beside each other: each counts in a database of its own.
_NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
REDIS_URL = REDIS_URL.replace("db=0", f"db={_NUMBER}")  # noqa: F405
CACHES["default"]["LOCATION"] = REDIS_URL  # noqa: F405
