"""The names of towns in a part of the map, the largest first, none upon another."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from meetings.map.clusters import pixels
from meetings.map.viewport import TURN, Viewport
from meetings.models import Place

MOST = 60
# What a name takes on the map, in pixels.
_WIDTH, _HEIGHT = 110, 36
_LOOKED_AT = 600
# Who is named at a zoom: the smallest number of people. Farther out there are more than enough of them.
_PEOPLE = {0: 5_000_000, 1: 5_000_000, 2: 3_000_000, 3: 1_500_000, 4: 600_000, 5: 250_000, 6: 80_000, 7: 30_000}
_PEOPLE_NEARBY = 1_000


@lru_cache(maxsize=256)
def within(viewport: Viewport) -> list[tuple[str, float, float]]:
    """Return name, latitude and longitude of at most sixty towns. One query, and kept for who asks next."""
    # The world repeats to both sides; a town is named where it stands in the view.
    west = (viewport.west + 180) % TURN - 180
    east = west + viewport.east - viewport.west
    places = Place.objects.filter(
        latitude__range=(viewport.south, viewport.north),
        population__gte=_PEOPLE.get(viewport.zoom, _PEOPLE_NEARBY),
    )
    if east > 180:
        places = places.exclude(longitude__gt=east - TURN, longitude__lt=west)
    else:
        places = places.filter(longitude__range=(west, east))
    found = list(places.order_by("-population", "pk").values_list("name", "latitude", "longitude")[:_LOOKED_AT])
    if not found:
        return []
    latitudes = np.array([latitude for _name, latitude, _longitude in found])
    longitudes = np.array([longitude for _name, _latitude, longitude in found])
    longitudes = viewport.west + (longitudes - viewport.west) % TURN
    x, y = pixels(latitudes, longitudes, viewport.zoom)
    named: list[tuple[str, float, float]] = []
    taken: list[tuple[float, float]] = []
    for number, (name, latitude, _longitude) in enumerate(found):
        if any(abs(x[number] - left) < _WIDTH and abs(y[number] - top) < _HEIGHT for left, top in taken):
            continue
        taken.append((x[number], y[number]))
        named.append((name, round(latitude, 4), round(float(longitudes[number]), 4)))
        if len(named) == MOST:
            break
    return named
