"""The file of a reading, kept until somebody has decided about it.

Feeds name people to call, so a file is packed and encrypted before it is written down. It is
kept in the database: web servers and workers share no disk.
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from groups.enums import ReadingState
from groups.models import FeedPiece, FeedReading
from meetings import contacts
from meetings.feeds import decoding, fetching
from meetings.feeds.rows import UnusableFeed

# What somebody may send. Three hundred thousand meetings, packed, are some thirty million bytes.
MOST_SENT = 48 * 1024**2
KEPT_FOR = timedelta(days=7)
_PIECE = 512 * 1024


class NotKept(Exception):
    """The file is no longer there: it was taken in, refused, or a week old."""


def keep(reading: FeedReading, file: BinaryIO) -> None:
    """Keep a file with a reading, instead of any it had."""
    reading.pieces.all().delete()
    for number, packed in enumerate(_packed(file)):
        FeedPiece.objects.create(reading=reading, number=number, data=contacts.seal(packed))


def keep_path(reading: FeedReading, path: Path) -> None:
    """Keep the file at a path of our own with a reading."""
    with path.open("rb") as file:
        keep(reading, file)


def write_out(reading: FeedReading, target: Path) -> fetching.Fetched:
    """Write the kept file to a path, unpacked, and return it as if it had just been fetched.

    Raises NotKept, and UnusableFeed when it grows too large.
    """
    with target.with_suffix(".sent").open("w+b") as sent:
        unpacker = zlib.decompressobj(wbits=31)
        numbers = list(reading.pieces.order_by("number").values_list("pk", flat=True))
        if not numbers:
            raise NotKept
        for pk in numbers:
            try:
                piece = contacts.unseal(FeedPiece.objects.values_list("data", flat=True).get(pk=pk))
            except (FeedPiece.DoesNotExist, contacts.UnreadableContact):
                raise NotKept from None
            sent.write(unpacker.decompress(piece))
            if sent.tell() > fetching.MOST_BYTES:
                raise UnusableFeed("the feed is too large")
        sent.seek(0)
        with target.open("wb") as file:
            decoding.unpack(sent, file, most=fetching.MOST_BYTES)
    with suppress(OSError):
        target.with_suffix(".sent").unlink()
    return fetching.Fetched(
        target, etag=reading.fetched.get("etag", ""), last_modified=reading.fetched.get("last_modified", "")
    )


def hand_over(reading: FeedReading, to: FeedReading) -> None:
    """Give the file of one reading to another, with what tells it apart. Raises NotKept."""
    if not FeedPiece.objects.filter(reading=reading).update(reading=to):
        raise NotKept
    to.file_name = reading.file_name
    to.fetched = {name: reading.fetched[name] for name in ("etag", "last_modified") if name in reading.fetched}
    to.save(update_fields=["file_name", "fetched"])


def forget(reading: FeedReading) -> None:
    """Let the file of a reading go."""
    FeedPiece.objects.filter(reading=reading).delete()


def forget_old(*, now: datetime) -> int:
    """Let files go that nobody decided about within a week. Returns how many readings they were of."""
    old = FeedReading.objects.filter(
        asked_at__lt=now - KEPT_FOR, pieces__isnull=False, state__in=(
            ReadingState.DONE, ReadingState.BROKEN_OFF, ReadingState.DROPPED
        )
    ).distinct()  # fmt: skip
    found = list(old.values_list("pk", flat=True))
    FeedPiece.objects.filter(reading__in=found).delete()
    return len(found)


def _packed(file: BinaryIO) -> Iterator[bytes]:
    """Yield the file as one stream of gzip, in pieces of about half a million bytes."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6, mtime=0) as packer:
        while piece := file.read(_PIECE):
            packer.write(piece)
            if out.tell() >= _PIECE:
                yield out.getvalue()
                out.seek(0)
                out.truncate()
    yield out.getvalue()
