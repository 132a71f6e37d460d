"""Something different, offered with its reason: below what somebody chose, and never instead of it."""

import re

import pytest

from meetings.finder import index
from tests.factories import ApproachFactory, MeetingFactory
from tests.helpers import instant, words

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-20 12:00", "America/New_York")
WHY = "Also secular, but more like a chat among friends."


@pytest.fixture
def approaches():
    other = ApproachFactory(slug="other", name="Other way")
    third = ApproachFactory(slug="third", name="Third way")
    asked = ApproachFactory(
        slug="asked", try_next=[{"slug": "other", "why": WHY}, {"slug": "third", "why": "Nobody meets."}]
    )
    return asked, other, third


def search(client, **asked):
    index.refresh(None, now=NOW)
    return client.get("/meetings/", asked)


def test_near_ways_stand_below_what_was_found_with_the_reason(client, approaches):
    asked, other, _third = approaches
    MeetingFactory(group__approach=asked, slug="chosen")
    MeetingFactory(group__approach=other, slug="not-chosen")

    response = search(client, approach="asked", attendance="in-person")

    html = response.content.decode()
    assert re.findall(r'data-meeting="([\w-]+)"', html) == ["chosen"]
    assert html.index('data-meeting="chosen"') < html.index("data-similar")
    assert WHY in words(response)
    assert 'href="?attendance=in-person&amp;approach=other"' in html


def test_what_would_find_nothing_is_not_offered(client, approaches):
    asked, other, third = approaches
    MeetingFactory(group__approach=asked)
    MeetingFactory(group__approach=other)

    assert "Third way" not in words(search(client, approach="asked")).partition("Something near to it")[2]
    MeetingFactory(group__approach=third)
    assert "Third way" in words(search(client, approach="asked")).partition("Something near to it")[2]


def test_who_asked_for_no_approach_is_offered_none(client, approaches):
    asked, other, _third = approaches
    MeetingFactory(group__approach=asked)
    MeetingFactory(group__approach=other)

    assert "data-similar" in search(client, approach="asked").content.decode()
    assert "data-similar" not in search(client).content.decode()


def test_an_empty_result_gives_the_reason_too(client, approaches):
    MeetingFactory(group__approach=approaches[1])

    response = search(client, approach="asked")

    assert "No meeting fits all of this." in words(response)
    assert WHY in words(response)
    assert response.content.decode().count("data-similar") == 1


def test_no_more_queries_than_without(client, approaches, django_assert_num_queries):
    for approach in approaches[:2]:
        MeetingFactory(group__approach=approach)
    search(client)
    with django_assert_num_queries(3):
        client.get("/meetings/", {"approach": "other"})

    with django_assert_num_queries(3):
        offered = client.get("/meetings/", {"approach": "asked"})

    assert "data-similar" in offered.content.decode()


def test_a_card_says_what_may_be_liked_of_it(client, approaches):
    MeetingFactory(group__approach=approaches[0])

    html = search(client).content.decode()

    assert 'hidden data-fits="approach:asked"' in html
