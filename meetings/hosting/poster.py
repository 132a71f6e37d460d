"""A sheet of paper for the wall: when and where, and a code that a phone opens the group's page with."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from groups.enums import Cost
from groups.models import Group
from meetings import access, schedules, wording
from meetings.enums import ChannelState
from meetings.models import Meeting

if TYPE_CHECKING:
    from meetings.hosting.sheet import Sheet

# Width and height in millimetres.
PAPERS = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
PAPER_NAMES = {"a4": "A4", "letter": "Letter"}
WORDINGS = {
    "plain": gettext_lazy("With the name of the group and its approach"),
    "neutral": gettext_lazy("Neutral: times, place and the code alone"),
}
MOST_LINES = 12

_MARGIN = 18.0
_SOFT, _LAMP = (63, 70, 86), (245, 183, 60)


@dataclass(frozen=True, slots=True)
class Line:
    """One meeting on the sheet."""

    when: str
    where: str


def make(group: Group, meetings: list[Meeting], *, paper: str, is_neutral: bool, now: datetime) -> bytes:
    """Return the sheet as a PDF of one page. A neutral one names neither the group nor its approach.

    `meetings` have their group, venue and traits loaded. Of a teen meeting, and of somebody's
    home, the place is not said.
    """
    # Not before there is one to make: it brings 17 MB into the process.
    from meetings.hosting.sheet import Sheet

    width, height = PAPERS[paper]
    pdf = Sheet(orientation="P", unit="mm", format=(width, height))
    pdf.set_title(_("Our meetings") if is_neutral else group.name)
    pdf.set_creation_date(now)
    pdf.set_lang(get_language() or "en")
    pdf.add_page()
    inner = width - 2 * _MARGIN
    pdf.set_fill_color(*_LAMP)
    pdf.rect(0, 0, width, 9, style="F")
    pdf.set_y(22)
    heading = _("You are welcome here") if is_neutral else group.name
    pdf.write_fitting(heading, size=34, least=18, width=inner, style="B", lines=3)
    if not is_neutral:
        pdf.ln(2)
        pdf.write_fitting(group.approach.label, size=17, least=12, width=inner, color=_SOFT)
    pdf.ln(7)
    lines = lines_of(meetings)
    code = 62.0 if paper == "a4" else 56.0
    room = height - pdf.get_y() - code - 34
    _write_lines(pdf, lines, width=inner, room=room)
    _write_code(pdf, group, paper_width=width, paper_height=height, side=code, is_neutral=is_neutral)
    return bytes(pdf.output())


def lines_of(meetings: list[Meeting]) -> list[Line]:
    """Return the sheet's lines: meetings that take place, each with its time and where it is."""
    found = []
    for meeting in meetings:
        if not access.is_running(meeting):
            continue
        schedule = meeting.schedule(pauses=(), changes=())
        when = schedules.describe(schedule) if schedule is not None else _("By appointment")
        found.append(Line(when, _where(meeting)))
    return found


def address_of(group: Group) -> str:
    """Return the address that the code opens."""
    return settings.SITE_URL + group.get_absolute_url()


def _where(meeting: Meeting) -> str:
    words = []
    if meeting.in_person == ChannelState.OPEN and access.may_show_place(meeting):
        words.append(wording.place_label(meeting.venue))
    if meeting.online == ChannelState.OPEN:
        words.append(_("online"))
    if meeting.by_phone == ChannelState.OPEN:
        words.append(_("by phone"))
    return pgettext("list", " · ").join(word for word in words if word)


def _write_lines(pdf: Sheet, lines: list[Line], *, width: float, room: float) -> None:
    """Write the meetings as large as there is room for; of very many the first, and that there are more."""
    shown = lines[:MOST_LINES]
    more = len(lines) - len(shown)
    size = 22.0
    while size > 11 and _height_of(pdf, shown, size=size, width=width) > room - (8 if more else 0):
        size -= 1
    for line in shown:
        pdf.write_words(line.when, size=size, width=width, style="B")
        if line.where:
            pdf.write_words(line.where, size=size * 0.78, width=width, color=_SOFT)
        pdf.ln(size * 0.22)
    if more:
        words = ngettext("and %(n)d more: see the page", "and %(n)d more: see the page", more) % {"n": more}
        pdf.write_words(words, size=size * 0.78, width=width)


def _height_of(pdf: Sheet, lines: list[Line], *, size: float, width: float) -> float:
    return sum(
        pdf.height_of(line.when, size=size, width=width, style="B")
        + (pdf.height_of(line.where, size=size * 0.78, width=width) if line.where else 0)
        + size * 0.22
        for line in lines
    )


def _write_code(
    pdf: Sheet, group: Group, *, paper_width: float, paper_height: float, side: float, is_neutral: bool
) -> None:
    # Like the sheet itself, for whoever draws one.
    import segno

    address = address_of(group)
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="png", scale=16, border=4)
    picture.seek(0)
    top = paper_height - side - 16
    pdf.image(picture, x=_MARGIN - 4, y=top, w=side, h=side, alt_text=_("A code that opens the page of the group"))
    left = _MARGIN + side + 2
    pdf.set_left_margin(left)
    pdf.set_xy(left, top + 8)
    width = paper_width - _MARGIN - left
    words = _("Scan for times and news") if is_neutral else _("Scan for the next dates, changes and how to come")
    pdf.write_words(words, size=17, width=width, style="B")
    pdf.ln(2)
    shown = settings.SITE_URL.partition("://")[2] if is_neutral else address.partition("://")[2]
    pdf.write_words(shown, size=11, width=width, color=_SOFT)
    pdf.ln(3)
    is_free = group.approach.cost == Cost.FREE
    promise = _("Free. No name needed. You may just listen.") if is_free else _("No name needed. You may just listen.")
    pdf.write_words(promise, size=13, width=width)
