"""Write every contact under the newest of CONTACT_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from meetings import contacts, erasure


class Command(BaseCommand):
    help = (
        "Encrypt every contact under the newest of CONTACT_KEYS. To change keys: put a new one in front and run this; "
        "take the old one away and run it again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            written = erasure.rotate()
        except contacts.UnreadableContact as error:
            raise CommandError(
                "A contact cannot be opened with the keys in CONTACT_KEYS. Put the key it was written with back, "
                "as the last one, and run this again."
            ) from error
        self.stdout.write(f"{written} rows written under the newest key.")
