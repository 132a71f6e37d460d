"""How far "near" reaches, in the unit somebody counts in: "mi" or "km"."""

from collections.abc import Iterable

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from meetings import geo
from meetings.finder.filters import FARTHEST_KM

# When nobody says how far: half an hour by car.
USUAL = {"mi": 25.0, "km": 40.0}
OFFERED = {"mi": (1, 2, 5, 10, 25, 50, 100), "km": (2, 5, 10, 20, 40, 80, 160)}


def in_km(distance: float, unit: str) -> float:
    return geo.km_from_miles(distance) if unit == "mi" else distance


def farthest(unit: str) -> float:
    """Return how far a search can reach at all."""
    return geo.miles_from_km(FARTHEST_KM) if unit == "mi" else FARTHEST_KM


def label(distance: float, unit: str) -> str:
    """Return a distance in words: whole, else with one decimal."""
    if unit == "mi":
        return geo.miles_label(distance)
    return _("%(n)s km") % {"n": number_format(distance, decimal_pos=0 if distance == int(distance) else 1)}


def choices(unit: str, within: float | None) -> Iterable[tuple[str, str, bool]]:
    """Return the distances a person may pick, with their words, and which is picked."""
    known = sorted({*OFFERED[unit], *([within] if within else [])})
    picked = within or USUAL[unit]
    return [(f"{distance:g}", label(distance, unit), distance == picked) for distance in known]
