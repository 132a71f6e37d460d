"""One import from beginning to end, in one transaction."""

import gc
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from groups.enums import ImportAction, ImportOutcome
from groups.models import ImportChange, ImportRun, Source
from meetings.feeds.decoding import Feed
from meetings.feeds.importing.comparing import Comparison, compare
from meetings.feeds.importing.reading import Taken, take_in
from meetings.feeds.importing.writing import Writer, Written
from meetings.feeds.readers import Reader
from meetings.feeds.rows import Skipped, UnusableFeed
from meetings.finder import entries, index
from meetings.models import SourceRow, Trait

# A larger part of a source's rows than this does not vanish unless somebody says so.
REMOVAL_BRAKE = 0.10
_MOST_SKIPPED_KEPT = 10_000
# Of each kind, so that ten thousand new rows do not hide the five that change.
_MOST_CHANGES_IN_A_PREVIEW = 1_000

Say = Callable[[str], None]


class ImportIsRunning(Exception):
    """Another import of this source has not ended yet."""


@dataclass(slots=True)
class Report:
    """What an import did, or would do."""

    source: str
    outcome: ImportOutcome
    run_id: int | None = None
    seen: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: int = 0
    conflicts: int = 0
    skipped_rows: list[Skipped] = field(default_factory=list)
    unknown_codes: dict[str, int] = field(default_factory=dict)
    error: str = ""

    def counts(self) -> dict[str, int]:
        names = ("seen", "created", "updated", "unchanged", "removed", "skipped")
        return {name: getattr(self, name) for name in names}

    def as_json(self) -> dict[str, Any]:
        """Return the report as it is told to other programs. Nothing of a row but number, key, reason."""
        return {
            "source": self.source,
            "outcome": self.outcome.value,
            "run_id": self.run_id,
            **self.counts(),
            "conflicts": self.conflicts,
            "skipped_rows": [row._asdict() for row in self.skipped_rows],
            "unknown_codes": self.unknown_codes,
            "error": self.error,
        }


class _OnlyAPreview(Exception):
    """Raised to take everything back that a preview did."""


def run(
    source: Source,
    feed: Feed,
    reader: Reader,
    *,
    now: datetime,
    accept_removals: bool = False,
    is_preview: bool = False,
    fetched: dict[str, str] | None = None,
    say: Say = lambda _line: None,
) -> Report:
    """Import a feed, or find out what that would do.

    `fetched` holds the etag, date and so on to keep with the source when all went well. A preview
    does everything and takes it back, so it is right by construction.

    Raises UnusableFeed (nothing changed; nothing is recorded: see `record_failure`) and
    ImportIsRunning.
    """
    with _without_looking_for_cycles():
        return _run(
            source,
            feed,
            reader,
            now=now,
            accept_removals=accept_removals,
            is_preview=is_preview,
            fetched=fetched,
            say=say,
        )


@contextmanager
def _without_looking_for_cycles() -> Iterator[None]:
    """Save a sixth of the time: millions of small values are made and let go, none in a circle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _run(
    source: Source,
    feed: Feed,
    reader: Reader,
    *,
    now: datetime,
    accept_removals: bool,
    is_preview: bool,
    fetched: dict[str, str] | None,
    say: Say,
) -> Report:
    report = Report(source.name, ImportOutcome.PREVIEW if is_preview else ImportOutcome.DONE)
    changes: list[ImportChange] = []
    is_new = source.pk is None
    try:
        with transaction.atomic():
            _lock(source)
            if is_new:
                source.save()
            _import(source, feed, reader, report, now=now, accept_removals=accept_removals, fetched=fetched, say=say)
            if is_preview or report.outcome == ImportOutcome.STOPPED:
                if report.run_id:
                    changes = _some_of_each_kind(report.run_id)
                raise _OnlyAPreview
    except Exception as reason:
        report.run_id = None
        if is_new:
            # Nothing of it was kept, the source neither.
            source.pk, source._state.adding = None, True
        if not isinstance(reason, _OnlyAPreview):
            raise
        if not is_new:
            source.refresh_from_db()
            run_kept = _record(source, report, now=now)
            ImportChange.objects.bulk_create(
                ImportChange(run=run_kept, key=one.key, action=one.action, before=one.before, after=one.after)
                for one in changes
            )
    return report


def record_failure(source: Source, error: str, *, now: datetime, is_of_its_address: bool = True) -> Report:
    """Note on a known source that its feed could not be used. A source not kept yet stays unkept.

    A file that somebody sent (`is_of_its_address` false) says nothing of the source's health.
    """
    report = Report(source.name, ImportOutcome.UNUSABLE, error=error)
    if source.pk:
        _record(source, report, now=now)
    if source.pk and is_of_its_address:
        source.last_tried_at, source.last_error = now, error
        source.failing_since = source.failing_since or now
        source.save(update_fields=["last_tried_at", "last_error", "failing_since"])
    return report


def record_unchanged(source: Source, *, now: datetime) -> Report:
    """Note that the server said its feed is as it was."""
    report = Report(source.name, ImportOutcome.DONE)
    with transaction.atomic():
        report.seen = report.unchanged = SourceRow.objects.filter(source=source).exclude(digest="").count()
        if last := source.runs.filter(outcome=ImportOutcome.DONE).first():
            report.unknown_codes = last.unknown_codes
            report.skipped_rows = [Skipped(*row) for row in last.skipped_rows]
            report.skipped = last.skipped
            report.seen += last.skipped
        _record(source, report, now=now)
        _note_success(source, {}, now=now)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE meetings_meeting m SET last_seen_at = %s FROM meetings_sourcerow r WHERE r.source_id = %s"
                " AND r.digest <> '' AND m.id = r.meeting_id AND m.last_seen_at < %s - interval '1 hour'",
                [now, source.pk, now],
            )
    return report


def _import(
    source: Source,
    feed: Feed,
    reader: Reader,
    report: Report,
    *,
    now: datetime,
    accept_removals: bool,
    fetched: dict[str, str] | None,
    say: Say,
) -> None:
    if not Trait.objects.exists():
        raise UnusableFeed("the catalogue is not loaded: run load_catalogue first")
    say("Reading the feed …")
    comparison = compare(source, feed, reader)
    is_first = not comparison.known
    say(f"Rows: {comparison.seen:,}. New or changed: {len(comparison.to_read):,} …")
    rules = entries.Rules(now)
    taken = take_in(source, feed, reader, comparison, rules=rules, progress=lambda done: say(f"Rows read: {done:,} …"))
    _count(report, comparison, taken)
    if not (report.created or report.updated or report.unchanged):
        raise UnusableFeed("none of the feed's rows can be used")
    if len(comparison.vanished) > REMOVAL_BRAKE * comparison.known_before and not accept_removals:
        report.outcome = ImportOutcome.STOPPED
        report.error = (
            f"{len(comparison.vanished)} of {comparison.known_before} rows would go; "
            "nothing was changed. To let them go, accept the removals."
        )
        return
    kept = ImportRun.objects.create(source=source, started_at=now, outcome=report.outcome)
    report.run_id = kept.pk
    say("Writing …")
    written = Writer(source, kept, now=now, is_first=is_first).write(comparison.vanished)
    report.conflicts = written.conflicts
    _refresh(written, rules, now=now, say=say)
    report.unknown_codes = _unknown_codes(source)
    _record(source, report, now=now, run_kept=kept)
    _note_success(source, fetched or {}, now=now)


def _some_of_each_kind(run_id: int) -> list[ImportChange]:
    return [
        change
        for action in ImportAction
        for change in ImportChange.objects.filter(run=run_id, action=action).order_by("pk")[:_MOST_CHANGES_IN_A_PREVIEW]
    ]


def _count(report: Report, comparison: Comparison, taken: Taken) -> None:
    report.seen = comparison.seen
    report.created, report.updated = taken.created, taken.updated
    report.unchanged = comparison.unchanged + taken.unchanged
    report.removed = len(comparison.vanished)
    report.skipped_rows = sorted([*comparison.skipped, *taken.skipped])
    report.skipped = len(report.skipped_rows)


def _refresh(written: Written, rules: entries.Rules, *, now: datetime, say: Say) -> None:
    if not written.meeting_ids:
        return
    say("Working out the next dates …")
    index.refresh(written.meeting_ids, now=now, progress=lambda done: say(f"Meetings done: {done:,} …"), rules=rules)


def _record(source: Source, report: Report, *, now: datetime, run_kept: ImportRun | None = None) -> ImportRun:
    kept = run_kept or ImportRun(source=source, started_at=now)
    kept.outcome, kept.error, kept.finished_at = report.outcome, report.error, now
    for name, value in report.counts().items():
        setattr(kept, name, value)
    kept.skipped_rows = [list(row) for row in report.skipped_rows[:_MOST_SKIPPED_KEPT]]
    kept.unknown_codes = report.unknown_codes
    kept.save()
    report.run_id = kept.pk
    return kept


def _note_success(source: Source, fetched: dict[str, str], *, now: datetime) -> None:
    for name, value in fetched.items():
        setattr(source, name, value)
    source.last_tried_at = source.last_ok_at = now
    source.failing_since, source.last_error, source.owner_told_at = None, "", None
    source.save()


def _unknown_codes(source: Source) -> dict[str, int]:
    """Return codes of the feed that no table has, and in how many rows each stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, count(*) FROM meetings_sourcerow r, jsonb_array_elements_text(r.values->'unknown') code"
            " WHERE r.source_id = %s AND r.digest <> '' AND r.values ? 'unknown' GROUP BY code ORDER BY 2 DESC, 1",
            [source.pk],
        )
        return dict(cursor.fetchall())


def lock_number(source: Source) -> int:
    """Return the number of the lock that lets one import of a source run at a time, on any machine."""
    return int.from_bytes(hashlib.blake2b(f"feed {source.slug}".encode(), digest_size=8).digest(), signed=True)


def _lock(source: Source) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(source)])
        if not cursor.fetchone()[0]:
            raise ImportIsRunning
