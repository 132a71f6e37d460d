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
