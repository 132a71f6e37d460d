"""A curator takes a feed in, lets the brake stop it, takes it back; merges twins, and undoes it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.site import ROOT, Site

# A worker begins within seconds; a busy machine gets longer.
PATIENCE = 90_000

# A data folder may have seen these tests before.
MARK = uuid4().hex[:8]
NAME, SLUG = f"San Jose {MARK}", f"san-jose-{MARK}"

_STREETS = ("Alum Rock Ave", "Blossom Hill Rd", "Camden Ave", "Dana Ave", "Emory St")

_SIGN_IN = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from groups.models import CuratorRole
user, made = User.objects.get_or_create(username='feed-curator', defaults={'email': 'feeds@example.org'})
CuratorRole.objects.get_or_create(user=user, is_for_everything=True)
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = 'allauth.account.auth_backends.AuthenticationBackend'
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
print('KEY', session.session_key)
"""


def rows(count: int = 60, **changes) -> list[dict]:
    """Return a list in the shape that intergroups publish: one row for each meeting and weekday."""
    return [
        {
            "id": 4000 + n,
            "name": f"Lantern {n:02} Group",
            "slug": f"lantern-{n:02}",
            "notes": "Park behind the hall." if n % 3 else "",
            "updated": "2021-05-01 10:00:00",
            "url": f"https://intergroup.example/meetings/lantern-{n:02}/",
            "day": n % 7,
            "time": f"{7 + n % 12:02}:00",
            "end_time": f"{8 + n % 12:02}:00",
            "time_formatted": "7:00 am",
            "conference_url": "",
            "types": ["O", "D"] if n % 2 else ["C", "ST"],
            "location": f"Hall {n % 15}",
            "formatted_address": f"{100 + n % 15} {_STREETS[n % 5]}, San Jose, CA 95127, USA",
            "latitude": 37.33 + (n % 15) / 200,
            "longitude": -121.88 + (n % 5) / 200,
            "region": "San Jose",
            "group": f"Lantern {n:02}",
            **changes,
        }
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def worker(site: Site) -> Iterator[None]:
    """A worker beside the site: what a page asks for is done by it."""
    log = (Path(site.environment["VAR_DIR"]) / "worker.log").open("w")
    command = [sys.executable, "-m", "celery", "--app=recovery", "--quiet", "worker", "--pool=solo",
               "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=warning"]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=site.environment, stdout=log, stderr=log)
    yield
    process.terminate()
    process.wait(timeout=60)
    log.close()


@pytest.fixture
def curator(site: Site, context: BrowserContext, worker) -> Page:
    key = site.manage("shell", "--no-imports", "-c", _SIGN_IN).split("KEY ")[1].strip()
    context.add_cookies([{"name": "sessionid", "value": key, "url": site.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.set_viewport_size(DESK)
    return page


def write(folder: Path, name: str, records: list[dict]) -> Path:
    path = folder / name
    path.write_text(json.dumps(records))
    return path


def counts(page: Page) -> dict[str, int]:
    expect(page.locator("[data-count=seen]")).to_be_visible(timeout=PATIENCE)
    return {
        name: int(page.locator(f"[data-count={name}]").inner_text())
        for name in ("seen", "created", "updated", "unchanged", "removed", "skipped")
        if int(page.locator(f"[data-count={name}]").inner_text())
    }


def look(page: Page, chromium: Browser) -> None:
    """See with axe that the page is right for everybody, and that nothing is cut off on a phone."""
    context = chromium.new_context(
        viewport=PHONE, bypass_csp=True, reduced_motion="reduce", storage_state=page.context.storage_state()
    )
    for scheme in ("light", "dark"):
        other = context.new_page()
        other.emulate_media(color_scheme=scheme)
        other.goto(page.url)
        assert other.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
        result = Axe().run(other)
        assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in result.response["violations"]] == [], page.url
        other.close()
    context.close()


def send(page: Page, site: Site, path: Path) -> None:
    page.goto(f"{site.url}/curate/sources/{SLUG}/")
    page.get_by_text("Send a file of it").click()
    if not page.get_by_label("A file of this feed").is_visible():
        page.get_by_text("Send a file of it").click()
    page.get_by_label("A file of this feed").set_input_files(path)
    page.get_by_role("button", name="Preview this file").click()


def test_a_feed_is_seen_accepted_stopped_by_the_brake_and_taken_back(site, curator: Page, chromium, tmp_path):
    page = curator

    # Added by a file, seen first, then accepted.
    page.goto(f"{site.url}/curate/sources/new/")
    look(page, chromium)
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_label("Or a file of it").set_input_files(write(tmp_path, "first.json", rows()))
    page.get_by_label("Whose codes it speaks").select_option("aa")
    page.get_by_role("button", name="Show what it would add").click()
    assert counts(page) == {"seen": 60, "created": 60}
    look(page, chromium)
    page.get_by_role("button", name="Accept all of it").click()
    assert counts(page) == {"seen": 60, "created": 60}
    expect(page.get_by_text("its changes are on the site")).to_be_visible()

    # The same again: nothing.
    send(page, site, write(tmp_path, "again.json", rows()))
    assert counts(page) == {"seen": 60, "unchanged": 60}
    page.get_by_role("button", name="Refuse").click()

    # What somebody puts right here survives the next import, and the difference is told.
    site.manage(
        "shell", "--no-imports", "-c",
        "from meetings import listing_fields; from meetings.models import Meeting;"
        "from django.utils import timezone;"
        "m = Meeting.objects.select_related('group', 'venue')"
        f".get(source__slug='{SLUG}', source_key='lantern-07');"
        "listing_fields.apply(m, {'notes': 'Ring twice'}, by=None, role='host', now=timezone.now())",
    )  # fmt: skip
    send(page, site, write(tmp_path, "changed.json", rows(notes="Use the side door.")))
    assert counts(page) == {"seen": 60, "updated": 60}
    page.get_by_role("link", name="Kept: a person corrected it here").click()
    expect(page.get_by_text("Ring twice")).to_be_visible()
    page.get_by_role("button", name="Accept all of it").click()
    assert counts(page)["updated"] == 60
    page.goto(f"{site.url}/curate/sources/{SLUG}/conflicts/")
    expect(page.locator("[data-difference=notes]")).to_contain_text("Ring twice")
    look(page, chromium)
    page.get_by_role("button", name="Keep ours").click()
    expect(page.get_by_text("Ours stays")).to_be_visible()

    # 15 % fewer: stopped until somebody ticks; here nobody does.
    before = site.manage("shell", "--no-imports", "-c", _STATE)
    send(page, site, write(tmp_path, "fewer.json", rows(51, notes="Use the side door.")))
    assert counts(page) == {"seen": 51, "unchanged": 51, "removed": 9}
    expect(page.get_by_text("9 meetings would go")).to_be_visible()
    page.get_by_role("button", name="Accept all of it").click()
    expect(page.get_by_text("Please tick that they may")).to_be_visible()
    look(page, chromium)
    page.get_by_label("Let 9 meetings go").check()
    page.get_by_role("button", name="Accept all of it").click()
    assert counts(page)["removed"] == 9

    # Taken back to the row.
    page.get_by_role("link", name="This import, and the way to take it back").click()
    look(page, chromium)
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("The import was taken back.")).to_be_visible(timeout=PATIENCE)
    assert site.manage("shell", "--no-imports", "-c", _STATE) == before
    for path in ("/curate/sources/", f"/curate/sources/{SLUG}/", f"/curate/sources/{SLUG}/rows/?q=lantern-07"):
        page.goto(site.url + path)
        look(page, chromium)


_STATE = f"""
import hashlib
from groups.models import Group
from meetings.models import Meeting, MeetingTrait, Venue
from groups.models import Source
source = Source.objects.get(slug='{SLUG}')
apart = ('updated_at', 'last_seen_at', 'next_starts_at', 'next_ends_at')
rows = []
for kept in (Meeting, Group, Venue):
    rows += [sorted((k, str(v)) for k, v in row.items() if k not in apart)
             for row in kept.objects.filter(source=source).order_by('pk').values()]
rows += list(MeetingTrait.objects.filter(meeting__source=source).order_by('pk').values_list())
print('STATE', len(rows), hashlib.sha256(str(rows).encode()).hexdigest())
"""


def test_twins_are_merged_with_both_addresses_and_made_two_again(site, curator: Page, chromium):
    page = curator
    pair = site.manage("shell", "--no-imports", "-c", _TWINS).split("PAIR ")[1].split()
    number, kept, other = pair[0], pair[1], pair[2]

    page.goto(f"{site.url}/curate/twins/")
    look(page, chromium)
    page.goto(f"{site.url}/curate/twins/{number}/?keep=one")
    look(page, chromium)
    page.get_by_role("button", name="Merge them").click()
    expect(page.get_by_text("They are one now")).to_be_visible()

    page.goto(f"{site.url}/meetings/{other}/")
    assert page.url == f"{site.url}/meetings/{kept}/"
    page.goto(f"{site.url}/curate/twins/{number}/")
    page.get_by_role("link", name="The decision, and the way back").click()
    page.get_by_role("button", name="Take it back").click()
    answers = [site_answer(page, f"{site.url}/meetings/{slug}/") for slug in (kept, other)]

    assert answers == [(200, f"{site.url}/meetings/{kept}/"), (200, f"{site.url}/meetings/{other}/")]


def site_answer(page: Page, url: str) -> tuple[int, str]:
    # Asked beside the browser, which may keep a permanent redirect for its hour.
    answer = page.request.get(url, headers={"Cache-Control": "no-cache"})
    return answer.status, answer.url


_TWINS = f"""
from django.utils import timezone
from groups.models import Group, Source
from meetings import twins
from meetings.finder import index
from meetings.models import Meeting, Twins
now = timezone.now()
held = Meeting.objects.public().filter(venue__isnull=False, rrule__startswith='FREQ=WEEKLY', in_person='open')
held = held.filter(venue__latitude__isnull=False, venue__is_approximate=False).exclude(weekdays=[])
one = held.select_related('group').order_by('pk')[0]
source, made = Source.objects.get_or_create(slug='other-{MARK}', defaults=dict(name='Other list {MARK}'))
group = Group.objects.create(slug='twin-group-{MARK}', name=one.group.name, approach=one.group.approach,
    fellowship=one.group.fellowship)
other = Meeting.objects.get(pk=one.pk)
other.pk = None
other._state.adding = True
other.public_id, other.slug, other.group = 'tw{MARK}', 'twin-of-it-{MARK}', group
other.source, other.source_key = source, 'a'
other.notes = 'Ring twice'
other.save()
index.refresh([other.pk], now=now)
twins.find(source=source, now=now)
pair = Twins.objects.get(one=one, other=other)
print('PAIR', pair.pk, one.slug, other.slug)
"""
