"""Names of countries in the languages of the pages."""

import pytest
from django.conf import settings
from django.utils import translation

from groups import countries, help_lines
from groups.text import fold
from meetings import regions

CODES = [code for code, _name in settings.LANGUAGES if code != "en"]
EVERY = sorted(regions._country_names())


def test_every_language_of_the_pages_has_names():
    assert set(countries.LANGUAGES) == set(CODES)


@pytest.mark.parametrize(
    ("language", "germany", "states"),
    [
        ("en", "Germany", "USA"),
        ("de", "Deutschland", "USA"),
        ("fr", "Allemagne", "États-Unis"),
        ("es", "Alemania", "Estados Unidos"),
        ("pt", "Alemanha", "Estados Unidos"),
        ("ar", "ألمانيا", "الولايات المتحدة"),
    ],
)
def test_a_country_is_told_in_the_language_of_the_page(language, germany, states):
    with translation.override(language):
        said = regions.country_name("DE", short=True), regions.country_name("us", short=True)
        helped = help_lines.country_name("DE")

    assert said == (germany, states)
    assert helped == germany


@pytest.mark.parametrize("language", CODES)
def test_every_country_has_a_name_that_is_found_again(language):
    with translation.override(language):
        said = {code: regions.country_name(code, short=True) for code in EVERY}

    # A place that is no more has no name but the English one.
    unnamed = {code for code in EVERY if code not in countries.names(language)}
    assert unnamed <= {"AN", "CS"}
    assert {code: regions.country_code(name) for code, name in said.items()} == {code: code for code in EVERY}


def test_no_name_of_one_country_is_that_of_another():
    english = {fold(name): code for code, name in regions._country_names().items()}

    others = {(name, code) for name, code in countries.every_name() if english.get(fold(name), code) != code}
    by_name = {}
    for name, code in countries.every_name():
        by_name.setdefault(fold(name), set()).add(code)

    assert len(by_name) > 800
    assert others == set()
    assert [name for name, codes in by_name.items() if len(codes) > 1] == []


def test_a_country_nobody_knows_is_told_by_its_code():
    with translation.override("de"):
        assert regions.country_name("zz") == "ZZ"
