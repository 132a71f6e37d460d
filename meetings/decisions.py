"""What somebody decided about a listing, written down so that it can be taken back.

    applied = listing_fields.apply(meeting, changes, by=user, role=role, now=now)
    decisions.record_change(meeting, applied, by=user, role=role, now=now)

    undone = decisions.undo(decision, by=user, now=now)   # undone.kept: what was left as it is now

Values are kept by listing and field, as `meetings.listing_fields` has them; links, passcodes
and numbers are sealed, so that the record can be read without them. What taking back means for
a kind of decision stands in `WAYS_BACK`.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from groups import phrasing
from groups.enums import Role
from groups.models import Group
from meetings import contacts, listing_fields
from meetings.enums import DecisionKind
from meetings.models import Decision, Meeting

Listing = Meeting | Group
Values = dict[str, Any]

LISTINGS = "listings"
FOR_ALL = "for_all_at_venue"
_SEALED = "sealed"

WayBack = Callable[..., list[str]]

# What takes back a decision of each kind: a function of (decision, by=, role=, now=), called in a
# transaction that holds the decision's row. It returns a sentence for each thing that had to stay
# as it is, or raises CannotUndo. Named and not imported: those modules import this one.
WAYS_BACK: dict[DecisionKind, str] = {
    DecisionKind.EDIT: "meetings.decisions.put_back",
    DecisionKind.BULK: "meetings.curation.bulk.undo",
    DecisionKind.CONFLICT: "meetings.decisions.put_back",
    DecisionKind.SUGGESTION: "meetings.curation.answers.undo_suggestion",
    DecisionKind.REPORT: "meetings.curation.answers.undo_report",
    DecisionKind.CLAIM: "meetings.curation.answers.undo_claim",
    DecisionKind.MERGE: "meetings.twins.merging.undo",
    DecisionKind.NOT_THE_SAME: "meetings.twins.merging.undo_apart",
    DecisionKind.SEEN: "meetings.curation.answers.undo_seen",
}


class CannotUndo(Exception):
    """This decision cannot be taken back; the message says why, for people."""


@dataclass(frozen=True)
class Undone:
    """What taking back came to: a sentence for each thing that had to stay as it is now."""

    kept: list[str] = field(default_factory=list)
    was_undone_before: bool = False


def record(
    kind: DecisionKind,
    *,
    subject: str,
    title: str,
    by: AbstractBaseUser | None,
    role: Role,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    group: Group | None = None,
    meeting: Meeting | None = None,
    reason: str = "",
    undo_for: timedelta | None = None,
) -> Decision:
    """Write a decision down and return it. Call it in the transaction of the decision itself.

    `subject` is the public id of what it was about, `title` what people call that. `undo_for`
    is how long it can be taken back; None: always.
    """
    if meeting is not None and group is None:
        group = meeting.group
    return Decision.objects.create(
        kind=kind,
        subject=subject,
        title=title[:255],
        group=group,
        meeting=meeting,
        made_at=now,
        made_by=by,
        role=role,
        reason=reason[:300],
        before=dict(before or {}),
        after=dict(after or {}),
        undo_until=now + undo_for if undo_for is not None else None,
    )


def record_change(
    listing: Listing,
    applied: listing_fields.Applied,
    *,
    by: AbstractBaseUser | None,
    role: Role,
    now: datetime,
    kind: DecisionKind = DecisionKind.EDIT,
    subject: str = "",
    reason: str = "",
    for_all_at_venue: bool = False,
) -> Decision | None:
    """Write down a change that `listing_fields.apply` made; None, and nothing written, when it changed nothing.

    A second press of the same button changes nothing, and so leaves one decision.
    """
    if not applied:
        return None
    before, after = of_change(listing, applied, for_all_at_venue=for_all_at_venue)
    meeting = listing if isinstance(listing, Meeting) else None
    return record(
        kind,
        subject=subject or listing.public_id,
        title=listing.name,
        by=by,
        role=role,
        now=now,
        before=before,
        after=after,
        group=listing.group if isinstance(listing, Meeting) else listing,
        meeting=meeting,
        reason=reason,
    )


def of_change(
    listing: Listing, applied: listing_fields.Applied, *, for_all_at_venue: bool = False
) -> tuple[Values, Values]:
    """Return a change as `before` and `after` of a decision have it."""
    key = key_of(listing)
    after: Values = {LISTINGS: {key: sealed(applied.after)}}
    if for_all_at_venue:
        after[FOR_ALL] = True
    return {LISTINGS: {key: sealed(applied.before)}}, after


def key_of(listing: Listing) -> str:
    """Return the key of a listing among the values of a decision."""
    return f"{'meeting' if isinstance(listing, Meeting) else 'group'} {listing.public_id}"


def can_undo(decision: Decision, *, now: datetime) -> bool:
    """Tell whether there is a way back, and time for it."""
    if decision.undone_at is not None or decision.kind not in WAYS_BACK:
        return False
    return decision.undo_until is None or now <= decision.undo_until


def undo(decision: Decision, *, by: AbstractBaseUser | None, now: datetime, role: Role = Role.CURATOR) -> Undone:
    """Take a decision back. Taking it back twice is once.

    What was changed again since stays as it is now, and is named in the answer.

    Raises CannotUndo.
    """
    with transaction.atomic():
        decision = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
        if decision.undone_at is not None:
            return Undone(was_undone_before=True)
        if decision.kind not in WAYS_BACK:
            raise CannotUndo(_("There is no way back from this."))
        if not can_undo(decision, now=now):
            raise CannotUndo(_("The time for taking this back is over."))
        way_back: WayBack = import_string(WAYS_BACK[DecisionKind(decision.kind)])
        kept = way_back(decision, by=by, role=role, now=now)
        decision.undone_at = now
        decision.save(update_fields=["undone_at"])
    return Undone(kept=kept)


# ── Values ──────────────────────────────────────────────────────────────────


def put_back(
    decision: Decision,
    *,
    by: AbstractBaseUser | None,
    role: Role,
    now: datetime,
    only: Collection[str] | None = None,
) -> list[str]:
    """Give every listing of the decision, or `only` those of these keys, the values from before.

    Where somebody changed them since they stay; returns a sentence for each of these.
    """
    kept = []
    listings = listings_of(decision, only=only)
    for key, before in decision.before.get(LISTINGS, {}).items():
        if only is not None and key not in only:
            continue
        listing = listings.get(key)
        if listing is None:
            kept.append(_("“%(title)s” is no longer there.") % {"title": phrasing.isolated(decision.title)})
            continue
        after = decision.after.get(LISTINGS, {}).get(key, {})
        kept += put_back_one(
            listing,
            opened(before),
            opened(after),
            by=by,
            role=role,
            now=now,
            for_all_at_venue=bool(decision.after.get(FOR_ALL)),
        )
    return kept


def put_back_one(
    listing: Listing,
    before: Values,
    after: Values,
    *,
    by: AbstractBaseUser | None,
    role: Role,
    now: datetime,
    for_all_at_venue: bool = False,
) -> list[str]:
    """Give one listing back the values from before. Returns a sentence for each that had to stay.

    Raises CannotUndo when the values would make no sense beside what changed since.
    """
    here = listing_fields.values(listing, before)
    wanted = {name: value for name, value in before.items() if here[name] == after.get(name)}
    left = [name for name, value in before.items() if name not in wanted and here[name] != value]
    if "venue" in left:
        # The meeting went elsewhere since: that place is no part of this decision.
        wanted = {name: value for name, value in wanted.items() if not name.startswith("venue_")}
        left = [name for name in left if not name.startswith("venue_")]
    try:
        listing_fields.apply(listing, wanted, by=by, role=role, now=now, for_all_at_venue=for_all_at_venue)
    except listing_fields.InvalidChange as invalid:
        raise CannotUndo(" ".join(invalid.errors.values())) from None
    return [
        _("%(field)s of “%(title)s” was changed again since, and stays.")
        % {"field": listing_fields.label(name), "title": phrasing.isolated(listing.name)}
        for name in left
    ]


def listings_of(decision: Decision, *, only: Collection[str] | None = None) -> dict[str, Listing]:
    """Return the listings of a decision (`only` those of these keys) that are still there, by key.

    Two queries at most.
    """
    ids: dict[str, list[str]] = {"meeting": [], "group": []}
    for key in decision.before.get(LISTINGS, {}) if only is None else only:
        kind, _space, public_id = key.partition(" ")
        ids[kind].append(public_id)
    found: dict[str, Listing] = {}
    if ids["meeting"]:
        meetings = Meeting.objects.select_related("group__approach", "group__fellowship", "venue")
        for meeting in meetings.filter(public_id__in=ids["meeting"]).order_by("pk"):
            found[key_of(meeting)] = meeting
    if ids["group"]:
        groups = Group.objects.select_related("approach", "fellowship")
        for group in groups.filter(public_id__in=ids["group"]).order_by("pk"):
            found[key_of(group)] = group
    return found


def sealed(values: Mapping[str, Any]) -> Values:
    """Return values with the details of joining encrypted."""
    return {
        name: seal(value) if name in listing_fields.JOIN_DETAILS and value else value for name, value in values.items()
    }


def opened(values: Mapping[str, Any]) -> Values:
    """Return values with those that were encrypted readable again, without those no key of ours opens."""
    found = {}
    for name, value in values.items():
        with suppress(contacts.UnreadableContact):
            found[name] = unseal(value) if is_sealed(value) else value
    return found


def seal(value: Any) -> dict[str, str]:
    """Return a value that is not for everybody who reads decisions, encrypted, as JSON."""
    return {_SEALED: urlsafe_b64encode(contacts.encrypt({"value": value})).decode()}


def unseal(kept: dict[str, str]) -> Any:
    """Return what `seal` was given. Raises contacts.UnreadableContact."""
    return contacts.decrypt(urlsafe_b64decode(kept[_SEALED])).get("value", "")


def is_sealed(value: Any) -> bool:
    """Tell whether a kept value is one that is not shown."""
    return isinstance(value, dict) and set(value) == {_SEALED}
