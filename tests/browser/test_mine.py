"""My things: on the device, when asked, without a network, and gone at once."""

import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.crawl import fetch
from tests.browser.signing_in import HOST, sign_in

SEARCH = "/meetings/?attendance=online&sort=name"
OFFLINE = "You are offline. This page is as it was"


@pytest.fixture
def meeting(site, page: Page) -> str:
    """The path of a meeting's page, found as a visitor finds it, open in the page."""
    page.goto(site.url + SEARCH)
    path = page.locator("article[data-meeting] .meeting-name a").first.get_attribute("href")
    page.goto(site.url + path)
    return path


def keep(page: Page) -> None:
    """Keep what the page offers, saying yes when asked, and wait until all of it is there."""
    done = int(page.evaluate("document.documentElement.dataset.keepDone ?? 0"))
    page.locator("[data-keep], [data-keep-seat]").first.click()
    asks = page.locator("[data-keep-asks]")
    if asks.is_visible():
        asks.get_by_role("button", name="Yes, keep it here").click()
    page.wait_for_function("before => Number(document.documentElement.dataset.keepDone ?? 0) > before", arg=done)


def what_is_kept(page: Page) -> dict:
    """Return everything the browser keeps for the site when the tab is closed, of whatever kind."""
    return page.evaluate(
        """async () => ({
            local: Object.keys(localStorage),
            stores: await caches.keys(),
            workers: (await navigator.serviceWorker.getRegistrations()).length,
        })"""
    )


NOTHING = {"local": [], "stores": [], "workers": 0}


def test_nothing_is_kept_before_somebody_presses_for_it(site, page: Page, meeting):
    for address in ("/", SEARCH, "/now/", "/mine/", "/help/"):
        page.goto(site.url + address, wait_until="networkidle")
    assert what_is_kept(page) == NOTHING

    page.goto(site.url + meeting)
    page.locator("[data-keep]").first.click()
    page.get_by_role("button", name="No, keep nothing").click()

    assert what_is_kept(page) == NOTHING
    expect(page.get_by_role("button", name="Keep on this device")).to_have_attribute("aria-pressed", "false")


def test_a_meeting_that_is_kept_is_among_my_things_with_its_week(site, page: Page, meeting):
    name = page.locator("h1").inner_text()

    keep(page)
    expect(page.get_by_role("button", name="Kept on this device")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="My things").first.click()
    page.wait_for_selector("[data-asked=yes]")

    expect(page.locator("[data-mine-meetings] h3")).to_have_text(name)
    assert page.locator("[data-mine-week] time").count() >= 1
    expect(page.locator("[data-mine-status]")).to_have_text("As the groups say now.")
    assert page.context.cookies() == []


def test_a_card_can_be_kept_and_taken_off(site, page: Page):
    page.goto(site.url + SEARCH)
    slug = page.locator("article[data-meeting]").first.get_attribute("data-meeting")

    keep(page)
    kept = page.evaluate("JSON.parse(localStorage.kept).meetings")
    keep(page)

    assert list(kept) == [slug]
    # By its day alone, whenever it is read again.
    assert re.match(r"\w+day, \w+ \d+", kept[slug]["dates"][0]["words"])
    # With the last of them go the pages, and the worker that would keep the next search.
    assert what_is_kept(page) == NOTHING


def test_taking_the_last_off_among_my_things_leaves_no_pages_and_no_worker(site, page: Page, meeting):
    keep(page)
    page.goto(site.url + "/mine/")
    page.wait_for_selector("[data-asked=yes]")
    assert what_is_kept(page) == {"local": ["kept"], "stores": ["kept"], "workers": 1}

    page.locator("[data-mine-meetings] [data-take-off]").click()

    page.wait_for_function("caches.keys().then(all => all.length === 0)")
    page.wait_for_function("navigator.serviceWorker.getRegistrations().then(all => all.length === 0)")
    assert what_is_kept(page) == NOTHING


def test_what_is_erased_while_dates_are_on_their_way_stays_erased(site, page: Page, meeting):
    keep(page)
    page.add_init_script(
        """const ask = window.fetch;
        const let_go = new Promise(go => { window.letGo = go; });
        window.fetch = async (...given) => {
            const answer = await ask(...given);
            if (String(given[0]).includes("dates.json")) await let_go;
            return answer;
        };"""
    )
    page.goto(site.url + "/mine/")

    page.get_by_role("button", name="Erase everything here").click()
    expect(page.locator("[data-mine-erased]")).not_to_be_empty()
    page.evaluate("window.letGo()")
    page.wait_for_selector("[data-asked=yes]")

    assert what_is_kept(page) == NOTHING


FORMERLY = """
from django.utils import timezone
from meetings.models import FormerAddress, Meeting
if {is_made}:
    meeting = Meeting.objects.get(slug={slug!r})
    FormerAddress.objects.create(slug="once", meeting=meeting, since=timezone.now())
else:
    FormerAddress.objects.filter(slug="once").delete()
"""


def test_the_last_of_many_is_kept_on_under_the_name_it_has_now(site, page: Page, meeting):
    name, slug = page.locator("h1").inner_text(), meeting.split("/")[-2]
    slugs = [*(f"no-{n}" for n in range(60)), "once"]
    told = {one: LISTED | {"name": one, "url": f"/meetings/{one}/"} for one in slugs}
    page.evaluate("kept => localStorage.setItem('kept', JSON.stringify(kept))", saved(meetings=told))
    site.manage("shell", "-c", FORMERLY.format(is_made=True, slug=slug))

    try:
        page.goto(site.url + "/mine/")
        page.wait_for_selector("[data-asked=yes]", timeout=60_000)
    finally:
        site.manage("shell", "-c", FORMERLY.format(is_made=False, slug=slug))

    kept = page.evaluate("JSON.parse(localStorage.kept).meetings")
    assert len(kept) == 61
    assert "once" not in kept
    assert (kept[slug]["name"], kept[slug]["url"], kept[slug]["isGone"]) == (name, meeting, False)
    assert kept["no-0"]["isGone"]


@pytest.mark.parametrize("opened", ["/meetings/long-gone/", "/mine/"])
def test_the_kept_page_of_a_meeting_that_is_gone_goes_too(site, page: Page, meeting, opened):
    keep(page)
    page.evaluate(
        """async () => {
            await (await caches.open("kept")).put("/meetings/long-gone/", new Response("as it was"));
            const kept = JSON.parse(localStorage.kept);
            const told = { name: "Long gone", url: "/meetings/long-gone/", when: "", place: "", dates: [] };
            kept.meetings["long-gone"] = told;
            localStorage.kept = JSON.stringify(kept);
            await navigator.serviceWorker.ready;
        }"""
    )
    page.goto(site.url + "/privacy/")

    page.goto(site.url + opened)

    page.wait_for_function(
        "caches.open('kept').then(s => s.match('/meetings/long-gone/')).then(found => found === undefined)"
    )
    # Only that one went.
    assert page.evaluate("u => caches.open('kept').then(s => s.match(u)).then(Boolean)", meeting)


def test_a_search_of_somebody_signed_in_is_not_kept(site, page: Page):
    sign_in(page, site.url, HOST)
    page.goto(site.url + SEARCH)
    keep(page)
    page.goto(site.url + SEARCH)
    searches = "caches.open('kept').then(s => s.keys()).then(all => all.map(one => new URL(one.url).pathname))"
    assert page.evaluate("caches.has('kept')")

    # Once more for the device, when the person has stopped choosing: without htmx's own header.
    with page.expect_response(
        lambda answer: "/meetings/?" in answer.url and "hx-request" not in answer.request.headers
    ) as asked:
        page.evaluate("document.dispatchEvent(new Event('htmx:afterSettle'))")
    # It would be kept by now.
    page.wait_for_timeout(500)

    assert "no-store" in asked.value.headers["cache-control"]
    assert "/meetings/" not in page.evaluate(searches)


def test_without_a_network_meetings_help_and_the_last_search_open(site, page: Page, context: BrowserContext, meeting):
    name = page.locator("h1").inner_text()
    keep(page)
    # The worker is there from the next page on.
    page.goto(site.url + "/meetings/?attendance=online&sort=time")
    page.goto(site.url + SEARCH)
    names = page.locator("article[data-meeting] .meeting-name").all_inner_texts()
    page.wait_for_function("u => caches.open('kept').then(s => s.match(u)).then(Boolean)", arg=site.url + SEARCH)

    context.set_offline(True)
    page.goto(site.url + meeting)
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator("[data-offline-note]")).to_contain_text(OFFLINE)
    page.goto(site.url + "/mine/")
    expect(page.locator("[data-mine-meetings] h3")).to_have_text(name)
    expect(page.locator("[data-mine-status]")).to_contain_text("You are offline")
    page.goto(site.url + "/help/")
    expect(page.locator("main a[href='tel:988']").first).to_be_visible()
    page.goto(site.url + "/approaches/sos/")
    expect(page.locator("h1")).to_have_text("You are offline")
    expect(page.locator("main a[href='tel:988']").first).to_be_visible()
    page.get_by_role("link", name="Your last search, as it was then").click()

    assert page.locator("article[data-meeting] .meeting-name").all_inner_texts() == names
    assert page.url == site.url + SEARCH
    context.set_offline(False)


def test_a_page_without_styles_would_be_noticed_offline(site, page: Page, context: BrowserContext, meeting):
    keep(page)
    page.goto(site.url + "/mine/")
    online = page.evaluate("getComputedStyle(document.querySelector('.brand')).fontFamily")

    context.set_offline(True)
    page.goto(site.url + "/offline/")

    assert page.evaluate("getComputedStyle(document.querySelector('.brand')).fontFamily") == online
    assert "serif" in online
    assert page.evaluate("document.styleSheets[0].cssRules.length") > 5
    context.set_offline(False)


def test_private_pages_are_never_kept(site, page: Page, context: BrowserContext, meeting):
    keep(page)
    page.goto(site.url + meeting)
    link = _a_private_page(site, page)
    page.goto(link)
    expect(page.locator("h1")).to_have_text("Your page")
    keep(page)
    page.goto(site.url + "/account/login/")

    addresses = page.evaluate("caches.open('kept').then(s => s.keys()).then(all => all.map(r => r.url))")

    assert site.url + "/mine/" in addresses
    assert [one for one in addresses if re.search(r"/(rsvp|account|host|curate|exit|suggestion)/", one)] == []
    context.set_offline(True)
    page.goto(link)
    expect(page.locator("h1")).to_have_text("You are offline")
    page.goto(site.url + "/mine/")
    expect(page.locator("[data-mine-seats] a")).to_have_attribute("href", link.removeprefix(site.url))
    context.set_offline(False)


def _a_private_page(site, page: Page) -> str:
    """Keep a seat without an address and return the address of its page."""
    page.goto(site.url + "/meetings/?q=One+chair")
    for path in page.locator("article[data-meeting] .meeting-name a").evaluate_all("all => all.map(a => a.pathname)"):
        page.goto(site.url + path)
        seat = page.locator(".next-date a[href$='/rsvp/']")
        if seat.count():
            seat.first.click()
            break
    # Whoever fills in a form in less than three seconds is no person.
    page.wait_for_timeout(3500)
    for box in page.locator("main input[type=checkbox][required]").all():
        box.check()
    page.locator("main form button.button").last.click()
    page.wait_for_url("**/rsvp/*/")
    return page.url


def test_a_link_to_a_seat_goes_a_day_after_its_date(site, page: Page):
    page.goto(site.url + "/mine/")
    seats = [
        {"url": "/rsvp/old/", "words": "long ago", "until": "2026-01-05T19:00:00-05:00"},
        {"url": "/rsvp/new/", "words": "to come", "until": "2099-01-05T19:00:00-05:00"},
    ]
    page.evaluate(
        "seats => localStorage.setItem('kept', JSON.stringify({version: 1, meetings: {}, likes: {}, seats}))", seats
    )

    page.reload()

    assert page.locator("[data-mine-seats] a").all_inner_texts() == ["to come"]
    assert [seat["words"] for seat in page.evaluate("JSON.parse(localStorage.kept).seats")] == ["to come"]


def test_an_old_link_to_a_seat_goes_from_any_page_where_things_are_kept(site, page: Page, meeting):
    seats = [{"url": "/rsvp/old/", "words": "long ago", "until": "2026-01-05T19:00:00-05:00"}]
    page.evaluate(
        "seats => localStorage.setItem('kept', JSON.stringify({version: 1, meetings: {}, likes: {}, seats}))", seats
    )
    assert what_is_kept(page)["local"] == ["kept"]

    page.reload()

    page.wait_for_function("localStorage.getItem('kept') === null")


def test_a_browser_without_dialogs_asks_too(site, page: Page, meeting):
    page.evaluate("HTMLDialogElement.prototype.showModal = undefined")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))

    page.locator("[data-keep]").first.click()

    assert len(asked) == 1
    assert asked[0].startswith("Is this device yours?")
    assert what_is_kept(page) == NOTHING


def test_it_can_be_saved_as_a_file_and_erased(site, page: Page, meeting):
    keep(page)
    page.goto(site.url + "/mine/")
    page.wait_for_selector("[data-asked=yes]")

    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    saved = json.loads(Path(download.value.path()).read_text())
    page.get_by_role("button", name="Erase everything here").click()
    expect(page.locator("[data-mine-erased]")).to_have_text("Erased. Nothing is kept on this device now.")

    assert download.value.suggested_filename == "kept.json"
    assert [meeting["url"] for meeting in saved["meetings"].values()] == [meeting]
    assert what_is_kept(page) == NOTHING
    expect(page.locator("[data-mine-nothing]")).to_be_visible()


def read_back(page: Page, *files: dict | str | Path) -> None:
    """Choose each file in turn, as JSON, as text or as a path, and wait until the page says what became of it."""
    for file in files:
        content = json.dumps(file) if isinstance(file, dict) else file
        chosen = (
            content if isinstance(content, Path) else {"name": "kept.json", "mimeType": "", "buffer": content.encode()}
        )
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Read it back").press("Enter")
        chooser.value.set_files(chosen)
        asks = page.locator("[data-keep-asks]")
        expect(asks.or_(page.locator("[data-mine-read]:not(:empty)")).filter(visible=True)).to_be_visible()
        if asks.is_visible():
            asks.get_by_role("button", name="Yes, keep it here").press("Enter")
        expect(page.locator("[data-mine-read]")).not_to_be_empty()


def test_a_saved_file_is_read_back_by_keyboard_and_sent_nowhere(site, page: Page, meeting):
    name = page.locator("h1").inner_text()
    keep(page)
    page.goto(site.url + "/mine/")
    page.wait_for_selector("[data-asked=yes]")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").press("Enter")
    page.get_by_role("button", name="Erase everything here").press("Enter")
    expect(page.locator("[data-mine-nothing]")).to_be_visible()
    page.reload()
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append((request.url, request.post_data)))

    read_back(page, Path(download.value.path()))
    page.wait_for_selector("[data-asked=yes]")

    expect(page.locator("[data-mine-meetings] h3")).to_have_text(name)
    expect(page.locator("[data-mine-read]")).to_have_text("Read. What is in the file is kept here now.")
    expect(page.locator("[data-mine-nothing]")).to_be_hidden()
    # The dates are asked for as ever.
    assert sent == [(site.url + "/mine/dates.json", f"m={meeting.split('/')[-2]}")]
    assert page.evaluate("document.activeElement.textContent") == "Read it back"


SEAT = {"url": "/rsvp/aaaabbbbccccddddeeeeffffgggghhhh/", "words": "a seat", "until": "2099-01-05T19:00:00-05:00"}
LISTED = {"name": "By the door", "url": "/meetings/by-the-door/", "when": "Mondays", "place": "", "dates": []}


def saved(**parts) -> dict:
    return {"version": 1, "meetings": {}, "seats": [], "likes": {}} | parts


def test_what_is_read_back_joins_what_is_there_and_doubles_nothing(site, page: Page):
    page.goto(site.url + "/mine/")
    here = saved(meetings={"by-the-door": LISTED}, seats=[SEAT], likes={"approach": [{"value": "sos", "name": "SOS"}]})
    page.evaluate("kept => localStorage.setItem('kept', JSON.stringify(kept))", here)
    page.reload()
    other = SEAT | {"url": SEAT["url"].replace("h", "j"), "words": "another"}
    file = saved(
        meetings={
            "by-the-door": LISTED | {"name": "As it was called"},
            "upstairs": LISTED | {"url": "/meetings/upstairs/", "name": "Upstairs"},
        },
        seats=[SEAT | {"words": "as it was"}, other],
        likes={"approach": [{"value": "sos", "name": "S"}, {"value": "lifering", "name": "LifeRing"}]},
    )

    read_back(page, file, file)

    kept = page.evaluate("JSON.parse(localStorage.kept)")
    assert {slug: one["name"] for slug, one in kept["meetings"].items()} == {
        "by-the-door": "By the door",
        "upstairs": "Upstairs",
    }
    assert [seat["words"] for seat in kept["seats"]] == ["a seat", "another"]
    assert [like["value"] for like in kept["likes"]["approach"]] == ["sos", "lifering"]
    assert page.locator("[data-mine-seats] a").all_inner_texts() == ["a seat", "another"]
    expect(page.locator("[data-likes-form] [value=lifering]")).to_be_checked()


@pytest.mark.parametrize(
    "file",
    ["", "no file of ours", "[]", "null", {"version": 2, "meetings": {}, "seats": [], "likes": {}}, {"version": 1}],
    ids=str,
)
def test_a_file_that_is_none_of_ours_changes_nothing(site, page: Page, file):
    page.goto(site.url + "/mine/")

    read_back(page, file)

    expect(page.locator("[data-mine-read]")).to_have_text(
        "This file was not saved here, or it is damaged. Nothing was changed."
    )
    assert what_is_kept(page) == NOTHING


def test_what_others_wrote_into_a_file_leads_nowhere_else(site, page: Page):
    page.goto(site.url + "/mine/")
    file = saved(
        meetings={
            "script": LISTED | {"url": "javascript:alert(1)"},
            "elsewhere": LISTED | {"url": "https://elsewhere.example/meetings/elsewhere/"},
            "other": LISTED | {"url": "//elsewhere.example/meetings/other/"},
            "no-words": LISTED | {"url": "/meetings/no-words/", "name": 7},
            "by-the-door": LISTED | {"dates": [{"iso": "never", "words": "x"}, 7, None], "more": "x"},
        },
        seats=[SEAT, SEAT | {"url": "javascript:alert(1)//"}, SEAT | {"url": "/exit/"}, 7],
        likes={"approach": [{"value": "sos", "name": "SOS", "more": 1}, 7], "colour": [{"value": "x", "name": "x"}]},
    )

    read_back(page, file)

    kept = page.evaluate("JSON.parse(localStorage.kept)")
    assert list(kept["meetings"]) == ["by-the-door"]
    assert "more" not in kept["meetings"]["by-the-door"]
    assert kept["meetings"]["by-the-door"]["dates"] == []
    assert kept["seats"] == [SEAT]
    assert kept["likes"] == {"approach": [{"value": "sos", "name": "SOS"}]}
    links = page.locator(":is([data-mine-meetings], [data-mine-seats], [data-mine-week]) a").evaluate_all(
        "all => all.map(link => new URL(link.href).origin)"
    )
    assert set(links) == {site.url}


@pytest.mark.parametrize("has_network", [True, False], ids=["online", "offline"])
def test_leaving_erases_everything(site, page: Page, context: BrowserContext, meeting, has_network):
    keep(page)
    page.goto(site.url + "/mine/")
    assert what_is_kept(page)["stores"] == ["kept"]

    context.set_offline(not has_network)
    for _time in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(re.compile("/exit/|about:blank"))
    page.wait_for_timeout(1000)
    context.set_offline(False)
    page.goto(site.url + "/privacy/")

    left = what_is_kept(page)
    assert (left["local"], left["stores"]) == ([], [])
    if has_network:
        assert left["workers"] == 0


def test_what_somebody_likes_is_told_on_cards_and_changes_no_order(site, page: Page):
    page.goto(site.url + SEARCH)
    before = page.locator("article[data-meeting]").evaluate_all("all => all.map(n => n.dataset.meeting)")
    fits = page.locator("[data-fits]").first.get_attribute("data-fits")
    approach = re.search(r"approach:([\w-]+)", fits)[1]
    expect(page.locator("[data-fits]").first).to_be_hidden()

    page.goto(site.url + "/mine/")
    page.locator("[data-likes-form] summary").first.click()
    page.locator(f"[name=approach][value={approach}]").check()
    name = page.locator(f"label:has([name=approach][value={approach}])").inner_text().strip()
    page.locator("[data-likes-form] button[type=submit]").click()
    assert what_is_kept(page) == NOTHING
    page.get_by_role("button", name="Yes, keep it here").click()
    expect(page.locator("[data-likes-status]")).to_have_text("Kept on this device.")
    page.goto(site.url + SEARCH)

    expect(page.locator("[data-fits]").first).to_have_text(f"You like: {name}")
    shown = page.locator("article[data-meeting]").evaluate_all("all => all.map(n => n.dataset.meeting)")
    assert shown == before
    page.goto(site.url + "/mine/")
    page.get_by_role("button", name="Forget what I like").click()
    assert what_is_kept(page)["local"] == []


def test_without_script_nothing_is_offered_that_could_not_be_kept(site, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(site.url + SEARCH)
    path = page.locator("article[data-meeting] .meeting-name a").first.get_attribute("href")
    assert page.locator("[data-keep]").count() > 0
    assert page.locator("[data-keep]:visible").count() == 0
    page.goto(site.url + path)
    assert page.locator("[data-keep]:visible").count() == 0
    page.goto(site.url + "/mine/")

    expect(page.get_by_text("Your browser runs no script here")).to_be_visible()
    assert page.locator("[data-likes-form]:visible").count() == 0
    context.close()


def test_axe_finds_nothing_when_something_is_kept_and_while_it_asks(site, chromium):
    context = chromium.new_context(viewport={"width": 360, "height": 740}, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    axe = Axe()
    page.goto(site.url + SEARCH)
    page.locator("[data-keep]").first.click()
    expect(page.locator("[data-keep-asks]")).to_be_visible()
    asking = axe.run(page)
    page.keyboard.press("Escape")
    keep(page)
    page.goto(site.url + "/mine/")
    page.wait_for_selector("[data-asked=yes]")

    kept = axe.run(page)

    assert [v["id"] for v in (*asking.response["violations"], *kept.response["violations"])] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_a_device_can_put_it_among_its_apps_under_either_name(site, page: Page):
    page.goto(site.url + "/mine/?name=plain")
    plain = page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then(a => a.json())")
    page.goto(site.url + "/mine/")
    own = page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then(a => a.json())")

    assert (own["name"], plain["name"]) == ("Open Chair", "My week")
    assert "chair" not in json.dumps(plain).lower()
    for icon in [*own["icons"], *plain["icons"]]:
        size = page.evaluate(
            "async src => { const i = new Image(); i.src = src; await i.decode(); return `${i.width}x${i.height}`; }",
            icon["src"],
        )
        assert size == icon["sizes"]


def test_the_page_after_leaving_is_no_app(site):
    _status, _headers, body = fetch(site.url + "/")

    assert 'rel="manifest"' in fetch(site.url + "/mine/")[2]
    assert 'rel="manifest"' not in body
