"""The map in a real browser: pins and list are twins, by pointer and by keyboard, and nobody else is asked."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE

PLENTY = 20_000


def open_map(page: Page, site, query: str) -> None:
    page.goto(f"{site.url}/meetings/?view=map&{query}")
    page.wait_for_selector("[data-shown]", timeout=PLENTY)


@pytest.fixture
def desk(chromium):
    context = chromium.new_context(viewport=DESK, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def test_pins_and_list_mark_each_other_and_only_this_site_is_asked(site, desk: Page):
    strangers, complaints = [], []
    desk.on("request", lambda request: None if request.url.startswith((site.url, "data:")) else strangers.append(1))
    desk.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    open_map(desk, site, "near=Boston")
    cards = desk.locator("[data-map-list] [data-meeting]")

    cards.first.hover()
    expect(desk.locator(".map-pin.is-marked")).to_have_count(1)
    desk.locator("h1").hover()
    expect(desk.locator(".map-pin.is-marked")).to_have_count(0)
    cards.first.get_by_role("link").first.focus()
    expect(desk.locator(".map-pin.is-marked")).to_have_count(1)
    desk.locator(".map-pin.is-marked").focus()

    expect(cards.first).to_have_class(re.compile("is-marked"))
    assert cards.count() == 20
    expect(desk.locator(".map-states")).to_have_attribute("d", re.compile("L.*L"), timeout=PLENTY)
    assert desk.locator(".map-town").count() > 5
    assert strangers == []
    assert complaints == []


def test_the_list_follows_the_view_and_this_area_becomes_the_search(site, desk: Page):
    open_map(desk, site, "near=Boston")
    before = desk.locator("[data-map-summary]").inner_text()
    ground = desk.locator("[data-map-ground]")

    ground.focus()
    expect(desk.locator("[data-map-search]")).to_be_hidden()
    for _n in range(3):
        desk.keyboard.press("+")
        desk.wait_for_timeout(300)
    expect(desk.locator("[data-map-summary]")).not_to_have_text(before, timeout=PLENTY)
    in_view = int(re.sub(r"\D", "", desk.locator("[data-map-summary]").inner_text().split(" meeting")[0]) or 0)
    desk.locator("[data-map-search]").click()

    expect(desk).to_have_url(re.compile("lat=42"), timeout=PLENTY)
    assert "near=" not in desk.url
    assert "within=" in desk.url
    assert "view=map" in desk.url
    desk.wait_for_selector("[data-shown]", timeout=PLENTY)
    expect(desk.locator("[data-map-summary]")).to_contain_text(f"{in_view:,} meeting", timeout=PLENTY)
    assert int(desk.locator("[data-total]").get_attribute("data-total")) >= in_view > 0


def test_by_keyboard_a_pin_opens_and_escape_leads_back_to_it(site, desk: Page):
    open_map(desk, site, "q=One+chair")
    pin = desk.locator(".map-pin").first

    pin.focus()
    for _n in range(17):
        if "map-pin-many" not in (desk.locator(".map-pin").first.get_attribute("class") or ""):
            break
        desk.locator(".map-pin").first.focus()
        desk.keyboard.press("Enter")
        desk.wait_for_timeout(500)
    pin = desk.locator(".map-pin").first
    pin.focus()
    desk.keyboard.press("Enter")
    told = desk.locator(".leaflet-popup a[href^='/meetings/']")

    expect(told.first).to_be_focused(timeout=PLENTY)
    desk.keyboard.press("Escape")
    expect(desk.locator(".leaflet-popup")).to_have_count(0)
    expect(pin).to_be_focused()


def test_a_filter_keeps_the_map_where_it_was(site, desk: Page):
    open_map(desk, site, "near=Boston")
    desk.locator("[data-map-ground]").focus()
    desk.keyboard.press("+")
    desk.wait_for_timeout(600)
    place = desk.locator("[data-map-ground] .leaflet-control-zoom")
    towns = desk.locator(".map-town").all_text_contents()

    desk.locator(".filters").evaluate("one => one.open = true")
    desk.locator("input[name=open]").check()
    expect(desk).to_have_url(re.compile("open="), timeout=PLENTY)
    desk.wait_for_selector("[data-shown]", timeout=PLENTY)

    expect(place).to_be_visible()
    expect(desk.locator(".map-town")).to_have_text(towns, timeout=PLENTY)
    assert len(towns) > 5


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESK, "light")], ids=["phone, dark", "desk, light"])
def test_axe_finds_nothing_on_the_map(site, chromium, size, scheme):
    context = chromium.new_context(viewport=size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()

    open_map(page, site, "near=Boston")
    page.wait_for_selector(".map-town", state="attached")
    broken = Axe().run(page).response["violations"]

    assert page.locator(".map-pin").count() > 0
    assert [f"{rule['id']}: {rule['nodes'][0]['html'][:150]}" for rule in broken] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    context.close()


def test_without_script_there_is_the_list_and_a_plain_sentence(site, chromium):
    context = chromium.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()

    page.goto(f"{site.url}/meetings/?view=map&near=Boston")

    expect(page.get_by_text("The map needs JavaScript")).to_be_visible()
    expect(page.locator("article[data-meeting]")).to_have_count(20)
    expect(page.locator("[data-map]")).to_be_hidden()
    context.close()


FULL_HOUSE = """
from django.utils import timezone
from meetings.finder import index
from meetings.models import Meeting
from tests.factories import GroupFactory, MeetingFactory, VenueFactory
if {is_made}:
    venue, group = VenueFactory(latitude=-54.28, longitude=-36.51, name="Full House"), GroupFactory(slug="full-house")
    MeetingFactory.create_batch(23, venue=venue, group=group)
else:
    Meeting.objects.filter(group__slug="full-house").delete()
index.refresh(None, now=timezone.now())
"""


def test_a_pin_that_cannot_tell_all_leads_to_all_of_them(site, desk: Page):
    site.manage("shell", "-c", FULL_HOUSE.format(is_made=True))
    try:
        open_map(desk, site, "lat=-54.28&lon=-36.51&within=2&unit=km")
        desk.locator(".map-pin").first.focus()
        desk.keyboard.press("Enter")
        told = desk.locator(".leaflet-popup .map-told")

        expect(told.locator("li")).to_have_count(20, timeout=PLENTY)
        expect(told).to_contain_text("23 meetings in this part of the map. The first 20 are listed.")
        told.get_by_role("link", name="Search this area").click()

        expect(desk.locator("#results-title")).to_contain_text("23 meetings", timeout=PLENTY)
    finally:
        site.manage("shell", "-c", FULL_HOUSE.format(is_made=False))


def test_on_a_phone_what_a_pin_tells_is_read_whole_beside_the_buttons(site, chromium):
    context = chromium.new_context(viewport=PHONE, reduced_motion="reduce")
    phone = context.new_page()
    open_map(phone, site, "q=One+chair")
    for _n in range(17):
        if "map-pin-many" not in (phone.locator(".map-pin").first.get_attribute("class") or ""):
            break
        phone.locator(".map-pin").first.focus()
        phone.keyboard.press("Enter")
        phone.wait_for_timeout(500)

    phone.locator(".map-pin").first.click()
    popup = phone.locator(".leaflet-popup-content-wrapper")
    expect(popup).to_be_visible(timeout=PLENTY)
    phone.wait_for_timeout(500)
    told, buttons = popup.bounding_box(), phone.locator(".leaflet-control-zoom").bounding_box()

    context.close()
    assert told["width"] > 200
    assert told["y"] >= buttons["y"] + buttons["height"] or told["x"] >= buttons["x"] + buttons["width"]
