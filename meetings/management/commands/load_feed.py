"""Load a feed of meetings, or take a load back."""

import json
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from groups.enums import ImportOutcome, Programme
from groups.models import ImportRun
from meetings.feeds import fetching, importing, loading

DONE, UNUSABLE, STOPPED = 0, 1, 3
_EXITS = {ImportOutcome.UNUSABLE: UNUSABLE, ImportOutcome.STOPPED: STOPPED}
_MOST_SKIPPED_SHOWN = 50


class Command(BaseCommand):
    help = (
        "Load a feed (Meeting Guide, BMLT or CSV) from a file or a web address. "
        "Exits with 0 when done, 1 when the feed cannot be used, 3 when too many meetings would vanish; "
        "with 1 and 3 nothing was changed."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("feed", nargs="?", metavar="PATH_OR_URL")
        parser.add_argument("--source", default="", help="its name here; default: the file's name or the host")
        parser.add_argument("--format", default="auto", choices=["auto", "meeting-guide", "bmlt", "csv"])
        parser.add_argument("--programme", default="", help=f"whose codes it speaks: {', '.join(Programme.values)}")
        parser.add_argument("--approach", default="", help="slug, for feeds whose programme does not tell it")
        parser.add_argument("--fellowship", default="", help="slug")
        parser.add_argument("--formats", default="", help="BMLT: file or address of GetFormats")
        parser.add_argument("--service-bodies", default="", help="BMLT: file or address of GetServiceBodies")
        parser.add_argument("--time-zone", default="", help="of meetings that name none, as in America/New_York")
        parser.add_argument("--country", default="", help="of meetings that name none, as in US")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
        parser.add_argument("--accept-removals", action="store_true", help="let more than a tenth of its meetings go")
        parser.add_argument("--roll-back", type=int, metavar="RUN", help="take the import of this number back")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        now = timezone.now()
        if options["roll_back"] is not None:
            self._roll_back(options["roll_back"], now=now, as_json=options["json"])
            return
        if not options["feed"]:
            raise CommandError("Say which feed: a file or a web address.")
        started = time.monotonic()
        wanted = importing.Wanted(
            address=options["feed"],
            name=options["source"],
            format=options["format"],
            programme=options["programme"],
            approach=options["approach"],
            fellowship=options["fellowship"],
            time_zone=options["time_zone"],
            country=options["country"],
        )
        asked = loading.Options(
            formats=options["formats"],
            service_bodies=options["service_bodies"],
            is_preview=options["dry_run"],
            accept_removals=options["accept_removals"],
        )
        say = self._say if options["verbosity"] and not options["json"] else _say_nothing
        try:
            report = loading.load(wanted, asked, now=now, say=say)
        except importing.ImportIsRunning:
            report = importing.Report(
                fetching.without_secrets(wanted.name or wanted.address),
                ImportOutcome.UNUSABLE,
                error="another import of this source is running",
            )
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self._tell(report, seconds=time.monotonic() - started)
        if exit_with := _EXITS.get(report.outcome, DONE):
            sys.exit(exit_with)

    def _roll_back(self, number: int, *, now: Any, as_json: bool) -> None:
        run = ImportRun.objects.select_related("source").filter(pk=number).first()
        if run is None:
            raise CommandError(f"There is no import {number}.")
        try:
            importing.roll_back(run, now=now)
        except importing.CannotRollBack as reason:
            raise CommandError(str(reason)) from None
        if as_json:
            told = {"source": run.source.name, "outcome": ImportOutcome.ROLLED_BACK.value, "run_id": number}
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(f"Import {number} of {run.source} was rolled back.")

    def _say(self, line: str) -> None:
        self.stderr.write(line)

    def _tell(self, report: importing.Report, *, seconds: float) -> None:
        write = self.stdout.write
        write(f"{report.source}: {report.outcome.label}")
        if report.error:
            write(f"  {report.error}")
        if report.outcome != ImportOutcome.UNUSABLE:
            write("")
            for name, count in report.counts().items():
                write(f"  {name:<10}{count:>9,}")
            if report.conflicts:
                write(f"  {'conflicts':<10}{report.conflicts:>9,}  corrected here and kept")
        for row in report.skipped_rows[:_MOST_SKIPPED_SHOWN]:
            write(f"  row {row.number} ({row.key or 'no key'}) was left out: {row.reason}")
        if len(report.skipped_rows) > _MOST_SKIPPED_SHOWN:
            write(f"  … and {len(report.skipped_rows) - _MOST_SKIPPED_SHOWN:,} more")
        if report.unknown_codes:
            codes = ", ".join(f"{code} ({count})" for code, count in report.unknown_codes.items())
            write(f"  codes that no table has: {codes}")
        if report.run_id:
            write(f"  import {report.run_id}, {seconds:.1f} s")


def _say_nothing(_line: str) -> None:
    """Keep standard output to the one JSON object."""
