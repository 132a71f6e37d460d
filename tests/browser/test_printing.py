"""From the finder to the PDF, by a few presses; axe finds nothing on the way."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect


def test_the_finder_leads_to_a_pdf_in_three_presses(site, page: Page):
    page.goto(f"{site.url}/meetings/?near=London")

    page.get_by_role("link", name=re.compile("^Print these meetings")).click()
    expect(page.locator("h1")).to_have_text("Print these meetings")
    page.get_by_label(re.compile("^Booklet")).check()
    broken = Axe().run(page).response["violations"]
    address = page.evaluate(
        "() => { const form = document.querySelector('.print-choice');"
        " return form.action + '?' + new URLSearchParams(new FormData(form)); }"
    )
    answer = page.request.get(address)

    assert [rule["id"] for rule in broken] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert "layout=booklet" in address
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")


def test_a_large_one_is_ordered_and_its_page_says_so(site, page: Page):
    page.goto(f"{site.url}/meetings/print/")

    page.get_by_role("button", name="Make the PDF").click()

    # No worker runs here: it stays in the making.
    expect(page.get_by_text("It is being made")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("progressbar", name="How far it is")).to_be_visible()
    assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []


def test_a_printed_page_of_help_says_whom_to_call(site, page: Page):
    page.goto(f"{site.url}/help/")
    on_screen = page.locator("main a[href^='tel:']").all_inner_texts()

    page.emulate_media(media="print")

    assert on_screen
    assert page.locator("main a[href^='tel:']").filter(visible=True).all_inner_texts() == on_screen
    expect(page.locator("[data-help-strip]")).to_be_hidden()


def test_nothing_lies_over_the_text_of_a_printed_meeting_and_a_comparison_begins_on_its_own_page(site, page: Page):
    page.emulate_media(media="print")
    page.goto(f"{site.url}/meetings/?q=In+a+room+and+on+a+link")
    page.goto(site.url + page.locator("article[data-meeting] .meeting-name a").first.get_attribute("href"))

    # What stands in a grid is laid over what comes before it where a page of paper ends.
    shown = page.locator(".meeting-page, .meeting-parts, .meeting-side").evaluate_all(
        "all => all.map(node => getComputedStyle(node).display)"
    )
    page.goto(f"{site.url}/approaches/compare/?a=twelve-step&a=lifering")
    paper = page.locator(".compare:has(h1)").evaluate("node => getComputedStyle(node).page")

    assert set(shown) == {"block"}
    assert paper == "compare"
