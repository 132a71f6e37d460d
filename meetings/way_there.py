"""Where a meeting is held and the way there, as far as it may be told."""

from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext as _

from groups import phrasing
from meetings import doubts, wording
from meetings.enums import ChannelState
from meetings.models import Meeting, Occurrence, Venue


@dataclass(frozen=True, slots=True)
class Where:
    """The place as it may be shown. `ask` is the sentence instead of what is not, `doubt` a warning."""

    lines: list[str]
    how_to_find: str
    ask: str
    directions_url: str
    is_closed_for_now: bool
    is_approximate: bool
    doubt: str = ""


def place_of(meeting: Meeting, *, may_show_place: bool) -> Where | None:
    """Return the place of a meeting; None when nobody goes anywhere for it."""
    venue = meeting.venue
    if meeting.in_person == ChannelState.NONE or venue is None:
        return None
    is_closed = meeting.is_place_closed_for_now
    if not may_show_place:
        ask = _(
            "This meeting is for teenagers. To keep them safe, the place is given by the fellowship: please ask there."
        )
        return Where([], "", ask, "", is_closed, is_approximate=False)
    if venue.is_private_home:
        ask = _("It is held in somebody's home. Please ask the group for the address.")
        return Where(
            [town] if (town := wording.town_label(venue)) else [],
            "",
            ask,
            "",
            is_closed,
            is_approximate=False,
            doubt=doubts.before_you_go(meeting),
        )
    lines = [line for line in (*venue.address_lines, venue.area) if line]
    return Where(
        lines=list(dict.fromkeys(lines)),
        how_to_find=venue.how_to_find,
        ask="" if venue.street or venue.name else _("The exact place is not given here. Please ask the group."),
        directions_url="" if is_closed else directions_url(venue),
        is_closed_for_now=is_closed,
        is_approximate=venue.is_approximate,
        doubt=doubts.before_you_go(meeting),
    )


def directions_url(venue: Venue) -> str:
    """Return where the way there can be looked up, "" when the door is not known.

    A page of OpenStreetMap that the visitor may open; nothing is loaded from it here.
    """
    if venue.is_private_home:
        return ""
    if venue.is_approximate or not venue.has_position:
        if not venue.street:
            return ""
        address = ", ".join(
            part for part in (venue.street, venue.town, venue.region, venue.postcode, venue.country) if part
        )
        return f"https://www.openstreetmap.org/search?query={quote(address)}"
    return f"https://www.openstreetmap.org/directions?to={venue.latitude:.5f}%2C{venue.longitude:.5f}"


def directions_on(meeting: Meeting, change: Occurrence | None) -> str:
    """Return the way to where one date is held."""
    if meeting.in_person != ChannelState.OPEN or (change is not None and change.is_online_only):
        return ""
    venue = (change.venue if change else None) or meeting.venue
    return directions_url(venue) if venue else ""


def changed_place(venue: Venue) -> str:
    """Return in a line where a date that moved is held."""
    return wording.town_label(venue) if venue.is_private_home else phrasing.listed(venue.address_lines)
