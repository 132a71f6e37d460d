"""Countries and their regions by code and by name.

Sources: GeoNames (countries; CC BY 4.0), Unicode CLDR (their names in other languages; see
`groups.countries`), and the postal services of the United States, Canada and Australia
(abbreviations of regions). The files are in `meetings/data`.
"""

import csv
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

from groups import countries
from groups.text import fold

_DATA = Path(__file__).resolve().parent / "data"

# As people write them on an envelope; the rest go by their full name.
_SHORT_NAMES = {"US": "USA", "GB": "UK", "AE": "UAE"}

# Further names that people type, folded.
_OTHER_NAMES = {
    "usa": "US", "america": "US", "united states of america": "US",
    "uk": "GB", "great britain": "GB", "britain": "GB",
    "uae": "AE", "holland": "NL", "deutschland": "DE", "espana": "ES", "brasil": "BR", "czech republic": "CZ",
    "turkey": "TR", "republic of ireland": "IE", "aotearoa": "NZ",
}  # fmt: skip


@cache
def _country_names() -> dict[str, str]:
    with (_DATA / "countries.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


@cache
def _codes_of_countries() -> dict[str, str]:
    """Return codes by folded name, in every language of the pages. English names come first."""
    elsewhere = {fold(name): code for name, code in countries.every_name() if code in _country_names()}
    codes = {fold(name): code for code, name in _country_names().items()}
    return {**elsewhere, **codes, **_OTHER_NAMES, **{code.lower(): code for code in _country_names()}}


@cache
def _region_codes() -> dict[tuple[str, str], str]:
    with (_DATA / "regions.csv").open(encoding="utf-8", newline="") as file:
        return {(row["country"], row["name"]): row["code"] for row in csv.DictReader(file)}


@cache
def _region_names() -> dict[tuple[str, str], str]:
    return {(country, code): name for (country, name), code in _region_codes().items() if code}


@cache
def _folded_regions() -> tuple[tuple[str, str, str, str], ...]:
    """Return (country, name, folded name, abbreviation in small letters) of every region."""
    return tuple((country, name, fold(name), code.lower()) for (country, name), code in _region_codes().items())


def regions_called(text: str, *, is_start: bool = False) -> list[tuple[str, str]]:
    """Return (country, region) of every region of this name or abbreviation.

    `is_start` also takes names that only begin so, for somebody still typing.
    """
    folded = fold(text)
    if not folded:
        return []
    letters = folded.replace(" ", "")
    return [
        (country, name)
        for country, name, known, code in _folded_regions()
        if folded == known or (code and letters == code) or (is_start and known.startswith(folded))
    ]


def country_name(code: str, *, short: bool = False) -> str:
    """Return the name of a country in the active language, the code itself when it is unknown.

    `short` gives "USA" and "UK" for those that everybody shortens in English.
    """
    code = code.upper()
    is_english = (get_language() or "en").startswith("en")
    if short and is_english and code in _SHORT_NAMES:
        return _SHORT_NAMES[code]
    return countries.name(code, _country_names().get(code, code))


def country_code(text: str) -> str:
    """Return the ISO code of a country named in any usual way ("usa", "Germany", "Allemagne", "DE"), or ""."""
    folded = fold(text)
    # "U.S.A." and "U.K." fold to letters with gaps.
    return _codes_of_countries().get(folded) or _codes_of_countries().get(folded.replace(" ", ""), "")


def countries_called(text: str, *, is_start: bool = False) -> list[str]:
    """Return the codes of the countries of this name; `is_start` as in `regions_called`."""
    code = country_code(text)
    folded = fold(text)
    begun = [other for name, other in _codes_of_countries().items() if name.startswith(folded)] if is_start else []
    return list(dict.fromkeys([code, *begun] if code else begun)) if folded else []


def region_code(country: str, name: str) -> str:
    """Return the postal abbreviation of a region ("MA"), "" where the country has none here."""
    return _region_codes().get((country.upper(), name), "")


def region_name(country: str, text: str) -> str:
    """Return a region's full name for its abbreviation; any other text comes back as it is."""
    return _region_names().get((country.upper(), text.strip().upper().rstrip(".")), text)
