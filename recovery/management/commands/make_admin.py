"""Make somebody an admin, by address: the first one of a new site, who then names the others."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from recovery.accounts import signing_in


class Command(BaseCommand):
    help = "Make the account of this e-mail address an admin's. A code sent there opens it; there is no password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")

    def handle(self, *, address: str, **options: Any) -> None:
        try:
            validate_email(address)
            user = signing_in.open_account(address)
        except ValidationError:
            raise CommandError("That is no e-mail address.") from None
        except signing_in.AccountClosed:
            raise CommandError("The account of this address is closed.") from None
        user.is_staff = user.is_superuser = True
        user.save(update_fields=["is_staff", "is_superuser"])
        self.stdout.write("Done. Sign in at /account/login/ and set up a second step there.")
