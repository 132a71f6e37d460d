"""What a device asks about the meetings it keeps, and the pages and files it gets."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.db import DatabaseError, connection
from django.urls import reverse
from PIL import Image, ImageChops

from groups.enums import GroupState, ListingState
from meetings import mine
from meetings.enums import ChannelState, TraitKind, TraitValue
from meetings.models import FormerAddress
from recovery.management.commands import draw_icons
from tests.factories import MeetingFactory, OccurrenceFactory
from tests.helpers import give_trait, instant, words

NOW = instant("2026-11-20 12:00", "America/New_York")
QUERIES = 4


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def dates_of(client, *slugs, **headers):
    return client.post(reverse("meetings:mine_dates"), {"m": slugs}, headers=headers)


@pytest.mark.django_db
def test_the_week_ahead_is_told_in_the_order_asked(client):
    tuesday = MeetingFactory(slug="tuesday")
    twice = MeetingFactory(slug="twice", rrule="FREQ=WEEKLY;BYDAY=MO,TH", is_online=True)

    told = dates_of(client, "twice", "tuesday").json()["meetings"]

    assert [one["slug"] for one in told] == [twice.slug, tuesday.slug]
    assert [date["iso"] for date in told[0]["dates"]] == ["2026-11-23T19:00:00-05:00", "2026-11-26T19:00:00-05:00"]
    assert told[1]["dates"] == [
        {
            "iso": "2026-11-24T19:00:00-05:00",
            "words": "Tuesday 24 November, 7–8\u202fpm",
            "zone": "New York time (EST)",
            "is_cancelled": False,
        }
    ]
    assert told[1]["url"] == tuesday.get_absolute_url()


@pytest.mark.django_db
def test_a_cancelled_date_is_told_as_cancelled(client):
    meeting = MeetingFactory()
    OccurrenceFactory(meeting=meeting, original_on="2026-11-24", cancelled_at=NOW)

    (told,) = dates_of(client, meeting.slug).json()["meetings"]

    assert [date["is_cancelled"] for date in told["dates"]] == [True]


@pytest.mark.django_db
def test_one_in_progress_is_still_of_the_week(client):
    meeting = MeetingFactory(rrule="FREQ=WEEKLY;BYDAY=FR", start_time="11:30", duration=timedelta(hours=1))

    (told,) = dates_of(client, meeting.slug).json()["meetings"]

    assert [date["iso"][:16] for date in told["dates"]] == ["2026-11-20T11:30", "2026-11-27T11:30"]


@pytest.mark.django_db
@pytest.mark.parametrize("state", [ListingState.DRAFT, ListingState.UNLISTED, ListingState.GONE])
def test_of_what_is_not_listed_nothing_else_is_told(client, state):
    MeetingFactory(slug="hidden", state=state, name="Zebra")

    response = dates_of(client, "hidden", "never-was")

    assert response.json()["meetings"] == [
        {"slug": "hidden", "is_listed": False, "dates": []},
        {"slug": "never-was", "is_listed": False, "dates": []},
    ]
    assert b"Zebra" not in response.content


@pytest.mark.django_db
def test_one_that_was_the_same_as_another_is_told_as_that_one(client):
    other = MeetingFactory(slug="other", name="By the door")
    MeetingFactory(slug="one", state=ListingState.GONE)
    hidden = MeetingFactory(slug="hidden", state=ListingState.UNLISTED)
    for slug, meeting in (("one", other), ("once", other), ("two", hidden)):
        FormerAddress.objects.create(slug=slug, meeting=meeting, since=NOW)

    one, once, two = dates_of(client, "one", "once", "two").json()["meetings"]

    for told, slug in ((one, "one"), (once, "once")):
        assert (told["slug"], told["now_slug"], told["name"]) == (slug, "other", "By the door")
        assert told["is_listed"]
    assert two == {"slug": "two", "is_listed": False, "dates": []}


@pytest.mark.django_db
def test_a_group_that_is_not_public_has_no_meetings_here(client):
    shown = MeetingFactory()
    hidden = MeetingFactory(group__state=GroupState.DRAFT)

    told = dates_of(client, shown.slug, hidden.slug).json()["meetings"]

    assert [one["is_listed"] for one in told] == [True, False]


@pytest.mark.django_db
def test_a_closed_one_is_told_as_not_held_at_present(client):
    meeting = MeetingFactory(in_person=ChannelState.SUSPENDED)

    (told,) = dates_of(client, meeting.slug).json()["meetings"]

    assert told["is_paused"] is True
    assert told["dates"] == []


@pytest.mark.django_db
def test_the_place_of_teens_is_not_told(client):
    meeting = MeetingFactory(venue__name="Rose Hall")
    assert b"Rose Hall" in dates_of(client, meeting.slug).content

    give_trait(meeting, "teens", TraitValue.ONLY, kind=TraitKind.FOCUS)

    assert b"Rose Hall" not in dates_of(client, meeting.slug).content


@pytest.mark.django_db
def test_no_way_in_is_ever_told(client):
    meeting = MeetingFactory(is_online=True, join_passcode="sesame")

    response = dates_of(client, meeting.slug)

    assert response.json()["meetings"][0]["is_listed"] is True
    assert b"zoom.us" not in response.content
    assert b"sesame" not in response.content


@pytest.mark.django_db
def test_nobody_keeps_the_answer_and_no_cookie_is_set(client):
    response = dates_of(client, MeetingFactory().slug)

    assert "no-store" in response.headers["Cache-Control"]
    assert response.cookies == {}


@pytest.mark.django_db
def test_another_site_may_not_ask(client):
    slug = MeetingFactory().slug

    assert dates_of(client, slug, **{"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert dates_of(client, slug, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.django_db
def test_a_list_without_end_is_cut(client):
    told = dates_of(client, *[f"no-{n}" for n in range(mine.MOST + 30)]).json()["meetings"]

    assert len(told) == mine.MOST


@pytest.mark.django_db
def test_as_many_queries_for_three_as_for_one(client, django_assert_num_queries):
    slugs = [meeting.slug for meeting in MeetingFactory.create_batch(3)]

    with django_assert_num_queries(QUERIES):
        dates_of(client, slugs[0])
    with django_assert_num_queries(QUERIES):
        three = dates_of(client, *slugs)

    assert len(three.json()["meetings"]) == 3


@pytest.mark.django_db
def test_the_page_asks_the_same_of_the_database_whatever_there_is_to_like(client, django_assert_num_queries):
    meeting = MeetingFactory()
    give_trait(meeting, "beginners")
    with django_assert_num_queries(2):
        one = words(client.get(reverse("meetings:mine")))
    for slug in ("speaker", "women"):
        give_trait(meeting, slug, kind=TraitKind.FOCUS)

    with django_assert_num_queries(2):
        three = words(client.get(reverse("meetings:mine")))

    assert "Beginners" in one
    assert "Women" in three


@pytest.mark.django_db
def test_the_page_opens_without_a_database_and_without_what_may_be_liked(client):
    def refuse(execute, sql, params, many, context):
        raise DatabaseError("the server closed the connection")

    with_one = client.get("/mine/").content.decode()
    with connection.execute_wrapper(refuse):
        without = client.get("/mine/")

    assert "data-likes-form" in with_one
    assert "likes_form.js" in with_one
    assert without.status_code == 200
    assert "data-likes-form" not in without.content.decode()
    # It would keep an empty form over what is kept.
    assert "likes_form.js" not in without.content.decode()


@pytest.mark.django_db
def test_the_page_has_a_title_that_says_nothing(client):
    html = client.get(reverse("meetings:mine")).content.decode()

    assert re.search(r"<title>(.*?)</title>", html)[1] == "My things"


def test_the_name_among_the_apps_can_say_nothing(client, settings):
    settings.SITE_NAME = "Recovery in Ohio"
    address = reverse("meetings:manifest")

    own, plain = client.get(address), client.get(address, {"name": "plain"})

    assert own.json()["name"] == own.json()["short_name"] == "Recovery in Ohio"
    assert plain.json()["name"] == "My week"
    assert "ecovery" not in plain.content.decode()
    assert own.headers["Content-Type"] == "application/manifest+json"
    assert own.json()["start_url"] == reverse("meetings:mine")


@pytest.mark.parametrize("name", ["chair", "plain"])
@pytest.mark.parametrize("size", draw_icons.SIZES)
def test_icons_are_what_their_script_draws(name, size):
    drawn = draw_icons.draw(name, size).convert("RGB")

    kept = Image.open(finders.find(f"img/app/{name}-{size}.png")).convert("RGB")

    assert kept.size == (size, size)
    difference = ImageChops.difference(kept, drawn).convert("L")
    assert sum(difference.histogram()[48:]) < size * size * 0.01


def test_the_offline_page_has_somebody_to_call(client):
    html = client.get(reverse("meetings:offline")).content.decode()
    main = html[html.index("<main") :]

    assert 'href="tel:988"' in main
    assert "Breathe out slowly" in main
    assert f'href="{reverse("meetings:mine")}"' in main


def test_one_worker_shows_notifications_and_pages_without_a_network(client):
    script = client.get(reverse("meetings:notifications_worker")).content.decode()

    assert 'addEventListener("push"' in script
    assert 'addEventListener("fetch"' in script
