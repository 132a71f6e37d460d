"""Signing in as one of the demo's people, with the code out of the outbox, as a newcomer does."""

import re

from playwright.sync_api import Page

HOST, SECOND_HOST, CURATOR, ADMIN = (f"{name}@demo.example" for name in ("host", "second-host", "curator", "admin"))


def sign_in(page: Page, origin: str, address: str) -> None:
    """Sign in in this page's browser; it ends at the page of the account."""
    page.goto(f"{origin}/account/login/")
    page.get_by_label("Your e-mail address").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("The code from our message").fill(newest_code(page, origin, address))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/account/")


def newest_code(page: Page, origin: str, address: str) -> str:
    """Return the code of the newest message to the address, read in a tab of its own."""
    outbox = page.context.new_page()
    outbox.goto(f"{origin}/outbox/")
    message = outbox.locator("[data-message=email]").filter(has_text=address).first
    code = re.search(r"^\d{6}$", message.locator("pre").inner_text(), re.MULTILINE)[0]
    outbox.close()
    return code
