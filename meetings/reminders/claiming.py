"""Who sends a message: a lease on its row, and every step of the way written down.

    planned ──claim──► claimed ──begin──► claimed, handed ──record──► sent · failed · planned again
       ▲                  │                     │
       └──lease ran out───┘                     └──lease ran out──► asked about ──► sent · planned · uncertain

Each step is one statement that changes the row only if it still is as the step before left it,
so any number of workers may run, and any of them may end at any point.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Q, QuerySet

from meetings import channels
from meetings.enums import MessageReason, MessageState
from meetings.models import OutgoingMessage

from . import consent
from .rows import end

LEASE = timedelta(minutes=2)

# One statement: choosing and taking are one step. Rows that another worker holds are passed over.
_CLAIM = """
    WITH chosen AS MATERIALIZED (
        SELECT id FROM meetings_outgoingmessage
        WHERE state = 'planned' AND due_at <= %(now)s AND (retry_at IS NULL OR retry_at <= %(now)s)
        ORDER BY due_at, id
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    )
    UPDATE meetings_outgoingmessage AS message
    SET state = 'claimed', lease = %(lease)s, lease_until = %(until)s
    FROM chosen WHERE message.id = chosen.id
"""


@dataclass(frozen=True, slots=True)
class Settled:
    """What was found left behind: `missed` past their time, `released` by workers that ended."""

    missed: int = 0
    released: int = 0
    uncertain: int = 0


def claim(*, now: datetime, limit: int) -> uuid.UUID | None:
    """Take up to so many messages that are due; None when there are none. They are ours for two minutes."""
    lease = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "limit": limit, "lease": lease, "until": now + LEASE})
        return lease if cursor.rowcount else None


def claimed(lease: uuid.UUID) -> QuerySet[OutgoingMessage]:
    """Return the messages of a lease with everything their words are made of."""
    return (
        OutgoingMessage.objects.filter(lease=lease)
        .select_related(
            "subscription",
            "rsvp__occurrence__meeting__group__approach",
            "rsvp__occurrence__meeting__group__fellowship",
            "rsvp__occurrence__meeting__venue",
            "rsvp__occurrence__venue",
            "rsvp__wishes",
            "rsvp__standing__wishes",
            "standing__meeting__group",
            "standing__wishes",
            "question__meeting__group",
            "suggestion",
            "group",
        )
        .prefetch_related("rsvp__occurrence__meeting__pauses")
        .annotate(stopped_for=consent.stopped_for("recipient_key"))
        .order_by("due_at", "pk")
    )


def begin(message: OutgoingMessage, lease: uuid.UUID, *, now: datetime) -> bool:
    """Say that the words leave us now, and tell whether they may.

    They may not when the lease is over, the message was made void meanwhile, or its time has
    passed. The last look before the last step: whoever cancelled a moment ago was heard.
    """
    still_ours = OutgoingMessage.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=now),
        pk=message.pk,
        state=MessageState.CLAIMED,
        lease=lease,
        lease_until__gt=now,
        handed_at=None,
    )
    return bool(still_ours.update(handed_at=now, lease_until=now + LEASE, tries=F("tries") + 1))


def record(
    message: OutgoingMessage,
    lease: uuid.UUID,
    state: MessageState,
    *,
    now: datetime,
    reason: MessageReason = MessageReason.NONE,
    answer: str = "",
) -> None:
    """Write down how it ended. A lease that ran out in the meantime left it uncertain; now we know."""
    ours = OutgoingMessage.objects.filter(
        Q(lease=lease) | Q(state=MessageState.UNCERTAIN, reason=MessageReason.BROKEN_OFF), pk=message.pk
    )
    end(ours, state, reason=reason, now=now, answer=answer, sent_at=now if state == MessageState.SENT else None)


def put_back(
    message: OutgoingMessage, lease: uuid.UUID, *, retry_at: datetime, answer: str = "", was_tried: bool = True
) -> None:
    """Let it be tried again. `was_tried` False: nothing was tried, so it counts as no try."""
    OutgoingMessage.objects.filter(pk=message.pk, lease=lease).update(
        state=MessageState.PLANNED,
        lease=None,
        lease_until=None,
        handed_at=None,
        retry_at=retry_at,
        answer=answer,
        tries=message.tries + (1 if was_tried else 0),
    )


def settle(*, now: datetime) -> Settled:
    """Bring what was left behind to where it belongs: overdue leases, and what is of no use any more."""
    over = OutgoingMessage.objects.filter(state=MessageState.CLAIMED, lease_until__lte=now)
    released = over.filter(handed_at=None).update(
        state=MessageState.PLANNED, lease=None, lease_until=None, handed_at=None
    )
    uncertain = sum(_ask_about(message, now=now) for message in over.filter(handed_at__isnull=False))
    past = OutgoingMessage.objects.filter(state=MessageState.PLANNED, due_at__lte=now, expires_at__lte=now)
    missed = end(past.filter(tries=0), MessageState.MISSED, reason=MessageReason.TOO_LATE, now=now)
    end(past.filter(tries__gt=0), MessageState.FAILED, reason=MessageReason.NOT_TAKEN, now=now)
    return Settled(missed=missed, released=released, uncertain=uncertain)


def _ask_about(message: OutgoingMessage, *, now: datetime) -> bool:
    """Settle a message whose worker ended while handing it over. Returns whether it stays uncertain.

    It goes again only when the other side says that it knows nothing of it.
    """
    knows = channels.knows(message.channel, message.public_id)
    this = OutgoingMessage.objects.filter(pk=message.pk, state=MessageState.CLAIMED, lease=message.lease)
    if knows is False:
        this.update(state=MessageState.PLANNED, lease=None, lease_until=None, handed_at=None, retry_at=now)
        return False
    if knows:
        end(this, MessageState.SENT, reason=MessageReason.NONE, now=now, sent_at=message.handed_at)
        return False
    end(this, MessageState.UNCERTAIN, reason=MessageReason.BROKEN_OFF, now=now)
    return True
