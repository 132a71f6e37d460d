"""Changing a listing by its hosts: what will be different, in words, before it is; and the way back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from groups.enums import GroupState, ListingState, Role
from groups.models import Group
from meetings import access, decisions, listing_fields, still_true
from meetings.enums import ConfirmedHow
from meetings.listing_fields import Askable, Field, Part
from meetings.listing_fields.table import Section
from meetings.models import Decision, Meeting, Venue

SCHEDULE = {"rrule", "first_on", "last_on", "start_time", "duration", "time_zone"}


class Page(TextChoices):
    """What is changed together, on one page of a phone."""

    WHEN = "when", _("When")
    WHERE = "where", _("Where")
    JOIN = "join", _("Joining from afar")
    WHO = "who", _("Who may come")
    LIKE = "like", _("Name and what it is like")
    TRAITS = "traits", _("How it runs and what is there")
    SEATS = "seats", _("Keeping seats")


_SECTIONS = {
    Page.WHEN: (Section.WHEN,),
    Page.WHERE: (Section.WHERE,),
    Page.JOIN: (Section.JOIN,),
    Page.WHO: (Section.WHO,),
    Page.LIKE: (Section.NAMES, Section.LIKE),
    Page.SEATS: (Section.SEATS,),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One value as it is and as it will be, for people. "" is nothing said."""

    label: str
    was: str
    will_be: str


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


def fields_of(page: Page) -> list[Field]:
    """Return the fields of a page that hosts may change; traits have none here."""
    parts = (Part.MEETING, Part.VENUE)
    return [
        field
        for field in listing_fields.fields(of=parts, for_whom=Askable.HOSTS)
        if field.section in _SECTIONS.get(page, ())
    ]


def facts(meeting: Meeting, page: Page, values: Mapping[str, Any]) -> list[Fact]:
    """Return what the meeting says on a page, in words, without what it says nothing of.

    `values` are all its values, from `listing_fields.values`.
    """
    if page == Page.TRAITS:
        names = sorted(name for name in values if name.startswith(listing_fields.TRAIT))
        return [Fact(listing_fields.label(name), listing_fields.words(name, values[name])) for name in names]
    found = []
    for field in fields_of(page):
        if field.name in _NOT_TOLD or (field.part is Part.VENUE and meeting.venue_id is None):
            continue
        if field.name == "join_visibility" and not access.has_join_step(meeting):
            continue
        value = values.get(field.name)
        words = field.words(value) if value != field.empty or field.name in _ALWAYS else ""
        if words:
            found.append(Fact(str(field.label), words))
    return found


# Said even when it is what most meetings have.
_ALWAYS = {"rrule", "rsvp_policy", "join_visibility"}
# Numbers that tell nobody anything.
_NOT_TOLD = {"venue_latitude", "venue_longitude"}


def differences(listing: Meeting | Group, changes: Mapping[str, Any]) -> list[Difference]:
    """Return what a change makes different, in the order of the form."""
    here = listing_fields.values(listing, changes)
    words = listing_fields.words
    return [
        Difference(listing_fields.label(name), words(name, here[name]), words(name, value))
        for name, value in changes.items()
        if here[name] != value
    ]


def change(
    listing: Meeting | Group,
    changes: Mapping[str, Any],
    *,
    by: User,
    now: datetime,
    for_all_at_venue: bool = False,
) -> Decision | None:
    """Make a change and write it down, so that it can be taken back; None when nothing was different.

    Raises listing_fields.InvalidChange.
    """
    with transaction.atomic():
        applied = listing_fields.apply(
            listing, changes, by=by, role=Role.HOST, now=now, for_all_at_venue=for_all_at_venue
        )
        return decisions.record_change(
            listing, applied, by=by, role=Role.HOST, now=now, for_all_at_venue=for_all_at_venue
        )


def set_state(meeting: Meeting, state: ListingState, *, by: User, now: datetime) -> Decision | None:
    """Close the meeting for now or for good, or open it again; None when it is so already.

    Whoever lists it again says that it is true, and has answered what was reported of it.
    """
    changes: dict[str, Any] = {"state": state.value}
    is_off = state in (ListingState.UNLISTED, ListingState.GONE)
    changes["unlisted_why"] = str(listing_fields.why_unlisted(Role.HOST)) if is_off else ""
    with transaction.atomic():
        decision = change(meeting, changes, by=by, now=now)
        if state == ListingState.PUBLIC and decision is not None:
            still_true.confirm([meeting], role=Role.HOST, how=ConfirmedHow.ON_PAGE, now=now, by=by)
    return decision


def set_group_state(group: Group, state: GroupState, *, by: User, now: datetime) -> Decision | None:
    """Take the whole group off the list, or list it again; None when it is so already."""
    return change(group, {"group_state": state.value}, by=by, now=now)


def is_place_our_own(meeting: Meeting) -> bool:
    """Tell whether several meetings of the group, and no other group's, are held at the meeting's place."""
    if meeting.venue_id is None:
        return False
    others = Meeting.objects.filter(venue=meeting.venue_id).exclude(pk=meeting.pk).values_list("group", flat=True)
    found = set(others)
    return found == {meeting.group_id}


def places_of(group: Group) -> list[Venue]:
    """Return the places where meetings of the group are held, by name."""
    return list(Venue.objects.filter(meetings__group=group).distinct().order_by("name", "pk"))


def may_take_back(decision: Decision, user: User, *, now: datetime) -> bool:
    """Tell whether this host may take the decision back: their own, while there is a way."""
    return decision.made_by_id == user.pk and decisions.can_undo(decision, now=now)
