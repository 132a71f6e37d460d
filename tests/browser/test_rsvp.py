"""The whole way to a seat and back: without script, with the keyboard alone, on the narrowest screen."""

import re
from collections.abc import Iterator
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from icalendar import Calendar
from playwright.sync_api import BrowserContext, Locator, Page, expect

NARROW = {"width": 320, "height": 640}
# More stops than any page has between its top and what is looked for.
MOST_STOPS = 250
# What the worker is woken up to do.
_SEND = (
    "from django.utils import timezone; from meetings.reminders import sending; sending.send_due(now=timezone.now())"
)


@pytest.fixture
def bare(chromium) -> Iterator[Page]:
    """A browser without script, as narrow as phones are."""
    context = chromium.new_context(java_script_enabled=False, viewport=NARROW)
    yield context.new_page()
    context.close()


@pytest.fixture
def looked_at(chromium) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport=NARROW, bypass_csp=True, reduced_motion="reduce")
    yield context
    context.close()


def go_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the wanted thing has the focus."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


def press(page: Page, wanted: Locator) -> None:
    go_to(page, wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def check(page: Page, looked_at: BrowserContext) -> None:
    """Look at the same page with axe, and see that nothing is cut off at the side."""
    other = looked_at.new_page()
    other.goto(page.url)
    assert other.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], page.url
    result = Axe().run(other)
    assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in result.response["violations"]] == [], page.url
    assert looked_at.cookies() == []
    other.close()


def test_from_finding_to_cancelling_without_script_with_the_keyboard_alone(site, bare: Page, looked_at):
    page = bare
    page.goto(site.url + "/meetings/?q=Small+Room+eight+chairs")
    check(page, looked_at)
    press(page, page.locator("article[data-meeting] a").filter(has_text="RSVP is needed: eight chairs").first)
    check(page, looked_at)

    press(page, page.get_by_role("link", name=re.compile("Keep a seat for me")).first)
    expect(page.get_by_role("heading", name="Keep a seat")).to_be_visible()
    check(page, looked_at)
    page.wait_for_timeout(1600)
    if page.locator("[name=agrees]").count():
        go_to(page, page.locator("[name=agrees]"))
        page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Keep a seat for me"))
    expect(page.get_by_text("Your seat is kept")).to_be_visible()
    assert re.fullmatch(r".*/rsvp/[a-z2-7]{32}/", page.url)
    check(page, looked_at)

    calendar = page.get_by_role("link", name="Save to my calendar")
    go_to(page, calendar)
    with urlopen(site.url + calendar.get_attribute("href")) as file:
        saved = Calendar.from_ical(file.read())
    assert len(saved.walk("VEVENT")) == 1
    assert "Small Room" not in str(saved.to_ical())

    go_to(page, page.locator("summary").filter(has_text="Change"))
    page.keyboard.press("Enter")
    go_to(page, page.get_by_label("Who is coming"))
    page.keyboard.press("ArrowDown")
    press(page, page.get_by_role("button", name="Save the change"))
    expect(page.get_by_text("For you and 1 more.")).to_be_visible()
    check(page, looked_at)

    press(page, page.get_by_role("button", name="I am not coming"))
    expect(page.get_by_text("You have no seat on this date")).to_be_visible()
    check(page, looked_at)

    press(page, page.get_by_role("button", name="Take it back"))
    expect(page.get_by_text("Your seat is kept")).to_be_visible()
    assert page.context.cookies() == []


def test_with_an_address_the_part_for_it_opens_and_says_what_comes(site, page: Page, looked_at):
    page.goto(site.url + "/meetings/?q=Small+Room+eight+chairs")
    page.locator("article[data-meeting] a").filter(has_text="RSVP is needed: eight chairs").first.click()
    page.get_by_role("link", name=re.compile("Keep a seat for me")).first.click()
    expect(page.get_by_label("E-mail address", exact=False).last).to_be_hidden()

    page.get_by_text("With an e-mail address").click()
    page.locator("[name=email]").fill("ana@example.org")
    if page.locator("[name=agrees]").count():
        page.locator("[name=agrees]").check()
    page.wait_for_timeout(1600)
    page.get_by_role("button", name="Keep a seat for me").click()

    expect(page.get_by_role("heading", name="A message is on its way")).to_be_visible()
    assert page.url == site.url + "/rsvp/sent/"
    check(page, looked_at)


def test_a_way_in_on_press_needs_a_press(site, page: Page, looked_at):
    page.goto(site.url + "/meetings/?q=Doorbell+presses")
    page.locator("article[data-meeting] a").filter(has_text="Whoever presses a button").first.click()
    assert "kettle" not in page.content()

    page.get_by_role("link", name="Show me the way in").click()
    check(page, looked_at)
    assert "kettle" not in page.content()
    page.get_by_role("button", name="Show me the way in").click()

    expect(page.get_by_text("kettle")).to_be_visible()


def test_with_a_number_the_code_that_comes_opens_the_page(site, bare: Page, looked_at):
    page = bare
    page.goto(site.url + "/meetings/?q=Small+Room+eight+chairs")
    page.locator("article[data-meeting] a").filter(has_text="RSVP is needed: eight chairs").first.click()
    page.get_by_role("link", name=re.compile("Keep a seat for me")).first.click()
    page.get_by_text("With a mobile number").click()
    page.locator("[name=phone]").fill("+1 555 555 0100")
    if page.locator("[name=agrees]").count():
        page.locator("[name=agrees]").check()
    page.wait_for_timeout(1600)
    page.get_by_role("button", name="Keep a seat for me").click()
    expect(page.get_by_role("heading", name="A code is on its way")).to_be_visible()
    check(page, looked_at)
    assert page.title() == "Your code"

    site.manage("shell", "-v0", "-c", _SEND)
    with urlopen(site.url + "/outbox/") as outbox:
        code = re.search(r"Your code is (\d{6})", outbox.read().decode())[1]
    page.get_by_label("The code we sent").fill(code)
    page.get_by_role("button", name="Yes, keep my seat").click()

    expect(page.get_by_text("Your seat is kept")).to_be_visible()
    assert page.context.cookies() == []
