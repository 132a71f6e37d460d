"""The part of the map somebody looks at. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

LEAST_ZOOM, MOST_ZOOM = 0, 20
# The map goes no nearer to the poles than where its projection ends.
FARTHEST_NORTH = 85.06
TURN = 360.0


class BadViewport(ValueError):
    """The text is no part of a map; it comes from a stranger."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """A box in degrees and how near it is looked at.

    `west` may lie beyond the antimeridian, as maps that go round the world give it; `east` is
    never less, and at most one turn farther.
    """

    west: float
    south: float
    east: float
    north: float
    zoom: int


def read(box: str, zoom: str) -> Viewport:
    """Return the viewport of "west,south,east,north" and a zoom such as "9". Raises BadViewport."""
    try:
        west, south, east, north = (float(part) for part in box.split(","))
        level = int(zoom)
    except ValueError:
        raise BadViewport(box) from None
    if not all(isfinite(number) and abs(number) <= 4 * TURN for number in (west, south, east, north)):
        raise BadViewport(box)
    if west > east or south > north or not LEAST_ZOOM <= level <= MOST_ZOOM:
        raise BadViewport(box)
    return Viewport(
        west=west,
        south=max(-FARTHEST_NORTH, south),
        east=min(east, west + TURN),
        north=min(FARTHEST_NORTH, north),
        zoom=level,
    )
