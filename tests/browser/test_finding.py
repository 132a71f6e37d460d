"""The main job: a stranger types a town and finds the right meeting."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE


def test_someone_finds_smart_meetings_near_boston_on_a_weekday_evening(site, page: Page):
    page.goto(site.url + "/")
    page.get_by_label("Town or postcode").fill("Boston")
    page.get_by_role("button", name="Find a meeting").click()
    everything = int(page.locator("[data-total]").get_attribute("data-total"))

    page.goto(page.url + "&approach=smart-recovery&day=tuesday&time=evening")
    found = page.locator("article[data-meeting]")

    total = int(page.locator("[data-total]").get_attribute("data-total"))
    assert 0 < total < everything
    assert found.count() == min(total, found.count())
    for text in found.all_inner_texts():
        assert "SMART" in text
    found.first.get_by_role("link").first.click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_text("Demo data")).to_be_visible()
    assert "/meetings/" in page.url


def test_the_whole_way_works_without_script(site, chromium):
    context = chromium.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()

    page.goto(site.url + "/")
    page.get_by_label("Town or postcode").fill("02134")
    page.get_by_role("button", name="Find a meeting").click()
    expect(page.locator("article[data-meeting]").first).to_be_visible()
    page.locator("article[data-meeting] a").first.click()

    expect(page.locator("h1")).to_be_visible()
    context.close()


def test_the_address_bar_is_the_search(site, page: Page, chromium):
    page.goto(site.url + "/meetings/?near=Boston&attendance=online&sort=name")
    here = page.locator("article[data-meeting]").evaluate_all("all => all.map(n => n.dataset.meeting)")

    other = chromium.new_context().new_page()
    other.goto(page.url)
    there = other.locator("article[data-meeting]").evaluate_all("all => all.map(n => n.dataset.meeting)")

    assert here == there != []
    other.context.close()


def test_bad_values_are_named_and_change_nothing(site, page: Page):
    page.goto(site.url + "/meetings/?near=Boston")
    expected = page.locator("[data-total]").get_attribute("data-total")

    answer = page.goto(site.url + "/meetings/?near=Boston&day=someday&time=<b>noon</b>&page=-3&shoe=9")

    assert answer.status == 200
    assert page.locator("[data-total]").get_attribute("data-total") == expected
    told = page.locator("main").inner_text()
    assert "someday" in told
    assert "shoe" in told
    assert page.locator("main b", has_text="noon").count() == 0
