"""Hand over what is due, once each, whatever happens on the way.

The database decides; whoever calls only wakes the sender up. Any number may call at once.
"""

import logging
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError

from groups.enums import GroupState, ListingState
from meetings import channels, fault_points, messages, schedules
from meetings.channels import Answer, Outcome
from meetings.contacts import UnreadableContact
from meetings.enums import MessageKind, MessageReason, MessageState, RsvpState
from meetings.models import OutgoingMessage

from . import claiming, consent
from .rows import end, plan

logger = logging.getLogger(__name__)

BATCH = 25
# One call works this long at most; the next one goes on. A worker that is told to stop waits for it.
LONGEST = timedelta(seconds=40)

# Seconds after each try; the last one again and again, as long as the message is of use.
RETRY_AFTER = (10, 30, 60, 300, 900)
MAILBOX_RETRY_AFTER = (60, 300, 600, 1200, 1800)
# A message that says for nobody when it is of no use any more is tried for so long.
TRIED_FOR = timedelta(days=2)
# When the date is not where the row has it, somebody is about to move the row along.
LOOK_AGAIN = timedelta(seconds=60)

# What is promised only while somebody has a place.
_NEEDS_A_PLACE = (MessageKind.REMINDER, MessageKind.AFTER)

Counts = Counter[str]


def send_due(*, now: datetime, longest: timedelta = LONGEST, batch: int = BATCH) -> Counts:
    """Send what is due, for `longest` at most. Returns how many ended how: "sent", "later", …"""
    clock = _Clock(now)
    counts: Counts = Counter()
    settled = claiming.settle(now=clock())
    counts.update(missed=settled.missed, released=settled.released, uncertain=settled.uncertain)
    while clock() - now < longest:
        lease = claiming.claim(now=clock(), limit=batch)
        if lease is None:
            break
        fault_points.reach("claimed")
        _send_claimed(lease, clock, counts)
    return +counts


def _send_claimed(lease: UUID, clock: Callable[[], datetime], counts: Counts) -> None:
    with ExitStack() as open_lines:
        lines: dict[str, channels.Line] = {}
        for message in claiming.claimed(lease):
            try:
                if message.channel not in lines:
                    lines[message.channel] = open_lines.enter_context(channels.sender(message.channel).line())
                counts[_send_one(message, lease, lines[message.channel], clock)] += 1
            except DatabaseError:
                # Without the database nothing can be said of any of them; the leases run out.
                raise
            except Exception as error:
                # One bad row never stops the rest. Where it went wrong is told, and no word of an
                # error that may name a person.
                where = "".join(traceback.format_tb(error.__traceback__))
                logger.error("message %s was not handed over: %s\n%s", message.public_id, type(error).__name__, where)
                counts[_after_our_fault(message, lease, clock)] += 1


def _send_one(message: OutgoingMessage, lease: UUID, line: channels.Line, clock: Callable[[], datetime]) -> str:
    reason = _why_not(message, now=clock())
    if reason is not None:
        this = OutgoingMessage.objects.filter(pk=message.pk, lease=lease)
        end(this, MessageState.VOID, reason=reason, now=clock())
        return "void"
    if not _is_where_the_row_has_it(message):
        if _is_the_row_behind(message):
            plan(message.rsvp, now=clock())
        claiming.put_back(message, lease, retry_at=clock() + LOOK_AGAIN, was_tried=False)
        return "later"
    try:
        parcel = messages.parcel_of(message, now=clock())
    except UnreadableContact:
        claiming.record(message, lease, MessageState.FAILED, reason=MessageReason.UNREADABLE, now=clock())
        return "failed"
    fault_points.reach("made")
    answer = line.hand_over(parcel, begin=lambda: claiming.begin(message, lease, now=clock()), now=clock())
    outcome = _write_down(message, lease, answer, clock())
    fault_points.reach("recorded")
    return outcome


def _why_not(message: OutgoingMessage, *, now: datetime) -> MessageReason | None:
    """Return why the message is not to go after all, as it was just read. `begin` looks once more."""
    if consent.stops(message.stopped_for, message.kind, message.channel):
        return MessageReason.STOPPED
    if message.kind == MessageKind.STILL_COMING and message.standing is not None and message.standing.ended_at:
        return MessageReason.PLACE_ENDED
    rsvp = message.rsvp
    if rsvp is None or message.kind not in _NEEDS_A_PLACE:
        return None
    if rsvp.state != RsvpState.GOING:
        return MessageReason.PLACE_ENDED
    meeting = rsvp.occurrence.meeting
    is_listed = meeting.state == ListingState.PUBLIC and meeting.group.state == GroupState.PUBLIC
    if rsvp.occurrence.is_cancelled or not is_listed:
        return MessageReason.DATE_CANCELLED
    return None


def _is_where_the_row_has_it(message: OutgoingMessage) -> bool:
    """Tell whether the meeting's own rule has the date where the reminder says.

    An import or a correction may have moved it a moment ago, with the rows still to follow.
    """
    return message.kind != MessageKind.REMINDER or _start_by_the_rule(message) == message.expires_at


def _is_the_row_behind(message: OutgoingMessage) -> bool:
    """Tell whether the date is where it should be, and its reminder alone is not: it was being
    planned in the very moment in which somebody moved the date."""
    return _start_by_the_rule(message) == message.rsvp.occurrence.starts_at


def _start_by_the_rule(message: OutgoingMessage) -> datetime | None:
    occurrence = message.rsvp.occurrence
    schedule = occurrence.meeting.schedule(changes=[occurrence])
    start = schedules.start_on(schedule, occurrence.original_on) if schedule else None
    return start.starts_at if start is not None and not start.is_cancelled else None


def _write_down(message: OutgoingMessage, lease: UUID, answer: Answer, now: datetime) -> str:
    match answer.outcome:
        case Outcome.ACCEPTED:
            claiming.record(message, lease, MessageState.SENT, now=now, answer=answer.number)
            return "sent"
        case Outcome.LATER | Outcome.MAILBOX_LATER:
            return _try_later(message, lease, answer, now)
        case Outcome.REFUSED:
            claiming.record(
                message, lease, MessageState.FAILED, reason=MessageReason.REFUSED, now=now, answer=answer.number
            )
            consent.stop_bounced(message.recipient_key, now=now)
            return "failed"
        case Outcome.STOPPED:
            claiming.record(
                message, lease, MessageState.FAILED, reason=MessageReason.STOPPED, now=now, answer=answer.number
            )
            consent.stop(message.recipient_key, now=now)
            return "failed"
        case Outcome.GONE:
            claiming.record(
                message, lease, MessageState.FAILED, reason=MessageReason.UNSUBSCRIBED, now=now, answer=answer.number
            )
            consent.drop(message.subscription, now=now)
            return "failed"
        case Outcome.UNWANTED:
            claiming.record(
                message, lease, MessageState.FAILED, reason=MessageReason.REFUSED, now=now, answer=answer.number
            )
            return "failed"
        case Outcome.UNCERTAIN:
            return _is_uncertain(message, lease, answer, now)
        case Outcome.WITHDRAWN:
            # Void already, or its time is over: the next look settles it.
            OutgoingMessage.objects.filter(pk=message.pk, lease=lease, handed_at=None).update(
                state=MessageState.PLANNED, lease=None, lease_until=None
            )
            return "withdrawn"


def _is_uncertain(message: OutgoingMessage, lease: UUID, answer: Answer, now: datetime) -> str:
    """The line broke after the words had left. Ask, where that is possible; else leave it at that."""
    knows = channels.knows(message.channel, message.public_id)
    if knows:
        claiming.record(message, lease, MessageState.SENT, now=now, answer=answer.number)
        return "sent"
    if knows is False:
        return _try_later(message, lease, answer, now)
    claiming.record(
        message, lease, MessageState.UNCERTAIN, reason=MessageReason.BROKEN_OFF, now=now, answer=answer.number
    )
    return "uncertain"


def _try_later(message: OutgoingMessage, lease: UUID, answer: Answer, now: datetime) -> str:
    ladder = MAILBOX_RETRY_AFTER if answer.outcome == Outcome.MAILBOX_LATER else RETRY_AFTER
    retry_at = now + timedelta(seconds=ladder[min(message.tries, len(ladder) - 1)])
    expires_at = message.expires_at or message.created_at + TRIED_FOR
    if retry_at >= expires_at:
        claiming.record(
            message, lease, MessageState.FAILED, reason=MessageReason.NOT_TAKEN, now=now, answer=answer.number
        )
        return "failed"
    claiming.put_back(message, lease, retry_at=retry_at, answer=answer.number)
    return "later"


def _after_our_fault(message: OutgoingMessage, lease: UUID, clock: Callable[[], datetime]) -> str:
    """After an error of ours: again later, unless the words may have left already."""
    row = OutgoingMessage.objects.filter(pk=message.pk, lease=lease).first()
    if row is None:
        return "void"
    if row.handed_at is not None:
        return _is_uncertain(message, lease, Answer(Outcome.UNCERTAIN), clock())
    return _try_later(message, lease, Answer(Outcome.LATER, "error"), clock())


class _Clock:
    """An instant that was read once, and the time gone by since."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._started = time.monotonic()

    def __call__(self) -> datetime:
        return self._now + timedelta(seconds=time.monotonic() - self._started)
