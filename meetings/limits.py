"""How often something may be tried: token buckets in Redis, without keeping who tried.

Keys are hashes with a salt that is random, lives a day in Redis alone, and is then gone with
everything made from it: afterwards nobody can tell whose bucket it was.
"""

import hmac
import ipaddress
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256

import redis
from django.conf import settings
from django.http import HttpRequest

logger = logging.getLogger(__name__)

_SALT_LIFETIME = timedelta(days=1)

# Fill by the time gone by, then take one. Kept: tokens and when they were counted.
_TAKE = """
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local burst, refill, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local tokens = tonumber(kept[1]) or burst
local at = tonumber(kept[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * refill)
local taken = 0
if tokens >= 1 then
  tokens = tokens - 1
  taken = 1
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(math.max(at, now)))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / refill * 1000) + 1000)
if taken == 1 then
  return 0
end
return math.ceil((1 - tokens) / refill)
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """`burst` at once, and as many again in every `per`."""

    name: str
    burst: int
    per: timedelta


PRINT_FROM_NETWORK = Bucket("print-network", 30, timedelta(hours=1))
# A whole group may sit behind one address: a library, a treatment centre, a phone network.
RSVP_FROM_NETWORK = Bucket("rsvp-network", 60, timedelta(hours=1))
REVEAL_FROM_NETWORK = Bucket("reveal-network", 60, timedelta(hours=1))
ASK_FROM_NETWORK = Bucket("ask-network", 10, timedelta(hours=1))
ABOUT_ME_FROM_NETWORK = Bucket("about-me-network", 10, timedelta(hours=1))
PLACE_FROM_NETWORK = Bucket("place-network", 240, timedelta(hours=1))
# Nobody finds a private link by trying.
UNKNOWN_LINKS_FROM_NETWORK = Bucket("unknown-link-network", 60, timedelta(hours=1))
# Nobody's mailbox is to be filled from here.
MAIL_TO_ADDRESS = Bucket("mail-address", 5, timedelta(hours=1))
MAIL_TO_GROUP = Bucket("mail-group", 20, timedelta(hours=24))
# What anybody may say of listings.
SUGGEST_FROM_DEVICE = Bucket("suggest-device", 10, timedelta(hours=24))
SUGGEST_FROM_NETWORK = Bucket("suggest-network", 60, timedelta(hours=24))
REPORT_FROM_DEVICE = Bucket("report-device", 5, timedelta(hours=24))
REPORT_FROM_NETWORK = Bucket("report-network", 30, timedelta(hours=24))
# Whoever says that they keep a group.
CLAIM_BY_USER = Bucket("claim-user", 10, timedelta(hours=24))
CLAIM_OF_GROUP = Bucket("claim-group", 10, timedelta(hours=24))
CLAIM_FROM_NETWORK = Bucket("claim-network", 30, timedelta(hours=24))
CLAIM_CODE_BY_USER = Bucket("claim-code-user", 20, timedelta(hours=1))
INVITE_BY_USER = Bucket("invite-user", 20, timedelta(hours=24))


class TooMany(Exception):
    """Tried too often; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


def take(bucket: Bucket, subject: str, *, now: datetime) -> None:
    """Take one try out of the subject's bucket. Raises TooMany when it is empty.

    Without Redis everybody is let through: a person must never be turned away by our fault.
    """
    try:
        wait = _script(settings.REDIS_URL)(
            keys=[f"limit:{bucket.name}:{_salted(subject, now)}"],
            args=[bucket.burst, bucket.burst / bucket.per.total_seconds(), now.timestamp()],
        )
    except redis.RedisError as error:
        logger.warning("limits are not counted, Redis does not answer: %s", type(error).__name__)
        return
    if wait:
        raise TooMany(int(wait))


def allows(bucket: Bucket, subject: str, *, now: datetime) -> bool:
    """Take one try, and tell whether there was one."""
    try:
        take(bucket, subject, now=now)
    except TooMany:
        return False
    return True


def network(request: HttpRequest) -> str:
    """Return the network a request comes from: the address without its last part.

    IPv4 to 24 bits, IPv6 to 48, which is what one home or office has. Never stored or logged.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        # The last one is what our own proxy saw; those before it are anybody's words.
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False).network_address)


def _salted(subject: str, now: datetime) -> str:
    client = _client(settings.REDIS_URL)
    name = f"limit-salt:{now:%Y-%m-%d}"
    salt = client.get(name)
    if salt is None:
        client.set(name, secrets.token_bytes(32), nx=True, ex=_SALT_LIFETIME)
        salt = client.get(name) or b""
    return hmac.new(salt, subject.encode(), sha256).hexdigest()[:24]


@lru_cache(maxsize=2)
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


@lru_cache(maxsize=2)
def _script(url: str):
    return _client(url).register_script(_TAKE)
