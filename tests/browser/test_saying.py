"""Somebody says it in a sentence."""

from django.utils import translation
from playwright.sync_api import Page, expect


def test_a_sentence_becomes_chips_that_can_be_taken_away(site, page: Page):
    page.goto(site.url + "/")
    page.get_by_label("Town or postcode").fill("women's SMART meeting Tuesday evening near Boston blorp")
    page.get_by_role("button", name="Find a meeting").click()

    chips = page.get_by_role("list", name="What you chose")
    for words in ("Near Boston", "SMART Recovery", "Women", "Tuesday", "Evening"):
        expect(chips.get_by_role("link", name=words, exact=False).first).to_be_visible()
    expect(page.get_by_text("We did not understand: “blorp”")).to_be_visible()
    assert "say=" not in page.url
    assert "approach=smart-recovery" in page.url

    chips.get_by_role("link", name="Women").click()

    expect(chips.get_by_role("link", name="Women")).to_have_count(0)
    expect(chips.get_by_role("link", name="SMART Recovery")).to_be_visible()
    expect(page.get_by_text("We did not understand")).to_have_count(0)


def test_a_sentence_in_the_finder_works_without_script(site, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(site.url + "/meetings/")
    page.get_by_text("Say it in a sentence").click()
    page.get_by_label("What are you looking for?").fill("NA español sábado cerca de Miami")
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="Near Miami")).to_be_visible()
    assert page.url.partition("?")[2].split("&")[:3] == ["fellowship=na", "language=es", "day=saturday"]
    context.close()


def test_a_sentence_in_arabic_becomes_chips_on_the_arabic_page(site, chromium):
    context = chromium.new_context(locale="ar")
    page = context.new_page()
    with translation.override("ar"):
        women, not_understood = translation.gettext("Women"), translation.gettext("We did not understand:")

    page.goto(site.url + "/meetings/")
    page.locator("#say-it summary").click()
    page.locator("#say").fill("اجتماع للنساء غدا ٧ مساء في بوسطن blorp")
    page.keyboard.press("Enter")

    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(".finder-told")).to_contain_text(not_understood)
    expect(page.locator(".finder-told")).to_contain_text("blorp")
    assert page.url.partition("?")[2].split("&")[:2] == ["focus=women", "day=tomorrow"]
    assert "from=18%3A30&until=20%3A00&near=Boston" in page.url

    page.get_by_role("link", name=women).first.click()

    page.wait_for_url(lambda url: "focus=women" not in url)
    assert "near=Boston" in page.url
    context.close()
