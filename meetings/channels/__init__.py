"""How messages leave us: one shape for every channel. One message in, one answer out.

A channel asks `begin` in the last moment before something that cannot be taken back, and gives
the message up when it says no. It never raises for what the other side does: that is an answer.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from meetings.enums import Channel


class Outcome(Enum):
    """What became of a message at the other end."""

    ACCEPTED = "accepted"
    # The server has no time for us now; or this mailbox has not.
    LATER = "later"
    MAILBOX_LATER = "mailbox-later"
    # For good: this address takes nothing, or this browser is no longer there.
    REFUSED = "refused"
    GONE = "gone"
    # This message will never be taken; that says nothing about the address.
    UNWANTED = "unwanted"
    # The line broke where it may have been taken.
    UNCERTAIN = "uncertain"
    # The other side was told by its owner that this address wants none of our messages.
    STOPPED = "stopped"
    # `begin` said no: nothing was handed over.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome, and the number the other side gave, such as "451": never its words, which name people."""

    outcome: Outcome
    number: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message as it is handed over.

    `id` is the row's, the same at every try: a Message-ID, idempotency key or topic is made of
    it. `to` is an e-mail address, a phone number, or a push subscription as JSON.
    """

    id: str
    to: str
    subject: str
    text: str
    html: str = ""
    link: str = ""
    expires_at: datetime | None = None
    headers: dict[str, str] = field(default_factory=dict)


logger = logging.getLogger(__name__)

Begin = Callable[[], bool]


class Line(Protocol):
    """An open line to the other side, for as many messages as there are at hand."""

    def hand_over(self, parcel: Parcel, *, begin: Begin, now: datetime) -> Answer: ...


class Sender(Protocol):
    """One channel."""

    def line(self) -> AbstractContextManager[Line]: ...

    def knows(self, parcel_id: str) -> bool | None:
        """Tell whether the other side has taken the message of this id; None when it cannot be asked."""


@lru_cache(maxsize=8)
def _sender(path: str) -> Sender:
    return import_string(path)()


def sender(channel: str) -> Sender:
    """Return the sender of a channel, as `settings.MESSAGE_CHANNELS` names it."""
    return _sender(settings.MESSAGE_CHANNELS[Channel(channel).value])


def knows(channel: str, parcel_id: str) -> bool | None:
    """Tell whether the other side of a channel has taken the message of this id; None when it cannot be asked.

    None as well on a site that is not set up for the channel any more.
    """
    try:
        return sender(channel).knows(parcel_id)
    except Exception as error:
        logger.error("message %s could not be asked about: %s", parcel_id, type(error).__name__)
        return None


def is_offered(channel: str) -> bool:
    """Tell whether people can choose the channel: it is set up on this site."""
    if channel == Channel.SMS:
        return bool(settings.SMS_URL)
    if channel == Channel.PUSH:
        return bool(settings.VAPID_PRIVATE_KEY)
    return True
