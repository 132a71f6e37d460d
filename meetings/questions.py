"""Asking a group without showing either address: we carry the words to and fro.

The group's answer is written on a private page and mailed to whoever asked. Both texts are
encrypted, and erased when they have been carried, at the latest after two weeks.
"""

from datetime import datetime, timedelta

from django.db import transaction

from groups.models import Group
from meetings import access, contacts, posting
from meetings.enums import ContactKind
from meetings.models import Meeting, Question

KEPT_FOR = timedelta(days=14)
LONGEST = 2000


class AlreadyAnswered(Exception):
    """The question was answered before, or its words are erased."""


def can_be_asked(meeting: Meeting) -> bool:
    """Tell whether the group left an address for questions. The group must be loaded."""
    return access.is_running(meeting) and bool(group_address(meeting))


def group_address(meeting: Meeting) -> str:
    """Return the e-mail address of the contact of a meeting's group, "" for none. It is never shown."""
    return address_of(meeting.group)


def address_of(group: Group) -> str:
    """Return the e-mail address of a group's contact, "" for none. It is never shown."""
    sealed = group.contact
    if sealed is None:
        return ""
    try:
        said = contacts.decrypt(sealed)
    except contacts.UnreadableContact:
        return ""
    people = said.get("people") or []
    addresses = [said.get("email"), *(person.get("email") for person in people if isinstance(person, dict))]
    return next((address for address in addresses if address and "@" in address), "")


def ask(meeting: Meeting, *, words: str, reply_to: str, now: datetime, language: str = "") -> Question:
    """Keep the question and send it to the group.

    `reply_to` is an e-mail address, or "" for no answer; `language` the code of the one the
    answer comes in, "" for the site's own.
    """
    with transaction.atomic():
        question = Question.objects.create(
            meeting=meeting,
            words=contacts.encrypt({"words": words}),
            contact=contacts.sealed(ContactKind.EMAIL, reply_to) if reply_to else None,
            contact_key=contacts.match_key(ContactKind.EMAIL, reply_to) if reply_to else "",
            language=language if reply_to else "",
            asked_at=now,
            erase_at=now + KEPT_FOR,
        )
        posting.send_question(question, group_address(meeting), now=now)
    return question


def answer(question: Question, *, words: str, now: datetime) -> None:
    """Send the group's answer to whoever asked, and forget what was asked and by whom.

    Raises AlreadyAnswered.
    """
    with transaction.atomic():
        question = Question.objects.select_for_update().get(pk=question.pk)
        if question.answered_at is not None or question.contact is None:
            raise AlreadyAnswered
        posting.send_answer(question, contacts.encrypt({"words": words}), now=now)
        question.answered_at = now
        question.words = question.contact = None
        question.contact_key = question.language = ""
        question.save(update_fields=["answered_at", "words", "contact", "contact_key", "language"])


def words_of(question: Question) -> str:
    """Return what was asked, "" once it is erased."""
    return contacts.decrypt(question.words).get("words", "") if question.words is not None else ""
