"""Deploy checks: a wrong set-up is a message with a hint.

`manage.py check --deploy` reads the settings alone. What has to be asked of Redis is asked
where a database may be asked too: by `manage.py migrate` and `check --database default`.
"""

from typing import Any
from urllib.parse import urlsplit

import redis
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

MAKE_KEY = (
    "Make one: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())' "
    "and name it in CONTACT_KEYS. Keep it: without it no contact can be read again."
)


@register(Tags.security, deploy=True)
def services_are_named(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A service has servers of its own, which outlive any of its machines."""
    messages: list[CheckMessage] = []
    if settings.LOCAL_MODE:
        messages.append(
            Warning(
                "PostgreSQL or Redis runs inside the data folder, and keys are kept there.",
                hint="That is for one machine. For a service set DATABASE_URL, REDIS_URL, SECRET_KEY, CONTACT_KEYS.",
                id="recovery.W001",
            )
        )
    return messages


@register(Tags.security)
def contact_keys_work(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Contacts can be encrypted. Without a key the first person to leave one would see an error."""
    if not settings.CONTACT_KEYS:
        return [Error("CONTACT_KEYS is not set: contacts could not be kept safe.", hint=MAKE_KEY, id="recovery.E002")]
    for place, key in enumerate(settings.CONTACT_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            # The key itself stays out of the message.
            return [Error(f"Key number {place} in CONTACT_KEYS is no Fernet key.", hint=MAKE_KEY, id="recovery.E003")]
    return []


@register(Tags.security, deploy=True)
def site_is_reached_safely(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The site answers to its own names alone, by https, and says so in its links."""
    messages: list[CheckMessage] = []
    if "*" in settings.ALLOWED_HOSTS:
        messages.append(
            Error(
                "ALLOWED_HOSTS has '*': links in mail could be made to point anywhere.",
                hint="Name the hosts, with commas between.",
                id="recovery.E004",
            )
        )
    url = urlsplit(settings.SITE_URL)
    if url.scheme != "https" or not url.hostname:
        messages.append(
            Warning(
                f"SITE_URL is {settings.SITE_URL!r}, so others on the way can read who looks for what.",
                hint="Set it to https://… and serve the site that way.",
                id="recovery.W005",
            )
        )
    elif not any(_matches(url.hostname, pattern) for pattern in settings.ALLOWED_HOSTS):
        messages.append(
            Warning(
                f"ALLOWED_HOSTS lacks {url.hostname}, the host of SITE_URL: the site would refuse its own links.",
                hint=f"Add {url.hostname} to ALLOWED_HOSTS.",
                id="recovery.W006",
            )
        )
    return messages


@register(Tags.security, deploy=True)
def mail_goes_somewhere(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A place by mail is held until its link is opened: without mail nobody can confirm one."""
    if settings.EMAIL_URL:
        return []
    return [
        Warning(
            "EMAIL_URL is not set: no reminder and no link reaches anybody.",
            hint="Name the mail server, as smtp+tls://user:password@host:587.",
            id="recovery.W009",
        )
    ]


@register
def promises_can_be_kept(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Whoever suggests something is told by when it is answered: that day must lie ahead."""
    if settings.SUGGESTIONS_ANSWERED_WITHIN >= 1:
        return []
    return [
        Error(
            f"SUGGESTIONS_ANSWERED_WITHIN is {settings.SUGGESTIONS_ANSWERED_WITHIN}: nobody can be promised that.",
            hint="Set it to a number of working days, 1 or more; unset it is 5.",
            id="recovery.E010",
        )
    ]


@register(Tags.database)
def redis_keeps_messages(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Redis keeps what it was given: a broker that evicts loses tasks without a word."""
    if not databases:
        return []
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3, socket_connect_timeout=3) as client:
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
    except redis.ResponseError:
        # Some hosts keep their configuration to themselves.
        return []
    except redis.RedisError as error:
        return [
            Warning(
                f"Redis does not answer ({type(error).__name__}): reminders and refreshes would wait.",
                hint="Is REDIS_URL right, and does Redis run?",
                id="recovery.W007",
            )
        ]
    if policy == "noeviction":
        return []
    return [
        Error(
            f"Redis throws messages away when it is full: its maxmemory-policy is {policy}.",
            hint="Set maxmemory-policy to noeviction in the Redis that REDIS_URL names.",
            id="recovery.E008",
        )
    ]


def _matches(host: str, pattern: str) -> bool:
    return pattern in ("*", host) or (pattern.startswith(".") and f".{host}".endswith(pattern))


@register(Tags.security)
def map_tiles_are_our_own(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The map asks no other site: its policy would refuse, and the visitor would see nothing."""
    tiles = urlsplit(settings.MAP_TILES_URL)
    if tiles.netloc and tiles.netloc != urlsplit(settings.SITE_URL).netloc:
        return [
            Error(
                "MAP_TILES_URL is of another site, and browsers may not ask it.",
                hint="Let the proxy pass them on, and name a path: /tiles/{z}/{x}/{y}.png",
                id="recovery.E020",
            )
        ]
    return []
