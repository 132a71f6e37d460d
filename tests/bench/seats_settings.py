"""The settings of the site, with the addresses of `seats_urls`; or with the lock taken out, for the control."""

import os

from recovery.settings import *  # noqa: F403
from recovery.settings import INSTALLED_APPS

ROOT_URLCONF = "tests.bench.seats_urls"
if os.environ.get("TEST_WITHOUT_LOCK"):
    INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench.seats_unlocked.WithoutLock"]
