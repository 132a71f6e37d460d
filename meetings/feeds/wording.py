"""Text of feeds, made plain: no tags, no control letters, no stray quotes."""

import html
import re
from typing import Any

_TAG = re.compile(r"<[^<>]{0,2000}>")
_BREAK = re.compile(r"<\s*(?:br\s*/?|/p|/div|/li|/h[1-6])\s*>", re.IGNORECASE)
_DROPPED = re.compile(r"<\s*(script|style)\b.*?<\s*/\s*\1\s*>", re.IGNORECASE | re.DOTALL)
# Control letters, lone surrogates and marks that turn the direction of text around.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_SPACES = re.compile(r"[ \t\xa0]+")
_SPACES_AROUND_BREAKS = re.compile(r" *\n *")
_MANY_BREAKS = re.compile(r"\n{3,}")
_ALL_SPACES = re.compile(r"\s+")
_NEEDS_WORK = re.compile(r"[<>&\\\x00-\x1f\x7f-\xa0\u200b-\u206f\ufeff\ud800-\udfff]|^[\"'“‘]|  ")
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’"}


def plain(value: Any, longest: int = 255) -> str:
    """Return one line of text: no tags, entities or needless spaces; cut to its longest."""
    if value is None or value == "":
        return ""
    text = value.strip() if type(value) is str else _text(value)
    if not text or not _NEEDS_WORK.search(text):
        return text[:longest].strip()
    return _ALL_SPACES.sub(" ", _unwrapped(_cleaned(text))).strip()[:longest].strip()


def long_plain(value: Any, longest: int = 10_000) -> str:
    """Return text of several lines: a `<br>` is a new line, other tags go, at most one empty line."""
    if value is None or value == "":
        return ""
    text = _text(value)
    if not text or not _NEEDS_WORK.search(text):
        return text[:longest].strip()
    text = _unwrapped(_cleaned(text.replace("\r\n", "\n").replace("\r", "\n")))
    text = _MANY_BREAKS.sub("\n\n", _SPACES_AROUND_BREAKS.sub("\n", _SPACES.sub(" ", text)))
    return text.strip()[:longest].strip()


def joined(*parts: str, by: str = "\n") -> str:
    """Return the parts that say something, each once, in order."""
    return by.join(dict.fromkeys(part for part in parts if part))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if value is None or isinstance(value, bool | list | dict):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _cleaned(text: str) -> str:
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", _DROPPED.sub("", text)))
    if "&" in text:
        text = html.unescape(text)
        # Entities may have hidden another layer of tags.
        if "<" in text:
            text = _TAG.sub("", _BREAK.sub("\n", _DROPPED.sub("", text)))
    return _UNSEEN.sub("", text.replace("\\", ""))


def _unwrapped(text: str) -> str:
    text = text.strip()
    while len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and text[0] not in text[1:-1]:
        text = text[1:-1].strip()
    return text
