"""What a browser shows when it is told to, by the service worker itself."""

import json
import re

import pytest

# Of 50 ms each: a minute. What comes sooner is not waited for.
LOOKS = 1200
# What was told and not shown by then is told again, as a push service does: a browser that is
# busy drops what it is told, and what has the same tag is shown once.
LOOKS_A_TIME = 100
SHOWN = """async (most) => {
    const registration = await navigator.serviceWorker.ready;
    for (let looks = 0; looks < most; looks += 1) {
        const shown = await registration.getNotifications();
        if (shown.length) {
            return shown.map(({ title, body, tag, data }) => ({ title, body, tag, url: data.url }));
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return [];
}"""
WORDS = {
    "title": "Reminder for 19:00",
    "body": "This is your reminder for Tuesday 1 December at 19:00.",
    "url": "/rsvp/x/",
    "tag": "bcdfghjkmnp",
}


@pytest.fixture
def told(site, context, page):
    """Return a function that tells the service worker something, as a push service would."""
    context.grant_permissions(["notifications"], origin=site.url)
    page.goto(f"{site.url}/privacy/")
    devtools = context.new_cdp_session(page)
    registrations = {}
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: registrations.update({one["scopeURL"]: one["registrationId"] for one in said["registrations"]}),
    )
    devtools.send("ServiceWorker.enable")
    page.evaluate(
        """async () => {
            await navigator.serviceWorker.register("/notify.js", { scope: "/" });
            const { active } = await navigator.serviceWorker.ready;
            // Ready is said while it still activates; what is delivered then may be lost.
            if (active.state !== "activated") {
                await new Promise((resolve) => active.addEventListener("statechange", resolve, { once: true }));
            }
        }"""
    )

    def tell(data: str) -> list[dict]:
        # The browser tells of a registration when it comes to it: on a busy machine later than it has one.
        for _look in range(LOOKS):
            if f"{site.url}/" in registrations:
                break
            page.wait_for_timeout(50)
        shown = []
        for _time in range(LOOKS // LOOKS_A_TIME):
            devtools.send(
                "ServiceWorker.deliverPushMessage",
                {"origin": site.url, "registrationId": registrations[f"{site.url}/"], "data": data},
            )
            if shown := page.evaluate(SHOWN, LOOKS_A_TIME):
                break
        return shown

    return tell


def test_a_notification_shows_the_words_it_was_sent_and_leads_to_our_own_page(site, told):
    assert told(json.dumps(WORDS)) == [{**WORDS, "url": f"{site.url}/rsvp/x/"}]


def test_what_cannot_be_read_is_shown_as_little_as_can_be(told, site):
    assert told("not what we send") == [{"title": "Reminder", "body": "", "tag": "reminder", "url": f"{site.url}/"}]


def test_a_notification_never_leads_to_another_site(told, site):
    (shown,) = told(json.dumps({**WORDS, "url": "https://elsewhere.example/"}))

    assert shown["url"] == site.url


def test_the_worker_speaks_for_the_whole_site_and_asks_this_site_alone(site, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    response = page.goto(f"{site.url}/notify.js")

    assert response.headers["content-type"].startswith("text/javascript")
    assert not re.search(r"https?://|importScripts", response.text())
    # What a page asks for anyway, and the way out.
    assert set(re.findall(r"\bfetch\(([^)]*)\)", response.text())) == {"request", '"/exit/"'}
    assert {url.split("/")[2] for url in asked} == {site.url.split("/")[2]}
