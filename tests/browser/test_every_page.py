"""What must hold on every page a visitor can open, new ones included."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import DESK
from tests.browser.crawl import fetch, public_routes
from tests.browser.looking import axe

# Answers that are pages of the product too.
ERROR_PAGES = ["/no-such-page/", "/meetings/no-such-meeting/", "/groups/no-such-group/"]

# Not pages to look at in a browser: health, files for machines, and the way out.
NOT_LOOKED_AT = {"healthz", "readyz", "exit"}


@pytest.fixture(scope="session")
def addresses(crawled) -> list[str]:
    return [address for address in crawled.pages if urlsplit(address).path != "/exit/"] + ERROR_PAGES


def test_the_crawl_reaches_every_public_route(crawled):
    assert crawled.failures == []
    assert public_routes() - crawled.routes == set()


def test_no_page_sets_a_cookie_for_someone_who_only_looks(crawled):
    assert len(crawled.pages) > 20
    assert crawled.set_cookies == []


def test_every_page_sends_the_strict_policy_and_private_headers(site, addresses):
    for address in addresses:
        _status, headers, _body = fetch(site.url + address)

        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy, address
        assert "unsafe" not in policy, address
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer"), address
        assert headers["X-Content-Type-Options"] == "nosniff", address


def test_every_page_asks_this_site_alone_and_says_nothing_wrong(site, addresses, context: BrowserContext):
    strangers: list[str] = []
    complaints: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: strangers.append(request.url) if not _ours(request.url, site.url) else None)
    page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}") if _is_bad(message) else None)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))

    for address in addresses:
        page.goto(site.url + address, wait_until="load")

    assert strangers == []
    assert complaints == []
    assert context.cookies() == []


def test_a_page_that_asks_a_stranger_is_noticed(site, page: Page):
    strangers: list[str] = []
    page.on("request", lambda request: strangers.append(request.url) if not _ours(request.url, site.url) else None)
    page.route("http://stranger.invalid/**", lambda route: route.abort())

    page.set_content('<img src="http://stranger.invalid/pixel.gif">')
    page.wait_for_timeout(200)

    assert strangers == ["http://stranger.invalid/pixel.gif"]


# Phones and dark colours are looked at in test_access_pages.py, with every part unfolded.
def test_axe_finds_nothing_on_any_page(site, addresses, chromium):
    context = chromium.new_context(viewport=DESK, color_scheme="light", bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    findings = {}

    for address in addresses:
        page.goto(site.url + address, wait_until="load")
        if violations := axe(page):
            findings[address] = violations

    context.close()
    assert findings == {}


def test_every_page_has_the_way_out_and_the_help_line_in_the_same_place(site, addresses, page: Page):
    without = []
    places = set()

    for address in addresses:
        page.goto(site.url + address, wait_until="load")
        help_line = page.locator("[data-help-strip]")
        if page.locator("a[href='/exit/']").count() == 0 or help_line.count() != 1:
            without.append(address)
            continue
        # The same place: what stands before and after it in the page.
        places.add(help_line.evaluate("n => [n.parentElement.tagName, n.nextElementSibling?.tagName].join()"))

    assert without == []
    assert len(places) == 1


def _ours(address: str, origin: str) -> bool:
    return address.startswith((origin + "/", "data:", "blob:", "about:"))


def _is_bad(message) -> bool:
    # The browser reports the status of an error page it was asked to open; that is no fault.
    return message.type in ("error", "warning") and "Failed to load resource" not in message.text
