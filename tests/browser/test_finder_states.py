"""The finder in every state: nothing for axe to find, nothing beside the screen, all by keyboard, Back works."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

# What is asked, and how many meetings that finds in the demo data: none, one or many.
STATES = {
    "many": ("near=Boston", "many"),
    "one": ("q=One+chair", "some"),
    "none": ("near=Boston&q=zzyzx&day=monday", "none"),
    "a place nobody knows": ("near=xyzzy&day=today", "none"),
    "a misspelled place": ("near=bostn", "none"),
    "what is not understood": ("near=Boston&day=someday&shoe=9&page=99", "many"),
    "everything chosen": (
        "near=Boston&for=me&attendance=in-person&open=1&day=today&time=evening&unknown=include",
        "any",
    ),
}


@pytest.fixture(scope="module")
def narrow(site, chromium):
    context = chromium.new_context(viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_and_nothing_is_beside_a_narrow_screen(site, narrow, state):
    query, expected = STATES[state]

    narrow.goto(f"{site.url}/meetings/?{query}")
    # Every choice in sight, also those behind a line to press.
    narrow.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    total = int(narrow.locator("[data-total]").get_attribute("data-total"))
    broken = Axe().run(narrow).response["violations"]

    assert {"many": total > 1, "some": total >= 1, "none": total == 0, "any": True}[expected]
    assert narrow.locator(".filters[open]").count() == 1
    assert [rule["id"] for rule in broken] == []
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 320


def test_choices_are_made_by_keyboard_and_back_takes_them_back(site, page: Page):
    page.goto(f"{site.url}/meetings/?near=Boston")
    before = page.locator("[data-total]").get_attribute("data-total")
    page.locator(".filters").evaluate("one => one.open = true")
    choice = page.locator("input[name=attendance][value=online]")

    choice.focus()
    expect(choice).to_be_focused()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("attendance=online"), timeout=20_000)
    expect(page.locator(".chip", has_text="Online")).to_be_visible()
    after = page.locator("[data-total]").get_attribute("data-total")
    page.go_back()

    expect(page.locator("[data-total]")).to_have_attribute("data-total", before)
    expect(page.locator(".chip", has_text="Online")).to_have_count(0)
    assert after != before


def test_a_misspelled_place_is_two_presses_from_its_meetings(site, page: Page):
    page.goto(f"{site.url}/meetings/")
    page.get_by_label("Town or postcode").fill("Bostn")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("^Boston, Massachusetts")).click()

    expect(page.locator("article[data-meeting]").first).to_be_visible()
