"""Messages that carry a word between people, answer a suggestion, or show somebody what is kept about them."""

from datetime import datetime

from django.utils.translation import gettext as _

from meetings import contacts, tokens
from meetings.enums import LinkPurpose, MessageKind
from meetings.messages.words import Words, address
from meetings.models import OutgoingMessage


def about_me(message: OutgoingMessage, *, now: datetime) -> Words:
    key = contacts.match_key_of(message.recipient)
    link = address("meetings:about_me_kept", tokens.issue(LinkPurpose.ABOUT_ME, now=now, contact_key=key))
    return Words(
        _("The link you asked for"),
        [_("It shows everything that is kept about this address, and lets you erase it. It is good for two hours.")],
        _("Open the page"),
        link,
    )


def about_suggestion(message: OutgoingMessage, *, now: datetime) -> Words:
    link = address("meetings:suggestion", tokens.issue(LinkPurpose.SUGGESTION, now=now, suggestion=message.suggestion))
    return Words(
        _("An answer to what you suggested"),
        [
            _("Somebody looked at what you suggested. The page says what became of it."),
            _("Your address is forgotten now: this is the only message."),
        ],
        _("Open the page"),
        link,
    )


def between_people(message: OutgoingMessage, *, now: datetime) -> Words:
    if message.kind == MessageKind.QUESTION:
        link = address("meetings:answer", tokens.issue(LinkPurpose.ANSWER, now=now, question=message.question))
        said = contacts.decrypt(message.question.words).get("words", "") if message.question.words else ""
        return Words(
            _("Somebody has a question for you"),
            [
                _("Somebody who thinks of coming asks the following. We carry your answer without showing addresses."),
                said,
            ],
            _("Answer"),
            link,
        )
    said = contacts.decrypt(message.words).get("words", "") if message.words else ""
    return Words(_("An answer to your question"), [_("You asked a question. This is the answer:"), said])
