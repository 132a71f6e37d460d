"""The one way in which a person changes a listing: checked, locked, recorded, found again.

What is changed by a person differs from what its feed said last, and that alone protects it
from the next import (`meetings.feeds.importing`): nothing is marked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from groups.enums import GroupState, ListingState, Role
from groups.history import told
from groups.models import Group
from meetings import occurrences
from meetings.enums import UnlistedWhy
from meetings.feeds import addresses
from meetings.finder import index
from meetings.listing_fields import placing, reading, rows, sense
from meetings.listing_fields import table as fields
from meetings.listing_fields.kinds import WrongValue
from meetings.listing_fields.reading import Listing
from meetings.listing_fields.table import ADDRESS, NoSuchField, Part
from meetings.models import Meeting, MeetingTrait, Trait

# The dates people have joined follow a change of these.
_SCHEDULE = {"rrule", "first_on", "last_on", "start_time", "duration", "time_zone", "state", "group_state"}
_PIN = {"venue_latitude", "venue_longitude"}
# What follows from an address or a pin.
_OF_THE_SPOT = (*sorted(_PIN), "venue_is_approximate", "venue_time_zone", "venue_country")
# What the history says of changes that a rule of the site made.
BY_THE_SITE = "site"
_WHY = {Role.HOST: UnlistedWhy.BY_HOST, Role.CURATOR: UnlistedWhy.BY_CURATOR, Role.SOURCE: UnlistedWhy.SOURCE}


class InvalidChange(ValueError):
    """A change that the listing cannot take: `errors` has a sentence for each field by name."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {words}" for name, words in errors.items()))
        self.errors = errors


@dataclass(frozen=True)
class Applied:
    """What was changed: values by field name before and after, what follows of itself included.

    Applying `before` to the same listing takes the change back. False when nothing was changed.
    """

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.after)


def apply(
    listing: Listing,
    changes: Mapping[str, Any],
    *,
    by: AbstractBaseUser | None,
    role: Role | str | None,
    now: datetime,
    for_all_at_venue: bool = False,
) -> Applied:
    """Give fields of a listing new values, all or none, and return what changed.

    Fields of a meeting's group change the group. Those of its place put the place right for
    everybody who meets there only with `for_all_at_venue`. Otherwise another address, and any
    change of a place that other groups use too, makes a place of the meeting's own; the others
    stay where they are. A new address is looked up in the gazetteer, unless a position is given
    along with it, and the meeting's clock moves to its zone.

    The rows are read anew and locked; read the listing again afterwards. `by` is who it was,
    for the history alone (None: somebody without an account); `role` in what role (None: the
    site itself, by a rule).

    Raises InvalidChange, and then nothing has changed.
    """
    with transaction.atomic():
        work = _Work.on(rows.locked(listing), for_all_at_venue=for_all_at_venue)
        work.set(_with_reason(changes, role))
        work.check()
        with told(by=by):
            applied = work.save(role=role)
        if applied:
            _follow(work, applied, now=now)
    return applied


def check(listing: Listing, changes: Mapping[str, Any]) -> dict[str, str]:
    """Return what would be wrong with such a change, a sentence by field name; {} when it could be made.

    Nothing is saved. The listing may be one that does not exist yet: `blank()`.
    """
    work = _Work.on(rows.copied(listing), for_all_at_venue=False)
    try:
        work.set(changes)
        work.check()
    except InvalidChange as invalid:
        return invalid.errors
    return {}


def create(
    values: Mapping[str, Any],
    *,
    by: AbstractBaseUser | None,
    role: Role | str | None,
    now: datetime,
    group: Group | None = None,
    state: ListingState = ListingState.PUBLIC,
) -> Meeting:
    """Make a meeting of these values, with a group and a place of its own, and return it.

    With `group` it is a further meeting of that group, whose fields are left alone.

    Raises InvalidChange, and then nothing is made.
    """
    with transaction.atomic():
        meeting = rows.blank(Group.objects.select_for_update().get(pk=group.pk) if group is not None else None)
        if group is not None:
            values = {name: value for name, value in values.items() if fields.field(name).part is not Part.GROUP}
        work = _Work.on(meeting, for_all_at_venue=False)
        work.set({"name": values.get("group_name", group.name if group else ""), "state": state.value} | dict(values))
        work.check()
        town = meeting.venue.town if meeting.venue is not None else ""
        if group is None:
            meeting.group.slug = free_slug(Group, meeting.group.name, town)
        meeting.slug = free_slug(Meeting, meeting.name, town)
        with told(by=by):
            applied = work.save(role=role)
        _follow(work, applied, now=now)
    return meeting


def free_slug(model: type[Group] | type[Meeting], name: str, town: str = "") -> str:
    """Return a readable slug that nobody has: of the name, with the town, then with a number."""
    plain = slugify(name)[:80].strip("-") or model._meta.model_name or "listing"
    placed = "-".join(part for part in (plain, slugify(town)[:30].strip("-")) if part)
    for candidate in (plain, placed):
        if not model.objects.filter(slug=candidate).exists():
            return candidate
    taken = set(model.objects.filter(slug__startswith=placed).values_list("slug", flat=True))
    number = next(number for number in range(2, len(taken) + 3) if f"{placed}-{number}" not in taken)
    return f"{placed}-{number}"


# ── One change at work ──────────────────────────────────────────────────────


@dataclass
class _Work:
    """Rows held in memory while a change is made of them."""

    listing: Listing
    group: Group
    meeting: Meeting | None
    for_all_at_venue: bool
    given: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    traits: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    venue_is_touched: bool = False

    @classmethod
    def on(cls, listing: Listing, *, for_all_at_venue: bool) -> _Work:
        if isinstance(listing, Group):
            return cls(listing, listing, None, for_all_at_venue)
        return cls(listing, listing.group, listing, for_all_at_venue)

    def set(self, changes: Mapping[str, Any]) -> None:
        """Put the values on the rows. Raises InvalidChange."""
        old_place = self.meeting.venue if self.meeting is not None else None
        zone_of_old_place = old_place.time_zone if old_place is not None else ""
        self.given = self._parsed(changes)
        if region := self.given.get("venue_region"):
            # Another spelling of the same moves nothing.
            country = self.given.get("venue_country") or (old_place.country if old_place is not None else "")
            self.given["venue_region"] = addresses.region_as_kept(region, country)
        # The place itself first: what is said of a place is said of that one.
        if "venue" in self._differing():
            self._put("venue", self.given["venue"])
        wanted = self._differing()
        at_venue = {name: value for name, value in wanted.items() if fields.field(name).part is Part.VENUE}
        if at_venue:
            self._set_venue(at_venue)
        for name, value in wanted.items():
            if name not in at_venue:
                self._put(name, value)
        if self.meeting is not None:
            self._follow_zone(self.meeting, zone_of_old_place)
        if self.errors:
            raise InvalidChange(self.errors)

    def check(self) -> None:
        """Look whether the values make sense together. Raises InvalidChange."""
        if not self.group.name:
            self.errors["group_name"] = _("A group needs a name.")
        if self.group.approach_id is None:
            self.errors["group_approach"] = _("Please choose the approach.")
        if self.meeting is not None:
            sense.check_schedule(self.meeting, self.errors)
            sense.check_rest(self.meeting, self.errors)
        if self.errors:
            raise InvalidChange(self.errors)

    def save(self, *, role: Role | str | None) -> Applied:
        """Write the rows that changed, each with the role for its history."""
        after = {name: self._value(name) for name in self.before}
        changed = {name for name, value in after.items() if self.before[name] != value}
        parts = {fields.field(name).part for name in changed if fields.field(name).column}

        def write(row: Model) -> None:
            row._change_reason = Role(role).value if role else BY_THE_SITE  # type: ignore[attr-defined]
            row.save()

        if self.group.pk is None or Part.GROUP in parts:
            write(self.group)
        meeting = self.meeting
        if meeting is not None:
            if meeting.venue is not None and self.venue_is_touched:
                write(meeting.venue)
            meeting.group, meeting.venue = self.group, meeting.venue
            if meeting.pk is None or Part.MEETING in parts or self.venue_is_touched:
                write(meeting)
            self._write_traits(write)
        return Applied({name: self.before[name] for name in sorted(changed)}, {n: after[n] for n in sorted(changed)})

    def _parsed(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        parsed = {}
        for name, value in changes.items():
            try:
                found = fields.field(name)
                if self.meeting is None and found.part is not Part.GROUP:
                    raise NoSuchField(name)
                parsed[name] = found.parse(value)
            except WrongValue as wrong:
                self.errors[name] = str(wrong)
            except NoSuchField:
                self.errors[name] = _("Listings have no such field.")
        return parsed

    def _differing(self) -> dict[str, Any]:
        return {name: value for name, value in self.given.items() if value != self._value(name)}

    def _value(self, name: str) -> Any:
        if name in self.traits:
            return self.traits[name]
        return reading.value_of(self.listing, name)

    def _put(self, name: str, value: Any) -> None:
        found = fields.field(name)
        self.before.setdefault(name, self._value(name))
        if not found.column:
            self.traits[name] = value
            return
        try:
            setattr(reading.row_of(self.listing, found.part), found.column, found.kind.for_model(value))
        except WrongValue as wrong:
            self.errors[name] = str(wrong)

    def _set_venue(self, wanted: dict[str, Any]) -> None:
        meeting = self.meeting
        assert meeting is not None
        is_moved = any(name in ADDRESS and name != "venue_name" for name in wanted)
        old = meeting.venue
        if old is None or (not self.for_all_at_venue and old.pk and rows.is_shared(old, meeting, with_group=is_moved)):
            self.before.setdefault("venue", self._value("venue"))
            for name in wanted:
                self.before.setdefault(name, self._value(name))
            meeting.venue = rows.own_copy(old)
        for name, value in wanted.items():
            self._put(name, value)
        venue = meeting.venue
        assert venue is not None
        self.venue_is_touched = True
        is_pinned = self.given.keys() >= _PIN
        if not (is_moved or is_pinned):
            return
        for name in _OF_THE_SPOT:
            self.before.setdefault(name, self._value(name))
        if is_pinned:
            placing.locate_pin(venue)
        else:
            placing.locate(venue)
        if self.given.get("venue_time_zone"):
            venue.time_zone = self.given["venue_time_zone"]
        # The country may be known by now.
        region = addresses.region_as_kept(venue.region, venue.country)
        if region != venue.region:
            self._put("venue_region", region)

    def _follow_zone(self, meeting: Meeting, zone_of_old_place: str) -> None:
        """Let the meeting's clock be that of its place, unless it keeps another or one was given."""
        if self.given.get("time_zone") or meeting.venue is None or not meeting.venue.time_zone:
            return
        if meeting.time_zone in ("", zone_of_old_place) and meeting.time_zone != meeting.venue.time_zone:
            self._put("time_zone", meeting.venue.time_zone)

    def _write_traits(self, write: Any) -> None:
        if not self.traits:
            return
        assert self.meeting is not None
        held = {(row.trait.kind, row.trait.slug): row for row in self.meeting.meeting_traits.select_related("trait")}
        for name, value in self.traits.items():
            kind, slug = fields.trait_key(name)
            row = held.get((kind, slug))
            if not value:
                if row is not None:
                    row.delete()
                continue
            row = row or MeetingTrait(meeting=self.meeting, trait=Trait.objects.get(kind=kind, slug=slug))
            row.value = value
            write(row)


def _follow(work: _Work, applied: Applied, *, now: datetime) -> None:
    """Bring the finder, and the dates people have joined, along with the change."""
    meeting = work.meeting
    if meeting is not None and applied.after.get("state") == ListingState.PUBLIC:
        _count_anew(Meeting.objects.filter(pk=meeting.pk), now=now)
    if applied.after.get("group_state") == GroupState.PUBLIC:
        _count_anew(Meeting.objects.filter(group=work.group), now=now)
    parts = {fields.field(name).part for name in applied.after}
    ids = {meeting.pk} if meeting is not None else set()
    if Part.GROUP in parts:
        ids |= set(Meeting.objects.filter(group=work.group).values_list("pk", flat=True))
    if Part.VENUE in parts and meeting is not None:
        ids |= set(Meeting.objects.filter(venue=meeting.venue).values_list("pk", flat=True))
    if applied.after.keys() & _SCHEDULE:
        moved = [meeting] if meeting is not None else []
        if "group_state" in applied.after:
            moved = list(Meeting.objects.filter(group=work.group))
        for each in moved:
            occurrences.follow_rule(each, now=now)
    index.refresh(ids, now=now)


def _count_anew(meetings: QuerySet[Meeting], *, now: datetime) -> None:
    """Let what takes listings off by the clock begin anew: else they would be off again within the hour.

    Their keepers are given notice once more (`meetings.still_true`), and what stays in doubt has
    its ninety days from now on (`meetings.reports`).
    """
    meetings.update(asked_at=None)
    meetings.filter(doubted_at__isnull=False).update(doubted_at=now)


def _with_reason(changes: Mapping[str, Any], role: Role | str | None) -> dict[str, Any]:
    """Say why along with taking a listing off, and no longer once it is back."""
    if "state" not in changes or "unlisted_why" in changes:
        return dict(changes)
    is_off = changes["state"] == ListingState.UNLISTED
    return {**changes, "unlisted_why": (why_unlisted(role) if is_off else UnlistedWhy.UNKNOWN).value}


def why_unlisted(role: Role | str | None) -> UnlistedWhy:
    """Return what is kept as the reason when somebody in this role takes a listing off."""
    return _WHY.get(Role(role), UnlistedWhy.UNKNOWN) if role else UnlistedWhy.UNKNOWN
