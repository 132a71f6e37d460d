"""What the finder's page is made of: numbers, links, choices and words, no logic left to templates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.http import urlencode

from meetings.finder.results import Result

PER_PAGE = 20
ELLIPSIS = "…"
CHOICES_SHOWN = 8
USUAL_SOON = 60
_NOT_KEPT = frozenset({"page", "left", "here", "date"})


@dataclass(frozen=True, slots=True)
class Centre:
    """The point a search is around. `label` is "" for the visitor's own position."""

    latitude: float
    longitude: float
    label: str = ""
    country: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A way on from here: words, an address, and how many meetings it leads to (None: not counted).

    `why` is a reason in a sentence, where there is one to give.
    """

    label: str
    url: str
    count: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class SortLink:
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    count: int
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """The choices of one parameter. Those that would find nothing are left out."""

    name: str
    choices: list[Choice]

    @property
    def _in_sight(self) -> int:
        """How many are shown at once: a line to press for one or two more is more work than they are."""
        return len(self.choices) if len(self.choices) <= CHOICES_SHOWN + 2 else CHOICES_SHOWN

    @property
    def first(self) -> list[Choice]:
        """The choices in sight: some, and every one that is made."""
        return [choice for n, choice in enumerate(self.choices) if n < self._in_sight or choice.selected]

    @property
    def rest(self) -> list[Choice]:
        return [choice for n, choice in enumerate(self.choices) if n >= self._in_sight and not choice.selected]

    @property
    def selected(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.selected]


@dataclass(frozen=True, slots=True)
class Pages:
    """Which page of how many, in the words of components/pagination.html."""

    number: int
    num_pages: int
    ELLIPSIS = ELLIPSIS

    @property
    def paginator(self) -> Pages:
        return self

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.num_pages

    @property
    def has_other_pages(self) -> bool:
        return self.num_pages > 1

    @property
    def previous_page_number(self) -> int:
        return self.number - 1

    @property
    def next_page_number(self) -> int:
        return self.number + 1

    @property
    def numbers(self) -> list[int | str]:
        """The first, the last and those around this one, with gaps between."""
        near = {1, self.num_pages, *range(self.number - 1, self.number + 2)}
        shown: list[int | str] = []
        for number in sorted(number for number in near if 1 <= number <= self.num_pages):
            if shown and number - int(shown[-1]) > 1:
                shown.append(ELLIPSIS)
            shown.append(number)
        return shown


@dataclass(slots=True)
class Empty:
    """Ways on when nothing was found. `unknown_place` is a stranger's text: the place nobody knows."""

    without: list[Link] = field(default_factory=list)
    only_near: Link | None = None
    wider: Link | None = None
    online: Link | None = None
    online_now: Link | None = None
    similar: list[Link] = field(default_factory=list)
    correction: Link | None = None
    unknown_place: str = ""
    places: list[Link] = field(default_factory=list)
    everywhere: Link | None = None
    everything: str = ""


@dataclass(slots=True)
class Page:
    """One page of a search, ready to be shown. `asked` are the parameters that were understood."""

    now: datetime
    asked: dict
    total: int
    unsaid: int
    results: list[Result]
    pages: Pages
    messages: list[str]
    facets: dict[str, Facet]
    chips: list[Link]
    centre: Centre | None
    others: list[Link]
    unit: str
    within: float | None
    reach_label: str
    visitor_zone: ZoneInfo | None
    zone_label: str
    sort: str
    unsaid_link: Link | None = None
    empty: Empty | None = None
    area: str = ""
    """The state or country in which the meetings are, when that was asked for in place of a town."""
    similar: list[Link] = field(default_factory=list)
    """Approaches near those asked for, to be told below what was found; nothing when nothing was."""
    sort_links: list[SortLink] = field(default_factory=list)

    @property
    def shows_demo(self) -> bool:
        return any(result.meeting.source and result.meeting.source.is_demo for result in self.results)

    @property
    def soon(self) -> int:
        """The minutes that "starting soon" stands for on this page."""
        return self.asked["soon"] or USUAL_SOON


class Address:
    """A search as an address, and the addresses one step away from it.

    The page is never kept, nor what a sentence left to be told.
    """

    def __init__(self, given: QueryDict) -> None:
        # Encoded once: a page has a hundred links that differ in one part.
        self._parts = [
            (name, value, urlencode({name: value}))
            for name, values in given.lists()
            if name not in _NOT_KEPT
            for value in values
        ]

    def having(self, /, **changes: str | int | None) -> str:
        """Return the search with parameters set, or taken away by None."""
        kept = [part for name, _value, part in self._parts if name not in changes]
        return "?" + "&".join(kept + [urlencode({name: value}) for name, value in changes.items() if value is not None])

    def without(self, name: str, value: str) -> str:
        """Return the search without one value of a parameter."""
        return "?" + "&".join(part for n, v, part in self._parts if (n, v) != (name, value))

    def only(self, *names: str) -> str:
        """Return the search with nothing but these parameters."""
        return "?" + "&".join(part for name, _value, part in self._parts if name in names)
