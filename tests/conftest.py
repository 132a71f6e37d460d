"""What every test stands on: our own PostgreSQL and Redis, in a folder of the tests' own."""

import os
from pathlib import Path

import pytest

# Before Django reads the settings: tests never touch the data of a running site.
os.environ.setdefault("VAR_DIR", str(Path(__file__).resolve().parent.parent / "var" / "test"))
# The folder of collected files, which the web server names as missing otherwise.
(Path(os.environ["VAR_DIR"]) / "static").mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def help_lines_of_the_file():
    """Let pages take their help lines from the data file: a page's count of queries stays its own."""
    from groups import help_lines

    help_lines.keep_file()
    yield
    help_lines.forget()
