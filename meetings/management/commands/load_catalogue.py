"""Loads approaches, fellowships, references, help lines and traits; safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from groups import catalogue_loading, help_lines
from meetings import trait_loading
from meetings.finder import index
from meetings.models import Meeting


class Command(BaseCommand):
    help = (
        "Load the catalogue (approaches, fellowships, references, help lines, emergency numbers, traits) "
        "from the project's own data files. May be repeated: what a curator changed is kept."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            done = [*catalogue_loading.load(), trait_loading.load()]
        help_lines.forget()
        self._tell_the_finder({loaded.kind: loaded.changed for loaded in done})
        if options["verbosity"]:
            for loaded in done:
                self.stdout.write(str(loaded))

    def _tell_the_finder(self, changed: dict[str, list[int]]) -> None:
        """Let the finder read anew the meetings that an approach or fellowship speaks for."""
        theirs = Q(group__approach__in=changed["approaches"]) | Q(group__fellowship__in=changed["fellowships"])
        if changed["approaches"] or changed["fellowships"]:
            index.refresh(list(Meeting.objects.filter(theirs).values_list("pk", flat=True)), now=timezone.now())
