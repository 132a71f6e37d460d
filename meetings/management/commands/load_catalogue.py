"""Loads approaches, fellowships, references, help lines and traits; safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from groups import catalogue_loading, help_lines
from meetings import trait_loading


class Command(BaseCommand):
    help = (
        "Load the catalogue (approaches, fellowships, references, help lines, emergency numbers, traits) "
        "from the project's own data files. May be repeated: what a curator changed is kept."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            done = [*catalogue_loading.load(), trait_loading.load()]
        help_lines.forget()
        if options["verbosity"]:
            for loaded in done:
                self.stdout.write(str(loaded))
