"""A great many reminders at once, written in a few statements."""

from datetime import timedelta

from groups.identifiers import new_public_id
from meetings import contacts
from meetings.enums import ContactKind, MessageKind, RsvpPolicy, RsvpState
from meetings.models import Occurrence, OutgoingMessage, Rsvp
from tests.factories import MeetingFactory


def reminders(number, *, due_at, starts_at, now, channel="email", kind=ContactKind.EMAIL):
    """Plan so many reminders of one date, due one after the other from `due_at` on within a minute.

    The meeting is one date, at `starts_at` by the minute; everybody has an address of their own.
    """
    starts_at = starts_at.replace(second=0, microsecond=0)
    meeting = MeetingFactory(
        is_once=True,
        first_on=starts_at.date(),
        start_time=starts_at.time(),
        time_zone="UTC",
        rsvp_policy=RsvpPolicy.WELCOME,
    )
    occurrence = Occurrence.objects.create(meeting=meeting, original_on=starts_at.date(), starts_at=starts_at)
    address = "+1555{:07}" if kind == ContactKind.PHONE else "person{}@example.org"
    keys = [contacts.match_key(kind, address.format(n)) for n in range(number)]
    sealed = [contacts.sealed(kind, address.format(n)) for n in range(number)]
    places = Rsvp.objects.bulk_create(
        Rsvp(
            public_id=new_public_id(),
            occurrence=occurrence,
            state=RsvpState.GOING,
            created_at=now,
            confirmed_at=now,
            contact=sealed[n],
            contact_key=keys[n],
            contact_kind=kind,
        )
        for n in range(number)
    )
    OutgoingMessage.objects.bulk_create(
        OutgoingMessage(
            kind=MessageKind.REMINDER,
            channel=channel,
            rsvp=place,
            occurrence=occurrence,
            minutes_before=120,
            recipient=place.contact,
            recipient_key=place.contact_key,
            created_at=now,
            due_at=due_at + timedelta(seconds=60 * n / number),
            expires_at=starts_at,
        )
        for n, place in enumerate(places)
    )
    return occurrence
