"""Messages as they are handed over to a channel, in the language of who gets them."""

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from groups import dates
from meetings import contacts, languages
from meetings.channels import Parcel
from meetings.enums import Channel, MessageKind
from meetings.messages import keeping, people, seats
from meetings.messages.words import Words, address
from meetings.models import OutgoingMessage
from meetings.reminders import signing


def parcel_of(message: OutgoingMessage, *, now: datetime) -> Parcel:
    """Return the message as it is handed over. Makes a private link when it needs one.

    It is in the language its recipient used. The message is from `claiming.claimed`. Raises
    contacts.UnreadableContact.
    """
    with languages.speaking(language_of(message)):
        return _parcel_of(message, now=now)


def language_of(message: OutgoingMessage) -> str:
    """Return the code of the language to write in, "" for the site's own: as it is kept now. No query."""
    kept = message.rsvp or message.standing
    return message.language if kept is None else kept.language


def _parcel_of(message: OutgoingMessage, *, now: datetime) -> Parcel:
    to = contacts.address_of(message.recipient)
    words = words_of(message, now=now)
    stop = address("meetings:messages_stop", signing.signed("stop", message.public_id))
    if message.channel == Channel.EMAIL:
        context = {
            "words": words,
            "stop": stop,
            "site_name": settings.SITE_NAME,
            "may_be_stopped": message.kind not in (MessageKind.QUESTION, MessageKind.CLAIM),
        }
        return Parcel(
            id=message.public_id,
            to=to,
            subject=dates.with_common_spaces(words.subject),
            text=dates.with_common_spaces(render_to_string("emails/message.txt", context).strip()) + "\n",
            html=render_to_string("emails/message.html", context),
            link=words.link,
            expires_at=message.expires_at,
            headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        )
    if message.channel == Channel.SMS:
        text = " ".join([words.subject + ".", *words.lines[:1], words.link] if words.link else words.lines)
        return Parcel(
            id=message.public_id,
            to=to,
            subject="",
            text=dates.with_common_spaces(text),
            link=words.link,
            expires_at=message.expires_at,
        )
    return Parcel(
        id=message.public_id,
        to=to,
        subject=dates.with_common_spaces(words.subject),
        text=dates.with_common_spaces(words.lines[0]) if words.lines else "",
        link=words.link,
        expires_at=message.expires_at,
    )


def words_of(message: OutgoingMessage, *, now: datetime) -> Words:
    """Return what the message says."""
    match message.kind:
        case MessageKind.QUESTION | MessageKind.ANSWER:
            return people.between_people(message, now=now)
        case MessageKind.ABOUT_ME:
            return people.about_me(message, now=now)
        case MessageKind.CLAIM:
            return keeping.about_keeping(message)
        case MessageKind.FEED_FAILING:
            return keeping.about_feed(message)
        case MessageKind.STILL_TRUE | MessageKind.REPORT | MessageKind.UNLISTED:
            return keeping.about_listings(message, now=now)
        case MessageKind.SUGGESTION:
            return people.about_suggestion(message, now=now)
        case MessageKind.CODE:
            code = contacts.decrypt(message.words).get("code", "")
            return Words(
                _("Your code is %(code)s") % {"code": code},
                [_("Your code is %(code)s. It is good for ten minutes. Reply STOP to get no more.") % {"code": code}],
            )
    if message.standing is not None:
        return seats.about_standing(message, message.standing, now=now)
    return seats.about_place(message, message.rsvp, now=now)
