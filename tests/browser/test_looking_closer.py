"""A rough moment in two taps; approaches side by side on a phone, on a desk and on paper."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE


def test_a_rough_moment_is_two_taps_from_being_with_people(site, page: Page):
    page.goto(site.url + "/approaches/sos/")

    page.get_by_role("link", name="A rough moment?").click()

    expect(page.locator("h1")).to_have_text("You are not alone in this minute")
    call, hold_on = page.locator("main a[href='tel:988']"), page.locator("#ground")
    assert call.bounding_box()["y"] < PHONE["height"]
    assert call.bounding_box()["y"] < hold_on.bounding_box()["y"] < page.locator("#join").bounding_box()["y"]
    # The second tap: into a meeting that has begun or will within the hour, or on to all that come next.
    way_in = page.locator(".now-in a, .now-in button").or_(page.get_by_role("link", name="All online meetings"))
    expect(way_in.first).to_be_visible()


def test_what_to_hold_on_to_fits_one_screen(site, page: Page):
    page.goto(site.url + "/now/")

    assert page.locator(".now-ground").bounding_box()["height"] < PHONE["height"] - 60


def test_the_numbers_are_those_of_the_devices_own_clock(site, chromium):
    context = chromium.new_context(timezone_id="Europe/London", locale="en-GB")
    page = context.new_page()

    page.goto(site.url + "/now/")

    expect(page.locator("main [data-emergency]")).to_have_attribute("href", "tel:999")
    expect(page.locator("main [data-emergency]")).to_have_text("999")
    expect(page.locator("main [data-crisis] a")).to_have_attribute("href", "tel:116123")
    others = page.get_by_role("link", name="Other people to call, text or write to")
    expect(others).to_have_attribute("href", "/help/?country=GB")
    context.close()


def test_approaches_are_ticked_and_read_side_by_side_without_script(site, chromium):
    context = chromium.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(site.url + "/approaches/")

    for slug in ("smart-recovery", "twelve-step", "lifering"):
        page.locator(f"input[name=a][value={slug}]").check()
    page.get_by_role("button", name="Compare those chosen").click()

    assert page.get_by_role("columnheader").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    # Below one another, each answer with the name of whose it is.
    answers = page.locator("tr[data-row]").first.locator("td")
    boxes = [answers.nth(n).bounding_box() for n in range(3)]
    assert boxes[0]["y"] < boxes[1]["y"] < boxes[2]["y"]
    expect(answers.first.locator(".compare-whose")).to_be_visible()
    context.close()


def test_side_by_side_is_side_by_side_on_a_desk_and_on_paper(site, chromium):
    context = chromium.new_context(viewport=DESK)
    page = context.new_page()
    page.goto(site.url + "/approaches/compare/?a=sos&a=lifering&a=smart-recovery")
    answers = page.locator("tr[data-row]").first.locator("td")

    on_desk = [answers.nth(n).bounding_box() for n in range(3)]
    page.emulate_media(media="print")
    on_paper = [answers.nth(n).bounding_box() for n in range(3)]

    for boxes in (on_desk, on_paper):
        assert boxes[0]["x"] < boxes[1]["x"] < boxes[2]["x"]
        assert len({box["y"] for box in boxes}) == 1
    expect(page.get_by_role("button", name="Compare those chosen")).to_be_hidden()
    expect(page.locator(".withdrawal")).to_be_visible()
    pages = re.findall(rb"/Type\s*/Page\b", page.pdf())
    assert 1 <= len(pages) <= 8
    context.close()


def test_more_than_three_are_named_and_kept_ticked(site, page: Page):
    page.goto(site.url + "/approaches/compare/?a=sos&a=lifering&a=smart-recovery&a=hams")

    expect(page.get_by_role("alert")).to_contain_text("You chose 4")
    assert page.locator("input[name=a]:checked").count() == 4
    page.locator("input[name=a][value=hams]").uncheck()
    page.get_by_role("button", name="Compare those chosen").click()
    assert page.get_by_role("columnheader").count() == 3
