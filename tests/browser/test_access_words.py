"""What a page says to somebody who hears it: landmarks, names, headings, and what changes while they are there."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import check

# The frame of every page, in the order it is gone through.
FRAME = """
- link "Skip to the page"
- banner:
  - link "Open Chair"
  - link "Leave this site"
- navigation "Main":
  - list
- complementary "Help now"
- main
- contentinfo
"""

PAGES = {
    "/": "There is a chair for you",
    "/meetings/": "Find a meeting",
    "/meetings/?near=Boston&view=map": "Find a meeting",
    "/approaches/smart-recovery/": "SMART Recovery",
    "/approaches/compare/?a=sos&a=smart-recovery": "Side by side",
    "/groups/": "Groups",
    "/help/": "Help now",
    "/now/": "You are not alone in this minute",
    "/account/login/": "Sign in",
    "/no-such-page/": "We did not find that page",
}

SEARCH = """
- heading "Find a meeting" [level=1]
- status
- search:
  - combobox "Town or postcode"
  - combobox "Within"
  - button "Search"
"""

RESULTS = """
- status
- search
- region /\\d+ meetings within .+ of Boston/:
  - heading [level=2]
  - list "What you chose":
    - listitem:
      - 'link "Take away: Near Boston"'
  - article:
    - heading [level=3]:
      - link
"""

SEAT = """
- heading "Keep a seat" [level=1]
- combobox "Who is coming"
- group "How shall we keep it":
  - radio "With an e-mail address"
- paragraph:
  - button "Keep a seat for me"
"""


@pytest.mark.parametrize("address", PAGES)
def test_a_page_has_its_landmarks_in_order_and_one_name(site, page: Page, address):
    page.goto(site.url + address)

    expect(page.locator("body")).to_match_aria_snapshot(FRAME)
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_text(PAGES[address])
    assert check(page, "headings", "order") == {}


def test_the_finder_reads_as_a_search_and_its_results(site, page: Page):
    page.goto(f"{site.url}/meetings/")
    expect(page.locator("main")).to_match_aria_snapshot(SEARCH)

    page.get_by_label("Town or postcode").fill("Boston")
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_match_aria_snapshot(RESULTS)


def test_a_seat_is_asked_for_in_a_form_that_reads_well(site, page: Page):
    page.goto(f"{site.url}/meetings/?q=Small+Room+eight+chairs")
    page.locator("article[data-meeting] a").filter(has_text="RSVP is needed: eight chairs").first.click()
    page.get_by_role("link", name="Keep a seat for me").first.click()

    expect(page.locator("main")).to_match_aria_snapshot(SEAT)


def test_a_filter_says_the_new_number_and_nothing_else_is_said(site, page: Page):
    page.goto(f"{site.url}/meetings/?near=Boston")
    said = page.locator("[data-finder-status]")
    title = page.locator("#results-title")
    expect(said).to_have_text("")
    expect(said).to_have_attribute("role", "status")
    before = title.inner_text()
    # It is heard only while it stays the same part of the page.
    status = said.element_handle()
    page.locator(".filters").evaluate("one => one.open = true")

    page.locator("input[name=attendance][value=online]").check()
    expect(title).not_to_have_text(before, timeout=20_000)

    expect(said).to_have_text(title.inner_text())
    assert status.evaluate("node => node.isConnected")
    assert "".join(page.locator("#finder [role=status], #finder [aria-live]").all_inner_texts()) == ""
    expect(page.locator("input[name=attendance][value=online]")).to_be_focused()
