"""The finder's parameters, and what each keeps of a selection.

Nothing a query string holds is an error: what is not understood is named to the visitor and
left out, and the rest of the search goes on.
"""

from __future__ import annotations

import math
import zoneinfo
from collections.abc import Callable, Container, Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groups import phrasing
from meetings.enums import TimeOfDay
from meetings.finder import words
from meetings.finder.clock import DAYS, TODAY, TOMORROW
from meetings.finder.selection import SORT_BY_DISTANCE, SORT_BY_NAME, SORT_BY_TIME, Selection

MOST_VALUES = 50
LONGEST_SHOWN = 60
FARTHEST_KM = 1000.0
LONGEST_SOON = 7 * 24 * 60
YES = frozenset({"1", "yes", "true", "on"})
NO = frozenset({"0", "no", "false", "off"})


class Ignored(NamedTuple):
    """A parameter or value that was left out. `value` is a stranger's text: escape it."""

    parameter: str
    value: str

    @property
    def short_value(self) -> str:
        return self.value if len(self.value) <= LONGEST_SHOWN else self.value[:LONGEST_SHOWN] + "…"


# ── Fields ──────────────────────────────────────────────────────────────────


class _Lenient(forms.Field):
    """A field that tells what it understands and what not. One for all searches: it keeps nothing of any."""

    def understood(self, given: list[str], known: Container[str]) -> tuple[Any, list[str]]:
        """Return the value, and the texts that are left out. `known` are the choices there are now."""
        raise NotImplementedError


class Values(_Lenient):
    """Several of the known values, each once."""

    def __init__(self, *, known: Container[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known = known

    def understood(self, given: list[str], known: Container[str]) -> tuple[list[str], list[str]]:
        good = dict.fromkeys(text for text in given[:MOST_VALUES] if text in (known or self.known))
        return list(good), [text for text in given if text not in good]


class One(_Lenient):
    """One value, read by a function that raises ValueError; of several the first that is good."""

    def __init__(self, read: Callable[[str], Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.read = read

    def understood(self, given: list[str], known: Container[str]) -> tuple[Any, list[str]]:
        found, rejected = None, []
        for text in given:
            try:
                value = self.read(text)
            except ValueError:
                rejected.append(text)
                continue
            if found is None:
                found = value
        return found, rejected


def _one_of(*known: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise ValueError(text)
        return text

    return read


def _flag(text: str) -> bool:
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise ValueError(text)


def _number(least: float, most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        number = float(text) if text.isascii() else math.nan
        if not least <= number <= most:
            raise ValueError(text)
        return number

    return read


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 10) or not least <= int(text) <= most:
            raise ValueError(text)
        return int(text)

    return read


def _minute(text: str) -> int:
    """Return the minute of the day of a time such as 18:30."""
    at = datetime.strptime(text[:5], "%H:%M") if len(text) in (4, 5, 8) else None  # noqa: DTZ007 (a wall time)
    if at is None:
        raise ValueError(text)
    return at.hour * 60 + at.minute


def _words(text: str) -> words.Words:
    return words.parse(text)


def _zone(text: str) -> zoneinfo.ZoneInfo:
    # Looked up in the list of names and never as a file: it comes from a stranger.
    if text not in _zone_names():
        raise ValueError(text)
    return zoneinfo.ZoneInfo(text)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


# ── Filters ─────────────────────────────────────────────────────────────────


class _Filter(django_filters.Filter):
    """Narrows a selection when something is asked of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Without a label of its own, one would be looked for among the model's fields.
        super().__init__(*args, label="", **kwargs)

    def filter(self, selection: Selection, value: Any) -> Selection:
        if value not in (None, [], False):
            self.narrow(selection, value)
        return selection

    def narrow(self, selection: Selection, value: Any) -> None:
        raise NotImplementedError


class Choice(_Filter):
    """Several values of one facet, as the catalogue has them now."""

    field_class = Values

    def narrow(self, selection: Selection, value: list[str]) -> None:
        selection.having(self.field_name, value)


class YesOnly(_Filter):
    field_class = One

    def narrow(self, selection: Selection, value: bool) -> None:
        selection.having(self.field_name, ["yes"])


class Text(_Filter):
    field_class = One

    def narrow(self, selection: Selection, value: words.Words) -> None:
        selection.among("q", words.find(selection.memory, value, selection.names.folded))


class Days(_Filter):
    field_class = Values

    def narrow(self, selection: Selection, value: list[str]) -> None:
        selection.on_days(value)


class Times(_Filter):
    field_class = Values

    def narrow(self, selection: Selection, value: list[str]) -> None:
        selection.at_times(value)


class Soon(_Filter):
    field_class = One

    def narrow(self, selection: Selection, value: int) -> None:
        selection.starting_soon(value)


class Unread(_Filter):
    """A parameter that another one, or the page, makes use of."""

    field_class = One

    def narrow(self, selection: Selection, value: Any) -> None:
        pass


class FinderFilters(django_filters.FilterSet):
    """Every parameter of the finder but `page`.

    `near` is a text; whoever searches looks it up and calls `Selection.within`.
    """

    q = Text(read=_words)
    near = Unread(read=str)
    lat = Unread(read=_number(-90, 90))
    lon = Unread(read=_number(-180, 180))
    # Of miles that is farther than a search reaches: then it reaches as far as it can.
    within = Unread(read=_number(0.1, FARTHEST_KM))
    unit = Unread(read=_one_of("km", "mi"))
    approach = Choice(field_name="approach")
    fellowship = Choice(field_name="fellowship")
    belief = Choice(field_name="belief")
    covers = Choice(field_name="covers")
    attendance = Choice(field_name="attendance")
    open = YesOnly(field_name="open", read=_flag)
    first_visit = YesOnly(field_name="first_visit", read=_flag)
    format = Choice(field_name="format")
    focus = Choice(field_name="focus")
    access = Choice(field_name="access")
    feature = Choice(field_name="feature")
    language = Choice(field_name="language")
    day = Days(known=(*DAYS, TODAY, TOMORROW))
    time = Times(known=TimeOfDay.values)
    until = Unread(read=_minute)
    soon = Soon(read=_whole(1, LONGEST_SOON))
    unknown = Unread(read=_one_of("include"))
    sort = Unread(read=_one_of(SORT_BY_TIME, SORT_BY_DISTANCE, SORT_BY_NAME))
    tz = Unread(read=_zone)
    view = Unread(read=_one_of("list", "map"))

    def __init__(self, data: QueryDict, selection: Selection) -> None:
        # As in the base class, without copies of filters that never change: a fifth of a
        # search's time.
        self.is_bound, self.data, self.queryset = True, data, selection
        self.request = self.form_prefix = None
        self.filters = self.base_filters

    @property
    def form(self) -> Answers:
        if not hasattr(self, "_form"):
            self._form = Answers(self.data, self.queryset.names.choices)
        return self._form

    def filter_queryset(self, selection: Selection) -> Selection:
        """Narrow the selection by everything that was asked for."""
        asked = self.form.cleaned_data
        for name, one in self.filters.items():
            one.filter(selection, asked[name])
        first, last = asked["from"], asked["until"]
        if first is not None or last is not None:
            # A meeting that starts at the very minute of "until" is meant too.
            end = 1440 if last is None else last + 1
            selection.starting_between(first or 0, end)
        return selection


# Two parameters have names that Python keeps for itself.
FinderFilters.base_filters["for"] = Choice(field_name="for")
FinderFilters.base_filters["from"] = Unread(read=_minute)


@cache
def _fields() -> dict[str, tuple[_Lenient, str]]:
    """Return every parameter's field, and the facet whose values are its choices, if one is."""
    return {
        name: (one.field, one.field_name if isinstance(one, Choice) else "")
        for name, one in FinderFilters.base_filters.items()
    }


class Answers:
    """What a query string says, in place of a form: nothing in it is an error.

    Django's own form makes new fields for every search, which takes as long as the search.
    """

    errors: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, data: QueryDict, choices: Mapping[str, Container[str]]) -> None:
        self.cleaned_data: dict[str, Any] = {}
        self.rejected: dict[str, list[str]] = {}
        for name, (one, facet) in _fields().items():
            given = [text.strip() for text in data.getlist(name)]
            value, rejected = one.understood([text for text in given if text], choices[facet] if facet else ())
            self.cleaned_data[name] = value
            if rejected:
                self.rejected[name] = rejected

    def is_valid(self) -> bool:
        return True


# What a sentence left to be told; see `meetings.finder.saying`.
TOLD = frozenset({"left", "here", "date"})
PARAMETERS = frozenset(FinderFilters.base_filters) | {"page"} | TOLD

# What the page calls a parameter. Addresses go on to use its own name.
LABELS = {
    "q": gettext_lazy("Words"),
    "near": gettext_lazy("Town or postcode"),
    "lat": gettext_lazy("Near me"),
    "lon": gettext_lazy("Near me"),
    "within": gettext_lazy("Within"),
    "unit": gettext_lazy("Within"),
    "approach": gettext_lazy("Approach"),
    "fellowship": gettext_lazy("Fellowship"),
    "belief": gettext_lazy("Belief"),
    "covers": gettext_lazy("What it is about"),
    "for": gettext_lazy("For whom"),
    "attendance": gettext_lazy("Near or online"),
    "open": gettext_lazy("Anyone may come"),
    "first_visit": gettext_lazy("Good for a first visit"),
    "format": gettext_lazy("How it runs"),
    "focus": gettext_lazy("Focus"),
    "access": gettext_lazy("Access"),
    "feature": gettext_lazy("Good to know"),
    "language": gettext_lazy("Language"),
    "day": gettext_lazy("Day"),
    "time": gettext_lazy("Time"),
    "from": gettext_lazy("Starts between"),
    "until": gettext_lazy("Starts between"),
    "soon": gettext_lazy("Day and time"),
    "unknown": gettext_lazy("What a meeting does not say"),
    "sort": gettext_lazy("In order of"),
    "tz": gettext_lazy("Your time zone"),
    "view": gettext_lazy("Show as"),
}


def ignored(filters: FinderFilters, given: QueryDict) -> list[Ignored]:
    """Return the parameters and values that were left out, in the order given."""
    found = []
    for name, values in given.lists():
        if name not in PARAMETERS:
            found += [Ignored(name, text) for text in values[:1]]
        else:
            found += [Ignored(name, text) for text in dict.fromkeys(filters.form.rejected.get(name, ()))]
    return found[:20]


def label_of_ignored(one: Ignored) -> str:
    value, name = (phrasing.isolated(text) for text in (one.short_value, one.parameter[:LONGEST_SHOWN]))
    if one.parameter not in PARAMETERS:
        return _("“%(name)s” is not something we can search by.") % {"name": name}
    return _("“%(value)s” is not something we know for “%(name)s”.") % {"value": value, "name": LABELS[one.parameter]}
