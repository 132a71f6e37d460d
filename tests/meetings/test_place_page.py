"""The page of a town, and what search engines are told."""

from xml.etree import ElementTree

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse

from groups.enums import GroupState, ListingState
from meetings.finder import index, memory, names
from tests.factories import (
    ApproachFactory,
    FellowshipFactory,
    GroupFactory,
    MeetingFactory,
    PlaceFactory,
    SourceFactory,
    VenueFactory,
)
from tests.helpers import instant, words

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-20 12:00", "America/New_York")
QUERIES = 4
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered():
    memory.forget()
    names.forget()
    yield
    memory.forget()
    names.forget()


@pytest.fixture
def boston():
    return PlaceFactory(slug="boston")


def town_page(client):
    index.refresh(None, now=NOW)
    return client.get("/places/us/ma/boston/")


def test_the_town_shows_meetings_in_and_near_it_and_no_others(client, boston):
    MeetingFactory(name="In Town")
    MeetingFactory(name="Next Town", venue=VenueFactory(latitude=42.45, longitude=-71.06))
    MeetingFactory(name="Far Away", venue=VenueFactory(latitude=43.5, longitude=-71.06))
    MeetingFactory(name="Online", is_online=True)
    MeetingFactory(name="Draft", state=ListingState.DRAFT)
    MeetingFactory(name="Teens", group__fellowship=FellowshipFactory(is_for_teens=True))

    response = town_page(client)

    shown = [result.meeting.name for result in response.context["page"].results]
    assert sorted(shown) == ["In Town", "Next Town"]
    assert "2 meetings in person within 15 miles" in words(response)
    assert "6.3 miles" in words(response)
    assert 'content="index, follow"' in response.content.decode()


def test_the_approaches_near_the_town_lead_into_the_finder_with_their_counts(client, boston):
    smart = ApproachFactory(slug="smart-recovery", name="SMART Recovery")
    for _number in range(2):
        MeetingFactory(group__approach=smart)
    MeetingFactory(group__approach=ApproachFactory(slug="lifering", name="LifeRing"))

    response = town_page(client)

    assert "SMART Recovery (2)" in words(response)
    assert "LifeRing (1)" in words(response)
    assert "near=Boston%2C+MA%2C+US&amp;within=15&amp;unit=mi" in response.content.decode()


def test_the_numbers_are_those_of_the_same_search_in_the_finder(client):
    # As far from the point as rounding it to two decimals moves it, and a little more.
    town = PlaceFactory(slug="boston", latitude=42.35843, longitude=-71.05977)
    town.names.create(folded="boston", population=653_833)
    rim = 15 * 1.609344 / 111.195
    MeetingFactory(venue__latitude=town.latitude + rim - 0.001)
    MeetingFactory(venue__latitude=town.latitude - rim + 0.0005)
    MeetingFactory(venue__latitude=town.latitude - rim - 0.001)

    page = town_page(client).context["page"]
    there = client.get(page.finder_url).context["page"]

    assert page.total == there.total == 2
    [approach, *_rest] = page.approaches
    assert client.get(approach.url).context["page"].total == approach.count


def test_a_town_without_meetings_helps_on_and_stays_out_of_search_engines(client, boston):
    response = town_page(client)

    assert "We know of no meeting in person within 15 miles" in words(response)
    assert "/meetings/?attendance=online" in response.content.decode()
    assert 'content="noindex, follow"' in response.content.decode()


def test_an_unknown_town_is_not_found(client, boston):
    assert client.get("/places/us/ma/boston/").status_code == 200
    assert client.get("/places/us/ny/boston/").status_code == 404
    assert client.get("/places/us/ma/atlantis/").status_code == 404


def test_a_home_is_told_by_its_town(client, boston):
    MeetingFactory(venue__is_private_home=True, venue__name="At Lee's", venue__street="9 Elm Row")

    response = town_page(client)

    assert "Boston, MA" in words(response)
    assert "Elm Row" not in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_meeting_and_three(client, boston, django_assert_num_queries, count):
    for _number in range(count):
        MeetingFactory(group__fellowship=FellowshipFactory(), source=SourceFactory())

    town_page(client)  # the finder has read its entries
    with django_assert_num_queries(QUERIES):
        response = client.get("/places/us/ma/boston/")

    assert len(response.context["page"].results) == count


# ── Search engines ──────────────────────────────────────────────────────────


def addresses(client, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200
    return [location.text for location in ElementTree.fromstring(response.content).iter(f"{SITEMAP}loc")]


def all_addresses(client) -> list[str]:
    return [
        address
        for part in addresses(client, "/sitemap.xml")
        for address in addresses(client, part.removeprefix(settings.SITE_URL))
    ]


def test_the_sitemap_holds_public_pages_alone(client, boston):
    meeting = MeetingFactory(venue__place=boston)
    hidden = [MeetingFactory(state=state) for state in ListingState.values if state != ListingState.PUBLIC]
    hidden_group = GroupFactory(state=GroupState.GONE)
    in_hidden_group = MeetingFactory(group=hidden_group)

    found = all_addresses(client)

    for page in (meeting, meeting.group, meeting.group.approach, boston):
        assert f"{settings.SITE_URL}{page.get_absolute_url()}" in found
    for page in (*hidden, hidden_group, in_hidden_group):
        assert f"{settings.SITE_URL}{page.get_absolute_url()}" not in found


def test_the_town_of_a_teen_meeting_is_in_the_sitemap_only_with_consent(client, boston):
    meeting = MeetingFactory(venue__place=boston, group__fellowship=FellowshipFactory(is_for_teens=True))
    address = f"{settings.SITE_URL}{boston.get_absolute_url()}"

    without = all_addresses(client)
    meeting.is_teen_consented = True
    meeting.save()

    assert address not in without
    assert address in all_addresses(client)


def test_the_sitemap_gives_the_addresses_that_pages_call_their_own(client, settings, monkeypatch):
    settings.SITE_URL = "https://chairs.example"
    settings.ALLOWED_HOSTS = ["other.example"]
    monkeypatch.setattr("meetings.sitemaps.Meetings.limit", 1)
    for _number in range(2):
        MeetingFactory()

    index_of_it = client.get("/sitemap.xml", headers={"host": "other.example"}).content.decode()
    second = client.get("/sitemap-meetings.xml?p=2", headers={"host": "other.example"}).content.decode()

    assert "<loc>https://chairs.example/sitemap-meetings.xml?p=2</loc>" in index_of_it
    assert "<loc>https://chairs.example/meetings/" in second
    assert "other.example" not in index_of_it + second


def test_the_sitemap_is_paged(client, monkeypatch):
    monkeypatch.setattr("meetings.sitemaps.Meetings.limit", 2)
    for _number in range(5):
        MeetingFactory()

    parts = [part for part in addresses(client, "/sitemap.xml") if "sitemap-meetings" in part]

    assert len(parts) == 3
    assert len(addresses(client, parts[2].removeprefix(settings.SITE_URL))) == 1
    assert client.get("/sitemap-nothing.xml").status_code == 404


def test_robots_are_asked_to_stay_with_the_public_pages(client):
    text = client.get(reverse("meetings:robots")).content.decode()

    for path in ("/rsvp/", "/host/", "/curate/", "/admin/", "/exit/", "/meetings/?"):
        assert f"Disallow: {path}\n" in text
    assert "Disallow: /meetings/\n" not in text
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_index_of_the_sitemap_reads_no_rows(client, django_assert_num_queries, count):
    for _number in range(count):
        MeetingFactory()

    # Six counts, and the newest change of groups and of meetings.
    with django_assert_num_queries(7):
        response = client.get("/sitemap.xml")

    assert "<lastmod>" in response.content.decode()
