"""A feed's address -> a file of our own.

What an address may reach is decided on what is really connected to: the name is resolved here,
every address it has must be of the public internet (unless the operator allows private ones),
and the connection goes to just that address, for redirects too. Size and time are limited, and
nothing of an address's name, password or query reaches a log.
"""

import io
import ipaddress
import socket
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urljoin, urlsplit

import urllib3
from django.conf import settings
from urllib3 import connection
from urllib3.exceptions import HTTPError

from meetings.feeds.decoding import unpack
from meetings.feeds.rows import UnusableFeed

MOST_BYTES = 256 * 1024**2
MOST_SECONDS = 180.0
SECONDS_WITHOUT_A_BYTE = 30.0
MOST_REDIRECTS = 5
_PIECE = 64 * 1024
_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a fetch. `path` is None when the feed did not change since last time."""

    path: Path | None
    etag: str = ""
    last_modified: str = ""


class _Limits:
    """The time that is left, and the sockets to shut when it is over."""

    def __init__(self, seconds: float):
        self._end = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self.is_over = False
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> "_Limits":
        self._timer.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._timer.cancel()

    def watch(self, opened: Any) -> None:
        self._sockets.append(opened)
        if self.is_over:
            self._shut()

    def left(self) -> float:
        return max(0.001, self._end - time.monotonic())

    def _shut(self) -> None:
        # A server that sends a byte now and then never times out by itself.
        self.is_over = True
        for opened in self._sockets:
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)


def fetch(address: str, target: Path, *, etag: str = "", last_modified: str = "") -> Fetched:
    """Fetch a feed into the file `target`, unpacked.

    With the etag or date of last time, an unchanged feed is not sent again.

    Raises UnusableFeed, whose words name the host at most.
    """
    headers = {"User-Agent": f"{settings.SITE_NAME} (+{settings.SITE_URL})", "Accept-Encoding": "gzip"}
    headers |= {"Accept": "application/json, text/csv, */*;q=0.5"}
    headers |= {"If-None-Match": etag} if etag else {}
    headers |= {"If-Modified-Since": last_modified} if last_modified else {}
    with _Limits(MOST_SECONDS) as limits:
        try:
            return _follow(address, target, headers, limits)
        # A name that cannot be one, or a length of ten thousand digits, is a ValueError.
        except (HTTPError, OSError, ValueError) as error:
            if limits.is_over:
                raise UnusableFeed("the feed took too long to come") from None
            # The exception's own words hold the address, and with it its query.
            raise UnusableFeed(f"the feed could not be fetched ({type(error).__name__})") from None


def without_secrets(address: str) -> str:
    """Return an address without a name and password in it, for people to read."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if "@" in parts.netloc else address


def is_address(text: str) -> bool:
    """Return whether this is a web address rather than the name of a file."""
    return text.lower().startswith(("http://", "https://"))


def _follow(address: str, target: Path, headers: dict[str, str], limits: _Limits) -> Fetched:
    for _redirect in range(MOST_REDIRECTS + 1):
        response = _request(address, headers, limits)
        try:
            if response.status == 304:
                return Fetched(None, headers.get("If-None-Match", ""), headers.get("If-Modified-Since", ""))
            if response.status in _REDIRECTS and (there := response.headers.get("Location")):
                address = urljoin(without_secrets(address), there)
                continue
            if response.status != 200:
                raise UnusableFeed(f"the server answered {response.status}")
            with target.open("wb") as file:
                _save(response, file, limits)
            return Fetched(
                target,
                etag=response.headers.get("ETag", "")[:300],
                last_modified=response.headers.get("Last-Modified", "")[:100],
            )
        finally:
            response.close()
    raise UnusableFeed("the feed's address leads in circles")


def _request(address: str, headers: dict[str, str], limits: _Limits) -> urllib3.BaseHTTPResponse:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UnusableFeed("the feed's address is not a web address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise UnusableFeed("only addresses with http and https are fetched")
    is_secure = parts.scheme == "https"
    pool_class = urllib3.HTTPSConnectionPool if is_secure else urllib3.HTTPConnectionPool
    pool = pool_class(host, port, retries=False, timeout=urllib3.Timeout(connect=15, read=SECONDS_WITHOUT_A_BYTE))
    kind = _PublicHTTPS if is_secure else _PublicHTTP
    pool.ConnectionCls = type(kind.__name__, (kind,), {"limits": limits})  # type: ignore[assignment]
    if parts.username:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers = headers | urllib3.make_headers(basic_auth=login)
    path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    return pool.urlopen(
        "GET", path, headers=headers, redirect=False, preload_content=False, decode_content=False, retries=False
    )


def _save(response: urllib3.BaseHTTPResponse, file: BinaryIO, limits: _Limits) -> None:
    """Write the body, unpacked where it is gzip, be it by the transfer or by the file."""
    if (said := response.headers.get("Content-Length", "")).isdecimal() and int(said) > MOST_BYTES:
        raise UnusableFeed("the feed is too large")
    coding = response.headers.get("Content-Encoding", "").lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise UnusableFeed("the feed is packed in a way that is not read here")
    with tempfile.TemporaryFile(dir=Path(file.name).parent) as packed:
        received = 0
        while piece := response.read1(_PIECE):  # type: ignore[attr-defined]
            received += len(piece)
            if received > MOST_BYTES:
                raise UnusableFeed("the feed is too large")
            if limits.is_over:
                raise UnusableFeed("the feed took too long to come")
            packed.write(piece)
        if limits.is_over:
            raise UnusableFeed("the feed took too long to come")
        if said.isdecimal() and received < int(said):
            raise UnusableFeed("the feed broke off on its way")
        packed.seek(0)
        unpack(_as_buffered(packed), _as_buffered(file), most=MOST_BYTES)


def _as_buffered(file: Any) -> io.BufferedIOBase:
    return file


def _connect(host: str, port: int, timeout: Any, options: Any) -> socket.socket:
    """Return a socket to the host, refusing addresses that are not of the public internet."""
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    if not settings.FEEDS_ALLOW_PRIVATE_ADDRESSES and not all(_is_public(one[4][0]) for one in found):
        raise UnusableFeed("the feed's address is not on the public internet")
    failure: OSError = OSError("no address")
    for family, kind, protocol, _name, there in found:
        opened = socket.socket(family, kind, protocol)
        try:
            for option in options or ():
                opened.setsockopt(*option)
            opened.settimeout(timeout if isinstance(timeout, int | float) else 15)
            opened.connect(there)
            return opened
        except OSError as error:
            opened.close()
            failure = error
    raise failure


def _is_public(text: str | int) -> bool:
    address: Any = ipaddress.ip_address(str(text).partition("%")[0])
    # An address of the old internet may hide in one of the new.
    if address.version == 6:
        for inner in (address.ipv4_mapped, address.sixtofour, (address.teredo or (None, None))[1]):
            if inner is not None and not _is_public(str(inner)):
                return False
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return _is_public(str(ipaddress.ip_address(int(address) & 0xFFFFFFFF)))
    return address.is_global and not address.is_multicast and not address.is_reserved


class _PublicHTTP(connection.HTTPConnection):
    limits: _Limits

    def _new_conn(self) -> socket.socket:
        opened = _connect(self.host, self.port or self.default_port, self.timeout, self.socket_options)
        self.limits.watch(opened)
        return opened


class _PublicHTTPS(connection.HTTPSConnection):
    limits: _Limits

    def _new_conn(self) -> socket.socket:
        opened = _connect(self.host, self.port or self.default_port, self.timeout, self.socket_options)
        self.limits.watch(opened)
        return opened

    def connect(self) -> None:
        super().connect()
        if self.sock is not None:
            self.limits.watch(self.sock)
