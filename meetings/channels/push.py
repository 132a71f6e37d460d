"""Notifications of a browser: encrypted for it alone, signed by us, kept for as long as they are of use.

Sources: RFC 8030 (TTL, Topic, 404 and 410 for a subscription that is gone), RFC 8291 (encryption),
RFC 8292 (VAPID).
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

from meetings import fault_points
from meetings.channels import Answer, Begin, Line, Outcome, Parcel, http, outbox
from meetings.enums import Channel

# The longest a push service is asked to keep a message.
_LONGEST = timedelta(days=7)


class InvalidSubscription(ValueError):
    """Not what a browser gives: the message is a plain sentence without what was given."""


class Push:
    """Web push, to the services of `settings.PUSH_HOSTS` alone: an address is anybody's word."""

    @contextmanager
    def line(self) -> Iterator[Line]:
        yield _Line()

    def knows(self, parcel_id: str) -> bool | None:
        """Return False: sent again under the same topic, a message takes its own place."""
        return False


class _Line:
    def hand_over(self, parcel: Parcel, *, begin: Begin, now: datetime) -> Answer:
        subscription = checked(json.loads(parcel.to))
        words = json.dumps({"title": parcel.subject, "body": parcel.text, "url": parcel.link, "tag": parcel.id})
        time_left = (parcel.expires_at - now) if parcel.expires_at else _LONGEST
        headers = {
            "TTL": str(max(0, min(int(time_left.total_seconds()), int(_LONGEST.total_seconds())))),
            "Topic": topic(parcel.id),
            "Urgency": "normal",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
        }
        # Imported by the worker that sends alone: with its HTTP client it would cost every web process 15 MB.
        from pywebpush import WebPusher, WebPushException

        try:
            body = WebPusher(subscription).encode(words.encode())["body"]
        except (WebPushException, ValueError):
            return Answer(Outcome.GONE, "keys")
        headers |= _vapid(subscription["endpoint"], now)
        fault_points.reach("connected")
        if not begin():
            return Answer(Outcome.WITHDRAWN)
        fault_points.reach("begun")
        if settings.SHOWS_OUTBOX:
            outbox.keep(
                Channel.PUSH, id=parcel.id, to=urlsplit(subscription["endpoint"]).hostname or "",
                subject=parcel.subject, text=parcel.text, link=parcel.link,
                headers=[(name, value) for name, value in headers.items() if name in ("TTL", "Topic", "Urgency")],
                now=now,
            )  # fmt: skip
            fault_points.reach("accepted")
            return Answer(Outcome.ACCEPTED)
        answer = http.ask("POST", subscription["endpoint"], body=body, headers=headers)
        fault_points.reach("accepted")
        if isinstance(answer, Answer):
            return answer
        return _of_status(answer.status)


def checked(said: Any) -> dict[str, Any]:
    """Return a subscription with what is needed of it and nothing else. Raises InvalidSubscription."""
    if not isinstance(said, dict) or not isinstance(said.get("keys"), dict):
        raise InvalidSubscription("This is no subscription of a browser.")
    endpoint, keys = said.get("endpoint"), said["keys"]
    if not isinstance(endpoint, str) or len(endpoint) > 1000 or not _is_of_a_service(endpoint):
        raise InvalidSubscription("This push service is not known here.")
    if not (_has_length(keys.get("p256dh"), 65) and _has_length(keys.get("auth"), 16)):
        raise InvalidSubscription("The keys of the subscription are not whole.")
    return {"endpoint": endpoint, "keys": {"p256dh": keys["p256dh"], "auth": keys["auth"]}}


def public_key() -> str:
    """Return the key that browsers subscribe with: `applicationServerKey`, base64url."""
    point = _key().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def topic(parcel_id: str) -> str:
    """Return the name under which a repeat takes the place of what was not shown yet: at most 32 letters."""
    return f"m{parcel_id}"[:32]


def _vapid(endpoint: str, now: datetime) -> dict[str, str]:
    url = urlsplit(endpoint)
    claims = {
        "aud": f"{url.scheme}://{url.netloc}",
        "exp": int((now + timedelta(hours=12)).timestamp()),
        "sub": settings.VAPID_SUBJECT,
    }
    return _key().sign(claims)


def _key() -> Vapid02:
    return _key_of(settings.VAPID_PRIVATE_KEY)


@lru_cache(maxsize=2)
def _key_of(text: str) -> Vapid02:
    return Vapid02.from_string(text)


def _is_of_a_service(endpoint: str) -> bool:
    url = urlsplit(endpoint)
    host = url.hostname or ""
    if host in ("127.0.0.1", "localhost") and host in settings.PUSH_HOSTS:
        return url.scheme in ("http", "https")
    is_known = any(host == known or (known.startswith(".") and host.endswith(known)) for known in settings.PUSH_HOSTS)
    return url.scheme == "https" and is_known and url.port in (None, 443)


def _has_length(text: Any, length: int) -> bool:
    if not isinstance(text, str):
        return False
    try:
        return len(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) == length
    except ValueError:
        return False


def _of_status(status: int) -> Answer:
    number = str(status)
    if status < 300:
        return Answer(Outcome.ACCEPTED, number)
    if status in (404, 410):
        return Answer(Outcome.GONE, number)
    if status == 429 or status >= 500:
        return Answer(Outcome.LATER, number)
    return Answer(Outcome.UNWANTED, number)
