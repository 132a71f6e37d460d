"""What every test stands on: our own PostgreSQL and Redis, in a folder of the tests' own."""

import os
from pathlib import Path

# Before Django reads the settings: tests never touch the data of a running site.
os.environ.setdefault("VAR_DIR", str(Path(__file__).resolve().parent.parent / "var" / "test"))
