"""Load the demo's made-up listings, or take them away. Safe to repeat."""

from time import monotonic

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from meetings import demo


class Command(BaseCommand):
    help = "Load about 1,500 made-up meetings to look around in. A repeated load sets them back as they were."

    def add_arguments(self, parser):
        parser.add_argument("--remove", action="store_true", help="take the demo's listings away")

    def handle(self, *, remove, verbosity, **options):
        started, now = monotonic(), timezone.now()
        if remove:
            count = demo.remove(demo.DEMO_NAME, now=now)
            line = f"{count:,} demo meetings taken away"
        else:
            try:
                written = demo.load_demo(now=now)
            except demo.CatalogueMissing as error:
                raise CommandError("Load the catalogue first: python manage.py load_catalogue") from error
            except demo.PlacesMissing as error:
                raise CommandError("Load the gazetteer first: python manage.py load_places") from error
            line = (
                f"{len(written.meeting_ids):,} demo meetings of {written.groups:,} groups"
                f" in {written.venues:,} places loaded"
            )
        if verbosity:
            self.stdout.write(f"{line} in {monotonic() - started:.1f} s.")
