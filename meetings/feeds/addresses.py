"""Addresses as feeds write them -> street, town, region, postcode, country.

Never a reason to leave a meeting out: what cannot be told apart stays in the street.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from groups.text import fold
from meetings import regions

# What the lists call countries beyond the names in `meetings.regions`, folded.
_MORE_COUNTRY_NAMES = {
    "deutschlang": "DE", "allemagne": "DE", "alemania": "DE", "france": "FR", "francia": "FR", "italia": "IT",
    "schweiz": "CH", "suisse": "CH", "svizzera": "CH", "osterreich": "AT", "oesterreich": "AT", "belgie": "BE",
    "belgique": "BE", "nederland": "NL", "the netherlands": "NL", "danmark": "DK", "sverige": "SE", "norge": "NO",
    "suomi": "FI", "polska": "PL", "cesko": "CZ", "magyarorszag": "HU", "mexico": "MX", "mejico": "MX",
    "etats unis": "US", "estados unidos": "US", "united states of america usa": "US", "unites states": "US",
    "untied states": "US", "us of a": "US", "usa usa": "US", "england": "GB", "scotland": "GB", "wales": "GB",
    "northern ireland": "GB", "canada": "CA", "ca canada": "CA", "eire": "IE",
}  # fmt: skip
_US_AND_CANADA = ("US", "CA")

_US_END = re.compile(r"^(?P<region>[A-Za-z][A-Za-z. ]*?)[\s.]+(?P<postcode>\d{5}(?:-\d{4})?)$")
_CANADIAN_CODE = re.compile(r"^(?:(?P<region>[A-Za-zé. ]+?)\s+)?(?P<postcode>[A-Z]\d[A-Z]\s?\d[A-Z]\d)$", re.IGNORECASE)
_BRITISH_END = re.compile(r"^(?:(?P<town>.+?)\s+)?(?P<postcode>[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2})$", re.IGNORECASE)
_CODE_THEN_TOWN = re.compile(r"^(?:[A-Z]{1,2}-)?(?P<postcode>\d{4,5}|\d{3}\s\d{2}|\d{2}-\d{3})\s+(?P<town>\D.+)$")
_TOWN_REGION_CODE = re.compile(r"^(?P<town>.+?)\s+(?P<region>[A-Z]{2,3})\s+(?P<postcode>\d{4})$")
_ONLY_CODE = re.compile(r"^\d{4,6}(?:-\d{3,4})?$")


@dataclass(frozen=True, slots=True)
class Address:
    street: str = ""
    town: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


@lru_cache(maxsize=1024)
def country(text: str) -> str:
    """Return the ISO code of a country as lists write it, "" when it is none that we know."""
    return regions.country_code(text) or _MORE_COUNTRY_NAMES.get(fold(text), "")


@cache
def _regions_of_us_and_canada() -> dict[str, str]:
    """Folded name or abbreviation of a state or province -> country; the abbreviations never clash."""
    return {
        fold(word): side
        for (side, name), code in regions._region_codes().items()
        if side in _US_AND_CANADA
        for word in (name, code)
    }


@lru_cache(maxsize=8192)
def country_of_region(text: str) -> str:
    """Return US or CA for a state or province of theirs, else ""."""
    return _regions_of_us_and_canada().get(fold(text), "")


def without_directions(text: str) -> str:
    """Return an address up to an `@`, after which lists give the corner or the building."""
    return text.split("@", 1)[0].strip(" ,")


def postcode(text: str, side: str) -> str:
    """Return a postcode; in the USA, zeros that a spreadsheet lost come back."""
    text = text.strip().upper()
    if text.endswith(".0"):
        text = text[:-2]
    if side == "US" and text.isdecimal() and 3 <= len(text) < 5:
        return text.zfill(5)
    return text[:20]


@lru_cache(maxsize=8192)
def read(text: str, *, side: str = "") -> Address:
    """Take an address in one line apart, from its end. `side` is the country when it names none.

    "1600 Dell Ave, Campbell, CA 95008, USA", "Hauptstr. 5, 10827 Berlin, Germany",
    "10 High St, London SW1A 2AA, UK", "8318 104 St, Edmonton, Alberta, T6E 4E8, Canada".
    """
    parts = [part.strip() for part in without_directions(text).split(",") if part.strip()]
    named = country(parts[-1]) if parts else ""
    # "CA" at the end is California, "DE" may be Delaware: a state's abbreviation is no country.
    if named and not (len(parts[-1]) == 2 and country_of_region(parts[-1]) and len(parts) > 1):
        side = named
        parts.pop()
    region = code = town = ""
    if parts and _ONLY_CODE.match(parts[-1]) and len(parts) > 1:
        code = parts.pop()
    if parts and (found := _CANADIAN_CODE.match(parts[-1])):
        code, region, side = found["postcode"], (found["region"] or ""), side or "CA"
        parts.pop()
    elif parts and (found := _US_END.match(parts[-1])) and country_of_region(found["region"]) == "US":
        region, code, side = found["region"], found["postcode"], side or "US"
        parts.pop()
    elif parts and side in ("GB", "") and (found := _BRITISH_END.match(parts[-1])):
        code, town, side = found["postcode"], (found["town"] or ""), side or "GB"
        parts.pop()
    elif parts and side not in _US_AND_CANADA and (found := _CODE_THEN_TOWN.match(parts[-1])):
        code, town = found["postcode"], found["town"]
        parts.pop()
    elif parts and side in ("AU", "") and (found := _TOWN_REGION_CODE.match(parts[-1])):
        town, region, code, side = found["town"], found["region"], found["postcode"], side or "AU"
        parts.pop()
    # Region names count only where a town can still stand before them: "New York" alone is a town.
    while parts and not region and len(parts) > 1 and not town and _is_region(parts[-1], side):
        region = parts.pop()
        side = side or country_of_region(region)
    if not town and parts and (len(parts) > 1 or not _looks_like_street(parts[-1])):
        town = parts.pop()
    return Address(
        street=", ".join(parts)[:255],
        town=town[:160],
        region=region_as_kept(region, side),
        postcode=postcode(code, side),
        country=side,
    )


@lru_cache(maxsize=8192)
def region_as_kept(text: str, side: str) -> str:
    """Return a state's or province's abbreviation where it has one, else the name as written."""
    text = text.strip(" .,")
    return _abbreviations().get((side, fold(text)), text)[:80]


@cache
def _abbreviations() -> dict[tuple[str, str], str]:
    return {
        (side, fold(word)): code
        for (side, name), code in regions._region_codes().items()
        if code and side in (*_US_AND_CANADA, "AU")
        for word in (name, code)
    }


def _is_region(text: str, side: str) -> bool:
    return bool(country_of_region(text)) if side in (*_US_AND_CANADA, "") else False


def _looks_like_street(text: str) -> bool:
    return any(map(str.isdigit, text))
