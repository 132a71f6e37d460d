"""What every test stands on; `tests.settings` says which database and Redis."""

import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings

# Every run tries the same examples, however long each takes: what is slow is said by the bench.
settings.register_profile(
    "repeatable", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def nothing_counted_yet():
    """Begin with full buckets (`meetings.limits`) and an empty cache."""
    from tests.helpers import fill_buckets

    fill_buckets()


@pytest.fixture(autouse=True)
def pages_in_english():
    """Begin in English: a page in another language leaves it on in the thread that made it."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def help_lines_of_the_file():
    """Let pages take their help lines from the data file: a page's count of queries stays its own."""
    from groups import help_lines

    help_lines.keep_file()
    yield
    help_lines.forget()
