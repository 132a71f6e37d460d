"""A group's own people in a real browser: claiming it, changing it, saying that it is true; every page of theirs."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK
from tests.browser.signing_in import HOST, newest_code, sign_in

NARROW = {"width": 320, "height": 640}
CONTACT = "keeper@group.example"
# A group of the demo with one meeting every week, which leaves an address from now on.
_LEAVE_AN_ADDRESS = """
from meetings import contacts
from meetings.models import Meeting
m = Meeting.objects.filter(state="public", group__state="public", rrule__startswith="FREQ=WEEKLY;BYDAY=",
    group__host_roles=None, in_person="open").order_by("pk").first()
m.group.contact = contacts.encrypt({"email": "keeper@group.example"})
m.group.save()
print(m.group.slug, m.slug)
"""
# What the worker is woken up to do.
_SEND = (
    "from django.utils import timezone; from meetings.reminders import sending; sending.send_due(now=timezone.now())"
)


def test_from_claiming_a_group_to_saying_that_it_is_true(site, page: Page):
    group, meeting = site.manage("shell", "-v", "0", "-c", _LEAVE_AN_ADDRESS).split()
    sign_in(page, site.url, "newcomer@people.example")

    # Claim
    page.goto(f"{site.url}/groups/{group}/")
    page.get_by_role("link", name="Do you keep this group?").click()
    page.get_by_label("What you do for the group").fill("I open the door on Tuesdays.")
    page.get_by_role("button", name="Yes, I keep it").click()
    expect(page.get_by_role("status")).to_contain_text("Your claim is open")
    site.manage("shell", "-v", "0", "-c", _SEND)
    page.get_by_label("The code").fill(newest_code(page, site.url, CONTACT))
    page.get_by_role("button", name="That is the code").click()
    expect(page.get_by_role("status")).to_contain_text("You keep this group now")

    # Edit: seen in words, gone back, saved, taken back, saved again
    page.goto(f"{site.url}/host/meetings/{meeting}/edit/when/")
    page.get_by_label("Starts at").fill("06:05")
    page.get_by_role("button", name="See what will change").click()
    expect(page.get_by_text("6:05 am")).to_be_visible()
    page.get_by_role("button", name="Go on changing").click()
    expect(page.get_by_label("Starts at")).to_have_value(re.compile("^06:05"))
    page.get_by_role("button", name="See what will change").click()
    page.get_by_role("button", name="Save this").click()
    expect(page.locator(".lead")).to_contain_text("6:05")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("status")).to_contain_text("as it was before")
    expect(page.locator(".lead")).not_to_contain_text("6:05")

    # Confirm
    page.goto(f"{site.url}/host/groups/{group}/")
    page.get_by_role("button", name="Everything is still true").click()
    expect(page.get_by_role("status")).to_contain_text("Everybody can see now")
    expect(page.locator(f"[data-host-meeting='{meeting}']")).to_contain_text("Confirmed today")


@pytest.fixture(scope="module")
def of_host(site, chromium: Browser) -> dict:
    """What the browser keeps of the demo's host who signed in."""
    context = chromium.new_context()
    page = context.new_page()
    sign_in(page, site.url, HOST)
    state = context.storage_state()
    context.close()
    return state


def pages_of_a_host(page: Page, origin: str) -> list[str]:
    """Return the address of every kind of page, found by following links from the first."""
    found, waiting, kinds = [], ["/host/"], set()
    while waiting:
        address = waiting.pop(0)
        kind = re.sub(r"(groups|meetings|claim)/[^/]+", r"\1/…", re.sub(r"\d{4}-\d\d-\d\d", "date", address))
        if kind in kinds or address.endswith(".pdf"):
            continue
        kinds.add(kind)
        found.append(address)
        page.goto(origin + address)
        links = page.locator("main a[href^='/host/']").evaluate_all("all => all.map(a => a.pathname)")
        waiting += [link for link in links if link not in found]
    return found


# Phones and dark colours are looked at in test_access_pages.py, with every part unfolded.
def test_axe_finds_nothing_on_any_page_of_hosts(site, chromium: Browser, of_host):
    context = chromium.new_context(
        viewport=DESK, color_scheme="light", storage_state=of_host, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    axe = Axe()
    findings = {}

    addresses = pages_of_a_host(page, site.url)
    for address in addresses:
        page.goto(site.url + address, wait_until="load")
        if violations := axe.run(page).response["violations"]:
            findings[address] = [f"{found['id']}: {found['nodes'][0]['html'][:200]}" for found in violations]

    context.close()
    assert len(addresses) > 15
    assert findings == {}


def test_pages_of_hosts_fit_a_narrow_phone_and_ask_nobody_else(site, chromium: Browser, of_host):
    context = chromium.new_context(viewport=NARROW, storage_state=of_host)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith(site.url) else None)

    for address in pages_of_a_host(page, site.url):
        page.goto(site.url + address, wait_until="load")
        if page.evaluate("document.documentElement.scrollWidth") > NARROW["width"]:
            wrong.append(f"{address} scrolls sideways")

    context.close()
    assert wrong == []
