"""Every page and every state of one, looked at as many people meet it (`looking.look`).

The pages of visitors are found by the crawl, those of the desks by following links; what only
one person sees, and what waits at the desks, is made by access_states.py.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.looking import FOR_LOOKING, check, look

STATES = (Path(__file__).parent / "access_states.py").read_text(encoding="utf-8")

# Answers that are no page of their own; the rest stands on many pages.
SEARCHES = [
    "/meetings/?near=Boston&for=me&attendance=in-person&open=1&day=today&time=evening&unknown=include",
    "/meetings/?near=xyzzy&day=today",
    "/meetings/?near=bostn",
    "/meetings/?near=Boston&day=someday&shoe=9&page=99",
    "/meetings/?say=women%20tonight%20near%20Boston%20wearing%20hats",
    "/meetings/?q=zzyzx",
    "/groups/?q=zzyzx",
    "/help/?country=GB",
    "/approaches/compare/?a=sos&a=lifering&a=smart-recovery&a=twelve-step",
]
ERRORS = ["/no-such-page/", "/meetings/no-such-meeting/", f"/rsvp/{'x' * 32}/", f"/still-true/{'x' * 32}/"]
# Said by templates alone: what brings them needs a broken server or a thousand presses.
TEMPLATES = ["400", "403", "403_csrf", "410", "429", "500", "link_expired"]
OF_AN_ACCOUNT = [
    "/account/", "/account/email/", "/account/keys/", "/account/keys/app/", "/account/keys/passkeys/",
    "/account/keys/passkeys/new/", "/account/second-step/", "/account/logout/", "/account/close/",
]  # fmt: skip
RAW_TABLES = ["/admin/", "/admin/groups/group/", "/admin/groups/group/add/", "/admin/auth/user/"]


@pytest.fixture(scope="module")
def made(site) -> dict[str, str]:
    """Addresses of pages by what they show, and each person's key of a browser ("key of host")."""
    said = site.manage("shell", "--no-imports", "--verbosity=0", "-c", STATES)
    return json.loads(said.split("MADE ")[1])


@pytest.fixture
def looking(chromium: Browser) -> BrowserContext:
    context = chromium.new_context(**FOR_LOOKING)
    yield context
    context.close()


def signed_in(context: BrowserContext, site, made: dict[str, str], name: str) -> Page:
    context.add_cookies([{"name": "sessionid", "value": made[f"key of {name}"], "url": site.url}])
    return context.new_page()


def wrong_on(page: Page, site, addresses: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for address in addresses:
        page.goto(site.url + address, wait_until="load")
        if wrong := look(page):
            found[address] = wrong
    return found


def one_of_each(addresses: Iterable[str]) -> set[str]:
    """Return the first address of each route."""
    return set({resolve(urlsplit(address).path).view_name: address for address in reversed(list(addresses))}.values())


def linked(page: Page, site, start: str, most: int) -> list[str]:
    """Return a page of every kind that links lead to from this one, itself first."""
    found, waiting, kinds = [], [start], set()
    while waiting and len(found) < most:
        address = waiting.pop(0)
        match = resolve(urlsplit(address).path)
        kind = (match.view_name, match.kwargs.get("part"), re.sub(r"=[^&]*", "", urlsplit(address).query))
        if kind in kinds or address.endswith(".pdf"):
            continue
        kinds.add(kind)
        found.append(address)
        page.goto(site.url + address)
        links = page.locator(f"main a[href^='{start}']").evaluate_all("all => all.map(a => a.pathname + a.search)")
        waiting += [link for link in links if link not in found]
    return found


def test_every_page_of_visitors_is_for_everybody(site, crawled, looking):
    addresses = [address for address in crawled.pages if not address.startswith("/exit/")]

    page = looking.new_page()
    with_axe = {*one_of_each(addresses), *SEARCHES, *ERRORS}
    found = {}

    for address in [*addresses, *SEARCHES, *ERRORS]:
        page.goto(site.url + address, wait_until="load")
        if wrong := look(page, with_axe=address in with_axe):
            found[address] = wrong

    assert len(addresses) > 30
    assert found == {}


def test_every_page_of_errors_is_for_everybody(site, looking):
    said = site.manage("shell", "--no-imports", "--verbosity=0", "-c", _RENDER.format(names=TEMPLATES))
    rendered = json.loads(said.split("MADE ")[1])
    page = looking.new_page()
    page.route(
        "**/rendered/*",
        lambda route: route.fulfill(body=rendered[route.request.url.split("/")[-1]], content_type="text/html"),
    )

    assert wrong_on(page, site, [f"/rendered/{name}" for name in TEMPLATES]) == {}


_RENDER = """
import json
from django.template import loader
from recovery.context_processors import site
print("MADE", json.dumps({{name: loader.render_to_string(name + ".html", site(None)) for name in {names}}}))
"""


def test_every_state_of_ones_own_place_is_for_everybody(site, made, looking):
    theirs = [address for name, address in made.items() if not name.startswith(("key", "desk", "claim", "invitation"))]

    assert len(theirs) > 20
    assert wrong_on(looking.new_page(), site, theirs) == {}


def test_every_page_of_hosts_is_for_everybody(site, made, looking):
    page = signed_in(looking, site, made, "host")
    addresses = linked(page, site, "/host/", most=40)

    assert len(addresses) > 15
    assert wrong_on(page, site, [*addresses, made["invitation"]]) == {}


def test_every_page_of_curators_is_for_everybody(site, made, looking):
    page = signed_in(looking, site, made, "curator")
    addresses = linked(page, site, "/curate/", most=50)
    waiting = [address for name, address in made.items() if name.startswith("desk")]

    assert len(addresses) > 20
    assert wrong_on(page, site, [*addresses, *waiting, made["claim"]]) == {}


def test_every_page_of_accounts_and_tables_is_for_everybody(site, made, looking):
    page = signed_in(looking, site, made, "admin")

    assert wrong_on(page, site, [*OF_AN_ACCOUNT, *RAW_TABLES]) == {}


# ── The checks see what is wrong ────────────────────────────────────────────

WRONG = {
    "sideways": '<main><p style="width: 400px">Wide</p></main>',
    "cutOff": '<p style="overflow: hidden; height: 1em">One<br>two<br>three</p>',
    "overlaps": '<p>Some words</p><p style="margin-top: -2.2em">Others</p>',
    "small": '<button style="width: 20px; height: 20px; padding: 0">x</button>',
    "focus": '<button style="outline: none">Press</button>',
    "order": '<input tabindex="3" aria-label="Third">',
    "headings": "<h1>One</h1><h3>Three</h3>",
    "motion": '<p style="transition: color .2s">Slow</p>',
    "edges": '<button style="border: 0">Press</button>',
}


@pytest.mark.parametrize("name", WRONG)
def test_a_check_sees_what_is_wrong_and_nothing_else(looking, name):
    page = looking.new_page()
    right = '<meta name="viewport" content="width=device-width"><h1>Name</h1><p>Words</p>'

    page.set_content(right)
    assert check(page, name) == {}
    page.set_content(WRONG[name] if name == "headings" else right + WRONG[name])
    page.keyboard.press("Tab")

    assert list(check(page, name)) == [name]
