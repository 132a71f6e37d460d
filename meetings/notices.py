"""What those who are coming are told, written down in the transaction of the change itself.

A notice is a row (`OutgoingMessage`); `meetings.outgoing` sends it. People without an
address read the same on their page.
"""

from collections.abc import Collection
from datetime import datetime

from meetings.enums import MessageKind, MessageState
from meetings.models import Occurrence, OutgoingMessage, Rsvp
from meetings.models.rsvps import LIVE_STATES

ABOUT_A_DATE = (
    MessageKind.DATE_CANCELLED,
    MessageKind.DATE_RESTORED,
    MessageKind.DATE_MOVED,
    MessageKind.DATE_CHANGED,
    MessageKind.DATE_GONE,
)


def tell(occurrence: Occurrence, kind: MessageKind, *, now: datetime, only: Collection[int] | None = None) -> int:
    """Note down for everybody with a confirmed address that their date changed. Returns how many.

    `only` names the places (ids) it concerns. What was not sent yet about the same date gives
    way: its words are made when it goes, and say how things stand then.
    """
    places = occurrence.rsvps.filter(state__in=LIVE_STATES, confirmed_at__isnull=False, contact__isnull=False)
    if only is not None:
        places = places.filter(pk__in=only)
    told = list(places)
    OutgoingMessage.objects.filter(rsvp__in=told, kind__in=ABOUT_A_DATE, state=MessageState.PLANNED).delete()
    OutgoingMessage.objects.bulk_create(_message(rsvp, kind, now) for rsvp in told)
    return len(told)


def tell_person(rsvp: Rsvp, kind: MessageKind, *, now: datetime) -> None:
    """Note down a message to one person; nothing for somebody without an address."""
    if rsvp.contact is not None:
        _message(rsvp, kind, now).save()


def _message(rsvp: Rsvp, kind: MessageKind, now: datetime) -> OutgoingMessage:
    return OutgoingMessage(kind=kind, rsvp=rsvp, recipient=rsvp.contact, created_at=now, due_at=now)
