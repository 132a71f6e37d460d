"""A search as somebody asks it: a query string -> conditions on the meetings in memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from groups.text import fold
from meetings import access, geo, places, regions
from meetings.enums import ChannelState, TraitKind
from meetings.finder import filters as parameters
from meetings.finder import memory, names, reach, results, words
from meetings.finder.memory import Bits, Positions, pack, positions
from meetings.finder.page import Address, Centre, Link
from meetings.finder.results import Result
from meetings.finder.selection import SORT_BY_DISTANCE, SORT_BY_TIME, Selection
from meetings.models import Meeting

OTHERS_OFFERED = 3


class Search:
    """What a query string asks for, and the meetings it selects.

    `asked` are the parameters that were understood, `messages` say what was not. `unknown_place`
    is a stranger's text: the place that nobody knows. `area` is the state or country in which
    the meetings are to be, when one was named in place of a town. The visitor's zone is the one in `tz`,
    else `visitor_zone`; None: every day and time is the meeting's own. `around` is a place that is known
    already: then none is looked up.
    """

    def __init__(
        self, given: QueryDict, *, now: datetime, visitor_zone: ZoneInfo | None = None, around: Centre | None = None
    ) -> None:
        self.given, self.now = given, now
        self.address = Address(given)
        self.messages: list[str] = []
        self.unknown_place = ""
        self.area: places.Area | None = None
        self.memory = memory.current()
        self.names = names.current(self.memory)
        self.selection = Selection(self.memory, self.names, now=now)
        self.filters = parameters.FinderFilters(given, self.selection)
        self.asked: dict[str, Any] = self.filters.form.cleaned_data
        self.messages += [parameters.label_of_ignored(one) for one in parameters.ignored(self.filters, given)]
        self.visitor_zone = self.asked["tz"] or visitor_zone
        self.selection.visitor_zone = self.visitor_zone
        self.selection.attendance = frozenset(self.asked["attendance"])
        self.centre, self.others = (around, []) if around else self._centre()
        self.unit = self.asked["unit"] or geo.unit_of_country(
            (self.centre.country if self.centre else self.area.country if self.area else "") or settings.DEFAULT_COUNTRY
        )
        self.within = self._within()
        _narrowed = self.filters.qs
        # A filter and its set know each other, so they wait for the garbage collector: they
        # must not keep the selection's columns, which are megabytes, for so long.
        self.filters.queryset = self.filters._qs = None  # type: ignore[assignment]
        if self.centre and self.within:
            self.selection.within(self.centre.latitude, self.centre.longitude, reach.in_km(self.within, self.unit))
        self.include_unsaid = self.asked["unknown"] == "include"
        self.sort = self._sort()

    # ── Where ───────────────────────────────────────────────────────────────

    def _centre(self) -> tuple[Centre | None, list[Link]]:
        near, latitude, longitude = self.asked["near"], self.asked["lat"], self.asked["lon"]
        if near:
            text = near[: words.LONGEST]
            found = self._places(text)
            self.area = self._area(text, found)
            if self.area:
                self.selection.among("near", self._held_in(self.area))
                return None, [
                    Link(match.label, self.address.having(near=match.label))
                    for match in found
                    if fold(match.name) in (fold(self.area.name), fold(text.partition(",")[0]))
                ][:OTHERS_OFFERED]
            if not found:
                # Not the whole world: somebody looked for what is near.
                self.unknown_place = near
                self.selection.among("near", self.memory.nothing())
                return None, []
            best = found[0]
            # Only what may have been meant as well, not what merely begins so.
            others = [
                Link(match.label, self.address.having(near=match.label))
                for match in found[1:]
                if fold(match.name) == fold(best.name)
            ][:OTHERS_OFFERED]
            return Centre(best.latitude, best.longitude, best.label, best.country, best.time_zone), others
        if latitude is not None and longitude is not None:
            # About a kilometre: nearer is nobody's business.
            return Centre(round(latitude, 2), round(longitude, 2)), []
        if ("lat" in self.given) != ("lon" in self.given):
            self.messages.append(_("A position needs both “lat” and “lon”."))
        return None, []

    def _places(self, text: str) -> list[places.Match]:
        """Return what a text may mean. The next pages of a search ask again: an answer is kept for a minute."""
        key = "place", text, self.now.timestamp() // 60
        return memory.keep_answer(self.memory, key, lambda: places.search(text, limit=2 * OTHERS_OFFERED))

    def _area(self, text: str, found: list[places.Match]) -> places.Area | None:
        key = "area", text, self.now.timestamp() // 60
        # In a tuple, for None is what is not kept.
        return memory.keep_answer(self.memory, key, lambda: (places.area(text, found),))[0]

    def _held_in(self, area: places.Area) -> Bits:
        """Return who meets in a room in a state or country. Two queries for each that is not kept."""
        return memory.keep(self.memory, ("held in", area), lambda: self._look_up_held_in(area))

    def _look_up_held_in(self, area: places.Area) -> Bits:
        rooms = Meeting.objects.filter(in_person=ChannelState.OPEN, venue__country=area.country)
        if area.region:
            spelled = [name for name in (area.region, regions.region_code(area.country, area.region)) if name]
            unsaid = rooms.filter(venue__region="", venue__place__region=area.region)
            # Not as one condition: that takes ten times as long.
            rooms = rooms.filter(venue__region__in=spelled).union(unsaid, all=True)
        found = self.memory.of_ids(_ids(rooms.values_list("pk", flat=True)))
        # Whose position is known may be shown.
        placed = pack(~np.isnan(self.memory.latitude))
        doubtful = Meeting.objects.filter(pk__in=self.memory.ids[positions(found & ~placed)].tolist())
        shown = doubtful.difference(doubtful.filter(access.place_is_hidden()))
        return (found & placed) | self.memory.of_ids(_ids(shown.values_list("pk", flat=True)))

    def _within(self) -> float | None:
        if self.centre is None:
            return None
        return min(self.asked["within"] or reach.USUAL[self.unit], reach.farthest(self.unit))

    def _sort(self) -> str:
        sort = self.asked["sort"] or SORT_BY_TIME
        if sort == SORT_BY_DISTANCE and self.centre is None:
            if "near" in self.given and not self.asked["near"]:
                # The field was emptied: nobody needs to be told so.
                return SORT_BY_TIME
            self.messages.append(_("To sort by distance, say near which place."))
            return SORT_BY_TIME
        return sort

    @property
    def typed(self) -> str:
        """The words as somebody typed them: a stranger's text. Of several, those that are searched for."""
        return next((text for text in map(str.strip, self.given.getlist("q")) if text), "")

    def anywhere(self, **changes: str | int | None) -> str:
        """Return the address of the same search wherever it is, with some more changes.

        Who sorted by distance gets the usual order: there is no distance any more.
        """
        if self.asked["sort"] == SORT_BY_DISTANCE:
            changes["sort"] = None
        return self.address.having(near=None, lat=None, lon=None, within=None, **changes)

    # ── Which ───────────────────────────────────────────────────────────────

    def left(self) -> Bits:
        """Return who is found."""
        return self.selection.matching(include_unsaid=self.include_unsaid)

    def ids(self, *, first: int, end: int) -> list[int]:
        left = self.left()
        return self.memory.ids[self.selection.in_order(left, self.sort, first=first, end=end)].tolist()

    @cached_property
    def without(self) -> dict[str, Bits]:
        """What would be left without the conditions of one facet, for each that has some."""
        without = self.selection.each_without(include_unsaid=self.include_unsaid)
        if "attendance" in without and self.selection.depends_on_attendance:
            without["attendance"] = self.selection.attended([]).matching(include_unsaid=self.include_unsaid)
        return without

    def results(self, at: Positions) -> list[Result]:
        """Return what the cards of some who are found say."""
        ids = self.memory.ids[at].tolist()
        on_theirs = self.selection.clock.is_on_the_visitors(at)
        kilometres = self.selection.distance(at)
        return results.fetch(
            ids,
            now=self.now,
            names=self.names,
            visitor_zone=self.visitor_zone,
            by_visitor=frozenset(self.memory.ids[at[on_theirs]].tolist()),
            kilometres={} if kilometres is None else dict(zip(ids, kilometres.tolist(), strict=True)),
            unit=self.unit,
            wanted=frozenset((kind, slug) for kind in TraitKind.values for slug in self.asked.get(kind) or ()),
            days=self.asked["day"] or (),
        )


def _ids(found: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(found, dtype=np.int64)
