"""A page of a PDF in a language that runs from right to left."""

import re
from contextlib import contextmanager
from importlib.util import find_spec

import pytest
from django.utils import translation

from meetings.hosting import sheet

WORDS = "السلام عليكم"

needs_letters = pytest.mark.skipif(
    sheet._font_folder() is None or find_spec("uharfbuzz") is None,
    reason="the font or the package that joins letters is not on this machine",
)


@contextmanager
def a_sheet(language: str):
    """Give a sheet in this language, and let go of its fonts, which one that is put out does itself."""
    with translation.override(language):
        page = sheet.Sheet(format="A4")
        yield page
        for font in page.fonts.values():
            if hasattr(font, "close"):
                font.close()


def width_in(language: str) -> float:
    with a_sheet(language) as page:
        page.set_font(page._family, "", 12)
        return page.get_string_width(WORDS)


@needs_letters
def test_arabic_letters_are_joined_on_an_arabic_sheet():
    joined, apart = width_in("ar"), width_in("en")

    assert joined < apart * 0.9


@needs_letters
def test_paragraphs_begin_at_the_right_where_a_language_does():
    where = {}

    for language in ("ar", "en"):
        with a_sheet(language) as page:
            page.add_page()
            page.set_compression(False)
            page.write_words(WORDS, size=12, width=150)
            drawn = bytes(page.output()).decode("latin-1")
        where[language] = float(re.search(r"BT ([\d.]+) [\d.]+ Td", drawn)[1])

    assert where["ar"] > where["en"] + 100


def test_a_sheet_in_english_takes_no_time_for_joining():
    with a_sheet("en") as page:
        assert not sheet.join_letters(page)
