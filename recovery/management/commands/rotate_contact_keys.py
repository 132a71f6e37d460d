"""The command of `meetings`, and then the secrets of second factors, which are kept under the same keys."""

from typing import Any

from django.core.management.base import CommandError

from meetings import contacts
from meetings.management.commands import rotate_contact_keys
from recovery.accounts import second_step


class Command(rotate_contact_keys.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        try:
            second_step.rotate()
        except contacts.UnreadableContact as error:
            raise CommandError(
                "The secret of a second factor cannot be opened with the keys in CONTACT_KEYS."
            ) from error
