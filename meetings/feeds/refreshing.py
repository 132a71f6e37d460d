"""When a source is read again by itself, and what happens when it cannot be read for long.

After three days its owner is told, once; after two weeks its listings say so on their pages.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from groups.enums import FeedFormat, ImportOutcome, ReadingKind, ReadingState
from groups.models import FeedReading, Source
from meetings import contacts, posting
from meetings.feeds import fetching

OWNER_TOLD_AFTER = timedelta(hours=72)
LISTINGS_MARKED_AFTER = timedelta(days=14)
# While a source cannot be read it is tried more often than it asks for.
RETRIED_EVERY = timedelta(hours=6)

SCHEDULES = [
    (timedelta(hours=6), _("Four times a day")),
    (timedelta(days=1), _("Every day")),
    (timedelta(days=7), _("Every week")),
    (timedelta(days=30), _("Every 30 days")),
]

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


# ── When ────────────────────────────────────────────────────────────────────
def next_refresh_at(slug: str, every: timedelta, *, last_tried_at: datetime, is_failing: bool = False) -> datetime:
    """Return when a source is read next, in UTC.

    Each has a moment of its own within its period, told by its slug, so that a hundred that are
    read daily come over the whole day and never at once; the moment stays the same from day to
    day. At least half a period lies between two readings.
    """
    if is_failing:
        every = min(every, RETRIED_EVERY)
    seconds = int(every.total_seconds())
    own_moment = int.from_bytes(hashlib.blake2b(slug.encode(), digest_size=8).digest()) % seconds
    gone_by = int((last_tried_at + every / 2 - _EPOCH).total_seconds()) - own_moment
    return _EPOCH + timedelta(seconds=own_moment + (gone_by // seconds + 1) * seconds)


def next_refresh_of(source: Source) -> datetime | None:
    """Return when the source is read next by itself, None when it is not."""
    if not _has_schedule(source):
        return None
    return next_refresh_at(
        source.slug,
        source.refresh_every,
        last_tried_at=source.last_tried_at or source.last_ok_at,
        is_failing=source.failing_since is not None,
    )


def order_due(*, now: datetime) -> int:
    """Order a reading of every source whose time has come. Returns how many."""
    ordered = 0
    waits = FeedReading.objects.filter(state__in=(ReadingState.WAITING, ReadingState.RUNNING)).values("source")
    for source in _scheduled().exclude(pk__in=waits):
        due = next_refresh_of(source)
        if due is None or due > now:
            continue
        made = FeedReading.objects.bulk_create(
            [FeedReading(source=source, kind=ReadingKind.IMPORT, asked_at=now)], ignore_conflicts=True
        )
        ordered += len(made)
    return ordered


def _scheduled() -> QuerySet[Source]:
    # A source is read by itself once somebody has seen a preview and taken it in.
    return Source.objects.filter(
        is_active=True, is_demo=False, refresh_every__isnull=False, last_ok_at__isnull=False
    ).order_by("pk")  # fmt: skip


def _has_schedule(source: Source) -> bool:
    return bool(
        source.is_active
        and not source.is_demo
        and source.refresh_every
        and source.last_ok_at
        and fetching.is_address(source.address)
    )


# ── Health ──────────────────────────────────────────────────────────────────
class Condition(StrEnum):
    """How a source is doing, the worst first."""

    LOST = "lost"
    FAILING = "failing"
    STOPPED = "stopped"
    NEW = "new"
    WELL = "well"
    BY_HAND = "by-hand"
    # Nothing is read at all: people here keep its listings.
    KEPT_HERE = "kept-here"


@dataclass(frozen=True, slots=True)
class Health:
    condition: Condition
    since: datetime | None
    next_at: datetime | None


def health_of(source: Source, *, last_outcome: str = "", now: datetime) -> Health:
    """Return how the source is doing. `last_outcome` is that of its latest run that was no preview."""
    next_at = next_refresh_of(source)
    since = source.failing_since
    if since is not None and fetching.is_address(source.address):
        is_lost = now - since >= LISTINGS_MARKED_AFTER
        return Health(Condition.LOST if is_lost else Condition.FAILING, since, next_at)
    if last_outcome == ImportOutcome.STOPPED:
        return Health(Condition.STOPPED, source.last_tried_at, next_at)
    if source.last_ok_at is None and source.format == FeedFormat.NONE and not source.address:
        return Health(Condition.KEPT_HERE, None, None)
    if source.last_ok_at is None:
        return Health(Condition.NEW, None, next_at)
    return Health(Condition.WELL if next_at else Condition.BY_HAND, source.last_ok_at, next_at)


def lost_since(source: Source | None, *, now: datetime) -> datetime | None:
    """Return since when the source of a listing cannot be read, once that is two weeks; else None."""
    if source is None or source.failing_since is None or not fetching.is_address(source.address):
        return None
    return source.failing_since if now - source.failing_since >= LISTINGS_MARKED_AFTER else None


def failing() -> QuerySet[Source]:
    """Return the sources that are to be read by themselves and cannot be, the longest first."""
    return (
        Source.objects.filter(_is_watched(), failing_since__isnull=False)
        .order_by("failing_since", "pk")
    )  # fmt: skip


def need_a_person(*, now: datetime) -> QuerySet[Source]:
    """Return the sources that cannot be read for three days: for the queue of curators."""
    return failing().filter(failing_since__lte=now - OWNER_TOLD_AFTER)


def tell_owners(*, now: datetime) -> int:
    """Tell the owners of sources that cannot be read for three days, once each time it happens.

    Returns how many messages were written down. A source without an address of its owner is in
    the queue of curators all the same.
    """
    told = 0
    for source in need_a_person(now=now).filter(owner_told_at=None, owner_contact__isnull=False):
        claimed = Source.objects.filter(
            pk=source.pk, owner_told_at=None, failing_since=source.failing_since
        ).update(owner_told_at=now)  # fmt: skip
        if not claimed:
            continue
        try:
            posting.send_feed_failing(source, now=now)
            told += 1
        except contacts.UnreadableContact:
            continue
    return told


def _is_watched() -> Q:
    return Q(is_active=True, is_demo=False, last_ok_at__lt=F("failing_since")) & (
        Q(address__istartswith="http://") | Q(address__istartswith="https://")
    )
