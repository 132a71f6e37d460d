"""Every way through the site by Tab, Shift+Tab, Enter, Space, arrows and Escape alone.

A seat without script is in test_rsvp.py, pins and popups of the map in test_map.py.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import DESK
from tests.browser.looking import check
from tests.browser.signing_in import CURATOR, HOST, newest_code

PLENTY = 20_000
# More stops than any page has between its top and what is looked for.
MOST_STOPS = 250

_RING = """node => [null, "::after"].some(part => {
    const style = getComputedStyle(node, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
})"""


def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Press Tab until the wanted thing has the focus, and shows it. Going past it means never."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        if wanted.evaluate("node => node === document.activeElement"):
            assert wanted.evaluate(_RING), f"{wanted} does not show the focus"
            return
        if page.evaluate("document.activeElement === document.body"):
            break
    raise AssertionError(f"the keyboard does not reach {wanted}")


def enter(page: Page, wanted: Locator) -> None:
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def space(page: Page, wanted: Locator) -> None:
    tab_to(page, wanted)
    page.keyboard.press("Space")


def to_the_page(page: Page) -> None:
    """Skip what stands on every page."""
    enter(page, page.locator(".skip"))
    expect(page.locator("main")).to_be_focused()


def test_the_first_stop_skips_to_the_page_and_back_leads_out_again(site, page: Page):
    page.goto(f"{site.url}/approaches/")

    to_the_page(page)
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('main') !== null")
    tab_to(page, page.get_by_role("link", name="Leave this site"), key="Shift+Tab")


def test_the_whole_of_a_page_is_gone_through_and_left_at_its_end(site, page: Page):
    page.goto(f"{site.url}/meetings/?near=Boston")
    stops = []

    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        # Where it stands in the page; the browser's own edge comes after the last.
        at = page.evaluate("[...document.body.querySelectorAll('*')].indexOf(document.activeElement)")
        if at in (-1, *stops[:1]):
            break
        stops.append(at)

    assert len(stops) > 40
    assert stops == sorted(stops)


def test_a_sentence_becomes_filters_that_are_taken_away_again(site, page: Page):
    page.goto(site.url)

    tab_to(page, page.locator("#say"))
    page.keyboard.type("AA tomorrow near Boston")
    page.keyboard.press("Enter")
    chips = page.locator(".chip")
    expect(chips).to_have_count(3)
    to_the_page(page)
    enter(page, chips.first)

    expect(chips).to_have_count(2)


def test_a_filter_is_chosen_and_the_focus_stays_where_it_was(site, page: Page):
    page.goto(f"{site.url}/meetings/?near=Boston")
    to_the_page(page)

    enter(page, page.locator("#filters > summary"))
    choice = page.locator("input[name=attendance][value=online]")
    space(page, choice)
    expect(page).to_have_url(re.compile("attendance=online"), timeout=PLENTY)

    expect(choice).to_be_focused()
    expect(choice).to_be_checked()
    expect(page.locator("[data-finder-status]")).to_contain_text("meetings")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#filters') !== null")


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "not told"])
def test_near_me_is_pressed_and_without_an_answer_the_field_has_the_focus(site, chromium: Browser, is_told):
    context = chromium.new_context(
        geolocation={"latitude": 42.36, "longitude": -71.06}, permissions=["geolocation"] if is_told else []
    )
    page = context.new_page()
    page.goto(f"{site.url}/meetings/")
    to_the_page(page)

    enter(page, page.get_by_role("button", name="Near me"))

    if is_told:
        expect(page).to_have_url(re.compile("lat=42.36"), timeout=PLENTY)
        expect(page.locator("article[data-meeting]").first).to_be_visible()
    else:
        expect(page.locator("#near")).to_be_focused(timeout=PLENTY)
        expect(page.locator("[data-near-me] [role=status]")).not_to_have_text("")
    context.close()


def test_the_map_is_moved_by_keys_and_is_no_trap(site, chromium: Browser):
    context = chromium.new_context(viewport=DESK, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{site.url}/meetings/?near=Boston")
    to_the_page(page)
    enter(page, page.get_by_role("link", name="map", exact=True))
    page.wait_for_selector("[data-shown]", timeout=PLENTY)
    ground = page.locator("[data-map-ground]")
    before = page.locator("[data-map-summary]").inner_text()

    to_the_page(page)
    tab_to(page, ground)
    for key in ("+", "+", "+", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
        page.wait_for_timeout(300)
    expect(page.locator("[data-map-summary]")).not_to_have_text(before, timeout=PLENTY)

    tab_to(page, page.locator("[data-map-list] .meeting-name a").first)
    context.close()


def test_two_approaches_are_ticked_and_compared(site, page: Page):
    page.goto(f"{site.url}/approaches/")
    to_the_page(page)

    for slug in ("twelve-step", "smart-recovery"):
        space(page, page.locator(f"input[name=a][value={slug}]"))
    enter(page, page.get_by_role("button", name="Compare those chosen"))

    expect(page.get_by_role("columnheader")).to_have_count(2)
    to_the_page(page)
    enter(page, page.get_by_role("columnheader").first.get_by_role("link"))
    expect(page.locator("h1")).to_have_text("12-Step Programs")


def test_a_meeting_is_kept_found_again_and_erased(site, page: Page):
    page.goto(f"{site.url}/meetings/?q=One+chair")
    page.locator("article[data-meeting] .meeting-name a").first.focus()
    page.keyboard.press("Enter")
    keep = page.locator("main [data-keep]").first
    expect(keep).not_to_have_attribute("aria-disabled", "true")

    # The question has the focus, Escape answers it with no, and the focus comes back.
    to_the_page(page)
    enter(page, keep)
    asked = page.locator("dialog[open]")
    expect(asked).to_be_visible()
    assert asked.evaluate("node => node.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    expect(keep).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Yes, keep it here")).to_be_focused()
    page.keyboard.press("Enter")
    expect(keep).to_have_attribute("aria-pressed", "true")

    page.goto(f"{site.url}/mine/")
    link = page.locator("main").get_by_role("link", name="One chair", exact=True).first
    expect(link).to_be_visible()
    to_the_page(page)
    enter(page, link)
    expect(page.locator("h1")).to_have_text("One chair")


def test_the_language_is_changed_at_the_foot_of_a_page(site, page: Page):
    page.goto(f"{site.url}/help/")

    enter(page, page.get_by_role("button", name="Español"))

    expect(page.locator("html")).to_have_attribute("lang", "es")
    assert page.url == f"{site.url}/help/"


def is_told(page: Page, field: Locator) -> None:
    """See that what is wrong has the focus, that its first line leads to the field, and that nothing else is wrong."""
    told = page.locator("[role=alert]")
    expect(told).to_be_focused()
    assert check(page, "small", "focus", "headings") == {}
    told.focus()
    page.keyboard.press("Tab")
    expect(told.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    assert field.get_attribute("aria-invalid") == "true"


def test_a_mistake_has_the_focus_and_leads_to_its_field(site, page: Page):
    page.goto(f"{site.url}/suggest/")
    to_the_page(page)
    enter(page, page.locator("summary").filter(has_text="Where"))
    # Nobody fills in a form within a second and a half.
    page.wait_for_timeout(1600)

    enter(page, page.get_by_role("button", name="Send it"))

    is_told(page, page.get_by_label("Name of the group"))


def test_something_wrong_is_reported(site, page: Page):
    page.goto(f"{site.url}/meetings/?near=Boston&attendance=in-person&page=2")
    page.locator("article[data-meeting] .meeting-name a").nth(3).click()
    page.get_by_role("link", name="Something wrong?").click()
    page.wait_for_timeout(1600)
    to_the_page(page)

    tab_to(page, page.get_by_role("radio").first)
    page.keyboard.press("ArrowDown")
    enter(page, page.get_by_role("button", name="Tell us"))

    expect(page.get_by_role("status").filter(has_text="Thank you. It is noted.")).to_be_visible()


def test_what_was_found_is_printed(site, page: Page):
    page.goto(f"{site.url}/meetings/?q=One+chair")
    to_the_page(page)
    enter(page, page.get_by_role("link", name=re.compile("Print these meetings")))
    to_the_page(page)

    tab_to(page, page.get_by_role("radio", checked=True).first)
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_role("button", name="Make the PDF"))
    with page.context.expect_event("request", lambda asked: "meetings.pdf" in asked.url) as asked:
        page.keyboard.press("Enter")

    assert "layout=" in asked.value.url


def sign_in(page: Page, origin: str, address: str) -> None:
    page.goto(f"{origin}/account/login/")
    to_the_page(page)
    tab_to(page, page.get_by_label("Your e-mail address"))
    page.keyboard.type("nobody")
    page.keyboard.press("Enter")
    is_told(page, page.get_by_label("Your e-mail address"))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(address)
    page.keyboard.press("Enter")
    expect(page.get_by_label("The code from our message")).to_be_visible()
    code = newest_code(page, origin, address)
    to_the_page(page)
    tab_to(page, page.get_by_label("The code from our message"))
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/account/(#.*)?$"))


def edit(page: Page, origin: str) -> None:
    page.goto(f"{origin}/host/")
    to_the_page(page)
    enter(page, page.locator("main a[href^='/host/groups/']").first)
    to_the_page(page)
    enter(page, page.locator("main a[href*='/host/meetings/']").first)
    to_the_page(page)
    enter(page, page.locator("main a[href$='/edit/like/']"))
    to_the_page(page)
    name = page.get_by_label("Name of the meeting")
    tab_to(page, name)
    before = name.input_value()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    enter(page, page.get_by_role("button", name="See what will change"))
    is_told(page, name)
    page.keyboard.type("By keys alone")
    enter(page, page.get_by_role("button", name="See what will change"))
    enter(page, page.get_by_role("button", name="Save this"))
    expect(page.get_by_role("heading", name="By keys alone")).to_be_visible()
    enter(page, page.get_by_role("button", name="Take it back"))
    expect(page.get_by_role("heading", name=before)).to_be_visible()


def decide(page: Page, origin: str) -> None:
    page.goto(f"{origin}/curate/")
    to_the_page(page)
    enter(page, page.locator("main a[href^='/curate/meetings/']").first)
    to_the_page(page)
    enter(page, page.get_by_role("button", name="Looked at: leave it as it is"))
    expect(page.get_by_role("status").first).not_to_have_text("")


@pytest.mark.parametrize(("address", "way"), [(HOST, edit), (CURATOR, decide)], ids=["host", "curator"])
def test_somebody_of_a_desk_signs_in_and_does_their_work(site, page: Page, address, way: Callable):
    sign_in(page, site.url, address)

    way(page, site.url)
