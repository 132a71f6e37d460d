"""Where rows are: their zone, and a position for those that give only a town.

Geography never keeps a meeting out: a place that is not found is flagged and kept. Only a
meeting whose clock nobody can tell is left out.
"""

from collections.abc import Iterable
from math import asin, cos, degrees, radians, sin
from typing import NamedTuple

from groups.text import fold
from meetings import geo, places
from meetings.enums import ReviewFlag
from meetings.feeds import meanings
from meetings.feeds.rows import Row
from meetings.models import Place, Postcode

_MANY = 50
# The nearest town counts up to 500 km, which are less than so many degrees.
_REACH_DEGREES = 4.6
# A country is taken over from the nearest town only where the border is not in doubt.
_SURELY_THERE_KM = 40.0


class _Town(NamedTuple):
    place_id: int | None
    time_zone: str
    country: str
    latitude: float
    longitude: float


class _Near(NamedTuple):
    place_id: int
    time_zone: str
    country: str
    km: float


class Locator:
    """Finds zones and positions for one import; remembers what it looked up."""

    def __init__(self) -> None:
        self._towns: dict[tuple[str, str, str], _Town | None] = {}
        self._codes: dict[tuple[str, str], _Town | None] = {}
        self._zones_of_regions: dict[tuple[str, str], str] = {}
        self._near: dict[tuple[float, float, str], _Near | None] = {}
        self._grid: places.Grid | None = None
        self._covered: geo.Box | None = None

    def locate(self, rows: Iterable[Row]) -> None:
        """Fill in what the rows do not say themselves. A few queries for all of them."""
        rows = list(rows)
        self._look_up(rows)
        for row in rows:
            self._settle(row)

    def _look_up(self, rows: list[Row]) -> None:
        towns = {row.town for row in rows if row.town[0]} - self._towns.keys()
        asked = sorted(towns)
        for town, place in zip(asked, places.find_towns(asked), strict=True):
            if place and not (town[1] or town[2]) and not _is_largest(place, town[0]):
                # "Berlin" and nothing else is hardly the one in Connecticut; nobody can tell.
                place = None
            self._towns[town] = (
                _Town(place.pk, place.time_zone, place.country, place.latitude, place.longitude) if place else None
            )
        codes = {
            (row.venue["country"], places.plain_postcode(row.venue["postcode"]))
            for row in rows
            if row.point is None and "postcode" in row.venue and "country" in row.venue
        } - self._codes.keys()
        if codes:
            self._codes |= dict.fromkeys(codes)
            found = Postcode.objects.filter(code__in={code for _country, code in codes})
            for one in found:
                self._codes[one.country, one.code] = _Town(
                    None, one.time_zone, one.country, one.latitude, one.longitude
                )
        points = {(*row.point, row.town[2]) for row in rows if row.point} - self._near.keys()
        if len(points) > _MANY or self._grid is not None:
            self._load_towns_around(points)
        for latitude, longitude, side in points:
            self._near[latitude, longitude, side] = self._nearest(latitude, longitude, side)

    def _load_towns_around(self, points: set[tuple[float, float, str]]) -> None:
        """Have every town in memory that may be the nearest of these points.

        Most feeds are of one region or country, and reading the whole world takes a second.
        """
        if self._grid is not None and (
            self._covered is None
            or all(self._covered.contains(latitude, longitude) for latitude, longitude, _ in points)
        ):
            return
        area = _area_of(points) if self._grid is None else None
        self._covered = area and area[0]
        if area is None:
            self._grid = places.Grid.load()
            return
        around = area[1]
        towns = Place.objects.filter(
            latitude__range=(around.south, around.north), longitude__range=(around.west, around.east)
        )
        columns = ("id", "latitude", "longitude", "time_zone", "country")
        self._grid = places.Grid(towns.order_by().values_list(*columns).iterator(chunk_size=5_000))

    def _nearest(self, latitude: float, longitude: float, side: str) -> _Near | None:
        if self._grid is not None:
            found = self._grid.nearest(latitude, longitude, country=side)
            return found and _Near(found.place_id, found.time_zone, found.country, found.km)
        place = places.nearest_place(latitude, longitude, country=side)
        if place is None:
            return None
        return _Near(place.pk, place.time_zone, place.country, place.km)  # type: ignore[attr-defined]

    def _settle(self, row: Row) -> None:
        town = self._towns.get(row.town) if row.town[0] else None
        near = self._near.get((*row.point, row.town[2])) if row.point else None
        if near and row.town[2] and near.country != row.town[2]:
            # The middle of somebody's map: far from every town of the country that the row names.
            near = row.point = None
            row.venue.pop("latitude", None)
            row.venue.pop("longitude", None)
        code = None
        if row.point is None and "postcode" in row.venue and "country" in row.venue:
            code = self._codes.get((row.venue["country"], places.plain_postcode(row.venue["postcode"])))
        zone = next((one.time_zone for one in (near, town) if one and one.time_zone), "")
        if not zone and not row.meeting.get("time_zone"):
            zone = self._zone_of_region(row.town) or (code.time_zone if code else "")
        if zone:
            row.meeting.setdefault("time_zone", zone)
        if not row.venue:
            return
        venue = row.venue
        venue["is_approximate"] = venue.get("is_approximate", False)
        # Zone of the place itself; the meeting's own word may differ and is kept with the meeting.
        if here := zone or row.meeting.get("time_zone", ""):
            venue["time_zone"] = here
        if near and near.km <= _SURELY_THERE_KM:
            venue.setdefault("country", near.country)
        elif town:
            venue.setdefault("country", town.country)
        if town and town.place_id:
            venue["place_id"] = town.place_id
        elif near and near.km <= _SURELY_THERE_KM:
            venue["place_id"] = near.place_id
        if row.point is None:
            # The middle of the postcode's area is nearer than the middle of the town.
            if spot := (code if code and (town is None or _are_near(code, town)) else town):
                venue |= {"latitude": spot.latitude, "longitude": spot.longitude, "is_approximate": True}
            else:
                meanings.flag(row, ReviewFlag.POSITION_MISSING)

    def _zone_of_region(self, town: tuple[str, str, str]) -> str:
        """Return the zone of a region that has only one, else ""."""
        _name, region, side = town
        if not region or not side:
            return ""
        if (side, region) not in self._zones_of_regions:
            zones = set(
                Place.objects.filter(country=side, region_code=region).order_by().values_list("time_zone", flat=True)
            )
            self._zones_of_regions[side, region] = zones.pop() if len(zones) == 1 else ""
        return self._zones_of_regions[side, region]


def _area_of(points: Iterable[tuple[float, float, str]]) -> tuple[geo.Box, geo.Box] | None:
    """Return the box that holds the points, and the one that holds every town within reach of them.

    None where such a box would be most of the world, hold a pole or cross the line of the date.
    """
    latitudes = [latitude for latitude, _longitude, _side in points]
    longitudes = [longitude for _latitude, longitude, _side in points]
    south, north, west, east = min(latitudes), max(latitudes), min(longitudes), max(longitudes)
    farthest = max(-south, north) + _REACH_DEGREES
    if farthest >= 85:
        return None
    # Where the meridians lie closest, a reach spans the most of them.
    aside = degrees(asin(sin(radians(_REACH_DEGREES)) / cos(radians(farthest - _REACH_DEGREES))))
    if west - aside <= -180 or east + aside >= 180:
        return None
    around = geo.Box(south=south - _REACH_DEGREES, west=west - aside, north=north + _REACH_DEGREES, east=east + aside)
    return geo.Box(south=south, west=west, north=north, east=east), around


def _is_largest(place: Place, name: str) -> bool:
    """Return whether no town of the same name, anywhere, is larger."""
    return not Place.objects.filter(names__folded=fold(name), population__gt=place.population).exists()


def _are_near(one: _Town, other: _Town) -> bool:
    # Good enough to tell a typing mistake in a postcode: within about 50 km.
    return abs(one.latitude - other.latitude) < 0.5 and abs(one.longitude - other.longitude) < 0.8
