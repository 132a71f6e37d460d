"""The nearest town to a point, and with it the point's time zone."""

from collections.abc import Iterable, Sequence

from meetings import geo, geo_sql
from meetings.models import Place
from meetings.places.grid import SAME_COUNTRY_WITHIN_KM, Grid

# A point farther than this from every town has no zone that we would vouch for.
NEAR_ENOUGH_KM = 500.0
_STEPS_KM = (10.0, 50.0, 200.0)
# From so many points on, reading every town once is quicker than asking for each.
_MANY = 100


def nearest_place(
    latitude: float, longitude: float, *, country: str = "", within_km: float = NEAR_ENOUGH_KM
) -> Place | None:
    """Return the nearest town, with its distance as `km`; None when there is none within reach.

    With a country, its own nearest town within 100 km is preferred. One to four quick queries.
    """
    if not geo.is_on_earth(latitude, longitude):
        return None
    if country:
        own = Place.objects.filter(country=country.upper())
        found = _nearest_of(own, latitude, longitude, min(within_km, SAME_COUNTRY_WITHIN_KM))
        if found:
            return found
    return _nearest_of(Place.objects.all(), latitude, longitude, within_km)


def _nearest_of(towns, latitude: float, longitude: float, within_km: float) -> Place | None:
    for km in (*(step for step in _STEPS_KM if step < within_km), within_km):
        found = (
            towns.filter(geo_sql.within_boxes(geo.box_around(latitude, longitude, km)))
            .annotate(km=geo_sql.Haversine("latitude", "longitude", latitude, longitude))
            .filter(km__lte=km)
            .order_by("km", "pk")
            .first()
        )
        if found:
            return found
    return None


def zone_of(latitude: float, longitude: float, *, country: str = "") -> str | None:
    """Return the IANA zone of a point: that of the nearest town, None when there is none near enough."""
    place = nearest_place(latitude, longitude, country=country)
    return place.time_zone if place else None


def zones_of(
    points: Iterable[tuple[float, float] | None],
    *,
    countries: Sequence[str] | None = None,
    grid: Grid | None = None,
) -> list[str | None]:
    """Return the zone of each point, in order; None for a missing point and where no town is near.

    `countries` holds each point's country, or "", in the same order. An import in several parts
    hands in one `Grid.load()`; without it, many points load a grid for this call.
    """
    listed = list(points)
    sides = list(countries) if countries is not None else [""] * len(listed)
    asked = {(point, side.upper()) for point, side in zip(listed, sides, strict=True) if point is not None}
    if grid is None and len(asked) > _MANY:
        grid = Grid.load()
    answer = grid.zone_of if grid else zone_of
    zones = {(point, side): answer(*point, country=side) for point, side in asked}
    return [
        zones[(point, side.upper())] if point is not None else None for point, side in zip(listed, sides, strict=True)
    ]
