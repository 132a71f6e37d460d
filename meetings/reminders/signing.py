"""Signed names of messages, for the addresses that speak about one: stop, bounce, answer.

A signature says that we made it and nothing else. It holds no time and no person, and the row
it names goes after thirty days.
"""

from email.utils import parseaddr

from django.conf import settings
from django.utils.crypto import constant_time_compare

from groups.identifiers import PUBLIC_ID_LENGTH
from meetings import contacts

_LENGTH = 16


class BadSignature(ValueError):
    """Not an address of ours."""


def signed(purpose: str, message_id: str) -> str:
    """Return the message's id with a signature for one purpose: small letters and digits alone."""
    return message_id + _signature(purpose, message_id)


def opened(purpose: str, text: str) -> str:
    """Return the id of the message. Raises BadSignature."""
    message_id, signature = text[:PUBLIC_ID_LENGTH], text[PUBLIC_ID_LENGTH:]
    if not constant_time_compare(_signature(purpose, message_id), signature):
        raise BadSignature
    return message_id


def return_path(message_id: str) -> str:
    """Return where a mail server sends what it could not deliver: our address with the message's signed id.

    Source: variable envelope return paths as in RFC 5233 (subaddresses).
    """
    mailbox = settings.EMAIL_BOUNCES or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    if not settings.EMAIL_BOUNCES:
        return mailbox
    local, _at, domain = mailbox.rpartition("@")
    return f"{local}+{signed('bounce', message_id)}@{domain}"


def _signature(purpose: str, message_id: str) -> str:
    return contacts.keyed_hash(f"{purpose}:{message_id}")[:_LENGTH]


__all__ = ["BadSignature", "opened", "return_path", "signed"]
