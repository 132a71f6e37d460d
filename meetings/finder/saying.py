"""A sentence typed into the one field -> the address of the search it means.

The sentence itself is in no address that stays: what was understood becomes the finder's
ordinary parameters, and three more that only tell: `left`, words that were not understood,
`here`, that somebody asked for what is near them, and `date`, a day that was named, for which
its weekday is searched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, reduce
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone, translation

from meetings import places
from meetings.finder import memory, names, sentence
from meetings.finder.clock import DAYS
from meetings.finder.page import Address
from meetings.finder.searching import matching_ids
from meetings.models import PlaceName, Postcode

# What a visitor set before speaking goes on to hold.
_GOES_ON = ("tz", "unit", "view")
_MOST_BEGUN = 200
_MOST_LEFT, _LONGEST_LEFT = 8, 60
_MOST_DATES = 3
_LONGEST_WORD = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says about the sentence that led to it.

    `as_words` and `as_place` are the search with what is left as words, and as a place if it has none.
    """

    left: list[str]
    as_words: str
    as_place: str
    is_near_me: bool
    dates: list[date]

    def __bool__(self) -> bool:
        return bool(self.left or self.is_near_me or self.dates)


def search_of(given: QueryDict, *, now: datetime, visitor_zone: ZoneInfo | None = None) -> QueryDict:
    """Return the search that the sentence in `say` means, with `tz`, `unit` and `view` as they were.

    One to three queries of the gazetteer, and two for each of some words that were not understood:
    a state or a country among them is where to look. If nothing was understood, the words are searched for
    in names, unless no meeting has them and they are the beginning of a town's name.
    """
    text = given.get("say", "")[: sentence.LONGEST].strip()
    found = QueryDict(mutable=True)
    reading = _read(text, today=now.astimezone(visitor_zone or timezone.get_default_timezone()))
    for name, value in [*reading.pairs, *(("left", words) for words in reading.left)]:
        found.appendlist(name, value)
    if reading.is_near_me:
        found["here"] = "yes"
    if reading.dates:
        found.setlist("date", [on.isoformat() for on in reading.dates])
    for name in _GOES_ON:
        if given.get(name) and name not in found:
            found[name] = given[name]
    is_only_words = [part.parameter for part in reading.parts] == ["q"] and '"' not in reading.parts[0].value
    if is_only_words:
        is_a_name = matching_ids(found, now=now, limit=1)
        if _is_area(text) or (not is_a_name and places.search(text, limit=1)):
            found.pop("q")
            found["near"] = text
    elif not reading.is_near_me and "near" not in found:
        _look_in_an_area(found)
    return found


def _look_in_an_area(found: QueryDict) -> None:
    """Take the first state or country among the words that were not understood for where to look."""
    left = found.getlist("left")
    area = next(filter(_is_area, left), None)
    if area is None:
        return
    found["near"] = area
    found.setlist("left", [words for words in left if words != area])
    if len(left) == 1:
        del found["left"]


def _is_area(text: str) -> bool:
    # Small words are words: "in", "or" and "me" are states too.
    is_word = len(text) <= _LONGEST_WORD and not text.isupper()
    return not is_word and places.area(text, places.search(text, limit=1)) is not None


def told(given: QueryDict) -> Told:
    """Return what an address says about its sentence. The words are a stranger's: escape them."""
    left = [text[:_LONGEST_LEFT] for text in given.getlist("left")[:_MOST_LEFT] if text.strip()]
    address, is_placed = Address(given), bool(given.get("near") or given.get("lat"))
    return Told(
        left=left,
        as_words=address.having(q=" ".join([*filter(None, [given.get("q", "")]), *left])),
        as_place="" if is_placed else address.having(near=" ".join(left)),
        is_near_me=given.get("here") == "yes" and not is_placed,
        dates=_dates(given),
    )


def _dates(given: QueryDict) -> list[date]:
    """Return the days that were named and whose weekdays are still asked for."""
    found = []
    for text in given.getlist("date")[:_MOST_DATES]:
        with suppress(ValueError):
            found.append(date.fromisoformat(text))
    return [on for on in found if DAYS[on.weekday()] in given.getlist("day")]


def _read(text: str, *, today: datetime) -> sentence.Reading:
    language = (translation.get_language() or "").partition("-")[0]
    return sentence.read(text, lexicon=lexicon(), gazetteer=_Gazetteer(), today=today.date(), language=language)


def lexicon() -> sentence.Lexicon:
    """Return the words for the catalogue as it is, right within a minute."""
    global _kept
    known, kept = names.current(memory.current()), _kept
    if kept is None or kept[0] is not known:
        _kept = kept = known, _lexicon(tuple(dict.fromkeys(_names(known))))
    return kept[1]


def _names(known: names.Names) -> Iterator[sentence.CatalogueName]:
    """Give what the catalogue's things are called, and its traits in every language of the site."""
    for approach in known.approaches.values():
        for name in (approach.name, *approach.also_known_as):
            yield sentence.CatalogueName("approach", approach.slug, name)
    for fellowship in known.fellowships.values():
        for name in (fellowship.name, fellowship.abbreviation):
            yield sentence.CatalogueName("fellowship", fellowship.slug, name)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for trait in known.traits.values():
                yield sentence.CatalogueName(trait.kind, trait.slug, str(trait.label))


@lru_cache(maxsize=2)
def _lexicon(catalogue: tuple[sentence.CatalogueName, ...]) -> sentence.Lexicon:
    return sentence.Lexicon(catalogue)


_kept: tuple[names.Names, sentence.Lexicon] | None = None


class _Gazetteer:
    """The gazetteer in the database."""

    def towns(self, names: Collection[str]) -> Mapping[str, Sequence[sentence.Town]]:
        rows = PlaceName.objects.filter(folded__in=names).values_list(
            "folded", "place__country", "place__region", "place__population"
        )
        found: dict[str, list[sentence.Town]] = {}
        for folded, country, region, population in rows:
            found.setdefault(folded, []).append(sentence.Town(country, region, population))
        return found

    def begun(self, names: Collection[str]) -> Mapping[str, Sequence[sentence.Town]]:
        begins = reduce(or_, (Q(folded__startswith=f"{name} ") for name in names))
        rows = PlaceName.objects.filter(begins, population__gte=sentence.LARGE).values_list(
            "folded", "place__country", "place__region", "place__population"
        )
        found: dict[str, list[sentence.Town]] = {}
        for folded, *town in rows[:_MOST_BEGUN]:
            for name in names:
                if folded.startswith(f"{name} "):
                    found.setdefault(name, []).append(sentence.Town(*town))
        return found

    def postcodes(self, codes: Collection[str]) -> Collection[Any]:
        return set(Postcode.objects.filter(code__in=codes).values_list("code", flat=True))
