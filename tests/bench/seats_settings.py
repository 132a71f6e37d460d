"""The settings of the site, with the addresses of `seats_urls`."""

from recovery.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.seats_urls"
