"""The tests' settings with pages that fail, for a real web server."""

from tests.settings import *  # noqa: F403

ROOT_URLCONF = "tests.recovery.failing_urls"
