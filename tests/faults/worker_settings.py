"""Settings of the worker processes of a test: the test's own database, a Redis that may be killed."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS

DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
CELERY_BROKER_URL = os.environ["TEST_BROKER"]
SECRET_KEY = os.environ["TEST_SECRET_KEY"]
CONTACT_KEYS = os.environ["TEST_CONTACT_KEYS"].split()
SHOWS_OUTBOX = False
SMS_URL = os.environ.get("TEST_SMS_URL", "")
MESSAGE_CHANNELS = {
    "email": os.environ.get("TEST_EMAIL_CHANNEL", "meetings.channels.email.Email"),
    "sms": "meetings.channels.sms.Sms",
    "push": "meetings.channels.push.Push",
}
if os.environ.get("TEST_WITHOUT_CLAIM"):
    # The negative control: everybody who looks takes what is due, as if no claim were there.
    INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.transports.WithoutClaim"]
