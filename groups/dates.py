"""Days and times of day in words, by the custom of the active language.

Each format is a text of its own, so that a translator gives the order of day, month and year
and the words between them. Names of weekdays and months stand inside sentences: Spanish,
French and Portuguese write them small there, whatever a list of names says.
"""

import re
from datetime import date, datetime, time
from typing import Literal

from django.utils import dateformat, formats
from django.utils.dates import WEEKDAYS
from django.utils.functional import lazy
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

Clock = Literal["12", "24"]

# Between an hour and what says which half of the day it is of: never parted at the end of a line.
_BESIDE, _CLOSE = "\u00a0", "\u202f"

_SMALL_INSIDE = ("es", "fr", "pt")
# A date as a source has it: "2024", "about 2018", "2025-07", "March 2024", "2021-10-05", "2024 or later".
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_NOTED = re.compile(
    rf"(?P<about>about |ca\. )?(?:(?P<name>{_MONTHS}) )?"
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?(?P<later> or later)?(?:,.*)?",
    re.IGNORECASE,
)


def day(on: date | datetime) -> str:
    """Return "1 December 2026"."""
    # Translators: a date inside a sentence, in the letters of Django's date filter.
    return _format(on, pgettext("date format", "j F Y"))


def day_long(on: date | datetime) -> str:
    """Return "Tuesday 1 December 2026"."""
    # Translators: a date with its weekday inside a sentence, in the letters of Django's date filter.
    return _format(on, pgettext("date format", "l j F Y"))


def day_of_year(on: date | datetime) -> str:
    """Return "1 December", for a day whose year nobody asks."""
    # Translators: a date without its year, in the letters of Django's date filter.
    return _format(on, pgettext("date format", "j F"))


def weekday_and_day(on: date | datetime) -> str:
    """Return "Tuesday 1 December"."""
    # Translators: a date of this year with its weekday, in the letters of Django's date filter.
    return _format(on, pgettext("date format", "l j F"))


def clock(at: datetime | time, *, custom: Clock | None = None) -> str:
    """Return the time of day: "7 pm", "7:05 pm", "noon"; "19:00" where people count to 24.

    `at` is local to whom it is told. `custom` is "12" or "24" hours, None for the custom of the
    active language. Hour and half of the day stand together, with the narrow space that Unicode
    CLDR has between them in English since version 42; `with_common_spaces` takes it away.
    """
    at = at.time() if isinstance(at, datetime) else at
    if not speaks_of_halves(custom):
        return dateformat.time_format(at, "H:i") if custom else formats.time_format(at).replace(" ", _BESIDE)
    if name := name_of_hour(at):
        return name
    if at.hour < 12:
        said = pgettext("time of day", "%(time)s am") % {"time": figures(at)}
    else:
        said = pgettext("time of day", "%(time)s pm") % {"time": figures(at)}
    return said.replace(" ", _CLOSE)


def with_common_spaces(words: str) -> str:
    """Return words for where no line of ours ends: a subject, a calendar, a text to a phone.

    Such a text holds less than half as many letters as soon as one of them is a rare space.
    """
    return words.replace(_BESIDE, " ").replace(_CLOSE, " ")


def speaks_of_halves(custom: Clock | None = None) -> bool:
    """Return whether times are told as "7 pm": by a custom, or else by that of the active language."""
    # "P" is Django's format for "7 p.m.", used by the languages that say it so.
    return custom == "12" or (custom is None and formats.get_format("TIME_FORMAT") == "P")


def name_of_hour(at: time) -> str:
    """Return "midnight" or "noon", "" for every other time."""
    match at.hour, at.minute:
        case 0, 0:
            return _("midnight")
        case 12, 0:
            return _("noon")
    return ""


def figures(at: time) -> str:
    """Return the figures of a time counted to 12: "7", "7:05"."""
    hour = at.hour % 12 or 12
    return f"{hour}:{at.minute:02}" if at.minute else str(hour)


def moment(at: datetime) -> str:
    """Return "1 December 2026, 7 pm"."""
    return _("%(day)s, %(time)s") % {"day": day(at), "time": clock(at)}


def moment_of_year(at: datetime) -> str:
    """Return "1 December, 7 pm", for a moment whose year nobody asks."""
    return _("%(day)s, %(time)s") % {"day": day_of_year(at), "time": clock(at)}


def month(on: date | datetime) -> str:
    """Return "December 2026"."""
    return _format(on, formats.get_format("YEAR_MONTH_FORMAT"))


def noted(text: str) -> str:
    """Return the date of a source as it was noted, in words: "2025-07" gives "July 2025".

    A year, a month or a day, with "about" before it or "or later" after it; what follows a comma
    is a note of those who looked it up and is left out. "" for "undated"; of what is no date,
    the text itself.
    """
    if text.casefold().startswith("undated"):
        return ""
    found = _NOTED.fullmatch(text.strip())
    try:
        said = _noted(found) if found else text
    except ValueError:
        return text
    if found and found["about"]:
        said = _("about %(date)s") % {"date": said}
    if found and found["later"]:
        said = _("%(date)s or later") % {"date": said}
    return said


def _noted(found: re.Match[str]) -> str:
    number = _MONTHS.split("|").index(found["name"].lower()) + 1 if found["name"] else int(found["month"] or 0)
    if not number:
        return found["year"]
    on = date(int(found["year"]), number, int(found["day"] or 1))
    return day(on) if found["day"] else month(on)


def weekday(number: int) -> str:
    """Return the name of a weekday as it stands by itself: "Monday" for 0, "Lundi" in French."""
    return at_start(str(WEEKDAYS[number]))


weekday_lazy = lazy(weekday, str)
# Of a form: 0 is Monday.
WEEKDAY_CHOICES = [(number, weekday_lazy(number)) for number in range(7)]


def weekday_inside(number: int) -> str:
    """Return the name of a weekday as it stands inside a sentence: "Monday" for 0, "lundi" in French."""
    return inside(str(WEEKDAYS[number]))


def inside(name: str) -> str:
    """Return the name of a weekday or month as it stands inside a sentence."""
    return name.lower() if (get_language() or "").startswith(_SMALL_INSIDE) else name


def at_start(words: str) -> str:
    """Return the words as they stand at the start of a line: with a capital letter."""
    return words[:1].upper() + words[1:]


class _Format(dateformat.DateFormat):
    """Django's letters, with names as they stand inside a sentence and the first of a month as people say it."""

    def j(self) -> str | int:
        # Translators: the first day of a month in a date: "1er" in French.
        return pgettext("day of the month", "1") if self.data.day == 1 else super().j()

    def l(self) -> str:  # noqa: E743 (the letter of the date filter)
        return inside(str(super().l()))

    def D(self) -> str:
        return inside(str(super().D()))

    def F(self) -> str:
        return inside(str(super().F()))

    def M(self) -> str:
        return inside(str(super().M()))


def _format(on: date | datetime, form: str) -> str:
    return _Format(on).format(form)
