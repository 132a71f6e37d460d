"""A feed's address or file -> listings: fetch, read, import, remember."""

import hashlib
import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from groups.enums import FeedFormat
from groups.models import Source
from meetings.feeds import bmlt, conflicts, decoding, fetching, importing
from meetings.feeds.importing.sources import settle_format
from meetings.feeds.readers import Reader
from meetings.feeds.rows import Reading, UnusableFeed


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller asks for beside the source itself."""

    formats: str = ""
    service_bodies: str = ""
    is_preview: bool = False
    accept_removals: bool = False


def load(
    wanted: importing.Wanted,
    options: Options,
    *,
    now: datetime,
    say: Callable[[str], None] = lambda _line: None,
) -> importing.Report:
    """Import the feed at an address or in a file. An unusable feed is a report, not an exception.

    Raises ImportIsRunning.
    """
    try:
        source = importing.settle_source(wanted)
    except UnusableFeed as reason:
        return importing.Report(wanted.name or wanted.address, importing.ImportOutcome.UNUSABLE, error=str(reason))
    format = "" if wanted.format in ("", "auto") else wanted.format
    with tempfile.TemporaryDirectory(prefix="feed-") as folder:
        try:
            feed = _fetch(source, wanted.address, options, Path(folder), say=say)
            return _load(source, wanted.address, feed, options, Path(folder), format=format, now=now, say=say)
        except UnusableFeed as reason:
            kept = Source.objects.filter(pk=source.pk).first() if source.pk else None
            return importing.record_failure(kept or source, str(reason), now=now)


def load_source(
    source: Source,
    options: Options,
    *,
    now: datetime,
    file: fetching.Fetched | None = None,
    keep: Callable[[fetching.Fetched], None] = lambda _fetched: None,
    say: Callable[[str], None] = lambda _line: None,
) -> importing.Report:
    """Import the feed of a source that is kept already: from its web address, or as it is in `file`.

    `keep` is given what came from the address. A file that cannot be used says nothing of the
    health of the address. Files of this machine that the source may name are never opened.

    Raises ImportIsRunning.
    """
    with tempfile.TemporaryDirectory(prefix="feed-") as folder:
        try:
            if file is None:
                if not fetching.is_address(source.address):
                    raise UnusableFeed("only addresses with http and https are fetched")
                got = _fetch(source, source.address, options, Path(folder), say=say)
                keep(got)
            else:
                got = file
            address = source.address if fetching.is_address(source.address) else ""
            return _load(source, address, got, options, Path(folder), format="", now=now, say=say)
        except UnusableFeed as reason:
            source.refresh_from_db()
            return importing.record_failure(source, str(reason), now=now, is_of_its_address=file is None)


def _fetch(
    source: Source, address: str, options: Options, folder: Path, *, say: Callable[[str], None]
) -> fetching.Fetched:
    # A preview is to show what there is, also when nothing changed since the last import.
    is_as_before = _is_as_before(source, options) and not options.is_preview
    say("Fetching …" if fetching.is_address(address) else "Opening the file …")
    return _get(
        address,
        folder / "feed",
        etag=source.etag if is_as_before else "",
        last_modified=source.last_modified if is_as_before else "",
    )


def _load(
    source: Source,
    address: str,
    got: fetching.Fetched,
    options: Options,
    folder: Path,
    *,
    format: str,
    now: datetime,
    say: Callable[[str], None],
) -> importing.Report:
    if got.path is None:
        return importing.record_unchanged(source, now=now)
    feed = decoding.open_feed(got.path, format=format)
    settle_format(source, feed.format)
    server, server_digest = bmlt.Server(), ""
    if feed.format == FeedFormat.BMLT:
        server, server_digest = _server(source, feed, address, options, folder)
    reader = Reader(
        feed.format,
        Reading(programme=source.programme, time_zone=source.time_zone, country=source.country),
        server,
        server_digest,
    )
    report = importing.run(
        source,
        feed,
        reader,
        now=now,
        accept_removals=options.accept_removals,
        is_preview=options.is_preview,
        fetched={"etag": got.etag, "last_modified": got.last_modified, "content_hash": _context_of(source)},
        say=say,
    )
    if report.outcome == importing.ImportOutcome.DONE and (report.conflicts or source.open_conflicts):
        conflicts.recount(source)
    return report


def _is_as_before(source: Source, options: Options) -> bool:
    """Return whether an unchanged feed would also be read as last time."""
    asks_for_tables = options.formats or options.service_bodies
    return bool(source.pk and not asks_for_tables and source.content_hash == _context_of(source))


def _context_of(source: Source) -> str:
    reader = Reader(source.format, Reading(source.programme, source.time_zone, source.country))
    text = f"{reader.context()}|{source.approach_id}|{source.fellowship_id}|{source.address}"
    return hashlib.sha256(text.encode()).hexdigest()


def _get(address: str, target: Path, *, etag: str = "", last_modified: str = "") -> fetching.Fetched:
    if fetching.is_address(address):
        return fetching.fetch(address, target, etag=etag, last_modified=last_modified)
    if "://" in address:
        raise UnusableFeed("only addresses with http and https are fetched")
    try:
        with Path(address).open("rb") as file, target.open("wb") as copy:
            decoding.unpack(file, copy)
    except OSError as error:
        raise UnusableFeed(f"the file could not be read ({type(error).__name__})") from None
    return fetching.Fetched(target)


def _server(
    source: Source, feed: decoding.Feed, address: str, options: Options, folder: Path
) -> tuple[bmlt.Server, str]:
    """Read the server's formats and service bodies; what was found once must be there again.

    A list that is missing this time would take the meaning from every row, so the feed is then
    not used at all. Where there never was a list of formats, those count that the feed brings along.
    """
    formats: tuple[dict[str, bmlt.Format], dict[str, bmlt.Format]] = ({}, {})
    bodies: dict[str, str] = {}
    seen = hashlib.sha256()
    for asked, field, endpoint in (
        (options.formats, "formats_address", "GetFormats"),
        (options.service_bodies, "service_bodies_address", "GetServiceBodies"),
    ):
        remembered = getattr(source, field)
        where = asked or remembered or bmlt.address_of(endpoint, address)
        if not where:
            continue
        try:
            records, digest = _small_list(where, folder / endpoint)
        except UnusableFeed as reason:
            if asked or remembered:
                raise UnusableFeed(f"its {endpoint[3:].lower()}: {reason}") from None
            continue
        seen.update(digest)
        setattr(source, field, fetching.without_secrets(where)[:600])
        if field == "formats_address":
            formats = bmlt.read_formats(records)
        else:
            bodies = bmlt.read_service_bodies(records)
    if not formats[0] and (brought := feed.formats()):
        formats = bmlt.read_formats(brought)
        seen.update(json.dumps(brought, sort_keys=True).encode())
    return bmlt.Server(*formats, bodies), seen.hexdigest()


def _small_list(where: str, target: Path) -> tuple[list[Any], bytes]:
    got = _get(where, target)
    assert got.path is not None
    try:
        return decoding.read_list(got.path), hashlib.sha256(got.path.read_bytes()).digest()
    finally:
        with suppress(OSError):
            got.path.unlink()
