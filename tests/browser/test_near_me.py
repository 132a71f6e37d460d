"""Near me: asked on press alone, rounded before it is sent, and fine without."""

import re

import pytest
from playwright.sync_api import expect

BOSTON = {"latitude": 42.358431, "longitude": -71.059773}


@pytest.mark.parametrize("start", ["/", "/meetings/?attendance=in-person"], ids=["home", "finder"])
def test_the_place_is_rounded_before_anything_is_sent(site, chromium, start):
    context = chromium.new_context(geolocation=BOSTON, permissions=["geolocation"])
    page = context.new_page()
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.goto(site.url + start)
    before = [address for address in sent if "lat=" in address]

    page.get_by_role("button", name="Near me").click()

    expect(page).to_have_url(re.compile(r"/meetings/\?.*lat=42\.36&lon=-71\.06"), timeout=20_000)
    expect(page.locator("[data-total]")).to_contain_text("of you")
    assert before == []
    assert not [address for address in sent if "42.358" in address or "71.0597" in address]
    assert ("attendance=in-person" in page.url) == ("attendance" in start)
    context.close()


def test_where_the_device_does_not_tell_the_field_has_the_focus_and_a_kind_word(site, chromium):
    context = chromium.new_context(permissions=[])
    page = context.new_page()
    page.goto(f"{site.url}/meetings/")
    address = page.url

    expect(page.get_by_text("Your device asks first")).to_be_visible()
    page.get_by_role("button", name="Near me").click()

    expect(page.get_by_text("and that is fine")).to_be_visible(timeout=20_000)
    expect(page.locator("#near")).to_be_focused()
    assert page.url == address
    context.close()


def test_without_script_there_is_no_button_that_does_nothing(site, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{site.url}/meetings/")
    expect(page.get_by_label("Town or postcode")).to_be_visible()
    expect(page.locator("[data-near-me]")).to_be_hidden()
    page.goto(site.url)
    expect(page.get_by_role("button", name="Near me")).to_have_count(0)
    page.get_by_role("link", name="Near me").click()

    expect(page).to_have_url(re.compile(r"/meetings/#near$"))
    expect(page.get_by_label("Town or postcode")).to_be_visible()
    context.close()
