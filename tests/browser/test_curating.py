"""A curator's day at the desk, in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK
from tests.browser.signing_in import CURATOR, sign_in

# What waits for the desk, made by the demo's own people: a suggestion of two fields with an
# address, two reports of two people, a listing with a way in its street's line.
WAITING = """
from django.utils import timezone
from meetings import reports, suggestions
from meetings.models import Meeting
now = timezone.now()
one, two, three = Meeting.objects.public().filter(venue__isnull=False, online='none').order_by('-pk')[:3]
suggestion = suggestions.send('change', {'name': 'Candlelight by browser', 'notes': 'Ring the blue bell'},
    now=now, meeting=one, email='sender@example.org')
reports.answer(two, role='curator', how='page', now=now)
for device in 'ab':
    reports.send(two, 'nobody-there', now=now, device=device * 32)
print('|'.join([suggestion.public_id, one.slug, two.slug, three.group.slug, three.venue.public_id]))
"""


@pytest.fixture(scope="module")
def made(site) -> list[str]:
    """What waits: public id of the suggestion; slugs of its meeting, the reported one, a group; a place."""
    return site.manage("shell", "--no-imports", "-c", WAITING).strip().splitlines()[-1].split("|")


@pytest.fixture(scope="module")
def signed_in(site, chromium: Browser) -> dict:
    context = chromium.new_context()
    page = context.new_page()
    sign_in(page, site.url, CURATOR)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def desk(chromium: Browser, signed_in) -> Page:
    context = chromium.new_context(viewport=DESK, storage_state=signed_in)
    yield context.new_page()
    context.close()


def test_a_suggestion_is_found_by_keys_and_answered_field_by_field(site, desk: Page, made):
    desk.goto(f"{site.url}/curate/?kind=suggestion")
    desk.keyboard.press("j")
    expect(desk.locator("[data-keys-item] a").first).to_be_focused()
    desk.goto(f"{site.url}/curate/suggestions/{made[0]}/")
    name = desk.locator(".curate-field").filter(has_text="Name of the meeting")
    notes = desk.locator(".curate-field").filter(has_text="In the group’s own words")
    name.get_by_label("Accept").check()
    notes.get_by_label("Refuse").check()
    notes.get_by_label("Reason").fill("There is no bell")
    # That alone decides nothing.
    notes.get_by_label("Reason").press("Enter")
    desk.get_by_role("button", name="Decide as marked").click()

    expect(desk.get_by_text("Decided, and the sender is told if they left an address.")).to_be_visible()
    desk.goto(f"{site.url}/meetings/{made[1]}/")
    expect(desk.get_by_role("heading", name="Candlelight by browser")).to_be_visible()

    desk.goto(f"{site.url}/curate/decided/")
    desk.locator(".curate-item").filter(has_text="A suggestion").first.get_by_role("link").click()
    desk.get_by_role("button", name="Take it back").click()
    expect(desk.get_by_text("Taken back.", exact=True)).to_be_visible()
    desk.goto(f"{site.url}/curate/suggestions/{made[0]}/")
    expect(desk.get_by_role("button", name="Accept it all")).to_be_visible()


def test_a_hidden_way_in_comes_first_and_an_answer_is_gone_to_by_a_key(site, desk: Page, made):
    desk.goto(f"{site.url}/curate/?kind=report")
    expect(desk.locator("[data-keys-item]").first).to_contain_text("Join step hidden")

    desk.goto(f"{site.url}/curate/reports/{made[2]}/")
    desk.keyboard.press("a")
    right = desk.get_by_role("button", name="It is right as it stands")
    expect(right).to_be_focused()
    desk.keyboard.press("Enter")

    expect(desk.get_by_text("Answered: it is right as it stands.")).to_be_visible()
    desk.goto(f"{site.url}/curate/reports/{made[2]}/")
    expect(desk.get_by_text("Nothing is reported")).to_be_visible()


def test_many_listings_are_changed_after_a_look_and_taken_back(site, desk: Page, made):
    desk.goto(f"{site.url}/curate/listings/?group={made[3]}")
    rows = desk.locator("tbody tr")
    number = rows.count()
    desk.get_by_label(f"All {number} of this search").check()
    desk.get_by_label("What to do").select_option(label="Pause")
    desk.get_by_role("button", name="Go on").click()
    desk.get_by_role("button", name="See what would change").click()
    expect(desk.get_by_role("cell", name="Paused").first).to_be_visible()

    desk.get_by_role("button", name="Change").dblclick()

    expect(desk.get_by_text(f"{number} of {number} looked at")).to_be_visible()
    desk.get_by_role("button", name="Take it back").click()
    expect(desk.get_by_text("Taken back.", exact=True)).to_be_visible()
    desk.goto(f"{site.url}/curate/listings/?group={made[3]}&state=paused")
    expect(desk.get_by_text("No listing is like that")).to_be_visible()


def test_a_pin_is_moved_by_keyboard_and_keys_can_be_turned_off(site, desk: Page, made):
    desk.goto(f"{site.url}/curate/places/{made[4]}/")
    latitude = desk.get_by_label("Latitude")
    before = float(latitude.input_value())
    desk.get_by_role("button", name="100 north").focus()
    desk.keyboard.press("Enter")

    # A hundred metres are nine ten-thousandths of a degree.
    assert round(float(latitude.input_value()) - before, 4) == 0.0009
    desk.goto(f"{site.url}/curate/")
    desk.get_by_text("Keys", exact=True).click()
    desk.get_by_label("Keys are on").uncheck()
    desk.reload()
    desk.keyboard.press("j")
    expect(desk.locator("[data-keys-item] a").first).not_to_be_focused()


def spot_on(ground) -> tuple[float, float]:
    """Where the pin stands on its map, which may have moved with the page."""
    pin, around = ground.locator(".map-pin").bounding_box(), ground.bounding_box()
    return pin["x"] - around["x"], pin["y"] - around["y"]


def test_a_pin_is_put_on_the_map_by_pointer_and_follows_the_numbers(site, desk: Page, made):
    strangers, complaints = [], []
    desk.on("request", lambda asked: None if asked.url.startswith((site.url, "data:")) else strangers.append(asked.url))
    desk.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    desk.goto(f"{site.url}/curate/places/{made[4]}/")
    ground, latitude = desk.locator("[data-pin-map] [data-map-ground]"), desk.get_by_label("Latitude")
    # Of a place by the sea there may be no land to draw.
    expect(desk.locator("[data-pin-map][data-shown]")).to_be_visible(timeout=20_000)
    expect(ground.locator(".map-land")).to_have_count(1)
    before, stood = float(latitude.input_value()), spot_on(ground)

    ground.click(position={"x": 60, "y": 110})
    higher = float(latitude.input_value())
    expect(desk.locator("[data-pin-status]")).to_contain_text(latitude.input_value())
    moved = spot_on(ground)
    latitude.fill(str(before))

    # The middle of the map is where it was: west of it, and a little to the north.
    assert higher > before
    assert (moved[0] < stood[0], moved[1] < stood[1]) == (True, True)
    assert abs(spot_on(ground)[1] - stood[1]) < 2
    assert strangers == []
    assert complaints == []


# Phones and dark colours are looked at in test_access_pages.py, with every part unfolded.
def test_axe_finds_nothing_on_the_desk(site, chromium: Browser, signed_in, made):
    axe = Axe()
    context = chromium.new_context(
        viewport=DESK, color_scheme="light", bypass_csp=True, reduced_motion="reduce", storage_state=signed_in
    )
    page = context.new_page()
    meeting = f"/curate/meetings/{made[2]}/"
    addresses = ["/curate/", f"/curate/suggestions/{made[0]}/", f"/curate/reports/{made[2]}/", "/curate/decided/",
                 "/curate/listings/", "/curate/listings/change/", meeting, f"{meeting}edit/", f"{meeting}days/",
                 f"{meeting}history/", "/curate/places/", f"/curate/places/{made[4]}/"]  # fmt: skip
    findings, too_wide = {}, {}

    for address in addresses:
        page.goto(site.url + address, wait_until="load")
        found = axe.run(page).response["violations"]
        if found:
            findings[address] = [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > DESK["width"]:
            too_wide[address] = width

    context.close()
    assert findings == {}
    assert too_wide == {}
