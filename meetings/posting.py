"""Messages that answer what somebody just did on a page: written down here, sent by `meetings.reminders.sending`.

Rows hold ids and an encrypted recipient. The words, and the private link in them, are made
when the message goes.
"""

from datetime import datetime, timedelta

from groups.models import Claim, Group, Source
from meetings import codes, contacts, languages
from meetings.enums import ContactKind, MessageKind, MessageReason, MessageState
from meetings.models import OutgoingMessage, Question, Rsvp, StandingRsvp, Suggestion
from meetings.models.messages import OPEN_STATES
from meetings.reminders.ways import CHANNEL_OF

# How long a message is worth sending: as long as its link opens something.
OF_USE = {
    MessageKind.PLACE: timedelta(hours=24),
    MessageKind.CODE: codes.LIVES,
    MessageKind.ABOUT_ME: timedelta(hours=2),
    MessageKind.QUESTION: timedelta(days=7),
    MessageKind.ANSWER: timedelta(days=7),
    MessageKind.CLAIM: timedelta(days=3),
    MessageKind.STILL_TRUE: timedelta(days=21),
    MessageKind.UNLISTED: timedelta(days=14),
    MessageKind.REPORT: timedelta(days=7),
    MessageKind.SUGGESTION: timedelta(days=14),
    MessageKind.FEED_FAILING: timedelta(days=7),
}
# What a message of the kind CLAIM is: its words are made of what is under this name.
CLAIM_CODE, INVITATION, NEW_HOST = "code", "invitation", "new-host"
# Whether a message of the kind UNLISTED speaks of what is done, or of what is about to be.
IS_OFF = "is-off"


def send_place(kept: Rsvp | StandingRsvp, *, now: datetime) -> None:
    """Send the link to a place to its address: to confirm it, or to find it again."""
    if kept.contact is not None:
        _send(MessageKind.PLACE, kept.contact, now=now, **_subject(kept))


def send_code(kept: Rsvp | StandingRsvp, code: str, *, now: datetime) -> None:
    """Send the code that opens a place to its phone."""
    if kept.contact is not None:
        words = contacts.encrypt({"code": code})
        _send(MessageKind.CODE, kept.contact, now=now, words=words, **_subject(kept))


def send_about_me(kind: ContactKind, address: str, *, now: datetime, language: str = "") -> None:
    """Send the link to everything kept about an address or number, also when that is nothing."""
    _send(MessageKind.ABOUT_ME, contacts.sealed(kind, address), now=now, language=language)


def send_question(question: Question, address: str, *, now: datetime) -> None:
    """Send a question to the group's own address."""
    _send_keeper(MessageKind.QUESTION, address, now=now, question=question, group=question.meeting.group)


def send_answer(question: Question, words: bytes, *, now: datetime) -> None:
    """Send the group's answer, encrypted `words`, to whoever asked."""
    _send(MessageKind.ANSWER, question.contact, now=now, question=question, words=words, language=question.language)


def send_claim_code(claim: Claim, address: str, code: str, *, now: datetime) -> None:
    """Send the code of a claim to the group's contact, in place of one that has not gone.

    For a group without a contact ("") the same is done and written down, and nothing goes:
    how long it takes tells nobody which it was.
    """
    OutgoingMessage.objects.filter(claim=claim, state__in=OPEN_STATES, handed_at=None).delete()
    words = contacts.encrypt({CLAIM_CODE: code})
    message = _made_for_keeper(MessageKind.CLAIM, address, now=now, words=words, claim=claim, group=claim.group)
    if not address:
        # The words, which nobody can read, go with the next erasure.
        message.recipient = None
        message.state, message.reason, message.ended_at = MessageState.VOID, MessageReason.UNREADABLE, now
    message.save()


def send_invitation(group: Group, address: str, secret: str, *, now: datetime) -> None:
    """Send the link to an invitation to host to the address that a host typed."""
    words = contacts.encrypt({INVITATION: secret})
    _send_keeper(MessageKind.CLAIM, address, now=now, words=words, group=group)


def send_new_host(group: Group, addresses: list[str], *, now: datetime) -> None:
    """Tell a group's other hosts that somebody new keeps it with them."""
    for address in addresses:
        words = contacts.encrypt({NEW_HOST: group.slug})
        _send_keeper(MessageKind.CLAIM, address, now=now, words=words, group=group)


def send_feed_failing(source: Source, *, now: datetime) -> None:
    """Tell the owner of a feed that it cannot be read. Raises contacts.UnreadableContact."""
    if source.owner_contact is not None:
        address = contacts.address_of(source.owner_contact)
        language = languages.of_address(address)
        _send(MessageKind.FEED_FAILING, source.owner_contact, now=now, source=source, language=language)


def send_still_true(group: Group, address: str, *, now: datetime) -> None:
    """Ask one keeper of a group whether its listings are still true. One that has not gone gives way."""
    _replace(MessageKind.STILL_TRUE, group, address, now=now)
    _send_keeper(MessageKind.STILL_TRUE, address, now=now, group=group)


def send_unlisted(group: Group, address: str, *, is_off: bool, now: datetime) -> None:
    """Tell a keeper that listings of the group are no longer shown, or will soon not be."""
    words = contacts.encrypt({IS_OFF: is_off})
    _send_keeper(MessageKind.UNLISTED, address, now=now, group=group, words=words)


def send_report(group: Group, address: str, *, now: datetime) -> None:
    """Tell a keeper that somebody found a listing of the group wrong. One that has not gone gives way."""
    _replace(MessageKind.REPORT, group, address, now=now)
    _send_keeper(MessageKind.REPORT, address, now=now, group=group)


def send_suggestion(suggestion: Suggestion, recipient: bytes, *, now: datetime) -> None:
    """Tell somebody what became of their suggestion; `recipient` is encrypted."""
    _send(MessageKind.SUGGESTION, recipient, now=now, suggestion=suggestion, language=suggestion.language)


def _replace(kind: MessageKind, group: Group, address: str, *, now: datetime) -> None:
    key = contacts.match_key(ContactKind.EMAIL, address)
    OutgoingMessage.objects.filter(
        kind=kind, group=group, recipient_key=key, state=MessageState.PLANNED, handed_at=None
    ).delete()


def _subject(kept: Rsvp | StandingRsvp) -> dict[str, Rsvp | StandingRsvp]:
    return {"rsvp": kept} if isinstance(kept, Rsvp) else {"standing": kept}


def _send(kind: MessageKind, recipient: bytes, *, now: datetime, **about) -> None:
    _made(kind, recipient, now=now, **about).save()


def _send_keeper(kind: MessageKind, address: str, *, now: datetime, **about) -> None:
    _made_for_keeper(kind, address, now=now, **about).save()


def _made_for_keeper(kind: MessageKind, address: str, *, now: datetime, **about) -> OutgoingMessage:
    """Make a message to somebody who keeps listings: in the language of their account, if they have one."""
    sealed = contacts.sealed(ContactKind.EMAIL, address)
    return _made(kind, sealed, now=now, language=languages.of_address(address), **about)


def _made(kind: MessageKind, recipient: bytes, *, now: datetime, **about) -> OutgoingMessage:
    said = contacts.decrypt(recipient)
    return OutgoingMessage(
        kind=kind,
        channel=CHANNEL_OF[ContactKind(said["kind"])],
        recipient=recipient,
        recipient_key=contacts.match_key(said["kind"], said["address"]),
        created_at=now,
        due_at=now,
        expires_at=now + OF_USE[kind],
        **about,
    )
