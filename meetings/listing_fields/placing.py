"""Where a place is, from its address by our own gazetteer; and an address told from directions.

Geography never keeps a place out: one that is not found has no position, and is kept.
"""

import re

from meetings import geo, places
from meetings.models import Postcode, Venue

# What stands in the line of a street and belongs under "how to find us".
_SPEAKS_OF_A_WAY = re.compile(
    r"\b(?:"
    r"(?:back|side|rear|front|red|green|blue|white|black|yellow|glass|metal|left|right|main) (?:door|entrance|gate)"
    r"|door (?:on|at|in|to|code)|entrance|enter (?:by|through|from|at|via)|use the|ring (?:the )?bell|doorbell|buzzer"
    r"|intercom|down ?stairs|up ?stairs|basement|parking|park (?:in|at|behind)|behind the|next to|across from|opposite"
    r"|around the (?:back|corner|side)|in the back|at the rear|go (?:in|through|down|up)|walk (?:in|through|down|up)"
    r"|follow the|look for|(?:first|second|third|fourth|1st|2nd|3rd|4th) floor|elevator|hallway|ask for"
    r")\b",
    re.IGNORECASE,
)
_NEAR_KM = 60.0


def directions_in(street: str) -> str:
    """Return the words in a street's line that tell the way to a door, "" where there are none.

    "12 Maple Street, use the back door": those belong under "how to find us", because maps and
    feeds take the line for an address. Pure.
    """
    found = _SPEAKS_OF_A_WAY.search(street)
    return found[0] if found else ""


def locate(venue: Venue) -> None:
    """Set position, town of the gazetteer, zone and country of a place from its address; nothing is saved.

    The middle of the postcode's area, else of the town: approximate in both cases. Where
    neither is known the position is empty and the zone stays as it was. Two or three queries.
    """
    town = places.find_town(venue.town, venue.region, venue.country) if venue.town else None
    code = _postcode(venue)
    if code is not None and town is not None:
        km = geo.distance_km(code.latitude, code.longitude, town.latitude, town.longitude)
        if km > _NEAR_KM:
            # A typing mistake in one of the two; names are mistyped less.
            code = None
    spot = code or town
    venue.place = town
    venue.latitude = spot.latitude if spot else None
    venue.longitude = spot.longitude if spot else None
    venue.is_approximate = True
    if found := (town.time_zone if town else "") or (code.time_zone if code else ""):
        venue.time_zone = found
    if not venue.country and spot is not None:
        venue.country = spot.country


def locate_pin(venue: Venue) -> None:
    """Set town and zone of a place whose position somebody gave by hand; nothing is saved."""
    if venue.latitude is None or venue.longitude is None:
        return
    nearest = places.nearest_place(venue.latitude, venue.longitude, country=venue.country)
    if nearest is not None:
        venue.place = venue.place or nearest
        venue.time_zone = nearest.time_zone


def _postcode(venue: Venue) -> Postcode | None:
    plain = places.plain_postcode(venue.postcode)
    if not plain:
        return None
    found = Postcode.objects.filter(code=plain)
    if venue.country:
        found = found.filter(country=venue.country)
    return found.first() if found.count() == 1 else None
