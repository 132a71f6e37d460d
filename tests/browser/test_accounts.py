"""Accounts and raw tables in a real browser: codes out of the outbox, passkeys, nothing that the policy refuses."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.signing_in import ADMIN, CURATOR, sign_in

PAGES_OF_AN_ACCOUNT = [
    "/account/", "/account/email/", "/account/keys/", "/account/keys/app/", "/account/keys/passkeys/",
    "/account/keys/passkeys/new/", "/account/second-step/", "/account/logout/",
]  # fmt: skip
RAW_TABLES = [
    "/admin/", "/admin/groups/group/", "/admin/groups/group/add/", "/admin/meetings/meeting/", "/admin/auth/user/",
    "/admin/groups/contactread/", "/admin/no-such-table/",
]  # fmt: skip


@pytest.fixture(scope="module")
def of_admin(site, chromium: Browser) -> dict:
    """What the browser keeps of an admin who signed in."""
    context = chromium.new_context()
    page = context.new_page()
    sign_in(page, site.url, ADMIN)
    state = context.storage_state()
    context.close()
    return state


def addresses(page: Page, origin: str) -> list[str]:
    """Return the pages to look at, with the change, delete and history pages of one listing each."""
    found = [*PAGES_OF_AN_ACCOUNT, *RAW_TABLES]
    for table in ("groups/group", "meetings/meeting", "auth/user"):
        page.goto(f"{origin}/admin/{table}/")
        change = page.locator("#result_list tbody th a").first.get_attribute("href").partition("?")[0]
        found += [change, change.replace("/change/", "/history/"), change.replace("/change/", "/delete/")]
    return found


def test_nothing_of_the_tables_is_refused_by_the_policy(site, chromium: Browser, of_admin):
    context = chromium.new_context(viewport=PHONE, storage_state=of_admin)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if _is_bad(said) else None)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(site.url) else None)

    for address in addresses(page, site.url):
        page.goto(site.url + address, wait_until="load")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            complaints.append(f"{address} scrolls sideways")
    page.goto(f"{site.url}/admin/groups/group/add/")
    page.get_by_role("combobox", name="Approach").click()
    page.locator(".select2-search__field").fill("smart")
    expect(page.locator(".select2-results__option").first).to_contain_text("SMART")

    context.close()
    assert complaints == []


def test_the_policy_is_there_to_refuse(site, of_admin, chromium: Browser):
    context = chromium.new_context(storage_state=of_admin)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if _is_bad(said) else None)
    page.goto(f"{site.url}/admin/")

    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')")
    page.wait_for_timeout(200)

    context.close()
    assert complaints


# Each page once, in one of the two looks: the parts are the same.
@pytest.mark.parametrize(
    ("first", "size", "scheme"), [(0, PHONE, "light"), (1, DESK, "dark")], ids=["phone, light", "desk, dark"]
)
def test_axe_finds_nothing_on_accounts_and_tables(site, chromium: Browser, of_admin, first, size, scheme):
    context = chromium.new_context(
        viewport=size, color_scheme=scheme, storage_state=of_admin, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    axe = Axe()
    findings = {}

    for address in addresses(page, site.url)[first::2]:
        page.goto(site.url + address, wait_until="load")
        violations = axe.run(page).response["violations"]
        if violations:
            findings[address] = [f"{found['id']}: {found['nodes'][0]['html'][:160]}" for found in violations]

    context.close()
    assert findings == {}


def test_a_passkey_is_made_and_opens_the_account_alone(site, chromium: Browser):
    # A passkey belongs to a name: an address of digits cannot have one.
    origin = f"http://localhost:{urlsplit(site.url).port}"
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, origin, CURATOR)

    page.goto(f"{origin}/account/keys/passkeys/new/")
    page.get_by_label("A name for it").fill("My phone")
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url("**/account/keys/spare/")
    assert page.locator(".account-spare li").count() == 10
    page.goto(f"{origin}/account/keys/passkeys/")
    expect(page.get_by_role("heading", name="My phone")).to_be_visible()

    page.goto(f"{origin}/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    # A code was asked for first, and is no longer wanted.
    page.goto(f"{origin}/account/login/")
    page.get_by_label("Your e-mail address").fill(CURATOR)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_label("The code from our message")).to_be_visible()
    page.goto(f"{origin}/account/login/?next=/account/email/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Your e-mail address")).to_be_visible()

    # As it was for the tests that come after: the demo's curator has none.
    page.goto(f"{origin}/account/keys/passkeys/")
    page.get_by_role("link", name="Take My phone away").click()
    page.get_by_role("button", name="Use your passkey").click()
    page.get_by_role("button", name="Take it away").click()
    expect(page.get_by_text("There are none yet.")).to_be_visible()
    context.close()


def test_a_browser_without_passkeys_is_told_of_another_way(site, chromium: Browser, of_admin):
    context = chromium.new_context(viewport=PHONE, storage_state=of_admin, java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{site.url}/account/keys/passkeys/new/")

    expect(page.get_by_text("This browser knows no passkeys")).to_be_visible()
    expect(page.get_by_role("link", name="Set up an app instead")).to_be_visible()
    context.close()


def _is_bad(message) -> bool:
    return message.type in ("error", "warning") and "Failed to load resource" not in message.text
