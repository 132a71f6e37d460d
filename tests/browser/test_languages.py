"""Pages in each language: nothing is wider than a small phone, and Arabic runs from right to left throughout."""

import re
from urllib.request import urlopen

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

SMALLEST = {"width": 320, "height": 740}
CODES = [code for code, _name in settings.LANGUAGES]

_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Where the letters of the first text that holds these words stand, from left to right.
_PLACES = """([selector, words]) => {
    for (const element of document.querySelectorAll(selector)) {
        const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const start = node.data.indexOf(words);
            if (start < 0) continue;
            return [...words].map((_letter, place) => {
                const range = document.createRange();
                range.setStart(node, start + place);
                range.setEnd(node, start + place + 1);
                return range.getBoundingClientRect().left;
            });
        }
    }
    return null;
}"""


@pytest.fixture(scope="module")
def main_pages(site) -> list[str]:
    with urlopen(f"{site.url}/meetings/?near=Boston") as found:
        meeting = re.search(r'data-meeting="([^"]+)"', found.read().decode())[1]
    return [
        "/",
        "/meetings/?near=Boston&day=tuesday&attendance=in-person",
        f"/meetings/{meeting}/",
        "/approaches/smart-recovery/",
        "/now/",
        "/help/?country=GB",
    ]


def opened(chromium: Browser, language: str) -> Page:
    context = chromium.new_context(viewport=SMALLEST, locale=language, timezone_id="Europe/London")
    return context.new_page()


@pytest.mark.parametrize("language", CODES)
def test_nothing_is_wider_than_the_smallest_phone(site, chromium, main_pages, language):
    page = opened(chromium, language)
    too_wide = {}

    for address in main_pages:
        page.goto(site.url + address, wait_until="networkidle")
        assert page.locator("html").get_attribute("lang") == language
        if (over := page.evaluate(_TOO_WIDE)) > 0:
            too_wide[address] = over

    assert too_wide == {}
    page.context.close()


def test_a_page_that_is_too_wide_is_noticed(site, chromium):
    page = opened(chromium, "en")

    page.goto(site.url + "/privacy/")
    before = page.evaluate(_TOO_WIDE)
    page.evaluate("document.querySelector('main').appendChild(document.createElement('hr')).style.width = '600px'")

    assert (before, page.evaluate(_TOO_WIDE) > 0) == (0, True)
    page.context.close()


def in_spanish(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")


def test_another_language_keeps_the_search_that_was_chosen_since_the_page_came(site, chromium):
    page = opened(chromium, "en")
    page.goto(site.url + "/meetings/?sort=name")
    page.locator("#finder-form [name=attendance][value=online]").evaluate(
        "box => { box.checked = true; box.dispatchEvent(new Event('change', { bubbles: true })); }"
    )
    page.wait_for_url("**attendance=online**")
    chosen = page.url

    in_spanish(page)

    assert page.url == chosen
    page.context.close()


@pytest.mark.parametrize("is_refused", [False, True], ids=["typed", "refused"])
def test_another_language_keeps_what_was_typed_and_leaves_nothing_in_the_browser(site, chromium, is_refused):
    page = opened(chromium, "en")
    page.goto(site.url + "/suggest/?kind=group")
    page.locator("main form textarea").first.fill("Behind the blue door")
    box = page.locator("main form input[type=checkbox]:visible, main form input[type=radio]:visible").first
    box.check()
    if is_refused:
        page.locator("main form").first.evaluate("form => { form.noValidate = true; }")
        page.locator("main form button.button").last.click()
        page.locator(".field-error").first.wait_for()
    before = page.locator("main form").first.evaluate(SAID)
    assert "Behind the blue door" in str(before)

    in_spanish(page)

    expect(page.locator("main form textarea").first).to_have_value("Behind the blue door")
    assert page.locator("main form").first.evaluate(SAID) == before
    assert page.evaluate("sessionStorage.getItem('typed')") is None
    page.reload()
    expect(page.locator("main form textarea").first).to_have_value("")
    page.context.close()


SAID = """form => [...form.elements]
    .filter(one => one.name && !["hidden", "submit"].includes(one.type))
    .map(one => [one.name, ["checkbox", "radio"].includes(one.type) ? one.checked : one.value])"""


def test_arabic_begins_at_the_right_and_its_arrows_point_left(site, chromium, main_pages):
    page = opened(chromium, "ar")

    page.goto(site.url + main_pages[2])

    assert page.locator("html").get_attribute("dir") == "rtl"
    heading = page.locator("h1").evaluate("h1 => getComputedStyle(h1).direction")
    home = page.locator("header a").first.bounding_box()
    leave = page.locator("header .icon-exit").first.bounding_box()
    assert heading == "rtl"
    assert home["x"] > leave["x"]
    page.goto(site.url + "/meetings/?near=Boston")
    arrow = page.locator(".pagination .icon-arrow, .pagination .icon").first
    assert arrow.evaluate("icon => getComputedStyle(icon).transform") == "matrix(-1, 0, 0, 1, 0, 0)"
    page.context.close()


@pytest.mark.parametrize("selector", [".help-strip a", ".help-line a.button"])
def test_the_number_to_call_reads_the_same_among_arabic_letters(site, chromium, selector):
    page = opened(chromium, "ar")

    page.goto(site.url + "/help/?country=GB", wait_until="networkidle")
    places = page.evaluate(_PLACES, [selector, "116 123"])

    assert places is not None
    assert places == sorted(places)
    assert places[0] < places[-1]
    page.context.close()


def test_an_address_and_its_distance_stand_in_arabic_order(site, chromium):
    page = opened(chromium, "ar")

    page.goto(site.url + "/meetings/?near=Boston")
    sides = page.evaluate("""() => [...document.querySelectorAll('.meeting-place')].flatMap(place => {
        const [address, distance] = place.querySelectorAll('bdi');
        if (!distance) return [];
        const end = [...address.getClientRects()].at(-1), after = distance.getBoundingClientRect();
        return [after.top >= end.bottom - 2 ? 'below' : after.right <= end.left ? 'left' : 'right'];
    })""")

    assert set(sides) - {"below"} == {"left"}
    page.context.close()


def test_the_name_of_a_help_line_begins_with_its_number_among_arabic_letters(site, chromium):
    context = chromium.new_context(viewport=SMALLEST, locale="ar", timezone_id="America/New_York")
    page = context.new_page()

    page.goto(site.url + "/now/", wait_until="networkidle")
    places = page.evaluate(_PLACES, ["[data-crisis] [data-crisis-name]", "988 Suicide"])

    assert places is not None
    assert places == sorted(places)
    context.close()


def test_an_address_begins_where_the_arabic_page_does(site, chromium, main_pages):
    page = opened(chromium, "ar")

    page.goto(site.url + main_pages[2])
    ends = page.evaluate("""() => [...document.querySelectorAll('address > bdi')].map(line => {
        const words = document.createRange();
        words.selectNodeContents(line);
        return Math.abs(words.getBoundingClientRect().right - line.parentElement.getBoundingClientRect().right);
    })""")

    assert len(ends) > 1
    assert max(ends) < 2
    page.context.close()
