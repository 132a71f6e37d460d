"""Make a realistic data set to measure with, in place of any earlier one."""

from time import monotonic

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from meetings import demo


class Command(BaseCommand):
    help = "Make so many realistic meetings all over the world, to measure with. An earlier set is taken away."

    def add_arguments(self, parser):
        parser.add_argument("--meetings", type=int, default=300_000, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed makes the same set")

    def handle(self, *, meetings, seed, verbosity, **options):
        if meetings < 1:
            raise CommandError("--meetings must be 1 or more.")
        started = monotonic()

        def tell(what: str):
            def progress(count: int) -> None:
                if verbosity:
                    self.stdout.write(f"  {count:,} of {meetings:,} {what}, {monotonic() - started:.0f} s")
                    self.stdout.flush()

            return _now_and_then(progress)

        try:
            written = demo.make_data_set(
                meetings=meetings, seed=seed, now=timezone.now(), progress=tell("written"), indexed=tell("indexed")
            )
        except demo.CatalogueMissing as error:
            raise CommandError("Load the catalogue first: python manage.py load_catalogue") from error
        except demo.PlacesMissing as error:
            raise CommandError("Load the gazetteer first: python manage.py load_places") from error
        if verbosity:
            self.stdout.write(
                f"{len(written.meeting_ids):,} meetings of {written.groups:,} groups in {written.venues:,} places"
                f" in {monotonic() - started:.1f} s."
            )


def _now_and_then(progress, *, step: int = 20_000):
    """Pass on only every 20,000th count."""
    told = 0

    def sometimes(count: int) -> None:
        nonlocal told
        if count - told >= step:
            told = count
            progress(count)

    return sometimes
