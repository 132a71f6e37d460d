"""What search engines read of the pages of groups, towns, approaches and fellowships; of meetings see their page."""

import json
import re

import pytest
from django.conf import settings

from meetings.finder import index
from tests.factories import (
    ApproachFactory,
    FellowshipFactory,
    GroupFactory,
    MeetingFactory,
    PlaceFactory,
)
from tests.helpers import finding_at, instant

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-20 12:00", "America/New_York")
NAME = "Hope </script><b> & Co"


@pytest.fixture(autouse=True)
def _now():
    with finding_at(NOW):
        yield


def read(client, path: str) -> dict:
    text = client.get(path).content.decode()
    [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    return json.loads(found)


def address(listing) -> str:
    return settings.SITE_URL + listing.get_absolute_url()


def test_a_group_is_an_organization_of_its_fellowship(client):
    fellowship = FellowshipFactory(name="Chairs Anonymous", abbreviation="CA")
    group = GroupFactory(name=NAME, fellowship=fellowship, website="https://group.example/")

    data = read(client, group.get_absolute_url())

    assert data == {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": address(group),
        "url": address(group),
        "name": NAME,
        "sameAs": "https://group.example/",
        "parentOrganization": {
            "@type": "Organization",
            "name": "Chairs Anonymous",
            "url": address(fellowship),
            "alternateName": "CA",
        },
    }


def test_a_group_tells_neither_place_nor_way_in(client):
    meeting = MeetingFactory(is_hybrid=True, venue__street="9 Elm Row")

    data = json.dumps(read(client, meeting.group.get_absolute_url()))

    assert meeting.join_url
    assert meeting.join_url not in data
    assert "Elm Row" not in data


def test_a_town_lists_the_pages_of_its_meetings_in_their_order(client):
    boston = PlaceFactory(slug="boston")
    later = MeetingFactory(rrule="FREQ=WEEKLY;BYDAY=SU")
    sooner = MeetingFactory(rrule="FREQ=WEEKLY;BYDAY=SA")
    index.refresh(None, now=NOW)

    data = read(client, boston.get_absolute_url())

    assert (data["@type"], data["url"]) == ("CollectionPage", address(boston))
    assert data["about"]["address"] == {
        "@type": "PostalAddress",
        "addressLocality": "Boston",
        "addressRegion": "Massachusetts",
        "addressCountry": "US",
    }
    assert data["mainEntity"] == {
        "@type": "ItemList",
        "numberOfItems": 2,
        "itemListElement": [
            {"@type": "ListItem", "position": 1, "url": address(sooner)},
            {"@type": "ListItem", "position": 2, "url": address(later)},
        ],
    }


def test_a_town_without_meetings_has_nothing_to_list(client):
    boston = PlaceFactory(slug="boston")

    text = client.get(boston.get_absolute_url()).content.decode()

    assert address(boston) in text
    assert "ld+json" not in text


def test_the_page_of_an_approach_says_what_it_is_about(client):
    approach = ApproachFactory(
        name="Chair Path", also_known_as=["Path of Chairs"], one_line="Sit down.", website="path.example"
    )

    data = read(client, approach.get_absolute_url())

    assert (data["@type"], data["url"]) == ("WebPage", address(approach))
    assert data["about"] == {
        "@type": "Thing",
        "name": "Chair Path",
        "description": "Sit down.",
        "alternateName": ["Path of Chairs"],
        "sameAs": "https://path.example",
    }


def test_a_website_that_is_still_to_check_is_not_told(client):
    unsure = {"website": "path.example", "verify": ["Is the web address right?"]}

    sure = read(client, ApproachFactory(website="path.example").get_absolute_url())
    of_approach = read(client, ApproachFactory(**unsure).get_absolute_url())
    of_fellowship = read(client, FellowshipFactory(**unsure).get_absolute_url())

    assert "path.example" in json.dumps(sure)
    assert "path.example" not in json.dumps([of_approach, of_fellowship])


def test_the_page_of_a_fellowship_is_about_an_organization(client):
    fellowship = FellowshipFactory(name="Chairs Anonymous", abbreviation="", website="chairs.example")

    data = read(client, fellowship.get_absolute_url())

    assert data["url"] == address(fellowship)
    assert (data["about"]["@type"], data["about"]["name"]) == ("Organization", "Chairs Anonymous")
    assert data["about"]["sameAs"] == "https://chairs.example"
    assert "alternateName" not in data["about"]
