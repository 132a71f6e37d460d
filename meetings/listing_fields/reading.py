"""What a listing says now, as values; and what of it a stranger may read."""

from collections.abc import Iterable
from typing import Any

from groups.models import Group
from meetings import access
from meetings.enums import JoinVisibility
from meetings.listing_fields.table import FIELDS, JOIN_DETAILS, Field, Part, field, fields, trait_name
from meetings.models import Meeting, Venue

Listing = Meeting | Group

# Of somebody's home no more is told than its town.
_OF_A_HOME = ("venue_name", "venue_street", "venue_area", "venue_postcode", "venue_how_to_find", "venue_latitude",
              "venue_longitude")  # fmt: skip


def value_of(listing: Listing, name: str) -> Any:
    """Return one value of the listing. Those of a trait ask for the meeting's traits."""
    found = field(name)
    if not found.column:
        return _traits(listing).get(name, "") if isinstance(listing, Meeting) else ""
    row = row_of(listing, found.part)
    if row is None or (found.name == "group_approach" and row.approach_id is None):
        return found.empty
    return found.kind.from_model(getattr(row, found.column))


def values(listing: Listing, names: Iterable[str] | None = None) -> dict[str, Any]:
    """Return the listing's values by field name: of these fields, else of all of them.

    All of a meeting are those of its group and venue too, and of each trait that it says
    something of. Group and venue must be loaded with it, or are asked for.
    """
    if names is not None:
        return {name: value_of(listing, name) for name in names}
    if isinstance(listing, Group):
        return {found.name: value_of(listing, found.name) for found in FIELDS.values() if found.part is Part.GROUP}
    return {name: value_of(listing, name) for name in FIELDS} | _traits(listing)


def hidden_from_strangers(meeting: Meeting) -> frozenset[str]:
    """Return the names of the fields whose values somebody without a role may not read.

    Link, passcode and number are told to strangers where the meeting tells everyone, and no
    report speaks against it; place and notes of a teen meeting with its fellowship's consent.
    """
    hidden: set[str] = set()
    may_show_place = access.may_show_place(meeting)
    tells_everyone = meeting.join_visibility == JoinVisibility.EVERYONE and meeting.doubted_at is None
    if not (may_show_place and tells_everyone):
        hidden.update(JOIN_DETAILS)
        # Groups write the way in into their notes too.
        hidden.add("notes")
    if not may_show_place:
        hidden.update(found.name for found in fields(of=[Part.VENUE]))
    elif meeting.venue is not None and meeting.venue.is_private_home:
        hidden.update(_OF_A_HOME)
    return frozenset(hidden)


def row_of(listing: Listing, part: Part) -> Meeting | Group | Venue | None:
    """Return the row of the listing that holds a part of it; None for a place that is not there."""
    if isinstance(listing, Group):
        return listing if part is Part.GROUP else None
    return {Part.MEETING: listing, Part.GROUP: listing.group, Part.VENUE: listing.venue}[part]


def label(name: str) -> str:
    """Return what people call a field; its bare name for one that is no more."""
    found = _known(name)
    return str(found.label) if found else name


def words(name: str, value: Any) -> str:
    """Return a value of a field for people, "" where nothing is said."""
    found = _known(name)
    return found.words(value) if found else str(value)


def _known(name: str) -> Field | None:
    try:
        return field(name)
    except KeyError:
        return None


def _traits(meeting: Meeting) -> dict[str, str]:
    if meeting.pk is None:
        return {}
    return {
        trait_name(row.trait.kind, row.trait.slug): str(row.value)
        for row in meeting.meeting_traits.select_related("trait")
    }
