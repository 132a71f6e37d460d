"""What comes back: mail that could not be delivered, and text messages to our number.

Sources: RFC 3464 (delivery reports), RFC 3463 (status codes), CTIA Messaging Principles and
Best Practices (the words of opting out, of help, and of opting in).
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from groups.identifiers import PUBLIC_ID_LENGTH
from meetings import contacts, languages, messages
from meetings.channels import sms
from meetings.enums import ContactKind, MessageReason, MessageState, StopReason
from meetings.models import OutgoingMessage

from . import consent, signing

STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"}
START_WORDS = {"START", "UNSTOP", "YES"}
HELP_WORDS = {"HELP", "INFO"}

# In digits, the country's code with them. What is shorter is no number of a person.
_SHORTEST_NUMBER = 8


@dataclass(frozen=True, slots=True)
class CameIn:
    """A text message to our number. `wants_xml`: the provider reads its answer from TwiML."""

    number: str
    words: str
    wants_xml: bool = False


def is_signed(body: bytes, signature: str) -> bool:
    """Tell whether the body is signed with `WEBHOOK_KEY`: "sha256=" and the HMAC in hexadecimal."""
    if not settings.WEBHOOK_KEY:
        return False
    expected = hmac.new(settings.WEBHOOK_KEY.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={expected}".encode(), signature.encode())


def text_message(body: bytes, headers: Mapping[str, str], form: Mapping[str, str]) -> CameIn | None:
    """Return the text message a provider brings, None when it is not signed by that provider."""
    signature = headers.get("X-Twilio-Signature", "")
    if signature and settings.SMS_URL.startswith("twilio:"):
        said = {name: form[name] for name in form}
        address = settings.SITE_URL + reverse("meetings:text_came_in")
        if not sms.Twilio(settings.SMS_URL).signed_by(signature, address, said):
            return None
        return CameIn(said.get("From", ""), said.get("Body", ""), wants_xml=True)
    if not is_signed(body, headers.get("X-Signature", "")):
        return None
    try:
        said = json.loads(body)
        return CameIn(str(said["from"]), str(said["text"]))
    except (ValueError, KeyError, TypeError):
        return None


def answer_text(came: CameIn, *, now: datetime) -> str:
    """Do what the message asks for, and return the answer; "" for words that are none of ours.

    It is in the language of the last message that went to the number.
    """
    key = contacts.match_key(ContactKind.PHONE, _with_plus(came.number))
    with languages.speaking(_language_of(key)):
        return _answer(key, came, now=now)


def _answer(key: str, came: CameIn, *, now: datetime) -> str:
    word = came.words.strip().strip(".!").upper()
    if word in STOP_WORDS:
        consent.stop(key, now=now)
        return _("You get no more messages from us. Text START to allow them again.")
    if word in START_WORDS:
        consent.allow(key, now=now)
        return _("Messages are allowed again. Text STOP to stop them.")
    if word in HELP_WORDS:
        return _(
            "%(site)s sends the reminders that were asked for with this number. Text STOP to stop them. %(url)s"
        ) % {
            "site": settings.SITE_NAME,
            "url": settings.SITE_URL,
        }
    return ""


def _with_plus(number: str) -> str:
    """Return a number with its country's code as it is kept: some providers leave the plus out."""
    said = number.strip()
    return f"+{said}" if said.isdecimal() and len(said) >= _SHORTEST_NUMBER else said


def _language_of(key: str) -> str:
    last = OutgoingMessage.objects.filter(recipient_key=key).select_related("rsvp", "standing").order_by("pk").last()
    return messages.language_of(last) if last is not None else ""


def take_delivery_report(raw: bytes, *, now: datetime) -> bool:
    """Read a delivery report; stop the address when it failed for good. Returns whether it did.

    The message itself was not delivered then, whatever the first server said of it.

    Whose it is stands in the address the report was sent to, signed by us: what a report says
    about recipients is anybody's word.
    """
    report = message_from_bytes(raw, policy=policy.default)
    message = _message_of(report)
    if message is None or not _failed_for_good(report):
        return False
    with transaction.atomic():
        OutgoingMessage.objects.filter(pk=message.pk, state__in=[MessageState.SENT, MessageState.UNCERTAIN]).update(
            state=MessageState.FAILED, reason=MessageReason.BOUNCED, sent_at=None, ended_at=now
        )
        consent.stop(message.recipient_key, reason=StopReason.BOUNCED, now=now)
    return True


def _message_of(report: EmailMessage) -> OutgoingMessage | None:
    for name in ("X-Original-To", "Delivered-To", "To"):
        for value in report.get_all(name, []):
            _local, plus, rest = str(value).partition("+")
            tag = rest.partition("@")[0].lower()
            if not plus or len(tag) <= PUBLIC_ID_LENGTH:
                continue
            try:
                message_id = signing.opened("bounce", tag)
            except signing.BadSignature:
                continue
            return OutgoingMessage.objects.filter(public_id=message_id).exclude(recipient_key="").first()
    return None


def _failed_for_good(report: EmailMessage) -> bool:
    """Tell whether a recipient's mailbox itself refused: "failed", and a status 5.1.x, 5.2.x or 5.0.0."""
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in part.get_payload():
            status = str(fields.get("Status", ""))
            if str(fields.get("Action", "")).strip().lower() == "failed" and status.startswith(
                ("5.0", "5.1", "5.2", "5.4")
            ):
                return True
    return False
