"""A host signed in, at noon of a day when clocks stand still."""

import pytest
import redis
import time_machine
from django.conf import settings
from django.test import Client

from tests.cast import Cast, make_cast
from tests.helpers import instant

NOW = instant("2026-11-25 12:00")


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


@pytest.fixture
def host(cast) -> Client:
    """The browser of the host of the Boston Group."""
    return signed_in(cast.host)


@pytest.fixture(autouse=True)
def at_noon():
    client = redis.Redis.from_url(settings.REDIS_URL)
    for name in client.scan_iter("limit*"):
        client.delete(name)
    client.close()
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client
