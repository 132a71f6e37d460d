"""Dates in templates: filters for what `groups.dates` says. An instant is told in the zone of the page."""

from collections.abc import Callable
from datetime import date, datetime

from django import template

from groups import dates

register = template.Library()


def _shown(words: Callable[..., str]) -> Callable[[date | datetime | None], str]:
    """Return the filter for a function; "" for no date."""
    return lambda on: words(on) if on else ""


# "1 December 2026", "Tuesday 1 December 2026", "1 December"
register.filter("day", _shown(dates.day), expects_localtime=True)
register.filter("day_long", _shown(dates.day_long), expects_localtime=True)
register.filter("day_of_year", _shown(dates.day_of_year), expects_localtime=True)
# "1 December 2026, 7 pm", "1 December, 7 pm"
register.filter("moment", _shown(dates.moment), expects_localtime=True)
register.filter("moment_of_year", _shown(dates.moment_of_year), expects_localtime=True)
# A date as a source has it: "July 2025" of "2025-07"
register.filter("noted", dates.noted)
