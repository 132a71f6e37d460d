"""The towns in memory, by where they are: the nearest of 170,000 in some twenty microseconds.

For imports and loads, which ask hundreds of thousands of times. A page asks once and uses
`nearest.nearest_place`, which reads a few rows.
"""

from array import array
from collections.abc import Iterable
from math import asin, ceil, cos, degrees, floor, radians, sin
from typing import NamedTuple

from meetings import geo
from meetings.models import Place

# Rows of cells are this high; a row has as many columns as make its cells about square.
_CELL_DEGREES = 0.25
_ROWS = ceil(180 / _CELL_DEGREES)
_COLUMNS = ceil(360 / _CELL_DEGREES)
_COLUMNS_OF_ROW = [max(1, int(_COLUMNS * cos(radians(-90 + (row + 0.5) * _CELL_DEGREES)))) for row in range(_ROWS)]
# How far to look, in degrees of arc: each step only when nothing was found within the one before.
_REACHES = (0.1, 0.3, 1.0, 3.0, 9.0, 27.0, 81.0, 180.0)
# A town of the right country counts before a nearer one across the border up to this distance.
SAME_COUNTRY_WITHIN_KM = 100.0


class Neighbour(NamedTuple):
    """The nearest town to a point: GeoNames' id, its zone, its country, and how far."""

    place_id: int
    time_zone: str
    country: str
    km: float


class Grid:
    """An index of towns by position. About 15 MB for the whole gazetteer."""

    def __init__(self, towns: Iterable[tuple[int, float, float, str, str]]):
        """`towns` are id, latitude, longitude, time zone, country."""
        numbers, keys = array("L"), array("L")
        xs, ys, zs = array("f"), array("f"), array("f")
        zones, countries = array("H"), array("H")
        zone_index: dict[str, int] = {}
        country_index: dict[str, int] = {}
        for number, latitude, longitude, zone, country in towns:
            row = _row(latitude)
            numbers.append(number)
            keys.append(row * _COLUMNS + _column(row, longitude))
            x, y, z = _on_sphere(latitude, longitude)
            xs.append(x)
            ys.append(y)
            zs.append(z)
            zones.append(zone_index.setdefault(zone, len(zone_index)))
            countries.append(country_index.setdefault(country, len(country_index)))
        order = sorted(range(len(keys)), key=keys.__getitem__)

        def in_order(values: array) -> array:
            return array(values.typecode, (values[i] for i in order))

        self._numbers, self._zones, self._countries = in_order(numbers), in_order(zones), in_order(countries)
        self._xs, self._ys, self._zs = in_order(xs), in_order(ys), in_order(zs)
        self._zone_names, self._country_names = list(zone_index), list(country_index)
        self._country_index = country_index
        # Cell -> where its towns are: first of them, and first of the next cell.
        self._cells: dict[int, tuple[int, int]] = {}
        keys = in_order(keys)
        first = 0
        for position in range(1, len(keys) + 1):
            if position == len(keys) or keys[position] != keys[first]:
                self._cells[keys[first]] = (first, position)
                first = position

    @classmethod
    def load(cls) -> "Grid":
        """Return the grid of every town in the database. Takes about a second: keep it for a whole import."""
        towns = Place.objects.order_by().values_list("id", "latitude", "longitude", "time_zone", "country")
        return cls(towns.iterator(chunk_size=5_000))

    def __len__(self) -> int:
        return len(self._numbers)

    def nearest(
        self, latitude: float, longitude: float, *, country: str = "", within_km: float = 500.0
    ) -> Neighbour | None:
        """Return the nearest town, None when there is none `within_km` or the point is not on earth.

        With a country, its nearest town within 100 km comes before a nearer one across the
        border, so that a border town has the time of its own side.
        """
        if not geo.is_on_earth(latitude, longitude):
            return None
        found = self._nearest(latitude, longitude, None, within_km)
        own = self._country_index.get(country)
        if found is None or own is None or found.country == country:
            return found
        return self._nearest(latitude, longitude, own, min(within_km, SAME_COUNTRY_WITHIN_KM)) or found

    def zone_of(self, latitude: float, longitude: float, *, country: str = "") -> str | None:
        """Return the IANA zone of the nearest town, None when there is none within 500 km."""
        found = self.nearest(latitude, longitude, country=country)
        return found.time_zone if found else None

    def _nearest(self, latitude: float, longitude: float, country: int | None, within_km: float) -> Neighbour | None:
        x, y, z = _on_sphere(latitude, longitude)
        xs, ys, zs, countries = self._xs, self._ys, self._zs, self._countries
        limit_degrees = min(180.0, degrees(within_km / geo.EARTH_RADIUS_KM))
        limit = _chord(limit_degrees) ** 2
        for reach in (*(reach for reach in _REACHES if reach < limit_degrees), limit_degrees):
            best, best_position = limit, -1
            for first, end in self._cells_within(latitude, longitude, reach):
                for i in range(first, end):
                    apart = (xs[i] - x) ** 2 + (ys[i] - y) ** 2 + (zs[i] - z) ** 2
                    if apart <= best and (country is None or countries[i] == country):
                        best, best_position = apart, i
            # Cells reach farther than asked: what lies beyond may not be the nearest.
            if best_position >= 0 and best <= _chord(reach) ** 2:
                return self._neighbour(best_position, best)
        return None

    def _neighbour(self, position: int, apart: float) -> Neighbour:
        return Neighbour(
            place_id=self._numbers[position],
            time_zone=self._zone_names[self._zones[position]],
            country=self._country_names[self._countries[position]],
            km=2 * geo.EARTH_RADIUS_KM * asin(min(1.0, apart**0.5 / 2)),
        )

    def _cells_within(self, latitude: float, longitude: float, reach: float) -> Iterable[tuple[int, int]]:
        """Yield the cells that hold every point within `reach` degrees of arc."""
        south, north = latitude - reach, latitude + reach
        if south <= -90 or north >= 90:
            half_width = 180.0
        else:
            half_width = degrees(asin(min(1.0, sin(radians(min(reach, 90.0))) / cos(radians(latitude)))))
        cells = self._cells
        for row in range(_row(max(-90.0, south)), _row(min(90.0, north)) + 1):
            columns = _COLUMNS_OF_ROW[row]
            west = floor((longitude - half_width + 180) / 360 * columns)
            east = floor((longitude + half_width + 180) / 360 * columns)
            if east - west + 1 >= columns:
                west, east = 0, columns - 1
            for column in range(west, east + 1):
                cell = cells.get(row * _COLUMNS + column % columns)
                if cell:
                    yield cell


def _row(latitude: float) -> int:
    return min(_ROWS - 1, int((latitude + 90) / _CELL_DEGREES))


def _column(row: int, longitude: float) -> int:
    columns = _COLUMNS_OF_ROW[row]
    return floor((longitude + 180) / 360 * columns) % columns


def _on_sphere(latitude: float, longitude: float) -> tuple[float, float, float]:
    latitude, longitude = radians(latitude), radians(longitude)
    around = cos(latitude)
    return around * cos(longitude), around * sin(longitude), sin(latitude)


def _chord(arc_degrees: float) -> float:
    """The straight line through a sphere of radius one between points this far apart."""
    return 2 * sin(radians(arc_degrees) / 2)
