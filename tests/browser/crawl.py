"""Every kind of page of the site, found by following links: a new page is found by itself."""

from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit
from urllib.request import Request, urlopen
from xml.etree import ElementTree

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse

# Pages of one route that are looked at, and of one route with the same parameters.
EXAMPLES_PER_ROUTE = 6
EXAMPLES_PER_SEARCH = 2
MOST_PAGES = 100

# Not for visitors: sign-in stands before them, and sets a cookie. Tests of their own open these.
SIGNED_IN = ("/account/", "/admin/", "/curate/", "/host/")
# Parts of an address that only the person concerned knows; tests of their own open these.
PRIVATE_PARTS = ("token", "secret")
# Called by the programs that carry messages, by POST alone; and what the crawl itself reads first.
FOR_MACHINES = {"meetings:text_came_in", "meetings:mail_came_back", "meetings:sitemap"}
# Answers to a button pressed: nothing links to them.
PRESSED = {"meetings:join", "meetings:ask", "language"}


# A search of the demo data for meetings that have more pages than most: they keep seats.
FIRST_LOOKED_AT = "/meetings/?q=One+chair"


@dataclass
class Crawl:
    pages: list[str] = field(default_factory=list)
    """Addresses of HTML pages, without host, in the order found."""
    routes: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    set_cookies: list[str] = field(default_factory=list)


def crawl(origin: str) -> Crawl:
    """Follow links from the home page and the sitemap, without script or cookies."""
    found = Crawl()
    seen: set[str] = set()
    examples: Counter = Counter()
    waiting = deque(["/", *_found_by(origin, FIRST_LOOKED_AT), *_without_arguments(), *_of_sitemap(origin)])
    while waiting and len(found.pages) < MOST_PAGES:
        address = waiting.popleft()
        kind = _kind(address)
        if address in seen or kind is None:
            continue
        if examples[kind[0]] >= EXAMPLES_PER_ROUTE or examples[kind] >= EXAMPLES_PER_SEARCH:
            continue
        seen.add(address)
        examples.update([kind, kind[0]])
        status, headers, body = fetch(origin + address)
        found.routes.add(kind[0])
        if status >= 400:
            found.failures.append(f"{address}: {status}")
        found.set_cookies += [f"{address}: {cookie}" for cookie in headers.get_all("Set-Cookie") or []]
        if headers.get_content_type() == "text/html":
            found.pages.append(address)
            waiting.extend(_links(body, origin, address))
    return found


def public_routes() -> set[str]:
    """Names of all routes a visitor may open."""
    return {
        name
        for name, entry in _routes(get_resolver())
        if not any(part in entry.pattern.converters for part in PRIVATE_PARTS)
    } - PRESSED


def fetch(address: str) -> tuple[int, object, str]:
    try:
        with urlopen(Request(address, headers={"Accept": "text/html"}), timeout=20) as answer:
            return answer.status, answer.headers, answer.read().decode(errors="replace")
    except HTTPError as error:
        return error.code, error.headers, error.read().decode(errors="replace")


def _routes(resolver, namespace: str = "", route: str = "/"):
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        if here.startswith(SIGNED_IN):
            continue
        if isinstance(entry, URLResolver):
            yield from _routes(entry, f"{entry.namespace}:" if entry.namespace else namespace, here)
        elif isinstance(entry, URLPattern) and entry.name and namespace + entry.name not in FOR_MACHINES:
            yield namespace + entry.name, entry


def _without_arguments() -> list[str]:
    return [
        reverse(name) for name, entry in _routes(get_resolver()) if not entry.pattern.converters and name not in PRESSED
    ]


def _found_by(origin: str, search: str) -> list[str]:
    return _links(fetch(origin + search)[2], origin, search)


def _of_sitemap(origin: str) -> list[str]:
    addresses, maps = [], [f"{origin}/sitemap.xml"]
    while maps:
        status, _headers, body = fetch(maps.pop())
        if status != 200:
            continue
        for location in ElementTree.fromstring(body).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc"):
            address = urlsplit(location.text or "")
            whole = address.path + (f"?{address.query}" if address.query else "")
            (maps if "sitemap" in address.path else addresses).append(
                origin + whole if "sitemap" in address.path else whole
            )
    return addresses


def _kind(address: str) -> tuple[str, frozenset[str]] | None:
    """Return the route and the names of its parameters, None for what is not ours to look at."""
    parts = urlsplit(address)
    if parts.path.startswith(SIGNED_IN):
        return None
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    return match.view_name, frozenset(name for name, _value in parse_qsl(parts.query))


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href")
        if tag == "a" and address:
            self.addresses.append(address)


def _links(body: str, origin: str, address: str) -> list[str]:
    anchors = _Anchors()
    anchors.feed(body)
    whole = (urldefrag(urljoin(origin + address, link)).url for link in anchors.addresses)
    return [link.removeprefix(origin) for link in whole if link.startswith(origin + "/")]
