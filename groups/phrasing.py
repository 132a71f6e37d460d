"""Words in a row, and words of others, by the custom of the active language."""

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from typing import ParamSpec
from unicodedata import bidirectional

from django.utils.translation import get_language, get_language_bidi, pgettext

_Asked = ParamSpec("_Asked")

# Letters of scripts that are written from right to left, as Unicode names their direction.
_FROM_THE_RIGHT = frozenset({"R", "AL"})


def kept_by_language(most: int) -> Callable[[Callable[_Asked, str]], Callable[_Asked, str]]:
    """Keep so many answers of a function that says the same in a language whenever it is asked the same.

    "7–8 pm" is said on every page, and finding the words takes ten times as long as knowing them.
    """

    def keep(say: Callable[_Asked, str]) -> Callable[_Asked, str]:
        @lru_cache(maxsize=most)
        def said(_language: str | None, *args: _Asked.args, **kwargs: _Asked.kwargs) -> str:
            return say(*args, **kwargs)

        @wraps(say)
        def say_or_know(*args: _Asked.args, **kwargs: _Asked.kwargs) -> str:
            return said(get_language(), *args, **kwargs)

        return say_or_know

    return keep


def listed(words: Iterable[object]) -> str:
    """Return words one after the other: "Boston, online", with "،" between them in Arabic. Empty ones are left out."""
    # Translators: between the words of a list.
    return pgettext("list", ", ").join(text for text in map(str, words) if text)


def names_listed(names: Iterable[str]) -> str:
    """Return names in a row, each in its own order: "12-Step fellowships" among Arabic letters, too.

    No line ends after a hyphen within a name (U+2060).
    """
    return listed(isolated(name.replace("-", "-\u2060")) for name in names)


def listed_long(parts: Iterable[object]) -> str:
    """Return parts that hold commas themselves, one after the other: "1 Demo Street, Boston; 2 Demo Street, Boston"."""
    # Translators: between parts of a list that have commas themselves.
    return pgettext("list", "; ").join(text for text in map(str, parts) if text)


def quoted(text: object) -> str:
    """Return somebody's own words between quotation marks: “beginners”."""
    # Translators: words of somebody else, in the quotation marks of the language.
    return pgettext("quotation", "“%(text)s”") % {"text": isolated(text)}


def isolated(text: object) -> str:
    """Return a name, number, code or address that keeps its own order inside a text from right to left.

    "12-Step Programs" stays so among Arabic letters, and a name in Arabic letters stays as it is,
    also when it begins with a Latin one: "Al-Anon" and then Arabic words read from the right.
    By signs of Unicode, which work in attributes and sentences alike: U+2068 or, for such a
    mixed text, U+2067, and U+2069. In languages from left to right, the text alone.
    """
    shown = str(text or "")
    if not shown or not get_language_bidi():
        return shown
    strong = [way for way in map(bidirectional, shown) if way == "L" or way in _FROM_THE_RIGHT]
    is_mixed = strong[:1] == ["L"] and not _FROM_THE_RIGHT.isdisjoint(strong)
    opens = "\u2067" if is_mixed else "\u2068"
    return f"{opens}{shown}\u2069"
