"""Sets a listing on paper: a list in columns, a sheet folded in three, a booklet to fold and staple.

Text flows into panels first, then panels go to where they lie on the sheets: a page of a booklet
is not beside its neighbour before it is folded. Letters are those of the poster for the wall.

In a language that runs from right to left, sheets are mirrored: the first column is at the
right, and leaflets and booklets open from there.

Import this where a PDF is made, not at the top of a module: see `meetings.hosting.sheet`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import segno
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from fpdf import FPDF

from groups import dates
from groups.phrasing import isolated
from meetings.hosting import sheet as letters
from meetings.hosting.poster import PAPERS
from meetings.printing.entries import BOOKLET, LIST, TRIFOLD, Entry, Listing

_INK, _SOFT = (0, 0, 0), (70, 70, 70)
_POINT = 25.4 / 72
_LEADING = 1.22
_MARGIN = 11.0
_GAP = 9.0
_CODE = 26.0
# Signs of Unicode around words with an order of their own: see `groups.phrasing.isolated`.
_APART, _APART_FROM_THE_RIGHT, _TOGETHER = "\u2068", "\u2067", "\u2069"


@dataclass(frozen=True, slots=True)
class About:
    """What the cover says: whose list, what was searched for, and the address where it is always new."""

    site: str
    title: str
    conditions: tuple[str, ...]
    address: str
    help_line: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    size: float
    style: str = ""
    colour: tuple[int, int, int] = _INK

    @property
    def height(self) -> float:
        return self.size * _POINT * _LEADING


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stay together. A heading stays with the block after it, too."""

    lines: tuple[Line, ...]
    before: float = 0.0
    is_heading: bool = False
    picture: bytes = b""

    @property
    def height(self) -> float:
        return self.before + sum(line.height for line in self.lines) + (_CODE if self.picture else 0)


@dataclass(slots=True)
class Panel:
    """One page as it is read, or one column of it; `top` is the space kept free."""

    blocks: list[Block]
    top: float = 0.0


def make(
    listing: Listing,
    about: About,
    *,
    layout: str,
    paper: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> bytes:
    """Return the PDF. `layout` and `paper` are among LAYOUTS and PAPERS."""
    width, height = PAPERS[paper]
    pdf = _Paper(unit="mm", format=(width, height), orientation="P")
    pdf.set_title(about.title)
    pdf.set_creation_date(about.now)
    pdf.set_lang(get_language() or "en")
    make_pages = {LIST: _list, TRIFOLD: _trifold, BOOKLET: _booklet}[layout]
    sheets = make_pages(pdf, listing, about, width, height)
    for number, panels in enumerate(sheets, start=1):
        pdf.add_page(orientation="P" if layout == LIST else "L")
        for from_start, panel_width, panel, footer in panels:
            x = pdf.w - from_start - panel_width if pdf.runs_left else from_start
            _draw(pdf, panel, x=x, width=panel_width)
            if footer:
                _foot(pdf, footer, x=x, width=panel_width)
        progress(number, len(sheets))
    return bytes(pdf.output())


# How far each panel is from the side where reading starts, its width, what is in it, and its foot.
Sheet = list[tuple[float, float, Panel, str]]


def _list(pdf: _Paper, listing: Listing, about: About, width: float, height: float) -> list[Sheet]:
    column = (width - 2 * _MARGIN - _GAP) / 2
    cover = _cover(pdf, about, listing, column, large=15)
    blocks = [*cover, *_legend(pdf, listing, column), *_entries(pdf, listing, column)]
    columns = _flow(blocks, height - 2 * _MARGIN - 6)
    left, right = _MARGIN, _MARGIN + column + _GAP
    pages = -(-len(columns) // 2)
    sheets: list[Sheet] = []
    for n in range(pages):
        foot = _("Page %(n)d of %(all)d · %(date)s") % {"n": n + 1, "all": pages, "date": _date(about.now)}
        sheet: Sheet = [(left, column, columns[2 * n], foot)]
        if 2 * n + 1 < len(columns):
            sheet.append((right, column, columns[2 * n + 1], ""))
        sheets.append(sheet)
    return sheets


def _trifold(pdf: _Paper, listing: Listing, about: About, width: float, height: float) -> list[Sheet]:
    """Return both sides of each sheet: outside the part folded in, the back and the cover; inside three columns."""
    width, height = height, width
    third = width / 3
    column = third - 2 * _GAP + 2
    cover = Panel(_cover(pdf, about, listing, column, large=18), top=8)
    legends = _flow(_legend(pdf, listing, column), height - 2 * _MARGIN - 6)
    panels = _flow(_entries(pdf, listing, column), height - 2 * _MARGIN - 6)
    back = legends[0] if legends else Panel([])
    # The cover, what is inside, what is folded in, the back; more of it on further sheets.
    inside, folded, rest = panels[:3], panels[3:4], [*legends[1:], *panels[4:]]
    outside = [*(folded or [Panel([])]), back, cover]
    sides = [outside, inside]
    sides += [rest[n : n + 3] for n in range(0, len(rest), 3)]
    left = (third - column) / 2
    return [[(n * third + left, column, panel, "") for n, panel in enumerate(side)] for side in sides]


def _booklet(pdf: _Paper, listing: Listing, about: About, width: float, height: float) -> list[Sheet]:
    """Return sheets for both sides that make a booklet when they are laid together and folded once."""
    width, height = height, width
    half = width / 2
    column = half - 2 * _MARGIN
    room = height - 2 * _MARGIN - 6
    cover = Panel(_cover(pdf, about, listing, column, large=22), top=14)
    pages = [cover, *_flow([*_legend(pdf, listing, column), *_entries(pdf, listing, column)], room)]
    while len(pages) % 4:
        pages.append(Panel([]))
    last = len(pages)
    sheets: list[Sheet] = []
    for n in range(0, last // 2, 2):
        for left, right in ((last - 1 - n, n), (n + 1, last - 2 - n)):
            sheets.append(
                [
                    (_MARGIN, column, pages[left], _number(left)),
                    (half + _MARGIN, column, pages[right], _number(right)),
                ]
            )
    return sheets


def _number(page: int) -> str:
    return str(page + 1) if page else ""


def _cover(pdf: _Paper, about: About, listing: Listing, width: float, *, large: float) -> list[Block]:
    address = about.address.partition("://")[2]
    shown = isolated(address if len(address) <= 160 else address.partition("?")[0])
    texts = [
        (about.site, 11.0, "B", _SOFT, 0.0),
        (about.title, large, "B", _INK, 1.0),
        *((condition, 10.0, "", _INK, 0.0) for condition in about.conditions),
        (_("Printed on %(date)s") % {"date": _date(about.now)}, 9.0, "", _SOFT, 2.0),
        (_("Check before you go: meetings move, and close. This code opens the same search as it is today:"),
         9.0, "B", _INK, 2.0),
    ]  # fmt: skip
    blocks = [
        Block(tuple(pdf.lines(text, size, width, style=style, colour=colour)), before)
        for text, size, style, colour, before in texts
        if text
    ]
    blocks.append(Block((), 2.0, picture=_code(about.address)))
    blocks.append(Block(tuple(pdf.lines(shown, 7, width, colour=_SOFT)), 1.0))
    times = _("Times are those of each meeting's own place. How to join an online meeting is on its page.")
    blocks.append(Block(tuple(pdf.lines(times, 8, width)), 2.0))
    if about.help_line:
        blocks.append(Block(tuple(pdf.lines(about.help_line, 9, width, style="B")), 2.0))
    return blocks


def _legend(pdf: _Paper, listing: Listing, width: float) -> list[Block]:
    if not listing.legend:
        return []
    title = Block(tuple(pdf.lines(_("What the signs mean"), 10, width, style="B")), 4.0, is_heading=True)
    words = [Block(tuple(pdf.lines(f"{sign}: {meaning}", 8, width))) for sign, meaning in listing.legend]
    return [title, *words]


def _entries(pdf: _Paper, listing: Listing, width: float) -> Iterator[Block]:
    for section in listing.sections:
        yield Block(tuple(pdf.lines(section.title, 12, width, style="B")), 4.0, is_heading=True)
        for entry in section.entries:
            yield Block(tuple(_lines_of(pdf, entry, width)), 1.4)
    if not listing.sections:
        yield Block(tuple(pdf.lines(_("No meetings were found."), 11, width)), 4.0)


def _lines_of(pdf: _Paper, entry: Entry, width: float) -> Iterator[Line]:
    yield from pdf.lines("  ".join(part for part in (entry.when, isolated(entry.name)) if part), 8.5, width, style="B")
    if entry.about:
        yield from pdf.lines(entry.about, 8, width)
    if entry.where:
        yield from pdf.lines(entry.where, 8, width)
    if entry.signs:
        yield from pdf.lines(" · ".join(entry.signs), 7, width, colour=_SOFT)


def _flow(blocks: Iterable[Block], room: float) -> list[Panel]:
    """Return panels filled one after another; no heading stands alone at a foot."""
    panels: list[Panel] = []
    waiting: list[Block] = []
    used = room + 1
    for block in blocks:
        waiting.append(block)
        if block.is_heading:
            continue
        needed = sum(one.height for one in waiting)
        if used + needed > room:
            panels.append(Panel([]))
            used = 0.0
        panels[-1].blocks += waiting
        used += needed
        waiting = []
    if waiting:
        panels.append(Panel(waiting))
    return panels


def _draw(pdf: _Paper, panel: Panel, *, x: float, width: float) -> None:
    y = _MARGIN + panel.top
    for number, block in enumerate(panel.blocks):
        # Nothing before the first.
        y += block.before if number else 0
        if block.is_heading and number:
            pdf.set_draw_color(150)
            pdf.line(x, y - 1.2, x + width, y - 1.2)
        for line in block.lines:
            pdf.put(line, x, y, width)
            y += line.height
        if block.picture:
            left = x + width - _CODE if pdf.runs_left else x
            pdf.image(
                io.BytesIO(block.picture), x=left, y=y, w=_CODE, h=_CODE, alt_text=_("A code that opens this search")
            )
            y += _CODE


def _foot(pdf: _Paper, text: str, *, x: float, width: float) -> None:
    pdf.put(Line(text, 7, colour=_SOFT), x, pdf.h - _MARGIN + 1, width)


def _code(address: str) -> bytes:
    picture = io.BytesIO()
    try:
        code = segno.make(address, error="l", micro=False)
    except segno.DataOverflowError:
        # More than any code holds: that of every meeting.
        code = segno.make(address.partition("?")[0], error="l", micro=False)
    code.save(picture, kind="png", scale=6, border=2)
    return picture.getvalue()


def _date(now: datetime) -> str:
    return dates.day(now)


class _Paper(FPDF):
    """A sheet that breaks lines by itself: ten times as fast as asking for each."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        folder = letters._font_folder()
        self._family = "Sheet" if folder else "Helvetica"
        for style, name in letters._FILES.items() if folder else ():
            self.add_font("Sheet", style, folder / name)
        self.runs_left = get_language_bidi()
        if letters.join_letters(self):
            # Of a line that begins with a name in Latin letters, too.
            self.set_text_shaping(True, direction="rtl")
        self.set_auto_page_break(False)
        self.set_margins(0, 0, 0)
        self.c_margin = 0
        self._widths: dict[tuple[str, str], float] = {}

    def lines(
        self, text: str, size: float, width: float, *, style: str = "", colour: tuple[int, int, int] = _INK
    ) -> Iterator[Line]:
        """Yield the lines of a text no wider than so many millimetres; a longer word is cut."""
        is_apart = False
        for row in self._rows(text, style, width / size):
            # What keeps an order of its own keeps it on its next line.
            shown = f"{_APART}{row}" if is_apart else row
            opened = shown.count(_APART) + shown.count(_APART_FROM_THE_RIGHT)
            is_apart = opened > shown.count(_TOGETHER)
            yield Line(f"{shown}{_TOGETHER}" if is_apart else shown, size, style, colour)

    def _rows(self, text: str, style: str, most: float) -> Iterator[str]:
        space = self._width(" ", style)
        row, wide = "", 0.0
        for word in self._letters(text).split():
            for part in self._parts(word, style, most):
                needed = self._width(part, style)
                if row and wide + space + needed > most:
                    yield row
                    row, wide = part, needed
                else:
                    wide += (space if row else 0) + needed
                    row = f"{row} {part}" if row else part
        if row:
            yield row

    def put(self, line: Line, x: float, y: float, width: float) -> None:
        """Put a line where its column of so many millimetres begins."""
        self.set_font(self._family, line.style, line.size)
        self.set_text_color(*line.colour)
        self.set_xy(x, y)
        self.cell(width, line.height, self._letters(line.text), align="R" if self.runs_left else "L")

    def close(self) -> None:
        """Let go of the fonts of a sheet that is not put out; one that is has done so."""
        for font in self.fonts.values():
            if hasattr(font, "close"):
                font.close()

    def _parts(self, word: str, style: str, most: float) -> Iterator[str]:
        while self._width(word, style) > most and len(word) > 1:
            fits = max(1, int(len(word) * most / self._width(word, style)) - 1)
            yield word[:fits]
            word = word[fits:]
        yield word

    def _width(self, text: str, style: str) -> float:
        """Return the width in millimetres of a text of one point."""
        known = self._widths.get((text, style))
        if known is None:
            self.set_font(self._family, style, 10)
            known = self._widths[text, style] = self.get_string_width(text) / 10
        return known

    def _letters(self, text: str) -> str:
        return text if self._family != "Helvetica" else letters._latin(text)
