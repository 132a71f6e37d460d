"""A language made on the fly, in which every text that asks for a translation is told apart from one that does not.

Its letters are wide forms of the Latin ones: whatever a page says in plain letters was never
marked. It knows every text there is, so nothing depends on what the catalogues hold.
"""

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

from django.conf import settings
from django.test import override_settings
from django.utils.translation import trans_real

# One that Django has formats for and no other test speaks.
CODE = "el"
_CONTEXT = "\x04"
_KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{[^{}]*\}|<[^>]*>|&#?\w+;)")
_WIDE = {code: code + 0xFEE0 for code in (*range(ord("A"), ord("Z") + 1), *range(ord("a"), ord("z") + 1))}
SPOKEN = {
    "alt", "aria-description", "aria-label", "aria-roledescription", "aria-valuetext", "label", "placeholder", "title",
}  # fmt: skip


def wide(text: str) -> str:
    """Return the text with every letter made wide; gaps, tags and entities stay as they are."""
    return "".join(part if _KEPT.fullmatch(part) else part.translate(_WIDE) for part in _KEPT.split(text))


class Pseudo(gettext.NullTranslations):
    """Translates everything but letters of date formats."""

    domain = "django"

    def to_language(self) -> str:
        return CODE

    def language(self) -> str:
        return CODE

    def gettext(self, message: str) -> str:
        context, _between, text = message.rpartition(_CONTEXT)
        return text if context.endswith("format") else wide(text)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)


@contextmanager
def spoken() -> Iterator[None]:
    """Let the site have this language, for a while."""
    with override_settings(LANGUAGES=[*settings.LANGUAGES, (CODE, wide("Pseudo"))]):
        trans_real.translation(settings.LANGUAGE_CODE)
        trans_real._translations[CODE] = Pseudo()
        try:
            yield
        finally:
            trans_real._translations.pop(CODE, None)


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag, attrs):
        self._silent += tag in ("script", "style", "code", "kbd")
        self.said += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag):
        self._silent -= tag in ("script", "style", "code", "kbd")

    def handle_data(self, data):
        if not self._silent:
            self.said.append(data)


def plain_words(page: str) -> list[str]:
    """Return the words a page says in plain letters, in its order; addresses are no words."""
    reading = _Reading()
    reading.feed(page)
    said = " ".join(reading.said)
    said = re.sub(r"\S+@\S+|\bhttps?://\S+|\b\w+(\.\w+)+\b\S*", " ", said)
    return re.findall(r"(?<!\w)[A-Za-z]{2,}(?!\w)", said)
