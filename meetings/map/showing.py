"""What a search finds in one part of the map: pins and, beside them, the same meetings as a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groups import phrasing
from meetings import wording
from meetings.finder.asking import Search
from meetings.finder.memory import count, positions
from meetings.finder.results import Result
from meetings.map import clusters
from meetings.map.viewport import TURN, Viewport
from meetings.models import Meeting, Venue

LISTED = 20
# About a metre, as the finder's own columns know it; of a private home they have two decimals alone.
_DECIMALS = 5
_OF_THE_MAP = frozenset({"box", "zoom", "page", "view"})


@dataclass(frozen=True, slots=True)
class Pin:
    """One place, or several too near to each other to be told apart.

    `bounds` are south, west, north and east of several; None for one place. `is_rough` is a
    place that is known, or told, only by its neighbourhood.
    """

    key: str
    latitude: float
    longitude: float
    count: int
    label: str
    bounds: tuple[float, float, float, float] | None = None
    is_rough: bool = False

    def as_data(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "lat": self.latitude,
            "lon": self.longitude,
            "count": self.count,
            "shown": number_format(self.count, force_grouping=True),
            "label": self.label,
            "bounds": self.bounds,
            "rough": self.is_rough,
        }


@dataclass(frozen=True, slots=True)
class Showing:
    """Pins, and the first meetings of the view in the order asked for, each with its pin's key.

    `total` counts the meetings in the view, `elsewhere` those that the search finds on no map
    because nobody goes anywhere for them, `bounds` are the edges of all that is on the map.
    """

    pins: list[Pin]
    listed: list[tuple[Result, str]]
    total: int
    elsewhere: int
    bounds: tuple[float, float, float, float] | None


def show(given: QueryDict, viewport: Viewport, *, now: datetime, visitor_zone: ZoneInfo | None = None) -> Showing:
    """Return what the finder's parameters find in a part of the map. As many queries for one as for 25,000."""
    asked = given.copy()
    for name in _OF_THE_MAP:
        asked.pop(name, None)
    search = Search(asked, now=now, visitor_zone=visitor_zone)
    memory, left = search.memory, search.left()
    at = positions(left)
    at = at[~np.isnan(memory.latitude[at])]
    elsewhere = count(left) - len(at)
    latitudes, longitudes = (column[at].astype(np.float64) for column in (memory.latitude, memory.longitude))
    bounds = (
        (latitudes.min().item(), longitudes.min().item(), latitudes.max().item(), longitudes.max().item())
        if len(at)
        else None
    )
    # Counted from the western edge, so that a view across the antimeridian is one piece.
    beyond = (longitudes - viewport.west) % TURN
    is_inside = (
        (latitudes >= viewport.south) & (latitudes <= viewport.north) & (beyond <= viewport.east - viewport.west)
    )
    at, latitudes = at[is_inside], latitudes[is_inside]
    longitudes = np.round(viewport.west + beyond[is_inside], _DECIMALS)
    found = clusters.gather(latitudes, longitudes, zoom=viewport.zoom)
    pins, is_gone = _pins(found, memory.ids[at])
    order = search.selection.in_order(memory.of_positions(at), search.sort, first=0, end=LISTED)
    # Where each of them stands among those of the view.
    places = np.searchsorted(at, order)
    keys = [found.keys[cluster] for cluster in found.of_point[places].tolist()]
    key_of = dict(zip(memory.ids[order].tolist(), keys, strict=True))
    listed = [(result, key_of[result.meeting.pk]) for result in search.results(order)]
    return Showing(pins=pins, listed=listed, total=len(at) - is_gone, elsewhere=elsewhere, bounds=bounds)


def _pins(found: clusters.Clusters, ids: np.ndarray) -> tuple[list[Pin], int]:
    """Return the pins, and how many meetings at single places went since the memory was read. One query."""
    examples = ids[found.examples[found.are_one_place]].tolist() if len(found.keys) else []
    known = {
        meeting.pk: meeting
        for meeting in Meeting.objects.public()
        .filter(pk__in=examples)
        .select_related("venue")
        .only(
            "name", "venue__name", "venue__street", "venue__town", "venue__region",
            "venue__is_private_home", "venue__is_approximate",
        )
    }  # fmt: skip
    pins, gone = [], 0
    singles = iter(examples)
    for number, key in enumerate(found.keys):
        many = int(found.counts[number])
        latitude = round(found.latitudes[number].item(), _DECIMALS)
        longitude = round(found.longitudes[number].item(), _DECIMALS)
        if not found.are_one_place[number]:
            edges = (found.souths, found.wests, found.norths, found.easts)
            label = ngettext("%(n)s meeting. Press to look closer", "%(n)s meetings. Press to look closer", many) % {
                "n": number_format(many, force_grouping=True)
            }
            bounds = tuple(round(edge[number].item(), _DECIMALS) for edge in edges)
            pins.append(Pin(key, latitude, longitude, many, label, bounds=bounds))
            continue
        meeting = known.get(next(singles))
        if meeting is None or meeting.venue is None:
            gone += many
            continue
        pins.append(
            Pin(
                key, latitude, longitude, many, _label(meeting, meeting.venue, many),
                is_rough=meeting.venue.is_private_home or meeting.venue.is_approximate,
            )
        )  # fmt: skip
    return sorted(pins, key=lambda pin: (-pin.latitude, pin.longitude)), gone


def _label(meeting: Meeting, venue: Venue, many: int) -> str:
    name = phrasing.isolated(meeting.name)
    # Several that are known by their town alone stand at one point, whatever their houses are called.
    is_of_town = many > 1 and venue.is_approximate
    place = phrasing.isolated(wording.town_label(venue) if is_of_town else wording.place_label(venue))
    if many == 1:
        return _("%(meeting)s, %(place)s") % {"meeting": name, "place": place} if place else name
    words = ngettext("%(n)d meeting", "%(n)d meetings", many) % {"n": many}
    return _("%(meetings)s at %(place)s") % {"meetings": words, "place": place} if place else words


def summary(showing: Showing) -> str:
    """Return in a sentence what is in the view, for eyes and ears."""
    if not showing.total:
        return _("No meeting in this part of the map.")
    total = number_format(showing.total, force_grouping=True)
    words = ngettext(
        "%(n)s meeting in this part of the map.", "%(n)s meetings in this part of the map.", showing.total
    ) % {"n": total}
    if showing.total > len(showing.listed):
        first = ngettext("The first %(n)d is listed.", "The first %(n)d are listed.", len(showing.listed))
        words = f"{words} {first % {'n': len(showing.listed)}}"
    return words


def elsewhere(showing: Showing) -> str:
    """Return in a sentence how many that are found are on no map; "" for none."""
    if not showing.elsewhere:
        return ""
    return ngettext(
        "%(n)s more is online, by phone, or tells no place: it is in the list.",
        "%(n)s more are online, by phone, or tell no place: they are in the list.",
        showing.elsewhere,
    ) % {"n": number_format(showing.elsewhere, force_grouping=True)}
