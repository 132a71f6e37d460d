"""Log lines that say what broke and never who came, from where, or what they looked for."""

import logging
import re

# An address with a query string: the path may stay, what was asked may not.
_QUERY = re.compile(r"\?\S+")
_EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[a-z]{2,}", re.IGNORECASE)
# The secret of a private link, which is an address by itself.
_SECRET = re.compile(r"/[a-z0-9]{24,}\b")
_DECIMAL_PAIR = re.compile(r"-?\d{1,3}\.\d{2,}\s*,\s*-?\d{1,3}\.\d{2,}")


class WithoutVisitors(logging.Filter):
    """Take the request off a record, so that no handler can write what it carries."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name in ("request", "status_code"):
            if hasattr(record, name):
                delattr(record, name)
        return True


class Plain(logging.Formatter):
    """Format a record, with query strings, e-mail addresses and coordinates left out.

    A traceback keeps its file names, lines and exception class; the exception's own words
    may quote what a visitor typed and are cleaned the same way.
    """

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))


def scrub(text: str) -> str:
    """Return the text without query strings, secrets of links, e-mail addresses and coordinates."""
    text = _QUERY.sub("?…", text)
    text = _SECRET.sub("/…", text)
    text = _EMAIL.sub("(address)", text)
    return _DECIMAL_PAIR.sub("(position)", text)
