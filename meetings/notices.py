"""What people are told of their place and its date, noted down in the transaction of the change itself.

A notice is a row (`OutgoingMessage`), which `meetings.reminders.sending` hands over. People
without an address read the same on their page.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from meetings import reminders
from meetings.enums import MessageKind
from meetings.models import Occurrence, OutgoingMessage, Rsvp, StandingRsvp
from meetings.models.messages import OPEN_STATES
from meetings.models.rsvps import LIVE_STATES
from meetings.reminders.ways import Way, ways_to, wishes_of

ABOUT_A_DATE = (
    MessageKind.DATE_CANCELLED,
    MessageKind.DATE_RESTORED,
    MessageKind.DATE_MOVED,
    MessageKind.DATE_CHANGED,
    MessageKind.DATE_GONE,
)

# Somebody who changes a date often changes it again: news waits a moment for more of it.
# People are told within five minutes of the first change all the same.
GATHERED_FOR = timedelta(minutes=2)
# Shortly before the start nothing waits.
TOLD_AT_ONCE_BEFORE = timedelta(minutes=30)
# An answer to "shall we keep your seat?" is of use for as long as one is waited for.
ANSWERED_WITHIN = timedelta(days=7)


def tell(occurrence: Occurrence, kind: MessageKind, *, now: datetime, only: Collection[int] | None = None) -> int:
    """Move the reminders along with the date, and note down its news for everybody with a confirmed address.

    `only` names the places (ids) it concerns. News of the same date that has not gone gives
    way, and its moment stays: words are made when it goes, and say how things stand then.
    Returns how many people are told.
    """
    reminders.retime(occurrence, now=now)
    places = occurrence.rsvps.filter(state__in=LIVE_STATES, confirmed_at__isnull=False).select_related("standing")
    if only is not None:
        places = places.filter(pk__in=only)
    told = 0
    for rsvp in places.order_by("pk"):
        told += bool(_tell_of_date(rsvp, occurrence, kind, now=now))
    return told


def tell_person(rsvp: Rsvp, kind: MessageKind, *, now: datetime) -> None:
    """Note down a message to one person, by the ways they chose; nothing for somebody without any."""
    for way in ways_to(rsvp, wishes_of(rsvp)):
        if not way.is_stopped:
            _message(rsvp, kind, way, due_at=now, now=now, expires_at=rsvp.offered_until).save()


def ask_whether_to_go_on(standing: StandingRsvp, *, now: datetime) -> None:
    """Note down the one question of a standing place."""
    for way in ways_to(standing, wishes_of(standing)):
        if not way.is_stopped:
            OutgoingMessage.objects.create(
                kind=MessageKind.STILL_COMING,
                standing=standing,
                channel=way.channel,
                subscription=way.subscription,
                recipient=way.recipient,
                recipient_key=way.recipient_key,
                created_at=now,
                due_at=now,
                expires_at=now + ANSWERED_WITHIN,
            )


def _tell_of_date(rsvp: Rsvp, occurrence: Occurrence, kind: MessageKind, *, now: datetime) -> int:
    ways = [way for way in ways_to(rsvp, wishes_of(rsvp)) if not way.is_stopped]
    starts_at = occurrence.starts_at or now
    due_at = now if starts_at - now <= TOLD_AT_ONCE_BEFORE else now + GATHERED_FOR
    waiting = OutgoingMessage.objects.filter(
        rsvp=rsvp, kind__in=ABOUT_A_DATE, state__in=OPEN_STATES, handed_at__isnull=True
    )
    kind = _news_of_both(rsvp, kind, set(waiting.values_list("kind", flat=True)))
    # The news that waits longest says when people are told.
    due_at = min([due_at, *waiting.values_list("due_at", flat=True)])
    waiting.delete()
    # What is moved away from today is news until the time people had in mind, and later.
    expires_at = max(starts_at, now + timedelta(hours=1))
    OutgoingMessage.objects.bulk_create(
        _message(rsvp, kind, way, due_at=due_at, now=now, expires_at=expires_at) for way in ways
    )
    return len(ways)


def _news_of_both(rsvp: Rsvp, kind: MessageKind, waiting: set[str]) -> MessageKind:
    """Return what news is about that takes the place of waiting news: the graver of what people do not know yet.

    That there is a note beside it takes nothing away from a new time, nor from "it takes place
    after all" for somebody who was told that it does not.
    """
    if kind == MessageKind.DATE_CHANGED:
        if MessageKind.DATE_MOVED in waiting:
            return MessageKind.DATE_MOVED
        if MessageKind.DATE_RESTORED in waiting and _was_told_of_the_end(rsvp):
            return MessageKind.DATE_RESTORED
    return kind


def _was_told_of_the_end(rsvp: Rsvp) -> bool:
    told = rsvp.messages.filter(kind__in=ABOUT_A_DATE, handed_at__isnull=False).order_by("handed_at", "pk")
    return told.values_list("kind", flat=True).last() == MessageKind.DATE_CANCELLED


def _message(
    rsvp: Rsvp, kind: MessageKind, way: Way, *, due_at: datetime, now: datetime, expires_at: datetime | None
) -> OutgoingMessage:
    return OutgoingMessage(
        kind=kind,
        rsvp=rsvp,
        channel=way.channel,
        subscription=way.subscription,
        recipient=way.recipient,
        recipient_key=way.recipient_key,
        created_at=now,
        due_at=due_at,
        expires_at=expires_at,
    )
