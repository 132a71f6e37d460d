"""What a phone shows first: one field, the doors and help on home; a meeting after a search; nothing that moves."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.bench import phone
from tests.browser.conftest import PHONE

SCREEN = PHONE["height"]
# Shifts of the layout that nobody caused, added up as browsers report them.
_WATCH = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    window.shifted += entry.hadRecentInput ? 0 : entry.value;
  }
}).observe({ type: "layout-shift", buffered: true });
"""
KINDS = [
    "/",
    "/now/",
    "/meetings/?near=Boston",
    "/meetings/?near=Boston&view=map",
    "/approaches/smart-recovery/",
    "/help/",
]
# The number that is shown there, and how many pages are looked at: at home all of them.
ZONES = {"America/New_York": ("988", 6), "Europe/London": ("116 123", 2), "Europe/Berlin": ("", 2)}


def test_home_has_one_strong_button_the_doors_and_help_within_a_screen_and_a_half(site, page: Page):
    page.goto(site.url)

    bottom = {
        name: page.get_by_role(role, name=name).first.evaluate("n => n.getBoundingClientRect().bottom")
        for role, name in (
            ("textbox", "Town or postcode"),
            ("button", "Find a meeting"),
            ("button", "Near me"),
            ("link", "Online now"),
            ("link", "Just looking"),
            ("link", "For someone I love"),
        )
    }

    assert page.locator("main .button:not(.button-quiet):visible").count() == 1
    assert bottom["Find a meeting"] < SCREEN
    assert max(bottom.values()) <= 1.5 * SCREEN
    expect(page.locator("[data-help-strip] [data-crisis] a")).to_be_in_viewport()


@pytest.mark.parametrize("path", ["/", "/meetings/"], ids=["home", "finder"])
def test_the_strip_of_help_takes_two_rows_and_loses_nothing(site, page: Page, path):
    page.goto(site.url + path)
    strip = page.locator("[data-help-strip]")
    rows = strip.locator("p:visible").evaluate_all("all => [...new Set(all.map(n => n.offsetTop))].length")

    assert rows == 2
    for href in ("tel:911", "tel:988", "/now/"):
        expect(strip.locator(f"a[href='{href}']")).to_be_in_viewport()
    for address in ("/help/", "/exit/"):
        expect(page.locator(f":is(.bar, .nav) a[href='{address}']")).to_be_in_viewport()


def test_a_meeting_is_on_the_first_screen_after_a_search(site, page: Page):
    page.goto(f"{site.url}/meetings/?near=Boston")
    name = page.locator("article[data-meeting] .meeting-name").first

    assert name.evaluate("n => n.getBoundingClientRect().bottom") <= SCREEN
    expect(page.get_by_label("Town or postcode")).to_be_hidden()
    page.locator("#where > summary").click()

    expect(page.get_by_label("Town or postcode")).to_have_value("Boston")


def test_a_search_that_is_sent_folds_and_goes_on_at_the_results(site, page: Page):
    page.goto(f"{site.url}/meetings/")
    page.get_by_label("Town or postcode").fill("Boston")

    page.keyboard.press("Enter")

    expect(page.locator("#results-title")).to_contain_text("Boston, Massachusetts", timeout=20_000)
    expect(page.locator("#results-title")).to_be_focused()
    expect(page.get_by_label("Town or postcode")).to_be_hidden()
    expect(page.locator("[data-finder-status]")).to_contain_text("Boston, Massachusetts")


def test_the_search_stays_open_under_somebody_who_chooses_in_it(site, page: Page):
    page.goto(f"{site.url}/meetings/?near=Boston")
    page.locator("#where > summary").click()

    page.get_by_label("Within", exact=True).select_option("10")

    expect(page.locator("#results-title")).to_contain_text("within 10 miles", timeout=20_000)
    expect(page.get_by_label("Within", exact=True)).to_be_visible()


@pytest.mark.parametrize("zone", ZONES)
def test_nothing_moves_while_a_page_comes_in(site, chromium, zone):
    shown, pages = ZONES[zone]
    moved = {}
    for kind in KINDS[:pages]:
        context: BrowserContext = chromium.new_context(viewport=PHONE, timezone_id=zone)
        context.add_init_script(_WATCH)
        page = context.new_page()
        page.goto(site.url + kind, wait_until="networkidle")
        line = page.locator("[data-help-strip] [data-crisis]")
        expect(line.locator("a")).to_have_text(shown) if shown else expect(line).to_be_hidden()
        shifted = page.evaluate("window.shifted")
        if shifted:
            moved[kind] = shifted
        context.close()

    assert moved == {}


@pytest.mark.parametrize("name", ["home", "a search", "an approach", "now", "map"])
def test_a_page_weighs_what_an_old_phone_can_carry(site, chromium, name):
    path, shows = phone.PAGES[name]
    path = path.replace("New+York", "Boston")

    first = phone.visit(chromium, site.url + path, shows)
    later = phone.visit(
        chromium, site.url + path, shows, after=[site.url, site.url + path][: 2 if name == phone.MAP else 1]
    )

    assert 10_000 < first["bytes"] <= 1000 * (phone.MOST_MAP_KB if name == phone.MAP else phone.MOST_FIRST_KB)
    assert 1_000 < later["bytes"] <= 1000 * phone.MOST_LATER_KB + (5_000 if name == phone.MAP else 0)


def test_what_moves_is_noticed(site, page: Page):
    page.add_init_script(_WATCH)
    page.goto(site.url)

    page.evaluate(
        """new Promise((tell) => {
            new PerformanceObserver(tell).observe({ type: "layout-shift" });
            document.querySelector("main").prepend(Object.assign(document.createElement("p"), { textContent: "late" }));
        })"""
    )

    assert page.evaluate("window.shifted") > 0
