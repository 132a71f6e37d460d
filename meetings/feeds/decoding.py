"""Files of bytes -> records, one at a time, whatever their wrapping and letters.

A feed of 300,000 meetings is never held whole: the file is read in pieces, each record is taken
apart by itself, and the caller keeps what it needs. Nothing is believed before the end was
reached: a feed that breaks off is refused as a whole.
"""

import io
import json
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groups.enums import FeedFormat
from meetings.feeds import bmlt, encodings, meeting_guide, tables
from meetings.feeds.rows import UnusableFeed

# A file on this machine was put here by somebody who may; what comes over the network has the
# closer limit of `fetching`.
MOST_BYTES = 4 * 1024**3
_PIECE = 256 * 1024
_LONGEST_RECORD = 4_000_000
_HEAD = 64 * 1024
_GZIP = b"\x1f\x8b"

# Keys under which lists wrap their meetings.
_WRAPPERS = ("meetings", "data", "records", "results", "items", "rows", "features", "formats", "serviceBodies")
_GAP = re.compile(r"[ \t\r\n,]*")
_SPACE = re.compile(r"[ \t\r\n]*")

Record = tuple[int, str, Any]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed in a file of our own, ready to be read as often as needed."""

    path: Path
    encoding: str
    format: str

    def records(self) -> Iterator[Record]:
        """Yield number (from 1), raw text and content of each record, in the feed's order.

        Raises UnusableFeed when the text is broken, at the place where it breaks.
        """
        with self._opened() as text:
            if self.format == FeedFormat.CSV:
                yield from tables.records(text)
                return
            listed = _json_records(text)
            if self.format == FeedFormat.BMLT:
                listed = (one for one in listed if not bmlt.is_format(one[1]))
            for number, (raw, record) in enumerate(listed, start=1):
                yield number, raw, record

    def formats(self) -> list[Any]:
        """Return the formats that a BMLT answer brings along with its meetings. Raises UnusableFeed."""
        with self._opened() as text:
            if self.format != FeedFormat.BMLT or text.read(100).lstrip("\ufeff \t\r\n")[:1] != "{":
                return []
            text.seek(0)
            return [record for _raw, record in _json_records(text) if bmlt.is_format(record)]

    @contextmanager
    def _opened(self) -> Iterator[io.TextIOWrapper]:
        with self.path.open("rb") as file:
            newline = None if self.format == FeedFormat.CSV else ""
            errors = encodings.errors_of(self.encoding)
            text = io.TextIOWrapper(file, encoding=self.encoding, errors=errors, newline=newline)
            try:
                yield text
            finally:
                text.detach()


def open_feed(path: Path, *, format: str = "") -> Feed:
    """Return the feed in a file; an empty `format` is found out from its content.

    Raises UnusableFeed when it is empty, a web page, or no format that we read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise UnusableFeed("the feed is empty")
    encoding = encodings.encoding_of(path, head)
    start = head[: _HEAD - _HEAD % 4].decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
    return Feed(path, encoding, format or _format(path, encoding, start))


def unpack(source: io.BufferedIOBase, target: io.BufferedIOBase, *, most: int = MOST_BYTES) -> None:
    """Copy a file, taking off gzip. Raises UnusableFeed when more than `most` bytes come out."""
    piece = source.read(_PIECE)
    unpacker = zlib.decompressobj(wbits=31) if piece.startswith(_GZIP) else None
    written = 0
    try:
        while piece:
            if unpacker and unpacker.eof:
                if not piece.startswith(_GZIP):
                    # Padding.
                    break
                # Several packed files in a row are one, unpacked.
                unpacker = zlib.decompressobj(wbits=31)
            out = unpacker.decompress(piece, _PIECE) if unpacker else piece
            written += len(out)
            if written > most:
                raise UnusableFeed("the feed is too large")
            target.write(out)
            piece = b"" if unpacker is None else unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            if len(piece) < len(_GZIP):
                piece += source.read(_PIECE)
        if unpacker and not unpacker.eof:
            raise UnusableFeed("the compressed feed breaks off")
    except zlib.error:
        raise UnusableFeed("the compressed feed is broken") from None


def read_list(path: Path) -> list[Any]:
    """Return the records of a small JSON file, such as a server's formats. Raises UnusableFeed."""
    feed = open_feed(path, format=FeedFormat.MEETING_GUIDE)
    return [record for _number, _raw, record in feed.records()]


def _format(path: Path, encoding: str, start: str) -> str:
    if start.startswith("<"):
        raise UnusableFeed("it is a web page and no feed")
    if start[:1] in ("{", "["):
        for _number, _raw, record in Feed(path, encoding, FeedFormat.MEETING_GUIDE).records():
            if bmlt.is_record(record):
                return FeedFormat.BMLT
            if meeting_guide.is_record(record) and not bmlt.is_format(record):
                return FeedFormat.MEETING_GUIDE
        raise UnusableFeed("no meetings were found in it")
    if tables.is_header(re.split(r"[\r\n]", start, maxsplit=1)[0]):
        return FeedFormat.CSV
    raise UnusableFeed("it is neither JSON nor a table of meetings")


def _json_records(text: io.TextIOBase) -> Iterator[tuple[str, Any]]:
    for raw, record in _JsonText(text.read).elements():
        if isinstance(record, dict) and isinstance(record.get("fields"), dict):
            # Airtable keeps the meeting under "fields" and its own id beside it.
            record = {"id": record.get("id"), **record["fields"]}
        yield raw, record


class _JsonText:
    """JSON read in pieces: a list, a list inside an object, or one object after another."""

    def __init__(self, read: Callable[[int], str]):
        self._read = read
        self._text = ""
        self._at = 0
        self._kept: int | None = None
        self._is_over = False
        self._decode = json.JSONDecoder().raw_decode

    def elements(self) -> Iterator[tuple[str, Any]]:
        first = self._peek(_SPACE)
        if first == "\ufeff":
            self._at += 1
            first = self._peek(_SPACE)
        if first == "[":
            self._at += 1
            yield from self._list()
        elif first == "{":
            yield from self._objects()
        else:
            raise UnusableFeed("it is not JSON")
        if self._peek(_SPACE):
            raise UnusableFeed("it is not valid JSON: text follows after its end")

    def _list(self) -> Iterator[tuple[str, Any]]:
        comma_seen, is_first = False, True
        while True:
            mark = self._peek(_SPACE)
            if mark == "]":
                self._at += 1
                return
            if mark == ",":
                self._at += 1
                comma_seen = True
                continue
            if not mark or not (is_first or comma_seen):
                raise UnusableFeed("it is not valid JSON: the list breaks off")
            yield self._value()
            is_first = comma_seen = False

    def _objects(self) -> Iterator[tuple[str, Any]]:
        """Read one object after another; the first may turn out to wrap a list."""
        # Its text is kept until it is known what the object is.
        self._kept = self._at
        self._at += 1
        is_wrapper = False
        while self._peek(_GAP) == '"':
            name = self._value()[1]
            if self._peek(_SPACE) != ":":
                raise UnusableFeed("it is not valid JSON")
            self._at += 1
            if self._peek(_SPACE) == "[" and name in _WRAPPERS:
                self._at += 1
                self._kept, is_wrapper = None, True
                yield from self._list()
            else:
                self._value()
        if self._peek(_GAP) != "}":
            raise UnusableFeed("it is not valid JSON: an object breaks off")
        self._at += 1
        if is_wrapper:
            return
        self._at, self._kept = self._kept or 0, None
        while self._peek(_GAP):
            yield self._value()

    def _value(self) -> tuple[str, Any]:
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except (ValueError, RecursionError):
                end = -1
            # At the very end of the text a number may go on in the next piece.
            if end >= 0 and (end < len(self._text) or self._is_over):
                raw = self._text[self._at : end]
                self._at = end
                return raw, value
            if len(self._text) - self._at > _LONGEST_RECORD or not self._more():
                raise UnusableFeed("it is not valid JSON")

    def _peek(self, skip: re.Pattern[str]) -> str:
        while True:
            self._at = skip.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read a piece further; what lies behind is let go. Return False at the end."""
        if self._is_over:
            return False
        piece = self._read(_PIECE)
        self._is_over = not piece
        first = self._at if self._kept is None else self._kept
        if len(self._text) - first > 2 * _LONGEST_RECORD:
            raise UnusableFeed("it holds an object that is too long")
        self._text, self._at = self._text[first:] + piece, self._at - first
        self._kept = None if self._kept is None else 0
        return True
