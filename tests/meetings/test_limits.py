"""Token buckets in a real Redis."""

from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.test import RequestFactory

from meetings import limits
from tests.helpers import instant

NOW = instant("2026-11-25 12:00")
BUCKET = limits.Bucket("test", burst=3, per=timedelta(minutes=3))


@pytest.fixture(autouse=True)
def empty_redis():
    client = redis.Redis.from_url(settings.REDIS_URL)

    def clear():
        for name in client.scan_iter("limit*"):
            client.delete(name)

    clear()
    yield client
    clear()
    client.close()


def test_so_many_at_once_and_then_a_wait():
    for _ in range(3):
        limits.take(BUCKET, "somebody", now=NOW)

    with pytest.raises(limits.TooMany) as refused:
        limits.take(BUCKET, "somebody", now=NOW)

    assert refused.value.retry_after == 60


def test_it_fills_up_again_with_time():
    allowed = [limits.allows(BUCKET, "somebody", now=NOW) for _ in range(4)]

    after_a_minute = [limits.allows(BUCKET, "somebody", now=NOW + timedelta(minutes=1)) for _ in range(2)]

    assert allowed == [True, True, True, False]
    assert after_a_minute == [True, False]


def test_everybody_has_a_bucket_of_their_own():
    for _ in range(3):
        limits.take(BUCKET, "somebody", now=NOW)

    assert limits.allows(BUCKET, "somebody else", now=NOW)
    assert not limits.allows(BUCKET, "somebody", now=NOW)


def test_redis_keeps_no_subject_and_forgets_everything(empty_redis):
    limits.take(BUCKET, "192.0.2.7", now=NOW)

    names = [name.decode() for name in empty_redis.scan_iter("limit*")]
    assert len(names) == 2
    assert not any("192" in name for name in names)
    assert all(0 < empty_redis.ttl(name) <= 86_400 for name in names)


def test_another_day_has_another_salt(empty_redis):
    limits.take(BUCKET, "192.0.2.7", now=NOW)
    today = set(empty_redis.scan_iter("limit:*"))

    limits.take(BUCKET, "192.0.2.7", now=NOW + timedelta(days=1))

    assert len(set(empty_redis.scan_iter("limit:*")) - today) == 1


def test_without_redis_nobody_is_turned_away(settings, caplog):
    settings.REDIS_URL = "unix:///nowhere/redis.sock?db=0"

    assert [limits.allows(BUCKET, "somebody", now=NOW) for _ in range(5)] == [True] * 5
    assert "Redis does not answer" in caplog.text
    assert "somebody" not in caplog.text


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.200", True),
        ("192.0.2.7", "192.0.3.7", False),
        ("2001:db8:1:2::1", "2001:db8:1:ffff::9", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
        ("", "not an address", True),
    ],
)
def test_a_network_is_what_one_home_has(one, other, same):
    first, second = (limits.network(RequestFactory().get("/", REMOTE_ADDR=address)) for address in (one, other))

    assert (first == second) is same


def test_behind_a_proxy_the_last_address_it_names_is_taken(settings):
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "1.1.1.1, 192.0.2.7"})

    believed_nobody = limits.network(request)
    settings.BEHIND_PROXY = True

    assert believed_nobody == "10.0.0.0"
    assert limits.network(request) == "192.0.2.0"
