"""A further meeting of a group: made new, or copied from one, on one day or on several."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from groups.enums import ListingState, Role
from groups.models import Group
from meetings import confirmations, listing_fields
from meetings.enums import ConfirmedHow
from meetings.finder import index
from meetings.listing_fields import Part
from meetings.models import Meeting

# What a copy does not take along: its own dates, and how it stands.
_NOT_COPIED = {"first_on", "last_on", "state", "unlisted_why"}


def make(group: Group, values: Mapping[str, Any], *, by: User, now: datetime) -> Meeting:
    """Make a meeting of the group. The same one made twice at once is one.

    Raises listing_fields.InvalidChange.
    """
    with transaction.atomic():
        Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
        same = _same(group, values)
        if same is not None:
            return same
        meeting = listing_fields.create(values, by=by, role=Role.HOST, now=now, group=group)
        _confirm(meeting, now=now)
    return meeting


def copy(meeting: Meeting, changes: Mapping[str, Any], *, by: User, now: datetime) -> Meeting:
    """Make another meeting like this one, with these values instead of its own, at the same place.

    Raises listing_fields.InvalidChange.
    """
    with transaction.atomic():
        values = listing_fields.values(meeting)
        kept = {
            name: value
            for name, value in values.items()
            if name not in _NOT_COPIED and _part(name) is Part.MEETING and value not in ("", None, [])
        }
        return make(meeting.group, kept | dict(changes), by=by, now=now)


def _part(name: str) -> Part:
    return listing_fields.field(name).part


def _same(group: Group, values: Mapping[str, Any]) -> Meeting | None:
    """Return the meeting of a press a moment ago: same name, days and time, not closed."""
    found = Meeting.objects.filter(group=group, state__in=[ListingState.PUBLIC, ListingState.PAUSED])
    for meeting in found.filter(name=values.get("name") or group.name).select_related("venue", "group").order_by("pk"):
        told = ("rrule", "first_on", "start_time", "venue_name", "venue_street", "join_url")
        if all(listing_fields.value_of(meeting, name) == values[name] for name in told if name in values):
            return meeting
    return None


def _confirm(meeting: Meeting, *, now: datetime) -> None:
    """What its own group has just written is true."""
    confirmations.confirm(meeting, role=Role.HOST, how=ConfirmedHow.ON_PAGE, now=now)
    index.refresh([meeting.pk], now=now)
