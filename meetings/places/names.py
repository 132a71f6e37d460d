"""What people type -> places: "Boston", "Paris, TX", "köln", "02134", "london ontario"."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import log10

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Left

from groups.text import fold
from meetings import regions
from meetings.models import Place, PlaceName, Postcode

_LONGEST = 100
_EXACT_AT_MOST = 60
_PREFIX_AT_MOST = 30
_WORDS_OF_A_REGION = 3

# What a match is worth beside the power of ten of its population.
_EXACT, _WHOLE_WORDS, _OWN_COUNTRY = 2.5, 0.7, 0.5

_ZIP_PLUS_FOUR = re.compile(r"^(\d{5})\d{4}$")
_CANADIAN = re.compile(r"^([A-Z]\d[A-Z])\d[A-Z]\d$")
_BRITISH = re.compile(r"^([A-Z]{1,2}\d[A-Z\d]?)\d[A-Z]{2}$")


@dataclass(frozen=True, slots=True)
class Match:
    """A place or postcode that was found for a text."""

    kind: str  # "place" or "postcode"
    name: str
    region: str
    country: str
    latitude: float
    longitude: float
    time_zone: str
    population: int = 0
    postcode: str = ""
    place_id: int | None = None

    @property
    def label(self) -> str:
        """As in "Portland, Oregon, USA" and "02134 Allston, Massachusetts, USA". Typed again, it finds the same.

        The country is told in the active language, and found in any.
        """
        name = " ".join(part for part in (self.postcode, self.name) if part)
        country = regions.country_name(self.country, short=True)
        return ", ".join(part for part in (name, self.region, country) if part)


@dataclass(frozen=True, slots=True)
class _Where:
    """Countries and regions that one word after a town's name may mean."""

    countries: tuple[str, ...]
    regions: tuple[tuple[str, str], ...]

    @property
    def is_known(self) -> bool:
        return bool(self.countries or self.regions)

    def holds(self, country: str, region: str) -> bool:
        return country in self.countries or (country, region) in self.regions

    def condition(self, prefix: str = "") -> Q:
        condition = Q(**{f"{prefix}country__in": self.countries})
        for country, name in self.regions:
            condition |= Q(**{f"{prefix}country": country, f"{prefix}region": name})
        return condition


def search(text: str, *, country: str | None = None, limit: int = 8) -> list[Match]:
    """Return what the text may mean, best first; [] when it means nothing we know.

    A postcode is found by itself or within an address. Otherwise a name, alone or followed by a
    region or country, with or without commas. Names that are equal come before names that only
    begin so, unless those are far larger places; of equals the larger, and on near ties one in
    DEFAULT_COUNTRY. `country` (two letters) leaves out all others. One to six quick queries.
    """
    return _find(text, country=country, limit=limit, is_start=False)


def suggest(prefix: str, limit: int = 8, *, country: str | None = None) -> list[Match]:
    """Return places for somebody still typing: from two letters, or three digits of a postcode.

    As `search`, and the region may be unfinished: "portland, o".
    """
    return _find(prefix, country=country, limit=limit, is_start=True)


def _find(text: str, *, country: str | None, limit: int, is_start: bool) -> list[Match]:
    text = plain_commas(text[:_LONGEST]).strip()
    if limit < 1:
        return []
    within = _Where((country.upper(),), ()) if country else None
    found = _postcodes(text, within, limit=limit, is_start=is_start)
    if found:
        return found[:limit]
    scored: dict[int, tuple[float, Place]] = {}
    for name, wheres in _readings(text, is_start=is_start):
        # Two letters at least: of one, half the world begins with it.
        if len(name) > 1:
            for score, place in _towns(name, [*wheres, within] if within else wheres):
                if place.pk not in scored or scored[place.pk][0] < score:
                    scored[place.pk] = (score, place)
    best = sorted(scored.values(), key=lambda pair: (-pair[0], -pair[1].population, pair[1].pk))
    # Two villages of one name in one region read alike: the larger stands for both.
    matches = {match.label: match for match in reversed([_match(place) for _score, place in best])}
    return list(reversed(matches.values()))[:limit]


def plain_commas(text: str) -> str:
    """Return a text with the commas of Arabic as any others."""
    return text.replace("،", ",")


def _readings(text: str, *, is_start: bool) -> Iterator[tuple[str, list[_Where]]]:
    """Yield the ways to read a text: a folded name, and where it should be."""
    parts = [part for part in (part.strip() for part in text.split(",")) if part]
    if not parts:
        return
    name, after = fold(parts[0]), parts[1:]
    if after:
        # An address may come before its town: "1 Main Street, Boston".
        yield from _readings(", ".join(after), is_start=is_start) if any(map(str.isdigit, name)) else ()
        wheres = [
            _where(part, is_start=is_start and position == len(after)) for position, part in enumerate(after, start=1)
        ]
        # "Allston, Boston": a word that is no region we know says nothing.
        yield name, [where for where in wheres if where.is_known]
        return
    yield name, []
    yield from _unpunctuated(name.split(), [])


def _unpunctuated(words: list[str], wheres: list[_Where]) -> Iterator[tuple[str, list[_Where]]]:
    """Yield "boston ma", "london ontario canada" as a name and the regions at its end."""
    for count in range(1, min(_WORDS_OF_A_REGION, len(words) - 1) + 1):
        where = _where(" ".join(words[-count:]), is_start=False)
        if where.is_known:
            rest = words[:-count]
            yield " ".join(rest), [where, *wheres]
            if not wheres:
                yield from _unpunctuated(rest, [where])


def _where(text: str, *, is_start: bool) -> _Where:
    countries = regions.countries_called(text, is_start=is_start)
    return _Where(tuple(countries), tuple(regions.regions_called(text, is_start=is_start)))


def _towns(name: str, wheres: list[_Where]) -> list[tuple[float, Place]]:
    names: QuerySet[PlaceName] = PlaceName.objects.all()
    for where in wheres:
        names = names.filter(where.condition("place__"))
    names = names.order_by("-population", "pk")
    rows = list(_beginning(names, name).values_list("place_id", "folded")[:_PREFIX_AT_MOST])
    if len(rows) == _PREFIX_AT_MOST:
        # Of many that begin so, those called just that may be too small to be among the first.
        rows += names.filter(folded=name).values_list("place_id", "folded")[:_EXACT_AT_MOST]
    found = Place.objects.in_bulk({place_id for place_id, _folded in rows})
    return [(_score(found[place_id], folded, name), found[place_id]) for place_id, folded in rows if place_id in found]


def _beginning(names: QuerySet[PlaceName], start: str) -> QuerySet[PlaceName]:
    """Return names that begin so, by an index that has the largest first where many begin so."""
    if len(start) == 2:
        return names.alias(start=Left("folded", 2)).filter(start=start)
    return names.filter(folded__startswith=start)


def _score(place: Place, folded: str, name: str) -> float:
    score = log10(place.population + 1000)
    if folded == name:
        score += _EXACT
    elif folded.startswith(f"{name} "):
        score += _WHOLE_WORDS
    if place.country == settings.DEFAULT_COUNTRY:
        score += _OWN_COUNTRY
    return score


def _match(place: Place) -> Match:
    return Match(
        kind="place",
        name=place.name,
        region=place.region,
        country=place.country,
        latitude=place.latitude,
        longitude=place.longitude,
        time_zone=place.time_zone,
        population=place.population,
        place_id=place.pk,
    )


def plain_postcode(text: str) -> str:
    """Return a postcode in capitals without spaces or hyphens; of a ZIP+4 its five digits."""
    plain = "".join(letter for letter in text.upper() if letter.isalnum())
    long_zip = _ZIP_PLUS_FOUR.match(plain)
    return long_zip[1] if long_zip else plain


def _postcodes(text: str, within: _Where | None, *, limit: int, is_start: bool) -> list[Match]:
    if not any(letter.isdigit() for letter in text):
        return []
    codes = Postcode.objects.filter(within.condition()) if within else Postcode.objects.all()
    found = list(codes.filter(code__in=_possible_codes(text))[: 4 * limit])
    plain = plain_postcode(text)
    if not found and is_start and len(plain) > 2 and plain[0].isalnum() and any(map(str.isdigit, plain)):
        found = list(codes.filter(code__gte=plain, code__lt=plain + "~").order_by("code")[:limit])
    for where in _wheres_after_comma(text):
        kept = [
            code for code in found if code.country in where.countries or (code.country, code.region) in where.regions
        ]
        found = kept or found
    found.sort(key=lambda code: (-len(code.code), code.country != settings.DEFAULT_COUNTRY, code.code, code.country))
    return [
        Match(
            kind="postcode",
            name=code.name,
            region=code.region,
            country=code.country,
            latitude=code.latitude,
            longitude=code.longitude,
            time_zone=code.time_zone,
            postcode=code.code,
        )
        for code in found
    ]


def _wheres_after_comma(text: str) -> list[_Where]:
    wheres = [_where(re.sub(r"\d+", "", part), is_start=False) for part in text.split(",")[1:]]
    return [where for where in wheres if where.is_known]


def _possible_codes(text: str) -> set[str]:
    """Return every postcode that may be meant: words with digits, alone or two together."""
    words = [word for word in re.split(r"[\s,;]+", text) if word]
    pieces = [plain_postcode(word) for word in words]
    pieces += [plain_postcode(first + second) for first, second in pairwise(words)]
    codes = {piece for piece in pieces if any(map(str.isdigit, piece))}
    # Where only the first half is in the gazetteer, it is near enough.
    for shape in (_CANADIAN, _BRITISH):
        codes |= {half[1] for half in map(shape.match, list(codes)) if half}
    return codes


def find_town(town: str, region: str = "", country: str = "") -> Place | None:
    """Return the town of this name, the largest when there are several; None when there is none.

    `region` is a name or abbreviation and decides only where the gazetteer knows regions;
    `country` is two letters, or "" for any, DEFAULT_COUNTRY first. One query.
    """
    return find_towns([(town, region, country)])[0]


def find_towns(rows: Iterable[tuple[str, str, str]]) -> list[Place | None]:
    """Return `find_town` of each (town, region, country), in order. One query for 5,000 names."""
    asked = [(fold(town), region.strip(), country.strip().upper()) for town, region, country in rows]
    names = sorted({town for town, _region, _country in asked if town})
    countries = {country for _town, _region, country in asked}
    known = PlaceName.objects.all()
    if "" not in countries:
        # Half the world's names are elsewhere, too.
        known = known.filter(place__country__in=countries)
    called: dict[str, list[Place]] = {}
    for first in range(0, len(names), 5_000):
        found = (
            known.filter(folded__in=names[first : first + 5_000])
            .select_related("place")
            .order_by("-population", "place_id")
        )
        for name in found:
            called.setdefault(name.folded, []).append(name.place)
    answers = {row: _town_of(called.get(row[0], []), region=row[1], country=row[2]) for row in set(asked)}
    return [answers[row] for row in asked]


def _town_of(towns: list[Place], *, region: str, country: str) -> Place | None:
    if country:
        towns = [town for town in towns if town.country == country]
    if region:
        folded = fold(region)
        known = [town for town in towns if town.region]
        towns = [town for town in known if folded in (fold(town.region), town.region_code.lower())] + [
            town for town in towns if not town.region
        ]
    if not country:
        towns = sorted(towns, key=lambda town: town.country != settings.DEFAULT_COUNTRY)
    return towns[0] if towns else None


def place_by_path(country: str, region: str, town: str) -> Place | None:
    """Return the place of a page's address, as in /places/us/ma/boston/; "-" is no region."""
    for place in Place.objects.filter(country=country.upper(), slug=town):
        if place.path_parts == (country.lower(), region, town):
            return place
    return None
