"""Readings of feeds: ordered by a person or a schedule, done by a worker one at a time, decided by a person.

The row is the order. Whoever works holds two locks of the database meanwhile: one that lets a
single reading run on the whole site, so that an import never keeps reminders waiting, and one
of the reading itself. A worker that dies lets go of both, and that is how it is known: a
reading that is at work and not held is broken off. Nothing half is ever left, because an import
is one transaction.
"""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F, Q

from groups.enums import ImportOutcome, ReadingKind, ReadingState
from groups.models import FeedReading, ImportRun, Source
from groups.models.feeds import READING_OPEN_STATES
from meetings import fault_points
from meetings.feeds import fetching, importing, keeping, loading
from meetings.feeds.rows import UnusableFeed

logger = logging.getLogger(__name__)

_LOCKS = 0x66656564
_SLOT = 0
_PROGRESS_KEPT_SECONDS = 3600

PREVIEWS_KEPT_FOR = timedelta(days=30)
PLAIN_RUNS_KEPT_FOR = timedelta(days=90)


class NothingToRead(Exception):
    """The source has no web address, and no file was sent."""


class IsBusy(Exception):
    """Another reading of the source waits or is at work."""


class NotDecidable(Exception):
    """This preview was taken in or refused already, or a newer one took its place."""


# ── Asking ──────────────────────────────────────────────────────────────────
def ask_for_preview(
    source: Source, *, by: Any, now: datetime, file: BinaryIO | None = None, file_name: str = ""
) -> FeedReading:
    """Order a look at what an import would do: of the source's address, or of a file that was sent.

    Asking twice gets the same reading. Earlier previews can no longer be taken in.

    Raises NothingToRead; IsBusy for a file while something else of the source is read, because
    nothing would be kept of it.
    """
    if file is None and not fetching.is_address(source.address):
        raise NothingToRead
    with transaction.atomic():
        reading, is_new = _order(source, ReadingKind.PREVIEW, by=by, now=now, file_name=file_name[:160])
        is_of_this_file = reading.kind == ReadingKind.PREVIEW and reading.file_name == file_name[:160]
        if file is not None and not is_new and not is_of_this_file:
            raise IsBusy
        if is_new:
            for older in source.readings.filter(pieces__isnull=False).exclude(pk=reading.pk).distinct():
                keeping.forget(older)
            if file is not None:
                keeping.keep(reading, file)
    return reading


def accept(preview: FeedReading, *, by: Any, now: datetime, accepts_removals: bool) -> FeedReading:
    """Order the import of just what the preview showed. Accepting twice gets the same reading.

    Raises NotDecidable, and IsBusy.
    """
    with transaction.atomic():
        preview = FeedReading.objects.select_for_update(of=("self",)).select_related("source").get(pk=preview.pk)
        if taken_by := preview.fetched.get("taken_by"):
            return FeedReading.objects.get(public_id=taken_by)
        if not is_decidable(preview):
            raise NotDecidable
        reading, is_new = _order(preview.source, ReadingKind.IMPORT, by=by, now=now, accepts_removals=accepts_removals)
        if not is_new:
            raise IsBusy
        keeping.hand_over(preview, reading)
        preview.fetched = {"taken_by": reading.public_id}
        preview.save(update_fields=["fetched"])
    return reading


def refuse(preview: FeedReading, *, now: datetime) -> None:
    """Let go of what a preview read. Nothing was changed, and nothing will be."""
    with transaction.atomic():
        preview = FeedReading.objects.select_for_update(of=("self",)).get(pk=preview.pk)
        if preview.kind != ReadingKind.PREVIEW or preview.fetched.get("taken_by"):
            return
        keeping.forget(preview)
        preview.fetched = {"is_refused": True}
        preview.save(update_fields=["fetched"])
        _drop_if_waiting(preview, now=now)


def ask_again(reading: FeedReading, *, by: Any, now: datetime) -> FeedReading:
    """Order anew what broke off, with the file that is still kept. Asking twice gets the same reading.

    Raises NothingToRead.
    """
    with transaction.atomic():
        reading = FeedReading.objects.select_for_update(of=("self",)).select_related("source", "run").get(pk=reading.pk)
        if not reading.pieces.exists() and reading.kind != ReadingKind.ROLL_BACK:
            return ask_for_preview(reading.source, by=by, now=now)
        made, is_new = _order(
            reading.source,
            ReadingKind(reading.kind),
            by=by,
            now=now,
            accepts_removals=reading.accepts_removals,
            run=reading.run if reading.kind == ReadingKind.ROLL_BACK else None,
        )
        if is_new and reading.kind != ReadingKind.ROLL_BACK:
            keeping.hand_over(reading, made)
    return made


def ask_to_roll_back(run: ImportRun, *, by: Any, now: datetime) -> FeedReading:
    """Order that an import is taken back. Asking twice gets the same reading."""
    reading, _is_new = _order(run.source, ReadingKind.ROLL_BACK, by=by, now=now, run=run)
    return reading


def is_decidable(preview: FeedReading) -> bool:
    """Tell whether what the preview showed can still be taken in. Three queries at most.

    Once another import changed something, or was taken back, it would do something else by now.
    """
    return bool(
        preview.kind == ReadingKind.PREVIEW
        and preview.state == ReadingState.DONE
        and preview.run is not None
        and preview.run.outcome == ImportOutcome.PREVIEW
        and preview.pieces.exists()
        and not _changed_since(preview.run)
    )


def _changed_since(shown: ImportRun) -> bool:
    others = ImportRun.objects.filter(source=shown.source_id).exclude(outcome=ImportOutcome.PREVIEW)
    took_in = Q(pk__gt=shown.pk, outcome=ImportOutcome.DONE, changes__isnull=False)
    return others.filter(took_in | Q(rolled_back_at__gte=shown.started_at)).exists()


def open_reading(source: Source) -> FeedReading | None:
    """Return the reading of the source that waits or is at work."""
    return source.readings.filter(state__in=READING_OPEN_STATES).first()


def _order(source: Source, kind: ReadingKind, *, by: Any, now: datetime, **more: Any) -> tuple[FeedReading, bool]:
    with transaction.atomic():
        # Held until the order is written: a second press waits here and finds it.
        Source.objects.select_for_update().get(pk=source.pk)
        if waiting := open_reading(source):
            return waiting, False
        return FeedReading.objects.create(source=source, kind=kind, asked_at=now, asked_by=by, **more), True


def _drop_if_waiting(reading: FeedReading, *, now: datetime) -> None:
    FeedReading.objects.filter(pk=reading.pk, state=ReadingState.WAITING).update(
        state=ReadingState.DROPPED, ended_at=now
    )


# ── Progress ────────────────────────────────────────────────────────────────
def note_progress(reading: FeedReading, line: str) -> None:
    """Say how far a reading is, for its page. It is kept beside the database, which shows nothing of an open import."""
    try:
        cache.set(_progress_key(reading), line, _PROGRESS_KEPT_SECONDS)
    except Exception as error:  # whatever the client raises: nothing depends on it
        logger.warning("progress is not kept: %s", type(error).__name__)


def progress_of(reading: FeedReading) -> str:
    """Return how far a reading is, "" when nobody said."""
    try:
        return cache.get(_progress_key(reading)) or ""
    except Exception as error:
        logger.warning("progress is not known: %s", type(error).__name__)
        return ""


def _progress_key(reading: FeedReading) -> str:
    return f"feed-reading:{reading.public_id}"


# ── Working ─────────────────────────────────────────────────────────────────
def work(*, now: datetime) -> FeedReading | None:
    """Do the next reading that waits, people's before those of schedules, and return it.

    None when nothing waits or another worker is at one.
    """
    settle(now=now)
    if not FeedReading.objects.filter(state=ReadingState.WAITING).exists():
        return None
    with _held(_SLOT) as is_ours:
        return _next(now) if is_ours else None


def settle(*, now: datetime) -> int:
    """Write down the readings that broke off with their worker. Returns how many."""
    ended = 0
    for reading in FeedReading.objects.filter(state=ReadingState.RUNNING).select_related("source"):
        if is_broken_off(reading):
            ended += _end(reading, ReadingState.BROKEN_OFF, now=now, error="the worker stopped")
    return ended


def is_broken_off(reading: FeedReading) -> bool:
    """Tell whether a reading is at work for nobody. One query."""
    if reading.state != ReadingState.RUNNING:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s"
            " AND objsubid = 2 AND granted AND database = (SELECT oid FROM pg_database"
            " WHERE datname = current_database()))",
            [_LOCKS, reading.pk],
        )
        is_free = cursor.fetchone()[0]
    # It may have ended between the two questions.
    return is_free and FeedReading.objects.filter(pk=reading.pk, state=ReadingState.RUNNING).exists()


def _next(now: datetime) -> FeedReading | None:
    waiting = FeedReading.objects.filter(state=ReadingState.WAITING).select_related("source", "run__source")
    reading = waiting.order_by(F("asked_by").desc(nulls_last=True), "asked_at", "pk").first()
    if reading is None:
        return None
    with _held(reading.pk) as is_ours:
        claimed = is_ours and FeedReading.objects.filter(pk=reading.pk, state=ReadingState.WAITING).update(
            state=ReadingState.RUNNING, started_at=now
        )
        if claimed:
            _perform(reading, now=now)
    return reading if claimed else None


def _perform(reading: FeedReading, *, now: datetime) -> None:
    note_progress(reading, "")
    state, error = ReadingState.DONE, ""
    try:
        error = _roll_back(reading, now=now) if reading.kind == ReadingKind.ROLL_BACK else _read(reading, now=now)
    except importing.ImportIsRunning:
        error = "another import of this source is running"
    except keeping.NotKept:
        error = "the file is no longer kept"
    except Exception as surprise:
        # Nobody thought of such a feed yet. It is told, and the next one goes on.
        logger.exception("reading %s of a feed failed", reading.pk)
        error = f"something went wrong on our side ({type(surprise).__name__})"
    if error:
        state = ReadingState.BROKEN_OFF
    _end(reading, state, now=now, error=error)


def _read(reading: FeedReading, *, now: datetime) -> str:
    is_preview = reading.kind == ReadingKind.PREVIEW
    # A preview shows what would go, and it is asked then whether to let it.
    options = loading.Options(is_preview=is_preview, accept_removals=is_preview or reading.accepts_removals)

    def keep(got: fetching.Fetched) -> None:
        if not is_preview or got.path is None:
            return
        keeping.keep_path(reading, got.path)
        reading.fetched = {"etag": got.etag, "last_modified": got.last_modified}
        reading.save(update_fields=["fetched"])

    def say(line: str) -> None:
        note_progress(reading, line)
        fault_points.reach("reading-a-feed")

    with tempfile.TemporaryDirectory(prefix="reading-") as folder:
        file = None
        if reading.pieces.exists():
            try:
                file = keeping.write_out(reading, Path(folder) / "feed")
            except UnusableFeed as reason:
                return str(reason)
        elif reading.file_name:
            raise keeping.NotKept
        report = loading.load_source(reading.source, options, now=now, file=file, keep=keep, say=say)
    reading.run_id = report.run_id
    if reading.kind == ReadingKind.IMPORT and report.outcome != ImportOutcome.UNUSABLE:
        keeping.forget(reading)
    return ""


def _roll_back(reading: FeedReading, *, now: datetime) -> str:
    if reading.run is None:
        return "the import is no longer on record"
    note_progress(reading, "Putting everything back …")
    try:
        importing.roll_back(reading.run, now=now)
    except importing.CannotRollBack as reason:
        return str(reason)
    return ""


def _end(reading: FeedReading, state: ReadingState, *, now: datetime, error: str = "") -> int:
    ended = FeedReading.objects.filter(pk=reading.pk, state=ReadingState.RUNNING).update(
        state=state, ended_at=now, error=error[:300], run=reading.run_id
    )
    if ended and reading.kind == ReadingKind.IMPORT:
        # One that breaks off each time is not tried again before its next turn.
        Source.objects.filter(pk=reading.source_id).update(last_tried_at=now)
    return ended


@contextmanager
def _held(number: int) -> Iterator[bool]:
    """Hold a lock of the database, if nobody does. It goes with the connection when the worker dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCKS, number])
        is_ours = cursor.fetchone()[0]
    try:
        yield is_ours
    finally:
        if is_ours and connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, number])


# ── Forgetting ──────────────────────────────────────────────────────────────
def forget_old(*, now: datetime) -> None:
    """Let go of files nobody decided about, of old previews, and of runs that changed nothing."""
    keeping.forget_old(now=now)
    ImportRun.objects.filter(outcome=ImportOutcome.PREVIEW, started_at__lt=now - PREVIEWS_KEPT_FOR).delete()
    FeedReading.objects.filter(ended_at__lt=now - PLAIN_RUNS_KEPT_FOR).delete()
    plain = ImportRun.objects.filter(
        started_at__lt=now - PLAIN_RUNS_KEPT_FOR, created=0, updated=0, removed=0, changes__isnull=True
    )
    # The latest of each source says which rows were left out.
    latest = ImportRun.objects.filter(outcome=ImportOutcome.DONE).order_by("source_id", "-started_at", "-pk")
    plain.exclude(pk__in=list(latest.distinct("source_id").values_list("pk", flat=True))).delete()
