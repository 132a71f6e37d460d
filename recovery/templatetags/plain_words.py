"""Lengths of time as people say them, and addresses a phone understands."""

import re
from datetime import timedelta

from django import template
from django.template.defaultfilters import linebreaks
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from groups import phrasing

register = template.Library()

register.filter("isolated", phrasing.isolated)

_NUMBER = re.compile(r"\+?\d[\d\s().-]*")


@register.filter
def spoken(length: timedelta | None) -> str:
    """Return "25 minutes", "2 hours", "3 days"; "" for None. Parts of a unit are dropped; a minute is the least.

    From 90 minutes to 4 hours the half hour is kept: "2 hours 30 minutes".
    """
    if length is None:
        return ""
    minutes = max(1, int(length.total_seconds() // 60))
    if minutes < 90:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours, rest = divmod(minutes, 60)
    if hours < 4 and rest >= 30:
        return _("%(hours)s 30 minutes") % {"hours": _hours(hours)}
    if hours < 48:
        return _hours(hours)
    days = hours // 24
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def _hours(hours: int) -> str:
    return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}


@register.filter
def asks(text: object) -> bool:
    """Return whether a text ends as a question does, in any of our scripts: no colon follows it then."""
    return str(text).rstrip().endswith(("?", "\N{ARABIC QUESTION MARK}"))


@register.filter
def translated_list(texts: list[str]) -> str:
    """Return texts of the catalogue in the active language, one after the other: "English, Spanish"."""
    return pgettext("list", ", ").join(_(text) for text in texts)


@register.filter
def own_words(text: str, language: str = "") -> str:
    """Return what a group wrote as paragraphs that run the way their own letters do.

    `language` is the code of the language it is written in, "" when nobody knows.
    """
    attributes = format_html(' dir="auto" lang="{}"', language) if language else mark_safe(' dir="auto"')
    paragraphs = linebreaks(text, autoescape=True)
    return mark_safe(paragraphs.replace("<p>", f"<p{attributes}>"))  # noqa: S308 (escaped just before)


@register.filter
def in_one_piece(printed: str) -> SafeString:
    """Return a printed number that keeps its order and its line: "1-866-488-7386" is not parted at a sign."""
    return format_html('<bdi class="nowrap" dir="ltr">{}</bdi>', printed)


@register.filter
def dialled(printed: str) -> str:
    """Return what to dial for a printed number: "116 123" gives "116123".

    Of several ("112 or 999") the first is taken. "" when there is none.
    """
    found = _NUMBER.search(printed)
    if not found:
        return ""
    return ("+" if found[0].startswith("+") else "") + re.sub(r"\D", "", found[0])
