"""Land and borders in a part of the map, as lines: the ground to stand on where no tiles are set up.

Sources: Natural Earth, 1:110m and 1:50m (public domain); US Census Bureau, cartographic
boundaries (public domain). The files in `meetings/data/outlines` are lists of rings, a ring a
list of longitude and latitude that goes on beyond the antimeridian; see the README there.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meetings.map.viewport import TURN, Viewport

_FOLDER = Path(__file__).resolve().parent.parent / "data" / "outlines"
# From this zoom on the finer lines; then the United States are drawn as their states.
_FINE_FROM_ZOOM = 4
_TILE = 256

Ring = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Rings:
    rings: list[NDArray[np.float64]]
    # West, south, east, north of each.
    boxes: NDArray[np.float64]


@cache
def _rings(name: str) -> _Rings:
    with gzip.open(_FOLDER / f"{name}.json.gz", "rt") as file:
        rings = [np.array(ring) for ring in json.load(file)]
    return _Rings(rings, np.array([[*ring.min(axis=0), *ring.max(axis=0)] for ring in rings]))


@lru_cache(maxsize=256)
def within(viewport: Viewport) -> dict[str, list[Ring]]:
    """Return the rings of countries, and of US states, cut off at the edges of the viewport.

    They are as fine as the zoom can show. About ten milliseconds, and kept for who asks next.
    """
    is_fine = viewport.zoom >= _FINE_FROM_ZOOM
    return {
        "land": _cut(_rings("countries" if is_fine else "world"), viewport),
        "states": _cut(_rings("states"), viewport) if is_fine else [],
    }


def _cut(known: _Rings, viewport: Viewport) -> list[Ring]:
    pixel = TURN / (_TILE << viewport.zoom)
    found = []
    # The world repeats to both sides, and some rings reach over its edge.
    for turn in range(int((viewport.west - 180) // TURN) - 1, int((viewport.east + 180) // TURN) + 2):
        shift = turn * TURN
        west, east = viewport.west - shift, viewport.east - shift
        boxes = known.boxes
        is_here = (
            (boxes[:, 0] <= east)
            & (boxes[:, 2] >= west)
            & (boxes[:, 1] <= viewport.north)
            & (boxes[:, 3] >= viewport.south)
            # What is smaller than a dot is not drawn.
            & ((boxes[:, 2] - boxes[:, 0] > pixel) | (boxes[:, 3] - boxes[:, 1] > pixel))
        )
        for number in np.flatnonzero(is_here):
            ring = _coarser(known.rings[number], pixel)
            whole = (
                boxes[number, 0] >= west
                and boxes[number, 2] <= east
                and boxes[number, 1] >= viewport.south
                and boxes[number, 3] <= viewport.north
            )
            points: Ring = [(float(x), float(y)) for x, y in ring]
            if not whole:
                points = _inside(points, west, viewport.south, east, viewport.north)
            if len(points) > 2:
                found.append([(round(x + shift, 3), round(y, 3)) for x, y in points])
    return found


def _coarser(ring: NDArray[np.float64], pixel: float) -> NDArray[np.float64]:
    """Return a ring without the points that fall on the same dot as the one before."""
    dots = np.rint(ring / pixel)
    differs = np.any(dots[1:] != dots[:-1], axis=1)
    return ring[np.concatenate([[True], differs])]


def _inside(points: Ring, west: float, south: float, east: float, north: float) -> Ring:
    """Return the part of a ring inside a box, edge by edge (Sutherland and Hodgman's way)."""
    for axis, edge, sign in ((0, west, 1.0), (0, east, -1.0), (1, south, 1.0), (1, north, -1.0)):
        kept: Ring = []
        for before, here in zip([points[-1], *points[:-1]], points, strict=True) if points else ():
            was_in, is_in = sign * (before[axis] - edge) >= 0, sign * (here[axis] - edge) >= 0
            if was_in != is_in:
                share = (edge - before[axis]) / (here[axis] - before[axis])
                across = before[1 - axis] + share * (here[1 - axis] - before[1 - axis])
                kept.append((edge, across) if axis == 0 else (across, edge))
            if is_in:
                kept.append(here)
        points = kept
    return points
