"""Typed names and postcodes -> places; points -> the nearest town and its zone.

All from our own gazetteer: nothing about what people look for leaves the server.
"""

from .areas import Area, area
from .grid import Grid
from .names import Match, find_town, find_towns, place_by_path, plain_postcode, search, suggest
from .nearest import NEAR_ENOUGH_KM, nearest_place, zone_of, zones_of

__all__ = [
    "NEAR_ENOUGH_KM",
    "Area",
    "Grid",
    "Match",
    "area",
    "find_town",
    "find_towns",
    "nearest_place",
    "place_by_path",
    "plain_postcode",
    "search",
    "suggest",
    "zone_of",
    "zones_of",
]
