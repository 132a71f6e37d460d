"""E-mail: over SMTP step by step, so that what is final and what is not are told apart.

Until the words themselves go nothing has been given away, and a broken line means "later".
After that they may have arrived. A server's 4xx is "later", its 5xx is for good.

Sources: RFC 5321, sections 4.2.1 and 4.5.4 (replies, retries); RFC 3463 (status codes);
RFC 8058 (one-click unsubscribing); RFC 3834 (automatic mail).
"""

import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.utils.encoding import punycode

from meetings import fault_points
from meetings.channels import Answer, Begin, Outcome, Parcel, outbox
from meetings.enums import Channel
from meetings.reminders import signing

# 5xx to the recipient that is about our message, our server or their policy, and not about
# the address: RFC 3463 classes 5.3 (system), 5.6 (content) and 5.7 (policy).
_ABOUT_US = re.compile(rb"\b5\.[367]\.\d+\b")

_DOT = re.compile(rb"(?m)^\.")


class Email:
    """Mail through `EMAIL_URL`; into the outbox of a machine that has none."""

    @contextmanager
    def line(self) -> "Iterator[SmtpLine | BackendLine | OutboxLine]":
        if settings.SHOWS_OUTBOX:
            yield OutboxLine()
            return
        backend = get_connection()
        if not isinstance(backend, EmailBackend):
            yield BackendLine(backend)
            return
        line = SmtpLine(backend)
        try:
            yield line
        finally:
            line.close()

    def knows(self, parcel_id: str) -> bool | None:
        """Return None: a mail server cannot be asked about a Message-ID."""
        return None


class SmtpLine:
    """One connection, opened for the first message and again when it broke.

    A server that does not answer is asked once: for the other messages at hand it is "later".
    """

    def __init__(self, backend: EmailBackend) -> None:
        self._backend = backend
        self._is_down = ""

    def hand_over(self, parcel: Parcel, *, begin: Begin, now: datetime) -> Answer:
        if self._is_down:
            return Answer(Outcome.LATER, self._is_down)
        message = as_mail(parcel, now=now)
        try:
            server = self._server()
            # A line that idled may be gone by now, which shows before anything is given away.
            refused = self._address(server, parcel, has_been_used=True)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            self._is_down = _number(error)
            return Answer(Outcome.LATER, self._is_down)
        if refused is not None:
            return refused
        fault_points.reach("connected")
        # The server waits for the words: the last moment in which nothing has left us.
        if not begin():
            self.close()
            return Answer(Outcome.WITHDRAWN)
        fault_points.reach("begun")
        try:
            server.send(_as_data(message))
            code, words = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Answer(Outcome.UNCERTAIN, _number(error))
        if code == 250:
            fault_points.reach("accepted")
            return Answer(Outcome.ACCEPTED, "250")
        self._reset(server)
        return _refusal(code, words, of_mailbox=False)

    def close(self) -> None:
        with suppress(smtplib.SMTPException, OSError):
            self._backend.close()
        self._backend.connection = None

    def _server(self) -> smtplib.SMTP:
        if self._backend.connection is None:
            self._backend.fail_silently = False
            self._backend.open()
        return self._backend.connection

    def _address(self, server: smtplib.SMTP, parcel: Parcel, *, has_been_used: bool) -> Answer | None:
        """Name sender and recipient, up to where the words may follow. Return the refusal, if it is one."""
        server.ehlo_or_helo_if_needed()
        try:
            code, words = server.mail(signing.return_path(parcel.id))
        except smtplib.SMTPServerDisconnected:
            if not has_been_used:
                raise
            self.close()
            return self._address(self._server(), parcel, has_been_used=False)
        if code != 250:
            self._reset(server)
            return _refusal(code, words, of_mailbox=False)
        code, words = server.rcpt(_on_the_line(parcel.to))
        if code not in (250, 251):
            self._reset(server)
            return _refusal(code, words, of_mailbox=True)
        code, words = server.docmd("DATA")
        if code != 354:
            self._reset(server)
            return _refusal(code, words, of_mailbox=False)
        return None

    def _reset(self, server: smtplib.SMTP) -> None:
        try:
            server.rset()
        except (smtplib.SMTPException, OSError):
            self.close()


class BackendLine:
    """Any other mail backend of Django: all at once, and an error where it may have gone is uncertain."""

    def __init__(self, backend) -> None:
        self._backend = backend

    def hand_over(self, parcel: Parcel, *, begin: Begin, now: datetime) -> Answer:
        mail = EmailMultiAlternatives(
            parcel.subject,
            parcel.text,
            settings.DEFAULT_FROM_EMAIL,
            [parcel.to],
            headers=dict(headers(parcel, now=now)),
            connection=self._backend,
        )
        if parcel.html:
            mail.attach_alternative(parcel.html, "text/html")
        if not begin():
            return Answer(Outcome.WITHDRAWN)
        try:
            mail.send()
        except smtplib.SMTPResponseException as error:
            return _refusal(error.smtp_code, error.smtp_error, of_mailbox=False)
        except (smtplib.SMTPException, OSError) as error:
            return Answer(Outcome.UNCERTAIN, _number(error))
        return Answer(Outcome.ACCEPTED)


class OutboxLine:
    """Mail of one machine: written down where /outbox/ shows it."""

    def hand_over(self, parcel: Parcel, *, begin: Begin, now: datetime) -> Answer:
        mail = as_mail(parcel, now=now)
        fault_points.reach("connected")
        if not begin():
            return Answer(Outcome.WITHDRAWN)
        fault_points.reach("begun")
        outbox.keep(
            Channel.EMAIL,
            id=parcel.id,
            to=parcel.to,
            subject=parcel.subject,
            text=parcel.text,
            html=parcel.html,
            link=parcel.link,
            headers=[(name, str(value)) for name, value in mail.items()],
            now=now,
        )
        fault_points.reach("accepted")
        return Answer(Outcome.ACCEPTED)


def as_mail(parcel: Parcel, *, now: datetime) -> EmailMessage:
    """Return the mail: plain text, and the same as simple HTML; nothing remote, nothing that counts."""
    mail = EmailMessage()
    mail["Subject"] = parcel.subject
    mail["From"] = settings.DEFAULT_FROM_EMAIL
    mail["To"] = _on_the_line(parcel.to)
    for name, value in headers(parcel, now=now):
        mail[name] = value
    mail.set_content(parcel.text)
    if parcel.html:
        mail.add_alternative(parcel.html, subtype="html")
    return mail


def headers(parcel: Parcel, *, now: datetime) -> list[tuple[str, str]]:
    """Return the headers besides subject, sender and recipient. The Message-ID is the row's own."""
    return [
        ("Date", format_datetime(now)),
        ("Message-ID", message_id(parcel.id)),
        ("Auto-Submitted", "auto-generated"),
        *parcel.headers.items(),
    ]


def message_id(parcel_id: str) -> str:
    """Return the Message-ID of a row, the same however often it is tried."""
    return f"<{parcel_id}@{parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition('@')[2] or 'localhost'}>"


def _on_the_line(address: str) -> str:
    """Return an address as every server takes it: its domain in the letters of RFC 3490."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{punycode(domain)}" if at else address


def _as_data(message: EmailMessage) -> bytes:
    """Return the mail as it goes over the line, up to the dot that ends it (RFC 5321, section 4.5.2)."""
    words = message.as_bytes(policy=SMTP)
    words = _DOT.sub(b"..", words)
    return words.rstrip(b"\r\n") + b"\r\n.\r\n"


def _refusal(code: int, words: bytes | str, *, of_mailbox: bool) -> Answer:
    number = str(code)
    if code == 421 or not 400 <= code < 600:
        return Answer(Outcome.LATER, number)
    if code < 500:
        return Answer(Outcome.MAILBOX_LATER if of_mailbox else Outcome.LATER, number)
    said = words if isinstance(words, bytes) else words.encode(errors="replace")
    if of_mailbox and not _ABOUT_US.search(said):
        return Answer(Outcome.REFUSED, number)
    return Answer(Outcome.UNWANTED, number)


def _number(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return str(code) if code else type(error).__name__[:40]
