"""A rough moment: what can be joined within the hour, and a page that stands whatever is down."""

import os
import re
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import translation

from groups import catalogue
from groups.enums import ApproachStatus
from meetings.enums import ChannelState, JoinVisibility, OpenTo, TraitKind, TraitValue
from meetings.finder import index
from tests import site as sites
from tests.factories import MeetingFactory, OccurrenceFactory
from tests.helpers import finding_at, give_trait, instant, words

# A Tuesday, 6:30 pm in New York: half an hour before the factories' meetings.
NOW = instant("2026-11-24 18:30", "America/New_York")
# What the finder's memory is as new as, the meetings, their traits, pauses and changed dates.
QUERIES = 5


@pytest.fixture(autouse=True)
def _fresh():
    with finding_at(NOW):
        yield


def now_page(client):
    index.refresh(None, now=NOW)
    return client.get(reverse("meetings:now"))


def shown(response) -> list[str]:
    return re.findall(r'data-meeting="([\w-]+)"', response.content.decode())


@pytest.mark.django_db
def test_somebody_to_call_comes_first_then_something_to_hold_on_to_then_meetings(client):
    MeetingFactory(is_online=True, slug="soon")

    html = now_page(client).content.decode()
    main = html[html.index("<main") :]

    order = [main.index(part) for part in ('href="tel:988"', "Breathe in", 'data-meeting="soon"')]
    assert order == sorted(order)


@pytest.mark.django_db
def test_what_starts_within_the_hour_is_told_soonest_first_of_every_approach(client):
    online, phone, later = (
        MeetingFactory(is_online=True, slug="at-seven"),
        MeetingFactory(is_by_phone=True, slug="phone-at-6-45", start_time="18:45"),
        MeetingFactory(is_online=True, slug="at-eight", start_time="20:00"),
    )

    response = now_page(client)

    assert len({meeting.group.approach_id for meeting in (online, phone, later)}) == 3
    assert shown(response) == ["phone-at-6-45", "at-seven"]
    assert "In 15 minutes" in words(response)


@pytest.mark.django_db
def test_one_that_has_just_begun_comes_after_those_ahead_and_an_old_one_not_at_all(client):
    MeetingFactory(is_online=True, slug="ahead")
    MeetingFactory(is_online=True, slug="just-begun", start_time="18:20")
    MeetingFactory(is_online=True, slug="long-begun", start_time="17:45")

    response = now_page(client)

    assert shown(response) == ["ahead", "just-begun"]
    assert "coming late is fine" in words(response)


@pytest.mark.django_db
def test_a_room_far_away_is_no_help_now(client):
    MeetingFactory(slug="in-a-room")
    MeetingFactory(is_hybrid=True, slug="both")

    assert shown(now_page(client)) == ["both"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("visibility", "way_in"),
    [
        (JoinVisibility.EVERYONE, 'href="https://zoom.us/j/5550100"'),
        (JoinVisibility.ON_PRESS, '<form action="/meetings/one/join/" method="post">'),
        (JoinVisibility.BEFORE_START, "Opens in 15 minutes"),
        (JoinVisibility.ASK, "How to get in"),
    ],
)
def test_one_press_leads_in_as_the_group_allows_it(client, visibility, way_in):
    MeetingFactory(is_online=True, slug="one", join_visibility=visibility)

    html = now_page(client).content.decode()

    assert way_in in html
    assert ("zoom.us" in html) == (visibility == JoinVisibility.EVERYONE)


@pytest.mark.django_db
def test_the_press_for_the_way_in_shows_it_at_once(client):
    MeetingFactory(is_online=True, slug="one", join_visibility=JoinVisibility.ON_PRESS)
    pressed = re.search(r'<form action="([^"]+)" method="post">', now_page(client).content.decode())[1]

    response = client.post(pressed)

    assert 'href="https://zoom.us/j/5550100"' in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("why", ["teens", "invitation", "doubted", "cancelled", "nothing known", "paused"])
def test_where_nobody_can_just_come_is_left_out(client, why):
    MeetingFactory(is_online=True, slug="open-door")
    other = MeetingFactory(is_online=True, slug="other")
    assert set(shown(now_page(client))) == {"open-door", "other"}

    if why == "teens":
        give_trait(other, "teens", TraitValue.ONLY, kind=TraitKind.FOCUS)
    elif why == "invitation":
        other.open_to = OpenTo.INVITATION
    elif why == "doubted":
        other.doubted_at = NOW - timedelta(days=1)
    elif why == "cancelled":
        OccurrenceFactory(meeting=other, original_on=NOW.date(), cancelled_at=NOW)
    elif why == "nothing known":
        other.join_url = ""
    else:
        other.online = ChannelState.SUSPENDED
    other.save()

    assert shown(now_page(client)) == ["open-door"]


@pytest.mark.django_db
def test_rules_are_told_before_somebody_presses(client):
    MeetingFactory(is_online=True, needs_camera=True)

    assert "Your camera is expected to be on." in words(now_page(client))


@pytest.mark.django_db
def test_nothing_within_the_hour_leads_on(client):
    response = now_page(client)

    html = response.content.decode()
    assert "no online or phone meeting that starts within the hour" in words(response)
    assert 'href="/meetings/?attendance=online&amp;sort=time"' in html
    assert 'href="https://aa.org/" rel="noreferrer noopener external"' in html


@pytest.mark.django_db
def test_as_many_queries_for_three_as_for_one(client, django_assert_num_queries):
    MeetingFactory(is_online=True)
    now_page(client)
    with django_assert_num_queries(QUERIES):
        one = client.get(reverse("meetings:now"))
    MeetingFactory.create_batch(2, is_online=True)
    now_page(client)

    with django_assert_num_queries(QUERIES):
        three = client.get(reverse("meetings:now"))

    assert (len(shown(one)), len(shown(three))) == (1, 3)


@pytest.mark.django_db
def test_every_page_leads_there_in_one_press(client):
    for address in ("/", "/help/", "/no-such-page/", "/approaches/"):
        html = client.get(address).content.decode()

        strip = html[html.index("data-help-strip") : html.index("<main")]
        assert f'href="{reverse("meetings:now")}"' in strip, address


@pytest.mark.django_db(transaction=True)
def test_a_table_that_does_not_answer_still_gives_the_page(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE meetings_finderentry RENAME TO away")
    try:
        response = client.get(reverse("meetings:now"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO meetings_finderentry")

    assert response.status_code == 200
    assert "Our list of meetings does not answer" in words(response)
    assert 'href="tel:988"' in response.content.decode()


def test_the_page_stands_with_database_and_redis_out_of_reach(tmp_path):
    nobody_there = sites.free_port()
    port = sites.free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "recovery.settings",
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"postgres://nobody@127.0.0.1:{nobody_there}/nothing",
        "REDIS_URL": f"redis://127.0.0.1:{nobody_there}/0",
        "SECRET_KEY": "a key of this test alone, and long enough for it to be one",
        "CONTACT_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": f"http://127.0.0.1:{port}",
    }
    (tmp_path / "static").mkdir()

    with time_machine.travel(NOW, tick=True), sites.serving(port, environment, log=Path(tmp_path / "log")):
        html = urlopen(f"http://127.0.0.1:{port}/now/", timeout=20).read().decode()

    assert 'href="tel:988"' in html
    assert "Breathe out slowly" in html
    assert "Our list of meetings does not answer at the moment" in html
    assert 'href="https://smartrecovery.org/"' in html


def test_lists_of_others_are_those_whose_address_was_checked():
    sites_of_others = dict(catalogue.own_sites())

    assert sites_of_others["SMART Recovery"] == "smartrecovery.org"
    assert "sossobriety.org" not in sites_of_others.values()
    assert len(set(sites_of_others.values())) == len(sites_of_others)


def test_lists_of_others_are_named_in_the_language_of_the_page():
    english = {website: name for name, website in catalogue.own_sites()}
    with translation.override("ar"):
        arabic = {website: name for name, website in catalogue.own_sites()}

    assert english["aa.org"] == "Alcoholics Anonymous"
    assert arabic["aa.org"] == "مدمنو الكحول المجهولون"
    assert arabic["smartrecovery.org"] == "SMART Recovery"


def test_an_approach_in_doubt_sends_nobody_to_its_site():
    unclear = [
        entry["website"] for entry in catalogue._file()["approaches"] if entry["status"] != ApproachStatus.ACTIVE
    ]

    assert unclear
    # An address that an active approach shares is that one's.
    active = {e["website"] for e in catalogue._file()["approaches"] if e["status"] == ApproachStatus.ACTIVE}
    assert set(unclear) - active
    assert not (set(unclear) - active) & {site for _name, site in catalogue.own_sites()}
