"""What anybody may say of a listing, in a real browser: suggest and follow, report and be answered."""

import http.client
from urllib.parse import urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE

MEETING = (
    "from meetings.models import Meeting;"
    "print(Meeting.objects.filter(source__is_demo=True, online='open', in_person='none', state='public',"
    " join_visibility='everyone', doubted_at=None).exclude(join_url='').exclude(group__meetings__state='draft')"
    ".order_by('pk').values_list('slug', flat=True)[{number}])"
)
LINK = (
    "from django.utils import timezone; from meetings import tokens; from meetings.models import Meeting;"
    "group = Meeting.objects.get(slug='{slug}').group;"
    "print(tokens.issue('still-true', now=timezone.now(), group=group))"
)


def said(site, code: str) -> str:
    return site.manage("shell", "--verbosity=0", "-c", code).strip().splitlines()[-1]


@pytest.fixture(scope="module")
def slug(site) -> str:
    """An online meeting of the demo data whose link everybody sees."""
    return said(site, MEETING.format(number=0))


@pytest.fixture(scope="module")
def other_slug(site) -> str:
    return said(site, MEETING.format(number=1))


def check(page: Page, chromium: Browser) -> None:
    """Look at the same page with axe at both widths and in both schemes, and see that nothing is cut off."""
    for size, scheme in ((PHONE, "light"), (DESK, "dark")):
        context = chromium.new_context(viewport=size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
        other = context.new_page()
        other.goto(page.url)
        assert other.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url
        for part in other.query_selector_all("details"):
            part.evaluate("node => node.open = true")
        violations = Axe().run(other).response["violations"]
        assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in violations] == [], page.url
        assert context.cookies() == []
        context.close()


def send(page: Page, words: str) -> None:
    # Nobody fills in a form within a second and a half.
    page.wait_for_timeout(1600)
    with page.expect_navigation():
        page.get_by_role("button", name=words).click()


def open_part(page: Page, name: str) -> None:
    page.locator("summary").filter(has_text=name).click()


def test_a_change_is_suggested_followed_and_taken_back(site, page: Page, slug, chromium):
    page.goto(f"{site.url}/meetings/{slug}/")
    page.get_by_role("link", name="Suggest a change").click()
    open_part(page, "When")
    page.get_by_label("Length in minutes").fill("95")
    page.get_by_label("How do you know").fill("I was there on Tuesday")
    send(page, "Send it")

    expect(page.get_by_role("status").first).to_contain_text("It has arrived")
    expect(page.locator("ins")).to_contain_text("95 minutes")
    expect(page.get_by_text("Waiting for somebody to look at it")).to_be_visible()
    check(page, chromium)
    with page.expect_navigation():
        page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Withdrawn by its sender")).to_be_visible()
    expect(page.get_by_role("button", name="Take it back")).to_have_count(0)


def test_a_closing_asks_nothing_more(site, page: Page, slug):
    page.goto(f"{site.url}/suggest/{slug}/")
    expect(page.locator("summary").filter(has_text="When")).to_be_visible()
    page.get_by_label("It has closed for good").check()
    expect(page.locator("summary").filter(has_text="When")).to_be_hidden()
    send(page, "Send it")

    expect(page.locator(".lead")).to_contain_text("Closed for good")
    expect(page.locator("ins")).to_contain_text("Gone")


def test_a_new_group_is_suggested_without_script(site, chromium: Browser):
    context = chromium.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(site.url)
    page.get_by_role("link", name="Add a group").click()
    page.get_by_label("Name of the group").fill("Harbor Lights of the Test")
    page.locator("select[name=group_approach]").select_option(index=1)
    page.get_by_label("Monday").check()
    page.get_by_label("Starts at").fill("20:00")
    page.get_by_label("Street and number").fill("1 Oak Street, ring bell twice")
    page.get_by_label("Town").fill("Boston")
    send(page, "Send it")

    expect(page.locator(".field-error").get_by_text("tells the way to a door")).to_be_visible()
    expect(page.get_by_label("Name of the group")).to_have_value("Harbor Lights of the Test")
    page.get_by_label("Street and number").fill("1 Oak Street")
    page.get_by_label("How to find us").fill("Ring the bell twice")
    send(page, "Send it")

    expect(page.locator(".lead")).to_contain_text("Harbor Lights of the Test")
    expect(page.get_by_text("Ring the bell twice")).to_be_visible()
    context.close()


def somebody_elsewhere_reports(site, slug: str, form: dict[str, str]) -> int:
    """Report from another network of this machine, with another browser."""
    address = urlsplit(site.url)
    line = http.client.HTTPConnection(address.hostname, address.port, source_address=("127.0.9.9", 0), timeout=20)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "another browser"}
    line.request("POST", f"/suggest/{slug}/report/", urlencode(form), headers)
    status = line.getresponse().status
    line.close()
    return status


def test_two_reports_hide_the_way_in_until_the_host_answers(site, page: Page, other_slug, chromium):
    listing = f"{site.url}/meetings/{other_slug}/"
    way_in = page.locator("#join ~ p a, section[aria-labelledby=join] a").first
    page.goto(listing)
    expect(way_in).to_be_visible()

    page.get_by_role("link", name="Something wrong?").click()
    check(page, chromium)
    shown = page.locator("input[name=shown]").input_value()
    page.get_by_label("Nobody was there").check()
    page.get_by_label("What happened?").fill("We waited an hour")
    send(page, "Tell us")
    expect(page.get_by_role("status").first).to_contain_text("Thank you. It is noted.")
    page.goto(listing)
    expect(page.get_by_text("One person found nobody there")).to_be_visible()
    expect(way_in).to_be_visible()

    assert somebody_elsewhere_reports(site, other_slug, {"kind": "nobody-there", "shown": shown}) == 303
    page.goto(listing)
    expect(page.get_by_text("People report that nobody was there").first).to_be_visible()
    expect(way_in).to_have_count(0)
    check(page, chromium)

    page.goto(f"{site.url}/still-true/{said(site, LINK.format(slug=other_slug))}/")
    expect(page.get_by_text("“We waited an hour”")).to_be_visible()
    check(page, chromium)
    with page.expect_navigation():
        page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("status").first).to_contain_text("Thank you. It is noted.")
    page.goto(listing)
    expect(page.get_by_text("People report that nobody was there")).to_have_count(0)
    expect(page.get_by_text("Confirmed by the group today")).to_be_visible()
    expect(way_in).to_be_visible()


def test_the_forms_are_sound_unfolded_too(site, page: Page, slug, chromium):
    for address in ("/suggest/", f"/suggest/{slug}/"):
        page.goto(site.url + address)
        expect(page.locator("details.listing-part").first).to_be_visible()

        check(page, chromium)
