"""Deploy checks: each wrong set-up is named, a right one is not."""

import pytest
import redis
from cryptography.fernet import Fernet
from django.conf import settings as project_settings

from recovery import checks


@pytest.fixture
def service(settings):
    """Settings of a service as it should be."""
    settings.LOCAL_MODE = False
    settings.CONTACT_KEYS = [Fernet.generate_key().decode()]
    settings.ALLOWED_HOSTS = ["chair.example"]
    settings.SITE_URL = "https://chair.example"
    settings.EMAIL_URL = "smtp+tls://user:word@mail.example:587"
    return settings


def found(settings) -> list[str]:
    of_settings = (
        checks.services_are_named,
        checks.contact_keys_work,
        checks.site_is_reached_safely,
        checks.mail_goes_somewhere,
    )
    return [message.id for check in of_settings for message in check(None)]


def test_a_right_service_is_not_complained_about(service):
    assert found(service) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("LOCAL_MODE", True, "recovery.W001"),
        ("CONTACT_KEYS", [], "recovery.E002"),
        ("CONTACT_KEYS", ["not-a-key"], "recovery.E003"),
        ("ALLOWED_HOSTS", ["*"], "recovery.E004"),
        ("SITE_URL", "http://chair.example", "recovery.W005"),
        ("SITE_URL", "", "recovery.W005"),
        ("ALLOWED_HOSTS", ["table.example"], "recovery.W006"),
        ("EMAIL_URL", "", "recovery.W009"),
    ],
)
def test_a_wrong_service_is_named(service, name, value, expected):
    setattr(service, name, value)

    assert found(service) == [expected]


def test_every_message_has_a_hint_and_no_key(service):
    service.LOCAL_MODE = True
    service.CONTACT_KEYS = [Fernet.generate_key().decode(), "half-a-key"]
    service.ALLOWED_HOSTS = ["*"]
    service.SITE_URL = "http://chair.example"

    messages = [m for check in (checks.services_are_named, checks.contact_keys_work, checks.site_is_reached_safely)
                for m in check(None)]  # fmt: skip

    assert len(messages) == 4
    assert all(message.hint for message in messages)
    assert "half-a-key" not in " ".join(message.msg for message in messages)


def test_a_host_may_be_allowed_with_all_below_it(service):
    service.ALLOWED_HOSTS = [".example"]

    assert found(service) == []


def test_redis_that_evicts_is_an_error():
    with redis.Redis.from_url(project_settings.REDIS_URL) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            evicting = checks.redis_keeps_messages(None, databases=["default"])
        finally:
            client.config_set("maxmemory-policy", "noeviction")

    keeping = checks.redis_keeps_messages(None, databases=["default"])

    assert [message.id for message in evicting] == ["recovery.E008"]
    assert keeping == []


def test_redis_that_does_not_answer_is_a_warning(settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"

    messages = checks.redis_keeps_messages(None, databases=["default"])

    assert [message.id for message in messages] == ["recovery.W007"]
    assert checks.redis_keeps_messages(None) == []


@pytest.mark.parametrize(("days", "messages"), [(5, []), (1, []), (0, ["recovery.E010"]), (-3, ["recovery.E010"])])
def test_an_answer_is_promised_for_a_day_ahead(settings, days, messages):
    settings.SUGGESTIONS_ANSWERED_WITHIN = days

    found = checks.promises_can_be_kept(None)

    assert [message.id for message in found] == messages
    assert all(message.hint for message in found)
