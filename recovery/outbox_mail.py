"""Django's own mail on one machine: into the outbox, beside the messages of `meetings`."""

import secrets
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from meetings.channels import outbox
from meetings.enums import Channel


class Backend(BaseEmailBackend):
    """Writes each message down where /outbox/ shows it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        now = timezone.now()
        for message in email_messages:
            outbox.keep(
                Channel.EMAIL,
                id=f"mail-{secrets.token_hex(8)}",
                to=", ".join(message.to),
                subject=str(message.subject),
                text=str(message.body),
                headers=[(name, str(value)) for name, value in message.message().items()],
                now=now,
            )
        return len(email_messages)
