"""A PDF page that knows its letters.

They are those of DejaVu Sans where the machine has that font, which covers most European
scripts, Greek, Cyrillic, Armenian, Georgian, Hebrew and Arabic. Without it the page is set in
the fonts every PDF reader has: Latin letters alone, others are written as near as possible.

In a language that runs from right to left its letters are joined and stand in their order,
and paragraphs begin at the right; that takes the package uharfbuzz, without which letters
stand apart.

Import this where a PDF is made, not at the top of a module: a web server's process that has
made none does without the 17 MB that FPDF brings.
"""

import unicodedata
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from django.utils.translation import get_language_bidi
from fpdf import FPDF

MARGIN = 18.0
INK = (28, 35, 51)

_FONT_FOLDERS = (
    Path("/usr/share/fonts/truetype/dejavu"),
    Path("/usr/share/fonts/dejavu-sans-fonts"),
    Path("/usr/share/fonts/TTF"),
    Path("/usr/local/share/fonts/dejavu"),
    Path("/Library/Fonts"),
)
_FILES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
# What the plain fonts lack and people write.
_AS_LATIN = str.maketrans({"–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "−": "-", "•": "·"})


class Sheet(FPDF):
    """A page that knows its letters: the font there is, and how high a text stands."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        folder = _font_folder()
        self._family = "Sheet" if folder else "Helvetica"
        for style, name in _FILES.items() if folder else ():
            self.add_font("Sheet", style, folder / name)
        join_letters(self)
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(False)

    def write_words(self, text: str, *, size: float, width: float, style: str = "", color=INK) -> None:
        self.set_font(self._family, style, size)
        self.set_text_color(*color)
        self.multi_cell(width, size * 0.46, self._letters(text), align=_start(), new_x="LMARGIN", new_y="NEXT")

    def write_fitting(
        self, text: str, *, size: float, least: float, width: float, style: str = "", color=INK, lines: int = 1
    ) -> None:
        """Write in the largest size that needs no more than so many lines."""
        while size > least and self.height_of(text, size=size, width=width, style=style) > lines * size * 0.46 + 0.1:
            size -= 1
        self.write_words(text, size=size, width=width, style=style, color=color)

    def height_of(self, text: str, *, size: float, width: float, style: str = "") -> float:
        self.set_font(self._family, style, size)
        return self.multi_cell(width, size * 0.46, self._letters(text), dry_run=True, output="HEIGHT")

    def _letters(self, text: str) -> str:
        if self._family != "Helvetica":
            return text
        return _latin(text)


def join_letters(page: FPDF) -> bool:
    """Let the page join letters and turn lines in a language that needs it. Returns whether it does.

    Other languages do without: it takes several times as long.
    """
    joins = get_language_bidi() and _font_folder() is not None and find_spec("uharfbuzz") is not None
    if joins:
        page.set_text_shaping(True)
    return joins


def _start() -> str:
    """Return where a line begins: at the left "L", or at the right "R"."""
    return "R" if get_language_bidi() else "L"


def _latin(text: str) -> str:
    """Return a text in the letters that every PDF reader has (Latin-1); "?" for one that has no likeness."""
    written = []
    for letter in text.translate(_AS_LATIN):
        try:
            letter.encode("latin-1")
            written.append(letter)
        except UnicodeEncodeError:
            plain = unicodedata.normalize("NFKD", letter).encode("latin-1", "ignore").decode("latin-1")
            written.append(plain or "?")
    return "".join(written)


@lru_cache(maxsize=1)
def _font_folder() -> Path | None:
    return next((folder for folder in _FONT_FOLDERS if all((folder / name).exists() for name in _FILES.values())), None)
