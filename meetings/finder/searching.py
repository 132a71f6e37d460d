"""From a query string to a page of meetings, with counts beside every choice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from groups.text import fold
from meetings import geo, places, wording
from meetings.enums import Attendance, TimeOfDay, TraitKind
from meetings.finder import filters as parameters
from meetings.finder import memory, names, places_meant, results, words
from meetings.finder.clock import DAYS, TODAY, TOMORROW
from meetings.finder.memory import Bits, Positions, count, positions
from meetings.finder.page import (
    PER_PAGE,
    Address,
    Centre,
    Choice,
    Empty,
    Facet,
    Link,
    Page,
    Pages,
    SortLink,
)
from meetings.finder.results import Result
from meetings.finder.selection import ALL_OF, SORT_BY_DISTANCE, SORT_BY_NAME, SORT_BY_TIME, Selection, within_reach

# How far "near" reaches when nobody says: half an hour by car.
USUAL_REACH = {"mi": 25.0, "km": 40.0}
REACHES = {"mi": (1, 2, 5, 10, 25, 50, 100), "km": (2, 5, 10, 20, 40, 80, 160)}
OTHERS_OFFERED = 3
PLACES_OFFERED = 5
SIMILAR_OFFERED = 3
ONLINE_NOW_MINUTES = 60

# Facets whose values are facts, in the order of the page; the rest ask the clock.
FACETS = (
    "for", "attendance", "covers", "approach", "belief", "focus",
    "first_visit", "open", "fellowship", "format", "access", "feature", "language",
)  # fmt: skip
BY_CLOCK = {"day": (TODAY, TOMORROW, *DAYS), "time": TimeOfDay.values}
_OFTEN_FIRST = frozenset({"language", "format", "fellowship"})


def search(given: QueryDict, *, now: datetime, visitor_zone: ZoneInfo | None = None, per_page: int = PER_PAGE) -> Page:
    """Return the page of meetings that a query string asks for.

    Whatever it holds, it is answered: what is not understood is in the page's `messages`. The
    visitor's zone is the one in `tz`, else `visitor_zone`; without either every day and time
    is the meeting's own. At most twelve queries, however many meetings there are.
    """
    return _Search(given, now=now, visitor_zone=visitor_zone, per_page=per_page).page()


def matching_ids(given: QueryDict, *, now: datetime, visitor_zone: ZoneInfo | None = None, limit: int) -> list[int]:
    """Return the ids of the first meetings a query string asks for, in order. For feeds, print and API."""
    asked = _Search(given, now=now, visitor_zone=visitor_zone, per_page=limit)
    return asked.ids(first=0, end=limit)


def begin(given: QueryDict, *, now: datetime, visitor_zone: ZoneInfo | None = None) -> _Search:
    """Return a search that is not a page yet. For the map, which shows some of what it finds."""
    return _Search(given, now=now, visitor_zone=visitor_zone, per_page=PER_PAGE)


class _Search:
    def __init__(self, given: QueryDict, *, now: datetime, visitor_zone: ZoneInfo | None, per_page: int) -> None:
        self.given, self.now, self.per_page = given, now, per_page
        self.address = Address(given)
        self.messages: list[str] = []
        self.unknown_place = ""
        self.memory = memory.current()
        self.names = names.current(self.memory)
        self.selection = Selection(self.memory, self.names, now=now)
        self.filters = parameters.FinderFilters(given, self.selection)
        self.asked: dict[str, Any] = self.filters.form.cleaned_data
        self.messages += [parameters.label_of_ignored(one) for one in parameters.ignored(self.filters, given)]
        self.visitor_zone = self.asked["tz"] or visitor_zone
        self.selection.visitor_zone = self.visitor_zone
        self.selection.attendance = frozenset(self.asked["attendance"])
        self.centre, self.others = self._centre()
        self.unit = self.asked["unit"] or geo.unit_of_country(
            (self.centre.country if self.centre else "") or settings.DEFAULT_COUNTRY
        )
        self.within = self._within()
        _narrowed = self.filters.qs
        # A filter and its set know each other, so they wait for the garbage collector: they
        # must not keep the selection's columns, which are megabytes, for so long.
        self.filters.queryset = self.filters._qs = None
        if self.centre and self.within:
            self.selection.within(self.centre.latitude, self.centre.longitude, self._km(self.within))
        self.include_unsaid = self.asked["unknown"] == "include"
        self.sort = self._sort()

    # ── Where ───────────────────────────────────────────────────────────────

    def _centre(self) -> tuple[Centre | None, list[Link]]:
        near, latitude, longitude = self.asked["near"], self.asked["lat"], self.asked["lon"]
        if near:
            found = self._places(near[: words.LONGEST])
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
        return memory.keep(self.memory, key, lambda: places.search(text, limit=2 * OTHERS_OFFERED))

    def _within(self) -> float | None:
        if self.centre is None:
            return None
        return min(self.asked["within"] or USUAL_REACH[self.unit], self._from_km(parameters.FARTHEST_KM))

    def _km(self, distance: float) -> float:
        return geo.km_from_miles(distance) if self.unit == "mi" else distance

    def _from_km(self, km: float) -> float:
        return geo.miles_from_km(km) if self.unit == "mi" else km

    def _sort(self) -> str:
        sort = self.asked["sort"] or SORT_BY_TIME
        if sort == SORT_BY_DISTANCE and self.centre is None:
            self.messages.append(_("To sort by distance, say near which place."))
            return SORT_BY_TIME
        return sort

    # ── Which ───────────────────────────────────────────────────────────────

    def left(self) -> Bits:
        """Return who is found."""
        return self.selection.matching(include_unsaid=self.include_unsaid)

    def ids(self, *, first: int, end: int) -> list[int]:
        left = self.left()
        return self.memory.ids[self.selection.in_order(left, self.sort, first=first, end=end)].tolist()

    def page(self) -> Page:
        selection = self.selection
        left = self.left()
        total = count(left)
        said = count(selection.matching()) if self.include_unsaid else total
        unsaid = (total if self.include_unsaid else count(selection.matching(include_unsaid=True))) - said
        pages = self._pages(total)
        first = (pages.number - 1) * self.per_page
        at = selection.in_order(left, self.sort, first=first, end=first + self.per_page)
        shown = self.results(at)
        return Page(
            now=self.now,
            asked=self.asked,
            total=total,
            unsaid=unsaid,
            results=shown,
            pages=pages,
            messages=self.messages,
            facets=self._facets(left),
            chips=self._chips(),
            centre=self.centre,
            others=self.others,
            unit=self.unit,
            within=self.within,
            reach_label=self._distance_label(self.within) if self.within else "",
            visitor_zone=self.visitor_zone,
            zone_label=wording.zone_label(str(self.visitor_zone), at=self.now) if self.visitor_zone else "",
            sort=self.sort,
            unsaid_link=self._unsaid_link(unsaid),
            sort_links=self._sort_links(),
            empty=None if total else self._empty(),
            similar=self._similar() if total else [],
        )

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

    def _pages(self, total: int) -> Pages:
        last = max(1, -(-total // self.per_page))
        text = self.given.get("page", "")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        if text and not 1 <= number <= last:
            self.messages.append(
                _("There is no page “%(page)s” of this search.") % {"page": text[: parameters.LONGEST_SHOWN]}
            )
        return Pages(min(max(1, number), last), last)

    # ── Choices ─────────────────────────────────────────────────────────────

    @cached_property
    def without(self) -> dict[str, Bits]:
        """What would be left without the conditions of one facet, for each that has some."""
        without = self.selection.each_without(include_unsaid=self.include_unsaid)
        if "attendance" in without and self.selection.depends_on_attendance:
            without["attendance"] = self.selection.attended([]).matching(include_unsaid=self.include_unsaid)
        return without

    def _facets(self, left: Bits) -> dict[str, Facet]:
        """Return every facet with how many meetings each choice would give.

        Of a facet where one value is enough, that is its own condition lifted; where all are
        needed, it is what would be left with one more.
        """
        narrowed = {clause.facet for clause in self.selection.clauses}
        lifted = [name for name in FACETS if name in narrowed and name not in ALL_OF]
        counts = self.selection.counts([name for name in FACETS if name not in lifted], left)
        for name in lifted:
            counts |= self.selection.counts([name], self.without[name])
        if self.selection.depends_on_attendance:
            counts["attendance"] = self._attendance_counts()
        found = {name: self._facet(name, counts[name]) for name in FACETS}
        for name, values in BY_CLOCK.items():
            found[name] = self._facet(name, self.selection.counts_by_clock(values, self.without.get(name, left)))
        return found

    def _attendance_counts(self) -> dict[str, int]:
        """Return what each way to attend would give, where it decides whose clock days and times are told by."""
        in_a_room, from_afar = (self.selection.attended([way]) for way in (Attendance.IN_PERSON, Attendance.ONLINE))
        counts: dict[str, int] = {}
        for others in (from_afar, in_a_room):
            left = others.matching(include_unsaid=self.include_unsaid)
            found = others.counts(["attendance"], left)["attendance"]
            counts |= {
                way: number for way, number in found.items() if (way == Attendance.IN_PERSON) == (others is in_a_room)
            }
        return counts

    def _facet(self, name: str, counts: dict[str, int]) -> Facet:
        asked = self.asked[name]
        selected = {"yes"} if asked is True else set(asked or ())
        labels = self.names.labels(name)
        values = [value for value in labels if counts.get(value) or value in selected]
        if name in _OFTEN_FIRST:
            values.sort(key=lambda value: -counts.get(value, 0))
        return Facet(name, [Choice(value, labels[value], counts.get(value, 0), value in selected) for value in values])

    def _chips(self) -> list[Link]:
        """Return everything that is asked for, each with the search without it."""
        given, asked, address = self.given, self.asked, self.address
        chips = []
        if asked["q"]:
            chips.append(Link(f"“{given['q'][: parameters.LONGEST_SHOWN]}”", address.having(q=None)))
        if self.centre:
            # The heading says how far and in which country.
            town = self.centre.label.partition(",")[0]
            here = _("This part of the map") if asked["view"] == "map" else _("Near you")
            words = _("Near %(place)s") % {"place": town} if town else here
            chips.append(Link(words, address.having(near=None, lat=None, lon=None, within=None)))
        if self.unknown_place:
            words = _("Near %(place)s") % {"place": self.unknown_place[: parameters.LONGEST_SHOWN]}
            chips.append(Link(words, address.having(near=None, within=None)))
        for name in (*FACETS, *BY_CLOCK):
            if not asked[name]:
                continue
            labels = self.names.labels(name)
            if asked[name] is True:
                chips.append(Link(labels["yes"], address.having(**{name: None})))
            else:
                chips += [Link(labels[value], address.without(name, value)) for value in asked[name]]
        if asked["soon"]:
            chips.append(Link(soon_label(asked["soon"]), address.having(soon=None)))
        if asked["from"] is not None or asked["until"] is not None:
            chips.append(Link(self._hours_label(), address.having(**{"from": None, "until": None})))
        if self.include_unsaid:
            chips.append(Link(_("Also those that do not say"), address.having(unknown=None)))
        return chips

    def _hours_label(self) -> str:
        first, last = (
            "" if minute is None else f"{minute // 60:02}:{minute % 60:02}"
            for minute in (self.asked["from"], self.asked["until"])
        )
        if not last:
            return _("Starts at %(time)s or later") % {"time": first}
        if not first:
            return _("Starts at %(time)s or before") % {"time": last}
        return _("Starts from %(first)s to %(last)s") % {"first": first, "last": last}

    def _distance_label(self, distance: float) -> str:
        number = number_format(distance, decimal_pos=0 if distance == int(distance) else 1)
        return _("%(n)s miles") % {"n": number} if self.unit == "mi" else _("%(n)s km") % {"n": number}

    def _sort_links(self) -> list[SortLink]:
        labels = {SORT_BY_TIME: _("Next to start"), SORT_BY_NAME: _("Name")}
        if self.centre:
            labels = {SORT_BY_TIME: _("Next to start"), SORT_BY_DISTANCE: _("Nearest"), SORT_BY_NAME: _("Name")}
        return [
            SortLink(label, self.address.having(sort=None if sort == SORT_BY_TIME else sort), sort == self.sort)
            for sort, label in labels.items()
        ]

    def _unsaid_link(self, unsaid: int) -> Link | None:
        if not unsaid:
            return None
        if self.include_unsaid:
            return Link(_("Leave out those that do not say"), self.address.having(unknown=None), unsaid)
        return Link(_("Show those too"), self.address.having(unknown="include"), unsaid)

    # ── Nothing found ───────────────────────────────────────────────────────

    def _empty(self) -> Empty:
        if self.unknown_place:
            return self._nowhere()
        without = self._without_one()
        return Empty(
            without=without,
            only_near=None if without else self._only_near(),
            wider=self._wider(),
            online_now=self._online_now(),
            similar=self._similar(),
            correction=self._correction(),
            everything=self.address.only("tz"),
        )

    def _nowhere(self) -> Empty:
        """Return the ways on from a place we do not know: what may have been meant, then everywhere."""
        meant = places_meant.meant(self.unknown_place[: words.LONGEST], limit=PLACES_OFFERED)
        everywhere = count(self.without["near"])
        label = _("Search everywhere") if len(self.selection.clauses) == 1 else _("The same search everywhere")
        return Empty(
            unknown_place=self.unknown_place[: parameters.LONGEST_SHOWN],
            places=[Link(match.label, self.address.having(near=match.label)) for match in meant],
            online_now=self._online_now(),
            everywhere=Link(label, self.address.having(near=None, within=None), everywhere) if everywhere else None,
            everything=self.address.only("tz"),
        )

    def _without_one(self) -> list[Link]:
        """Return the search without each single condition, the most helpful first."""
        taken_away = {
            "near": {"near": None, "lat": None, "lon": None, "within": None},
            "hours": {"from": None, "until": None},
        }
        labels = {
            "near": self.centre.label or _("your position") if self.centre else "",
            "q": f"“{self.given.get('q', '')[: parameters.LONGEST_SHOWN]}”",
            "hours": self._hours_label() if self.asked["from"] is not None or self.asked["until"] is not None else "",
            "soon": soon_label(self.asked["soon"]) if self.asked["soon"] else "",
        }
        links = []
        for name, others in self.without.items():
            number = count(others)
            if not number:
                continue
            label = labels.get(name) or ", ".join(
                self.names.labels(name)[value] for value in (["yes"] if self.asked[name] is True else self.asked[name])
            )
            url = self.address.having(**taken_away.get(name, {name: None}))
            links.append(Link(_("Without %(condition)s") % {"condition": label}, url, number))
        return sorted(links, key=lambda link: -(link.count or 0))[:5]

    def _only_near(self) -> Link | None:
        """Return everything near the place, for when no single condition is to blame."""
        near = next((clause for clause in self.selection.clauses if clause.facet == "near"), None)
        if near is None or len(self.selection.clauses) == 1:
            return None
        number = count(self.memory.listed & near.yes)
        url = self.address.only("near", "lat", "lon", "within", "unit", "tz")
        label = _("All meetings within %(distance)s") % {"distance": self._distance_label(self.within or 0)}
        return Link(label, url, number) if number else None

    def _wider(self) -> Link | None:
        """Return the same search within the smallest wider reach that finds something."""
        if not self.centre or not self.within:
            return None
        others = positions(self.without["near"])
        _at, apart = within_reach(
            self.memory, self.centre.latitude, self.centre.longitude, parameters.FARTHEST_KM, among=others
        )
        for reach in (*REACHES[self.unit], self._from_km(parameters.FARTHEST_KM) // 100 * 100):
            number = int((apart <= self._km(reach)).sum())
            if reach > self.within and number:
                label = _("Within %(distance)s") % {"distance": self._distance_label(reach)}
                return Link(label, self.address.having(within=f"{reach:g}"), number)
        return None

    def _online_now(self) -> Link:
        def work_out() -> int:
            probe = Selection(self.memory, self.names, now=self.now)
            probe.having("attendance", [Attendance.ONLINE])
            probe.starting_soon(ONLINE_NOW_MINUTES)
            return count(probe.matching())

        number = memory.keep(self.memory, ("online now", self.now.timestamp() // 60), work_out)
        url = Address(QueryDict()).having(
            attendance=Attendance.ONLINE.value, soon=ONLINE_NOW_MINUTES, tz=self.given.get("tz") or None
        )
        return Link(_("Online, now or within the hour"), url, number)

    def _similar(self) -> list[Link]:
        """Return approaches people also try, where the rest of the search finds something."""
        asked = self.asked["approach"]
        if not asked:
            return []
        counts = self.selection.counts(["approach"], self.without["approach"])["approach"]
        by_slug = {approach.slug: approach for approach in self.names.approaches.values()}
        offered = {}
        for slug in asked:
            for further in by_slug[slug].try_next:
                other = further.get("slug", "") if isinstance(further, dict) else ""
                if counts.get(other) and other not in asked:
                    url = self.address.having(approach=other)
                    offered.setdefault(other, Link(by_slug[other].name, url, counts[other], further.get("why", "")))
        return list(offered.values())[:SIMILAR_OFFERED]

    def _correction(self) -> Link | None:
        if not self.asked["q"]:
            return None
        text = words.correction(self.memory, self.asked["q"], self.names.folded)
        return Link(text, self.address.having(q=text)) if text else None


def soon_label(minutes: int) -> str:
    if minutes % 60 == 0 and minutes > 60:
        return _("On now or within %(hours)s hours") % {"hours": minutes // 60}
    if minutes == 60:
        return _("On now or within the hour")
    return _("On now or within %(minutes)s minutes") % {"minutes": minutes}


def reaches(unit: str, within: float | None) -> Iterable[tuple[str, bool]]:
    """Return the distances a person may pick, and which is picked."""
    known = sorted({*REACHES[unit], *([within] if within else [])})
    picked = within or USUAL_REACH[unit]
    return [(f"{distance:g}", distance == picked) for distance in known]
