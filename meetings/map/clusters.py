"""Many places drawn as few: those that would cover each other at this zoom become one. Pure.

The map is cut into squares that do not move with the view, so nothing jumps while it is dragged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from meetings.map.viewport import FARTHEST_NORTH

MOST = 500
# A finger needs about this many pixels.
CELL = 64
# Pins nearer than this cover each other.
COVERS = 48
# From here on only what stands at the very same place is one.
APART_FROM_ZOOM = 17
_TILE = 256
# Degrees are told apart by a tenth of a metre; a pair of whole numbers is one of 62 bits.
_MILLION = 1e6
_BITS, _SPARE = 32, 1 << 30

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Clusters:
    """Groups of points, from north to south.

    Of each: a name that stays while the zoom does, the middle, the edges, how many points there
    are, whether all stand at one place, and one of them. `of_point` is the cluster of each point.
    """

    keys: list[str]
    latitudes: Floats
    longitudes: Floats
    souths: Floats
    wests: Floats
    norths: Floats
    easts: Floats
    counts: NDArray[np.intp]
    are_one_place: NDArray[np.bool_]
    examples: Positions
    of_point: Positions


def gather(latitudes: Floats, longitudes: Floats, *, zoom: int, most: int = MOST) -> Clusters:
    """Return the points as at most so many clusters."""
    x, y = pixels(latitudes, longitudes, zoom)
    side = CELL
    if zoom >= APART_FROM_ZOOM:
        keys, of_point = _same(latitudes * _MILLION, longitudes * _MILLION)
        if len(keys) <= most:
            return _described(keys, of_point, latitudes, longitudes)
    while True:
        keys, of_point = _same(y // side, x // side)
        if len(keys) <= most:
            keys, of_point = _apart(keys, of_point, x, y)
            return _described(keys, of_point, latitudes, longitudes)
        side *= 2


def pixels(latitudes: Floats, longitudes: Floats, zoom: int) -> tuple[Floats, Floats]:
    """Return where the points stand in a picture of the whole world in Mercator's projection."""
    size = float(_TILE << zoom)
    north = np.radians(np.clip(latitudes, -FARTHEST_NORTH, FARTHEST_NORTH))
    return (longitudes + 180) / 360 * size, (1 - np.arcsinh(np.tan(north)) / np.pi) / 2 * size


def _same(first: Floats, second: Floats) -> tuple[NDArray[np.int64], Positions]:
    """Return the different pairs of whole numbers, each as one, and which of them each point has."""
    pairs = (np.rint(first).astype(np.int64) + _SPARE << _BITS) + np.rint(second).astype(np.int64) + _SPARE
    return np.unique(pairs, return_inverse=True)


def _apart(keys: NDArray[np.int64], of_point: Positions, x: Floats, y: Floats) -> tuple[NDArray[np.int64], Positions]:
    """Let the larger of two clusters that would cover each other, though of different squares, take the other in."""
    counts = np.bincount(of_point, minlength=len(keys))
    across, down = (np.bincount(of_point, weights=values, minlength=len(keys)) / counts for values in (x, y))
    into = np.full(len(keys), -1)
    for number in np.argsort(-counts, kind="stable").tolist():
        if into[number] < 0:
            is_near = (into < 0) & (np.hypot(across - across[number], down - down[number]) < COVERS)
            into[is_near] = number
    kept, of_kept = np.unique(into, return_inverse=True)
    return keys[kept], of_kept[of_point]


def _described(keys: NDArray[np.int64], of_point: Positions, latitudes: Floats, longitudes: Floats) -> Clusters:
    size = len(keys)
    counts = np.bincount(of_point, minlength=size)
    if not size:
        none = np.empty(0)
        return Clusters([], none, none, none, none, none, none, counts, none == 0, of_point, of_point)
    order = np.argsort(of_point, kind="stable")
    firsts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    souths, norths = (edge.reduceat(latitudes[order], firsts) for edge in (np.minimum, np.maximum))
    wests, easts = (edge.reduceat(longitudes[order], firsts) for edge in (np.minimum, np.maximum))
    are_one_place = (souths == norths) & (wests == easts)
    middle = np.bincount(of_point, weights=latitudes, minlength=size) / counts
    across = np.bincount(of_point, weights=longitudes, minlength=size) / counts
    return Clusters(
        keys=[f"{key:x}" for key in keys.tolist()],
        # A mean is not quite what all have.
        latitudes=np.where(are_one_place, souths, middle),
        longitudes=np.where(are_one_place, wests, across),
        souths=souths,
        wests=wests,
        norths=norths,
        easts=easts,
        counts=counts,
        are_one_place=are_one_place,
        examples=order[firsts],
        of_point=of_point,
    )
