"""Where a feed and what people put right here differ, field by field, and who has the last word.

A value that is not what the feed last said is a person's, and imports leave it alone. When the
feed says something new about such a field, an import records a conflict; somebody then takes
theirs or keeps ours. Either is a decision that can be taken back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from groups.enums import ImportAction, ImportOutcome, Role
from groups.models import Group, ImportChange, Source
from meetings import decisions, listing_fields
from meetings.enums import DecisionKind
from meetings.feeds import columns
from meetings.feeds.importing.tables import GROUPS, MEETINGS, VENUES
from meetings.feeds.previewing import when_of
from meetings.models import Decision, Meeting, SourceRow, Venue

MOST = 2_000
SETTLED = "settled"

Listing = Meeting | Group


class NoSuchDifference(Exception):
    """Feed and listing agree about this field by now, or it was decided."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one listing. `theirs` is the feed's value; `is_conflict` when it is newer than ours."""

    listing: Listing
    name: str
    label: str
    theirs: Any
    theirs_words: str
    ours_words: str
    is_conflict: bool
    is_of_place: bool = False

    @property
    def when(self) -> str:
        """When the meeting is, to tell namesakes apart."""
        return when_of(self.listing.rrule, self.listing.start_time) if isinstance(self.listing, Meeting) else ""

    @property
    def key(self) -> str:
        """What a form calls it by."""
        return f"{self.listing.public_id} {self.name}"


def of_source(source: Source) -> list[Difference]:
    """Return what waits for a decision about a source, by listing and field."""
    recorded = _recorded(source)
    found = list(_of_meetings(source, recorded, is_conflict=True))
    found += _of_shared(source, recorded, "group")
    found += _of_shared(source, recorded, "venue")
    settled = _settled({difference.listing.public_id for difference in found})
    open_ones = [
        difference
        for difference in found
        if settled.get((difference.listing.public_id, difference.name), _NEVER) != difference.theirs
    ]
    return list({difference.key: difference for difference in open_ones}.values())


def corrections_of(source: Source) -> list[Difference]:
    """Return where people put meetings of the source right and the feed still says what it said."""
    touched = Meeting.history.model.objects.filter(source=source).order_by("-history_date")  # type: ignore[attr-defined]
    ids = list(dict.fromkeys(touched.values_list("id", flat=True)[:MOST]))
    keys = SourceRow.objects.filter(source=source, meeting__in=ids).exclude(digest="").values_list("key", flat=True)
    every = {key: {*MEETINGS.columns, "venue_id", "traits"} for key in keys}
    waiting = {difference.key for difference in of_source(source)}
    return [found for found in _of_meetings(source, every, is_conflict=False) if found.key not in waiting]


def take_theirs(
    source: Source, key: str, *, by: AbstractBaseUser | None, now: datetime, role: Role = Role.CURATOR
) -> Decision | None:
    """Give the listing the feed's value. From then on the feed is followed again.

    Raises NoSuchDifference, and listing_fields.InvalidChange when it makes no sense here.
    """
    with transaction.atomic():
        difference = _find(source, key)
        applied = listing_fields.apply(
            difference.listing,
            {difference.name: difference.theirs},
            by=by,
            role=role,
            now=now,
            for_all_at_venue=difference.is_of_place,
        )
        decision = decisions.record_change(
            difference.listing,
            applied,
            by=by,
            role=role,
            now=now,
            kind=DecisionKind.CONFLICT,
            for_all_at_venue=difference.is_of_place,
        )
        recount(source)
    return decision


def keep_ours(
    source: Source, key: str, *, by: AbstractBaseUser | None, now: datetime, role: Role = Role.CURATOR
) -> Decision:
    """Keep what stands here, until the feed says something new again. Raises NoSuchDifference."""
    with transaction.atomic():
        difference = _find(source, key)
        listing = difference.listing
        decision = decisions.record(
            DecisionKind.CONFLICT,
            subject=listing.public_id,
            title=listing.name,
            by=by,
            role=role,
            now=now,
            after={SETTLED: decisions.sealed({difference.name: difference.theirs})},
            group=listing if isinstance(listing, Group) else listing.group,
            meeting=listing if isinstance(listing, Meeting) else None,
        )
        recount(source)
    return decision


def recount(source: Source) -> int:
    """Write down with the source how many of its conflicts wait, for the queue; return it."""
    waiting = len(of_source(source))
    Source.objects.filter(pk=source.pk).update(open_conflicts=waiting)
    source.open_conflicts = waiting
    return waiting


# ── Finding ─────────────────────────────────────────────────────────────────

_NEVER = object()


def _find(source: Source, key: str) -> Difference:
    # Two people at once: the second finds it decided.
    Source.objects.select_for_update().get(pk=source.pk)
    for difference in [*of_source(source), *corrections_of(source)]:
        if difference.key == key:
            return difference
    raise NoSuchDifference


def _recorded(source: Source) -> dict[str, set[str]]:
    """Return the columns by key of which imports recorded that a person's value was kept."""
    rows = ImportChange.objects.filter(
        run__source=source, run__outcome=ImportOutcome.DONE, action=ImportAction.CONFLICT
    ).order_by("-pk")  # fmt: skip
    found: dict[str, set[str]] = {}
    for key, kept in rows.values_list("key", "after")[:MOST]:
        found.setdefault(key, set()).update(kept or {})
    return found


def _of_meetings(source: Source, recorded: dict[str, set[str]], *, is_conflict: bool) -> Iterator[Difference]:
    defaults = MEETINGS.defaults()
    rows = list(
        SourceRow.objects.filter(source=source, key__in=recorded)
        .exclude(digest="")
        .select_related("meeting__group__approach", "meeting__group__fellowship", "meeting__venue")
        .prefetch_related("meeting__meeting_traits__trait")
        .order_by("key", "pk")
    )
    venue_keys = {row.values.get("venue_key") for row in rows} - {None}
    venues = {venue.source_key: venue for venue in Venue.objects.filter(source=source, source_key__in=venue_keys)}
    known: dict[str, listing_fields.Field | None] = {}
    for row in rows:
        meeting = row.meeting
        for column in sorted(recorded[row.key]):
            if column == "traits":
                yield from _of_traits(row, known, is_conflict=is_conflict)
                continue
            if column == "venue_id":
                venue = venues.get(row.values.get("venue_key", ""))
                theirs = venue.public_id if venue else ""
                if venue is None:
                    continue
            elif column in MEETINGS.columns:
                theirs = columns.value_of("meeting", column, row.values["meeting"].get(column, defaults[column]))
            else:
                continue
            yield from _difference(meeting, "meeting", column, theirs, is_conflict=is_conflict)


def _of_traits(
    row: SourceRow, known: dict[str, listing_fields.Field | None], *, is_conflict: bool
) -> Iterator[Difference]:
    said = row.values.get("traits", {})
    here = {f"{one.trait.kind}/{one.trait.slug}": str(one.value) for one in row.meeting.meeting_traits.all()}
    for name in sorted(said.keys() | here.keys()):
        theirs, ours = said.get(name, ""), here.get(name, "")
        if theirs == ours:
            continue
        if name not in known:
            known[name] = columns.field_of_trait(name)
        if found := known[name]:
            yield Difference(
                row.meeting, found.name, str(found.label), theirs, found.words(theirs), found.words(ours), is_conflict
            )


def _of_shared(source: Source, recorded: dict[str, set[str]], part: str) -> Iterator[Difference]:
    """Yield differences of groups or places, which several rows of a feed share. Two queries."""
    table = GROUPS if part == "group" else VENUES
    defaults = table.defaults()
    wanted = {key.removeprefix(f"{part} "): found for key, found in recorded.items() if key.startswith(f"{part} ")}
    if not wanted:
        return
    said: dict[str, dict[str, Any]] = {}
    rows = SourceRow.objects.filter(source=source, **{f"values__{part}_key__in": list(wanted)}).exclude(digest="")
    for shared_key, values in rows.order_by("key").values_list(f"values__{part}_key", f"values__{part}"):
        # As imports fold rows: of each column, the first in the order of the keys that says anything.
        said[shared_key] = (values or {}) | said.get(shared_key, {})
    for shared_key, listing in _listings_of(source, part, list(wanted)):
        for column in sorted(wanted[shared_key] & set(table.columns)):
            theirs = columns.value_of(part, column, said.get(shared_key, {}).get(column, defaults[column]))
            yield from _difference(listing, part, column, theirs, is_conflict=True)


def _listings_of(source: Source, part: str, keys: list[str]) -> Iterator[tuple[str, Listing]]:
    """Yield each group, or one meeting at each place, with the key that rows of the feed have for it."""
    if part == "group":
        groups = Group.objects.select_related("approach", "fellowship")
        for group in groups.filter(source=source, source_key__in=keys).order_by("pk"):
            yield group.source_key, group
        return
    meetings = Meeting.objects.select_related("group__approach", "group__fellowship", "venue")
    held = (
        meetings.filter(venue__source=source, venue__source_key__in=keys)
        .order_by("venue_id", "pk")
        .distinct("venue_id")
    )
    for meeting in held:
        assert meeting.venue is not None
        yield meeting.venue.source_key, meeting


def _difference(listing: Listing, part: str, column: str, theirs: Any, *, is_conflict: bool) -> Iterator[Difference]:
    found = columns.field_of(part, column)
    if found is None:
        return
    ours = listing_fields.value_of(listing, found.name)
    if theirs != ours:
        yield Difference(
            listing,
            found.name,
            str(found.label),
            theirs,
            found.words(theirs),
            found.words(ours),
            is_conflict,
            is_of_place=part == "venue",
        )


def _settled(subjects: set[str]) -> dict[tuple[str, str], Any]:
    """Return the feed's values that somebody decided not to follow, by listing and field."""
    found: dict[tuple[str, str], Any] = {}
    kept = Decision.objects.filter(kind=DecisionKind.CONFLICT, subject__in=subjects, undone_at=None)
    for subject, after in kept.order_by("made_at", "pk").values_list("subject", "after"):
        for name, value in decisions.opened(after.get(SETTLED, {})).items():
            found[subject, name] = value
    return found
