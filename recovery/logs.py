"""Log lines that say what broke and never who came, from where, or what they looked for."""

import copy
import logging
import re
import traceback
from typing import Any

# An address on the net keeps its host; what stands before and behind it may be a secret.
_ADDRESS = re.compile(r"\b([a-z][a-z+]{1,20}://)(?:[^\s/@'\"]*@)?([^\s/?#'\"<>]*)([^\s'\"<>]*)", re.IGNORECASE)
# The path may stay, what was asked may not.
_QUERY = re.compile(r"\?\S+")
_EMAIL = re.compile(r"[^\s@<>\"']{1,64}@[^\s@<>\"']{1,255}\.[a-z]{2,}", re.IGNORECASE)
_DECIMAL_PAIR = re.compile(r"-?\d{1,3}\.\d{2,}\s*,\s*-?\d{1,3}\.\d{2,}")

# The words of any other exception may quote what somebody typed.
_TELLING = (ArithmeticError, AssertionError, AttributeError, ImportError, NameError, OSError, TypeError)
_OF_THE_DATABASE = ("django.db.utils", "psycopg2", "psycopg2.errors", "psycopg2.extensions")


class WithoutVisitors(logging.Filter):
    """Take the request off a record, so that no handler can write what it carries.

    Instead of the path, which may hold a private link, the line says which page it was.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = record.__dict__.pop("request", None)
        record.__dict__.pop("status_code", None)
        path = getattr(request, "path", None)
        if isinstance(path, str) and isinstance(record.args, tuple):
            # Django escapes what it logs.
            written = {path, path.encode("unicode_escape").decode("ascii")}
            record.args = tuple(_page(request) if arg in written else arg for arg in record.args)
        if record.name.startswith("django.security.") and not record.args:
            # Its words are those of the exception, such as the host somebody asked for, and where
            # it was raised is always the same: whoever sends many should not fill a disk.
            record.msg, record.exc_info = "A request was refused.", None
        if record.name.startswith("celery") and isinstance(record.args, dict):
            # A task that failed: the exception's words, and what the task was called with.
            said = _name(type(record.exc_info[1])) if record.exc_info and record.exc_info[1] else "…"
            record.args = {
                name: said if name == "exc" else value if name in ("name", "id", "description", "runtime") else "…"
                for name, value in record.args.items()
            }
            record.__dict__.pop("data", None)
        return True


class Plain(logging.Formatter):
    """Format a record, with query strings, e-mail addresses and coordinates left out.

    A traceback keeps its file names, lines and exception classes. An exception's own words
    stay only where they speak of the program and not of what somebody typed.
    """

    def format(self, record: logging.LogRecord) -> str:
        record = copy.copy(record)
        # Another formatter may have left its own text of the exception.
        record.exc_text = None
        return scrub(super().format(record))

    def formatException(self, ei: Any) -> str:
        return "\n".join(_told(ei[1], set())) if ei[1] else ""


def scrub(text: str) -> str:
    """Return the text without paths of addresses, query strings, e-mail addresses and coordinates."""
    text = _ADDRESS.sub(lambda found: found[1] + found[2] + ("/…" if found[3] else ""), text)
    text = _QUERY.sub("?…", text)
    text = _EMAIL.sub("(address)", text)
    return _DECIMAL_PAIR.sub("(position)", text)


def _page(request: Any) -> str:
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "(no such page)"


def _told(error: BaseException, seen: set[int]) -> list[str]:
    """Return the lines of a traceback, causes first, as Python writes them but for the words."""
    seen.add(id(error))
    lines: list[str] = []
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        lines += [*_told(before, seen), "", "which led to:", ""]
    if error.__traceback__:
        lines += ["Traceback (most recent call last):"]
        lines += "".join(traceback.format_tb(error.__traceback__)).splitlines()
    words = _words(error)
    lines.append(f"{_name(type(error))}: {words}" if words else _name(type(error)))
    for part in getattr(error, "exceptions", ()):
        if id(part) not in seen:
            lines += ["", "one of them:", *_told(part, seen)]
    return lines


def _words(error: BaseException) -> str:
    kind = type(error)
    is_of_the_database = kind.__module__ in _OF_THE_DATABASE
    is_plain = kind.__module__ == "builtins" and isinstance(error, _TELLING)
    if not (is_of_the_database or is_plain) or any(base.__name__ == "DataError" for base in kind.__mro__):
        return ""
    # Below the first line PostgreSQL quotes the row.
    return str(error).partition("\n")[0]


def _name(kind: type[BaseException]) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
