"""Messages that answer what somebody just did on a page: written down here, sent by `meetings.reminders.sending`.

Rows hold ids and an encrypted recipient. The words, and the private link in them, are made
when the message goes.
"""

from datetime import datetime, timedelta

from meetings import contacts
from meetings.enums import ContactKind, MessageKind
from meetings.models import OutgoingMessage, Question, Rsvp, StandingRsvp
from meetings.reminders.ways import CHANNEL_OF

# How long a message is worth sending: as long as its link opens something.
OF_USE = {
    MessageKind.PLACE: timedelta(hours=24),
    MessageKind.ABOUT_ME: timedelta(hours=2),
    MessageKind.QUESTION: timedelta(days=7),
    MessageKind.ANSWER: timedelta(days=7),
}


def send_place(kept: Rsvp | StandingRsvp, *, now: datetime) -> None:
    """Send the link to a place to its address: to confirm it, or to find it again."""
    if kept.contact is not None:
        subject = {"rsvp": kept} if isinstance(kept, Rsvp) else {"standing": kept}
        _send(MessageKind.PLACE, kept.contact, now=now, **subject)


def send_about_me(address: str, *, now: datetime) -> None:
    """Send the link to everything kept about an address, also when that is nothing."""
    _send(MessageKind.ABOUT_ME, contacts.sealed(ContactKind.EMAIL, address), now=now)


def send_question(question: Question, address: str, *, now: datetime) -> None:
    """Send a question to the group's own address."""
    sealed = contacts.sealed(ContactKind.EMAIL, address)
    _send(MessageKind.QUESTION, sealed, now=now, question=question, group=question.meeting.group)


def send_answer(question: Question, words: bytes, *, now: datetime) -> None:
    """Send the group's answer, encrypted `words`, to whoever asked."""
    _send(MessageKind.ANSWER, question.contact, now=now, question=question, words=words)


def _send(kind: MessageKind, recipient: bytes, *, now: datetime, **about) -> None:
    said = contacts.decrypt(recipient)
    OutgoingMessage.objects.create(
        kind=kind,
        channel=CHANNEL_OF[ContactKind(said["kind"])],
        recipient=recipient,
        recipient_key=contacts.match_key(said["kind"], said["address"]),
        created_at=now,
        due_at=now,
        expires_at=now + OF_USE[kind],
        **about,
    )
