"""A state or a country in place of a town."""

import pytest
from django.http import QueryDict

from meetings import finder, places
from meetings.enums import ChannelState, TraitKind, TraitValue
from meetings.finder import index
from tests.factories import MeetingFactory, PlaceFactory
from tests.gazetteer import load_towns
from tests.helpers import give_trait, instant

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-23 12:00", "America/New_York")
NAMES = {
    "Ohioville", "California", "Florida", "New York City", "Lebanon", "Luxembourg", "Québec", "Ontario", "Lagos",
    "Washington", "Ireland",
}  # fmt: skip


@pytest.fixture
def home(settings):
    settings.DEFAULT_COUNTRY = "US"


@pytest.fixture
def small_gazetteer(home, tmp_path):
    return load_towns(tmp_path, lambda row: row["name"] in NAMES)


def search(query: str, *, refresh: bool = True):
    if refresh:
        index.refresh(None, now=NOW)
    return finder.search(QueryDict(query), now=NOW)


def slugs(page) -> set[str]:
    return {result.meeting.slug for result in page.results}


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("Ohio", "Ohio, USA"),
        (" ohio ", "Ohio, USA"),
        ("Deutschland", "Germany"),
        ("Allemagne", "Germany"),
        ("ألمانيا", "Germany"),
        ("ohio, estados unidos", "Ohio, USA"),
        ("Ohio, USA", "Ohio, USA"),
        ("OH", "Ohio, USA"),
        ("California", "California, USA"),
        ("Florida", "Florida, USA"),
        ("Georgia", "Georgia, USA"),
        ("England", "England, UK"),
        ("Germany", "Germany"),
        ("USA", "USA"),
    ],
)
def test_a_state_or_country_is_known_by_its_name(small_gazetteer, typed, label):
    found = places.area(typed, places.search(typed))

    assert found is not None
    assert found.label == label


@pytest.mark.parametrize(
    "typed",
    [
        "New York",
        "Washington",
        "Lebanon",
        "Luxembourg",
        "LA",
        "no",
        "Quebec",
        "Ohioville",
        "Boston, MA",
        "Ohio, UK",
        "",
    ],
)
def test_a_town_that_is_rather_meant_and_words_are_no_area(small_gazetteer, typed):
    assert places.area(typed, places.search(typed)) is None


def test_the_meetings_in_a_room_of_a_state_are_found_and_no_others(home):
    MeetingFactory(slug="by-code", venue__country="US", venue__region="OH")
    MeetingFactory(slug="by-name", venue__country="US", venue__region="Ohio")
    MeetingFactory(slug="by-place", venue__region="", venue__place=PlaceFactory(country="US", region="Ohio"))
    MeetingFactory(slug="elsewhere", venue__country="US", venue__region="PA")
    MeetingFactory(slug="closed", venue__region="OH", in_person=ChannelState.SUSPENDED, online=ChannelState.OPEN)

    page = search("near=Ohio")

    assert slugs(page) == {"by-code", "by-name", "by-place"}
    assert page.total == 3
    assert page.area == "Ohio, USA"
    assert [(chip.label, chip.url) for chip in page.chips] == [("In Ohio", "?")]


def test_a_country_has_all_its_regions(home):
    MeetingFactory(slug="ohio", venue__country="US", venue__region="OH")
    MeetingFactory(slug="texas", venue__country="US", venue__region="TX")
    MeetingFactory(slug="leeds", venue__country="GB", venue__region="England")

    assert slugs(search("near=USA")) == {"ohio", "texas"}
    assert slugs(search("near=UK", refresh=False)) == {"leeds"}


def test_a_hidden_place_is_not_given_away_by_its_state(home):
    MeetingFactory(slug="shown", venue__region="OH")
    hidden = MeetingFactory(slug="hidden", venue__region="OH")
    give_trait(hidden, "teens", TraitValue.ONLY, kind=TraitKind.FOCUS)

    assert slugs(search("near=Ohio")) == {"shown"}


def test_where_a_state_has_nothing_the_ways_on_name_it(home):
    MeetingFactory(slug="texas", venue__region="TX")

    page = search("near=Ohio")

    assert [(link.label, link.count) for link in page.empty.without] == [("Without Ohio, USA", 1)]


def test_the_page_says_in_which_state(home, client):
    MeetingFactory(venue__region="OH")
    index.refresh(None, now=NOW)

    html = client.get("/meetings/", {"near": "Ohio"}).content.decode()

    assert "in Ohio, USA</h2>" in html


def test_sorting_by_distance_needs_a_town(home):
    MeetingFactory(venue__region="OH")

    assert search("near=Ohio&sort=distance").messages == ["To sort by distance, say near which place."]
