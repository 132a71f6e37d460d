"""Leaving in a hurry: link, button and Shift three times; Back does not return."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.crawl import fetch

APPROACH = "/approaches/smart-recovery/"


def _press_shift_three_times(page: Page) -> None:
    for _time in range(3):
        page.keyboard.press("Shift")


def _press_the_link(page: Page) -> None:
    page.locator("[data-quick-exit]").first.click()


@pytest.mark.parametrize("leave", [_press_shift_three_times, _press_the_link], ids=["shift", "link"])
def test_leaving_ends_on_a_neutral_page_and_back_does_not_return(site, page: Page, leave):
    page.goto("about:blank")
    page.goto(site.url + APPROACH)
    expect(page).to_have_title("SMART Recovery – Open Chair")

    leave(page)
    page.wait_for_url("**/exit/")

    assert "Open Chair" not in page.title()
    assert "recovery" not in page.content().lower()
    page.go_back()
    assert APPROACH not in page.url


def test_the_page_is_blank_within_100_milliseconds_on_a_dead_line(site, page: Page):
    page.route("**/exit/", lambda _never_answered: None)
    page.goto(site.url + APPROACH)
    # The page measures itself and says so: while a page is being left the browser answers nobody.
    page.evaluate(
        """() => {
            let pressedAt = null;
            const isBlank = () => {
                const all = document.documentElement, body = document.body;
                return !body || [all, body].some(n => {
                    const style = getComputedStyle(n);
                    return style.display === 'none' || style.visibility === 'hidden' || style.opacity === '0';
                }) || body.innerText.trim() === '';
            };
            const look = () => isBlank() ? console.log('blank ' + (performance.now() - pressedAt)) : setTimeout(look);
            addEventListener('keydown', () => { pressedAt = performance.now(); setTimeout(look); }, {capture: true});
        }"""
    )

    with page.expect_console_message(lambda message: message.text.startswith("blank ")) as said:
        _press_shift_three_times(page)

    assert float(said.value.text.removeprefix("blank ")) < 100


def test_the_way_out_works_without_script(site, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url + APPROACH)

    page.locator("a[href='/exit/']").first.click()

    assert "recovery" not in page.content().lower()
    context.close()


def test_leaving_asks_the_browser_to_forget(site):
    status, headers, _body = fetch(site.url + "/exit/")

    assert status == 200
    assert "cookies" in headers["Clear-Site-Data"]
    assert "no-store" in headers["Cache-Control"]


def test_typing_capitals_does_not_leave(site, context: BrowserContext):
    page = context.new_page()
    page.goto(site.url + "/")

    page.locator("input[name=say]").press_sequentially("BOSTON, MA")

    assert page.url == site.url + "/"
