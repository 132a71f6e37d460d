"""Load the towns of the gazetteer and the US ZIP codes, or a country's postcodes. Safe to repeat."""

from pathlib import Path
from time import monotonic

from django.core.management.base import BaseCommand, CommandError

from meetings import gazetteer


class Command(BaseCommand):
    help = "Load the gazetteer's towns and US ZIP codes, so that places can be found by name. Safe to repeat."

    def add_arguments(self, parser):
        parser.add_argument(
            "--postcodes",
            metavar="FILE",
            type=Path,
            help="load the postcodes of a GeoNames postal file (.txt, .gz or .zip) instead",
        )

    def handle(self, *, postcodes, verbosity, **options):
        started = monotonic()
        if postcodes:
            try:
                counts = {"postcodes": gazetteer.load_postcodes(postcodes)}
            except (OSError, gazetteer.UnusableFile) as error:
                raise CommandError(f"{error}\nNothing was changed.") from error
        else:
            counts = gazetteer.load(report=self._say if verbosity else lambda line: None)
        if verbosity:
            parts = ", ".join(
                f"{count.total:,} {what} ({count.written:,} written, {count.removed:,} removed)"
                for what, count in counts.items()
            )
            self._say(f"{parts} in {monotonic() - started:.1f} s. Source: GeoNames, CC BY 4.0.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
