"""Places put right for everybody who meets there."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from groups.enums import Role
from groups.history import told
from meetings import decisions, listing_fields
from meetings.models import Decision, Meeting, Venue

_PIN = ("venue_latitude", "venue_longitude")


def meeting_at(venue: Venue) -> Meeting | None:
    """Return a meeting that is held at the place, by which it is changed; None where nobody meets."""
    found = Meeting.objects.filter(venue=venue).select_related(
        "group__approach", "group__fellowship", "venue", "source"
    )
    return found.order_by("pk").first()


def change(
    venue: Venue, meeting: Meeting, changes: Mapping[str, Any], *, by: AbstractBaseUser, now: datetime, reason: str = ""
) -> Decision | None:
    """Put a place right for every meeting there; None when nothing was different.

    A pin given by hand stays where it was put, whatever the address says.

    Raises listing_fields.InvalidChange.
    """
    changes = dict(changes)
    if any(name in changes for name in listing_fields.ADDRESS) and not any(name in changes for name in _PIN):
        # An address that is only written better moves no pin that somebody put there by hand.
        if venue.has_position and not venue.is_approximate:
            changes |= dict(zip(_PIN, (venue.latitude, venue.longitude), strict=True))
    elif any(name in changes for name in _PIN):
        here = dict(zip(_PIN, (venue.latitude, venue.longitude), strict=True))
        changes = {name: value for name, value in here.items() if name not in changes} | changes
    with transaction.atomic(), told(role=Role.CURATOR, why=reason):
        applied = listing_fields.apply(meeting, changes, by=by, role=Role.CURATOR, now=now, for_all_at_venue=True)
        return decisions.record_change(
            meeting,
            applied,
            by=by,
            role=Role.CURATOR,
            now=now,
            subject=venue.public_id,
            reason=reason,
            for_all_at_venue=True,
        )


def from_the_address(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the position, zone and country that an address has by our own gazetteer; nothing is saved.

    `values` are the place's, by field name. A position of None is one we do not know.
    """
    venue = Venue(
        **{
            found.column: values[name]
            for name in listing_fields.ADDRESS
            if name in values and (found := listing_fields.field(name)).column
        }
    )
    listing_fields.locate(venue)
    return {
        "venue_latitude": venue.latitude,
        "venue_longitude": venue.longitude,
        "venue_is_approximate": True,
        "venue_time_zone": venue.time_zone or values.get("venue_time_zone", ""),
        "venue_country": venue.country,
    }


def directions_in(street: str) -> str:
    """Return the part of a street's line that tells the way to a door, "" where there is none. Pure."""
    words = listing_fields.directions_in(street)
    return street[_start_of(street, words) :].strip(" ,;()") if words else ""


def without_directions(street: str, how_to_find: str) -> tuple[str, str]:
    """Return street and "how to find us", with the words that tell a way moved from one to the other. Pure."""
    words = listing_fields.directions_in(street)
    if not words:
        return street, how_to_find
    place = street[: _start_of(street, words)].strip(" ,;(–-")
    return place, "\n".join(part for part in (how_to_find.strip(), directions_in(street)) if part)


def _start_of(street: str, words: str) -> int:
    """Return where the part of the line begins that the words stand in: after the mark before it."""
    place = street.lower().find(words.lower())
    return max((match.end() for match in re.finditer(r"[,;(–-]\s*", street[:place])), default=place)
