"""Two meetings that are one: what is kept of each, where the old address leads, and the way back for 30 days.

The kept listing gets the chosen values. The other is gone as "merged", so that no import brings
it back: one that a person took aside is left aside. Its address, and those of its dates, lead to
the kept one. People who have a place at its dates keep it, at the same date of the kept one, and
are told that something changed. A group of which nothing is left follows in the same way, and
its hosts keep the group that is left.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from groups.enums import CameBy, GroupState, ListingState, Role
from groups.models import HostRole
from meetings import decisions, listing_fields, notices, occurrences, rsvp_states, schedules
from meetings.enums import DecisionKind, MessageKind, RsvpReason, TwinState, UnlistedWhy
from meetings.listing_fields import Part
from meetings.models import Decision, FormerAddress, Meeting, Occurrence, Rsvp, StandingRsvp, Twins
from meetings.models.rsvps import LIVE_STATES

UNDO_FOR = timedelta(days=30)
_MERGE = "merge"


class CannotMerge(Exception):
    """These two cannot be merged; the message says why, for people."""


@dataclass(slots=True)
class _Trace:
    """What a merge did beside values, for the way back."""

    pair: int
    kept: str
    other: str
    moved: list[list[int]] = field(default_factory=list)
    standing: list[int] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    handed_on: list[str] = field(default_factory=list)
    group_addresses: list[str] = field(default_factory=list)
    hosts: list[int] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def merge(
    pair: Twins,
    *,
    keep: Meeting,
    take: Mapping[str, Any],
    by: AbstractBaseUser | None,
    now: datetime,
    role: Role = Role.CURATOR,
) -> Decision:
    """Keep one of a pair with these values of the other, and let the other's address lead to it.

    `take` has values by field name, as `listing_fields` has them. Merging twice returns the first
    decision.

    Raises CannotMerge, and listing_fields.InvalidChange; then nothing has changed.
    """
    with transaction.atomic():
        pair = Twins.objects.select_for_update(of=("self",)).get(pk=pair.pk)
        if pair.state == TwinState.MERGED and (made := _made_before(pair)):
            return made
        kept, other = _both(pair, keep)
        _check(pair, kept, other)
        trace = _Trace(pair.pk, kept.public_id, other.public_id)
        applied = listing_fields.apply(kept, dict(take), by=by, role=role, now=now)
        kept.refresh_from_db()
        _move_places(kept, other, trace, now=now)
        gone = listing_fields.apply(
            other,
            {"state": ListingState.GONE.value, "unlisted_why": UnlistedWhy.MERGED.value},
            by=by,
            role=role,
            now=now,
        )
        _lead_on(kept, other, trace, now=now)
        changes = [(kept, applied), (other, gone)]
        if closed := _close_group(kept, other, trace, by=by, role=role, now=now):
            changes.append((other.group, closed))
        before: dict[str, Any] = {decisions.LISTINGS: {}}
        after: dict[str, Any] = {decisions.LISTINGS: {}, _MERGE: trace.as_json()}
        for listing, change in changes:
            one_before, one_after = decisions.of_change(listing, change)
            before[decisions.LISTINGS] |= one_before[decisions.LISTINGS]
            after[decisions.LISTINGS] |= one_after[decisions.LISTINGS]
        Twins.objects.filter(pk=pair.pk).update(state=TwinState.MERGED, decided_at=now)
        # Other pairs of the one that is gone are no question any more.
        Twins.objects.filter(state=TwinState.OPEN, one=other).delete()
        Twins.objects.filter(state=TwinState.OPEN, other=other).delete()
        return decisions.record(
            DecisionKind.MERGE,
            subject=kept.public_id,
            title=kept.name,
            by=by,
            role=role,
            now=now,
            before=before,
            after=after,
            meeting=kept,
            undo_for=UNDO_FOR,
        )


def keep_apart(
    pair: Twins, *, by: AbstractBaseUser | None, now: datetime, role: Role = Role.CURATOR, reason: str = ""
) -> Decision | None:
    """Say that the two are not the same; they are never shown as a pair again. None when that was decided."""
    with transaction.atomic():
        changed = Twins.objects.filter(pk=pair.pk, state=TwinState.OPEN).update(state=TwinState.APART, decided_at=now)
        if not changed:
            return None
        return decisions.record(
            DecisionKind.NOT_THE_SAME,
            subject=pair.one.public_id,
            title=f"{pair.one.name} / {pair.other.name}",
            by=by,
            role=role,
            now=now,
            after={_MERGE: {"pair": pair.pk}},
            meeting=pair.one,
            reason=reason,
        )


# ── The way back ────────────────────────────────────────────────────────────


def undo(decision: Decision, *, by: AbstractBaseUser | None, role: Role, now: datetime) -> list[str]:
    """Make two meetings of one again. Called by `decisions.undo`, which see."""
    trace = decision.after.get(_MERGE, {})
    found = Meeting.objects.in_bulk([trace["kept"], trace["other"]], field_name="public_id")
    kept, other = found.get(trace["kept"]), found.get(trace["other"])
    if kept is None or other is None:
        raise decisions.CannotUndo(_("One of the two is no longer there."))
    if kept.unlisted_why == UnlistedWhy.MERGED:
        raise decisions.CannotUndo(_("What was kept has since been merged with a third one: take that back first."))
    FormerAddress.objects.filter(slug__in=trace["addresses"], meeting=kept).delete()
    FormerAddress.objects.filter(slug__in=trace["handed_on"], meeting=kept).update(meeting=other)
    FormerAddress.objects.filter(slug__in=trace["group_addresses"]).delete()
    HostRole.objects.filter(pk__in=trace["hosts"], ended_at=None).update(ended_at=now)
    said = decisions.put_back(decision, by=by, role=role, now=now)
    _move_back(kept, other, trace, now=now)
    Twins.objects.filter(pk=trace["pair"]).update(state=TwinState.OPEN, decided_at=None)
    return said


def undo_apart(decision: Decision, *, by: AbstractBaseUser | None, role: Role, now: datetime) -> list[str]:
    """Ask again whether two are the same. Called by `decisions.undo`."""
    Twins.objects.filter(pk=decision.after[_MERGE]["pair"], state=TwinState.APART).update(
        state=TwinState.OPEN, decided_at=None
    )
    return []


def _move_back(kept: Meeting, other: Meeting, trace: dict[str, Any], *, now: datetime) -> None:
    StandingRsvp.objects.filter(pk__in=trace["standing"], meeting=kept, ended_at=None).update(meeting=other)
    back: dict[int, list[int]] = {}
    for rsvp_id, from_id, to_id in trace["moved"]:
        is_still_there = Rsvp.objects.filter(pk=rsvp_id, occurrence=to_id, state__in=LIVE_STATES)
        if Occurrence.objects.filter(pk=from_id, meeting=other).exists() and is_still_there.update(occurrence=from_id):
            back.setdefault(from_id, []).append(rsvp_id)
    for occurrence_id, ids in back.items():
        row = occurrences.locked(occurrence_id)
        notices.tell(row, MessageKind.DATE_CHANGED, now=now, only=ids)


# ── Merging ─────────────────────────────────────────────────────────────────


def _both(pair: Twins, keep: Meeting) -> tuple[Meeting, Meeting]:
    if keep.pk not in (pair.one_id, pair.other_id):
        raise CannotMerge(_("That meeting is none of the two."))
    ids = sorted((pair.one_id, pair.other_id))
    # In the order of their ids, so that two merges never wait for each other.
    locked = {
        meeting.pk: meeting
        for meeting in Meeting.objects.select_for_update(of=("self",))
        .select_related("group__approach", "group__fellowship", "venue")
        .filter(pk__in=ids)
        .order_by("pk")
    }
    other = pair.other_id if keep.pk == pair.one_id else pair.one_id
    return locked[keep.pk], locked[other]


def _check(pair: Twins, kept: Meeting, other: Meeting) -> None:
    if pair.state == TwinState.APART:
        raise CannotMerge(_("Somebody said that these two are not the same. Take that back first."))
    shown = (ListingState.PUBLIC, ListingState.PAUSED)
    if kept.state not in shown or other.state not in shown:
        raise CannotMerge(_("One of the two is no longer shown, so there is nothing to merge."))


def _made_before(pair: Twins) -> Decision | None:
    made = Decision.objects.filter(kind=DecisionKind.MERGE, undone_at=None, after__merge__pair=pair.pk)
    return made.order_by("-made_at", "-pk").first()


def _move_places(kept: Meeting, other: Meeting, trace: _Trace, *, now: datetime) -> None:
    """Give everybody who has a place at a date of the other the same date of the kept one.

    Where the kept one has no such date their places end and they are told, as with any date that
    is no more (`occurrences.follow_rule`).
    """
    taken = set(kept.standing_rsvps.filter(ended_at=None).exclude(contact_key="").values_list("contact_key", flat=True))
    for standing in other.standing_rsvps.filter(ended_at=None).order_by("pk"):
        if standing.contact_key and standing.contact_key in taken:
            continue
        standing.meeting = kept
        standing.save(update_fields=["meeting"])
        trace.standing.append(standing.pk)
    schedule = kept.schedule()
    rows = Occurrence.objects.filter(meeting=other, starts_at__gt=now, rsvps__state__in=LIVE_STATES).distinct()
    for row in rows.order_by("original_on", "pk"):
        start = schedules.start_on(schedule, row.original_on) if schedule else None
        if start is None or start.is_cancelled:
            continue
        _move_date(kept, row, trace, now=now)


def _move_date(kept: Meeting, row: Occurrence, trace: _Trace, *, now: datetime) -> None:
    there = occurrences.locked(occurrences.materialize(kept, row.original_on).pk)
    taken = set(
        there.rsvps.filter(state__in=LIVE_STATES).exclude(contact_key="").values_list("contact_key", flat=True)
    )  # fmt: skip
    moved = []
    for rsvp in row.rsvps.filter(state__in=LIVE_STATES).order_by("pk"):
        if rsvp.contact_key in taken:
            rsvp_states.end(rsvp, RsvpReason.TWICE, now=now)
            continue
        rsvp.occurrence = there
        rsvp.save(update_fields=["occurrence"])
        moved.append(rsvp.pk)
        trace.moved.append([rsvp.pk, row.pk, there.pk])
    is_other_time = there.starts_at != row.starts_at
    notices.tell(there, MessageKind.DATE_MOVED if is_other_time else MessageKind.DATE_CHANGED, now=now, only=moved)


def _lead_on(kept: Meeting, other: Meeting, trace: _Trace, *, now: datetime) -> None:
    for former in FormerAddress.objects.filter(meeting=other):
        trace.handed_on.append(former.slug)
    FormerAddress.objects.filter(meeting=other).update(meeting=kept)
    FormerAddress.objects.update_or_create(
        slug=FormerAddress.key_of(other), defaults={"meeting": kept, "group": None, "since": now}
    )
    trace.addresses.append(FormerAddress.key_of(other))


def _close_group(
    kept: Meeting, other: Meeting, trace: _Trace, *, by: AbstractBaseUser | None, role: Role, now: datetime
) -> listing_fields.Applied | None:
    """Let the other's group go too when nothing of it is left, its address and hosts along with it."""
    group = other.group
    is_left = Meeting.objects.filter(group=group).exclude(state=ListingState.GONE).exists()
    if is_left or kept.group_id == group.pk or group.state != GroupState.PUBLIC:
        return None
    closed = listing_fields.apply(group, {"group_state": GroupState.GONE.value}, by=by, role=role, now=now)
    FormerAddress.objects.update_or_create(
        slug=FormerAddress.key_of(group), defaults={"group": kept.group, "meeting": None, "since": now}
    )
    trace.group_addresses.append(FormerAddress.key_of(group))
    hosts = set(HostRole.objects.filter(group=kept.group, ended_at=None).values_list("user", flat=True))
    for of_other in HostRole.objects.filter(group=group, ended_at=None).exclude(user__in=hosts):
        made = HostRole.objects.create(
            group=kept.group,
            user=of_other.user,
            came_by=CameBy.CURATOR,
            since=now,
            is_asked_by_mail=of_other.is_asked_by_mail,
        )
        trace.hosts.append(made.pk)
    return closed


# ── Side by side ────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Choice:
    """One field of a pair, in words; `differs` when there is something to choose."""

    name: str
    label: str
    one: str
    other: str
    differs: bool
    is_taken_from_other: bool


# Decided by buttons or by what hangs on them, not by choosing.
_NOT_CHOSEN = {"state", "unlisted_why", "group_state", "group_approach"}


def choices(keep: Meeting, other: Meeting) -> list[Choice]:
    """Return the fields of two meetings side by side. What only the other says is taken from it unless changed."""
    kept_values, other_values = listing_fields.values(keep), listing_fields.values(other)
    found = []
    for name in dict.fromkeys([*kept_values, *other_values]):
        known = listing_fields.field(name)
        # A place is chosen as a whole.
        if name in _NOT_CHOSEN or known.part is Part.VENUE:
            continue
        one, two = kept_values.get(name, known.empty), other_values.get(name, known.empty)
        if one == known.empty == two:
            continue
        found.append(
            Choice(
                name,
                str(known.label),
                known.words(one),
                known.words(two),
                differs=one != two,
                is_taken_from_other=one == known.empty and two != known.empty,
            )
        )
    return found


def values_taken(keep: Meeting, other: Meeting, names: set[str]) -> dict[str, Any]:
    """Return the other's values of these fields, those that may be chosen alone."""
    allowed = {choice.name for choice in choices(keep, other) if choice.differs}
    return listing_fields.values(other, sorted(names & allowed))
