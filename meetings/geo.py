"""Distances and boxes on the globe. Pure: degrees in, kilometres out.

The earth is taken as a sphere of its mean radius; a distance on it is within 0.6 % of the
one on the ellipsoid, which is nearer than anybody's walk to a meeting.
"""

from dataclasses import dataclass
from math import asin, cos, degrees, isfinite, radians, sin, sqrt

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# Mean radius (source: International Union of Geodesy and Geophysics, R1).
EARTH_RADIUS_KM = 6371.0088
KM_PER_MILE = 1.609344

# Countries whose road signs give miles.
_COUNTRIES_IN_MILES = frozenset({"US", "GB", "LR", "MM"})

# Widens boxes by about a millimetre, so that rounding never shuts out a point on the rim.
_SLACK_DEGREES = 1e-8


class NotOnEarth(ValueError):
    """Latitude or longitude is out of range or not a number."""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the map in degrees. `west` is never greater than `east`."""

    south: float
    north: float
    west: float
    east: float

    def contains(self, latitude: float, longitude: float) -> bool:
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


def is_on_earth(latitude: float, longitude: float) -> bool:
    """Return whether these are degrees of a point: NaN and infinity are not."""
    return isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180


def distance_km(a_latitude: float, a_longitude: float, b_latitude: float, b_longitude: float) -> float:
    """Return the distance between two points in kilometres, along the surface (haversine)."""
    a, b = radians(a_latitude), radians(b_latitude)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(b_longitude - a_longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


def box_around(latitude: float, longitude: float, km: float) -> list[Box]:
    """Return one or two boxes that hold every point within `km` of a point.

    Two, one each side, when the circle crosses the antimeridian. A circle that holds a pole
    reaches all the way round. Corners lie outside the circle: measure the survivors.

    Raises NotOnEarth.
    """
    if not is_on_earth(latitude, longitude):
        raise NotOnEarth(f"{latitude}, {longitude}")
    angle = max(0.0, km) / EARTH_RADIUS_KM
    reach = degrees(angle) + _SLACK_DEGREES
    south, north = latitude - reach, latitude + reach
    if south <= -90 or north >= 90:
        return [Box(max(south, -90.0), min(north, 90.0), -180.0, 180.0)]

    # Where the circle is widest it touches the meridian at this distance, nearer the pole than its middle.
    half_width = degrees(asin(min(1.0, sin(angle) / cos(radians(latitude))))) + _SLACK_DEGREES
    west, east = longitude - half_width, longitude + half_width
    if half_width >= 180:
        return [Box(south, north, -180.0, 180.0)]
    if west < -180:
        return [Box(south, north, -180.0, east), Box(south, north, west + 360, 180.0)]
    if east > 180:
        return [Box(south, north, west, 180.0), Box(south, north, -180.0, east - 360)]
    # A point on the antimeridian itself may be written either way.
    if west == -180:
        return [Box(south, north, west, east), Box(south, north, 180.0, 180.0)]
    if east == 180:
        return [Box(south, north, west, east), Box(south, north, -180.0, -180.0)]
    return [Box(south, north, west, east)]


def km_from_miles(miles: float) -> float:
    return miles * KM_PER_MILE


def miles_from_km(km: float) -> float:
    return km / KM_PER_MILE


def unit_of_country(code: str) -> str:
    """Return "mi" where road signs give miles, else "km". `code` is ISO 3166, two letters."""
    return "mi" if code.upper() in _COUNTRIES_IN_MILES else "km"


def format_distance(km: float, unit: str = "km") -> str:
    """Return a distance as people say it: "600 m", "1.2 km", "14 km"; "0.4 miles", "1 mile".

    Tenths up to ten, then whole numbers. Under a kilometre, metres in steps of fifty; never
    less than "50 m" or "0.1 miles", since a position is seldom that exact. `unit` is km or mi.
    """
    if unit == "mi":
        miles = max(0.1, round(miles_from_km(km), 1))
        if miles >= 10:
            miles = float(round(miles_from_km(km)))
        return miles_label(miles)
    metres = max(50, 50 * round(km * 20))
    if metres < 1000:
        return ngettext("%(n)d m", "%(n)d m", metres) % {"n": metres}
    tenths = round(km, 1)
    return _("%(n)s km") % {"n": _shortest(tenths if tenths < 10 else float(round(km)))}


def miles_label(miles: float) -> str:
    """Return a number of miles in words, with one decimal at most: "1 mile", "2.5 miles"."""
    # A language has no form for a part of a mile: that of many is nearest.
    whole = int(miles) if miles == int(miles) else 20
    return ngettext("%(n)s mile", "%(n)s miles", whole) % {"n": _shortest(miles)}


def _shortest(number: float) -> str:
    """Return at most one decimal, none when it is zero, as the active language writes it."""
    return number_format(number, decimal_pos=0 if number == int(number) else 1)
