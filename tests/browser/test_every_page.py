"""What must hold on every page a visitor can open, new ones included."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import DESK, PHONE
from tests.browser.crawl import Crawl, crawl, fetch, public_routes

# Answers that are pages of the product too.
ERROR_PAGES = ["/no-such-page/", "/meetings/no-such-meeting/", "/groups/no-such-group/"]

# Not pages to look at in a browser: health, files for machines, and the way out.
NOT_LOOKED_AT = {"healthz", "readyz", "exit"}


@pytest.fixture(scope="session")
def crawled(site) -> Crawl:
    return crawl(site.url)


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


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESK, "dark")], ids=["phone, light", "desk, dark"])
def test_axe_finds_nothing_on_any_page(site, addresses, chromium, size, scheme):
    axe = Axe()
    context = chromium.new_context(viewport=size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    findings = {}

    for address in addresses:
        page.goto(site.url + address, wait_until="load")
        result = axe.run(page)
        if result.violations_count:
            findings[address] = [
                f"{violation['id']}: {violation['nodes'][0]['html'][:200]}"
                for violation in result.response["violations"]
            ]

    context.close()
    assert findings == {}


def test_no_page_scrolls_sideways_at_320_pixels(site, addresses, chromium):
    context = chromium.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    too_wide = {}

    for address in addresses:
        page.goto(site.url + address, wait_until="load")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            too_wide[address] = width

    context.close()
    assert too_wide == {}


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


def test_every_target_is_at_least_24_pixels(site, addresses, page: Page):
    small = {}

    for address in addresses:
        page.goto(site.url + address, wait_until="load")
        found = page.evaluate(
            """() => [...document.querySelectorAll('button, select, input:not([type=hidden]), summary, nav a')]
                .filter(n => n.checkVisibility({visibilityProperty: true}))
                .map(n => ({n, box: (n.closest('label') ?? n).getBoundingClientRect()}))
                .filter(({box}) => box.width > 1 && (box.width < 24 || box.height < 24))
                .map(({n, box}) => `${n.outerHTML.slice(0, 90)} ${Math.round(box.width)}×${Math.round(box.height)}`)"""
        )
        if found:
            small[address] = found[:3]

    assert small == {}


def _ours(address: str, origin: str) -> bool:
    return address.startswith((origin + "/", "data:", "blob:", "about:"))


def _is_bad(message) -> bool:
    # The browser reports the status of an error page it was asked to open; that is no fault.
    return message.type in ("error", "warning") and "Failed to load resource" not in message.text
