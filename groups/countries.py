"""Countries by their names in the languages of the pages.

Source: Unicode CLDR 48, the names of territories in everyday use (Unicode License v3), in
`groups/data/countries`, one file a language. English names are where the facts of countries are.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

_DATA = Path(__file__).parent / "data" / "countries"
LANGUAGES = tuple(sorted(file.stem for file in _DATA.glob("*.json")))


def name(code: str, english: str) -> str:
    """Return a country's name in the active language; `english` in English and where no other is known."""
    language = (get_language() or "").partition("-")[0]
    return names(language).get(code.upper(), english) if language in LANGUAGES else english


@cache
def names(language: str) -> Mapping[str, str]:
    """Return the names of one language by code. Read when first asked for: some 30 kB."""
    return json.loads((_DATA / f"{language}.json").read_text(encoding="utf-8"))


def every_name() -> Iterator[tuple[str, str]]:
    """Give name and code of every country in every language but English."""
    for language in LANGUAGES:
        for code, said in names(language).items():
            yield said, code
