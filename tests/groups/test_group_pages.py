"""The list of groups and the page of one group."""

from datetime import time
from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse

from groups.enums import FeedFormat, GroupState, ListingState
from meetings.enums import ChannelState, JoinVisibility
from meetings.models import PlaceName
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
LIST_QUERIES = 6
DETAIL_QUERIES = 3


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def groups_on(client, query="") -> list[str]:
    response = client.get(reverse("groups:group_list") + query)
    assert response.status_code == 200
    return [entry.group.name for entry in response.context["page"].entries]


# ── The list ────────────────────────────────────────────────────────────────


def test_groups_stand_by_name_with_their_week_at_a_glance(client):
    group = GroupFactory(name="Harbor Group")
    MeetingFactory(group=group)
    MeetingFactory(group=group, start_time=time(12, 0))
    MeetingFactory(group=group, rrule="FREQ=MONTHLY;BYDAY=1SU")
    GroupFactory(name="Anchor Group")

    response = client.get(reverse("groups:group_list"))

    assert groups_on(client) == ["Anchor Group", "Harbor Group"]
    assert "Tuesday noon–1 pm, 7–8 pm" in words(response)
    assert "First Sunday of the month, 7–8 pm" in words(response)
    assert 'data-total="2"' in response.content.decode()


def test_only_public_groups_and_their_public_meetings_are_listed(client):
    shown = GroupFactory(name="Shown")
    MeetingFactory(group=shown, rrule="FREQ=WEEKLY;BYDAY=MO")
    MeetingFactory(group=shown, rrule="FREQ=WEEKLY;BYDAY=SA", state=ListingState.PAUSED)
    for state in (GroupState.DRAFT, GroupState.UNLISTED, GroupState.GONE):
        GroupFactory(state=state)

    text = words(client.get(reverse("groups:group_list")))

    assert groups_on(client) == ["Shown"]
    assert "Monday 7–8 pm" in text
    assert "Saturday" not in text


def test_groups_are_found_by_approach_fellowship_and_words(client):
    smart, steps = ApproachFactory(slug="smart-recovery"), ApproachFactory(slug="twelve-step")
    aa = FellowshipFactory(slug="aa", approach=steps)
    GroupFactory(name="Harbor Tools", approach=smart)
    GroupFactory(name="Harbor Steps", approach=steps, fellowship=aa)
    GroupFactory(name="Hill Steps", approach=steps)

    assert groups_on(client, "?approach=smart-recovery") == ["Harbor Tools"]
    assert groups_on(client, "?fellowship=aa") == ["Harbor Steps"]
    assert groups_on(client, "?q=harbor") == ["Harbor Steps", "Harbor Tools"]
    assert groups_on(client, "?q=harbor&approach=twelve-step") == ["Harbor Steps"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("montreal", "Montréal du soir"),
        ("MONTRÉAL", "Montreal by night"),
        ("strasse", "Lange Straße"),
        ("kobenhavn", "København Nord"),
        ("lodz", "Łódź"),
        ("ohara", "O'Hara people"),
        ("o'hara", "O’Hara people"),
        ("soir montreal", "Montréal du soir"),
        ("ångström", "Angstrom"),
    ],
)
def test_groups_are_found_whatever_the_accents(client, typed, name):
    GroupFactory(name=name)
    GroupFactory(name="Somebody else")

    assert groups_on(client, "?" + urlencode({"q": typed})) == [name]


def test_marks_of_searching_are_letters_like_any_other(client):
    GroupFactory(name="All of it")
    GroupFactory(name="100_percent")

    assert groups_on(client, "?q=all") == ["All of it"]
    assert groups_on(client, "?q=%25") == groups_on(client, "")


def test_groups_are_found_near_a_place_by_their_meetings_in_person(client):
    boston = PlaceFactory()
    PlaceName.objects.create(place=boston, folded="boston", population=boston.population)
    in_boston = GroupFactory(name="In Boston")
    MeetingFactory(group=in_boston)
    elsewhere = GroupFactory(name="In Leeds")
    MeetingFactory(group=elsewhere, venue=VenueFactory(latitude=53.8, longitude=-1.55))
    online = GroupFactory(name="Online")
    MeetingFactory(group=online, is_online=True)
    teens = GroupFactory(name="Teens", fellowship=FellowshipFactory(is_for_teens=True))
    MeetingFactory(group=teens)

    assert groups_on(client) == ["In Boston", "In Leeds", "Online", "Teens"]
    assert groups_on(client, "?near=Boston") == ["In Boston"]


def test_what_is_not_understood_is_named_and_left_out(client):
    GroupFactory(name="Harbor Group")

    response = client.get(
        reverse("groups:group_list"),
        {"approach": "<b>x</b>", "near": "Nowhere at all", "page": "one", "fellowship": "\x00"},
    )

    text = response.content.decode()
    assert response.status_code == 200
    assert "approach=&lt;b&gt;x&lt;/b&gt;" in text
    assert "<b>x</b>" not in text
    assert "near=Nowhere at all" in text
    assert "page=one" in text
    assert "Harbor Group" in text


def test_the_list_is_paged(client):
    for number in range(26):
        GroupFactory(name=f"Group {number:02}")

    assert len(groups_on(client)) == 24
    assert groups_on(client, "?page=2") == ["Group 24", "Group 25"]
    assert groups_on(client, "?page=99") == ["Group 24", "Group 25"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_group_and_three(client, django_assert_num_queries, count):
    for _number in range(count):
        MeetingFactory(group=GroupFactory(fellowship=FellowshipFactory(), source=SourceFactory()))

    with django_assert_num_queries(LIST_QUERIES):
        response = client.get(reverse("groups:group_list"))

    assert len(response.context["page"].entries) == count


# ── One group ───────────────────────────────────────────────────────────────


def test_the_page_says_what_the_group_says_of_itself(client):
    group = GroupFactory(
        name="Harbor Group",
        description="We read, then talk.",
        welcome_note="Blue door, Ana says hello.",
        ground_rules="We speak for ourselves.",
        website="https://www.harbor.example.org/group",
        service_body="Bay Area",
        source=SourceFactory(name="Boston Central", format=FeedFormat.MEETING_GUIDE),
    )
    MeetingFactory(group=group, name="Tuesday Circle")

    text = words(client.get(group.get_absolute_url()))

    for said in (
        "We read, then talk.",
        "Blue door, Ana says hello.",
        "We speak for ourselves.",
        "harbor.example.org",
        "From the feed of Boston Central.",
        "Part of Bay Area.",
        "Tuesday Circle",
        "A group goes beside therapy and medicine, not instead of them.",
    ):
        assert said in text


def test_gifts_are_links_built_from_clean_handles_alone(client):
    group = GroupFactory(venmo="@HarborGroup", cash_app="$harbor", paypal="harbor", homegroup_online="harbor-group")
    odd = GroupFactory(venmo="harbor/../pay?amount=500", paypal="a b", cash_app="me@example.org")

    shown = client.get(group.get_absolute_url()).content.decode()
    hidden = words(client.get(odd.get_absolute_url()))

    assert 'href="https://venmo.com/u/HarborGroup"' in shown
    assert 'href="https://cash.app/$harbor"' in shown
    assert 'href="https://www.paypal.com/paypalme/harbor"' in shown
    assert "Homegroup Online: harbor-group" in shown
    assert "They are never needed" in shown
    assert "Gifts to the group" not in hidden


def test_which_door_of_a_teen_group_is_told_only_with_consent(client):
    group = GroupFactory(fellowship=FellowshipFactory(is_for_teens=True), welcome_note="Side door of the library")
    meeting = MeetingFactory(group=group)

    without = words(client.get(group.get_absolute_url()))
    meeting.is_teen_consented = True
    meeting.save()
    consented = words(client.get(group.get_absolute_url()))

    assert "Side door" in consented
    assert "Boston, MA" in consented
    assert "Side door" not in without
    assert "Boston, MA" not in without


@pytest.mark.parametrize(
    ("state", "status"), [(GroupState.GONE, 410), (GroupState.UNLISTED, 404), (GroupState.DRAFT, 404)]
)
def test_a_group_that_is_not_public_has_no_page(client, state, status):
    group = GroupFactory(name="Quiet Room", state=state)

    response = client.get(group.get_absolute_url())

    assert response.status_code == status
    assert "Quiet Room" not in response.content.decode()


def test_a_group_without_meetings_says_so_and_shows_the_way_on(client):
    group = GroupFactory(approach=ApproachFactory(slug="smart-recovery"))

    response = client.get(group.get_absolute_url())

    assert "No meeting is listed at present." in words(response)
    assert "/meetings/?approach=smart-recovery" in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_meeting_and_three(client, django_assert_num_queries, count):
    group = GroupFactory(fellowship=FellowshipFactory(), source=SourceFactory())
    for _number in range(count):
        MeetingFactory(group=group, online=ChannelState.OPEN)

    with django_assert_num_queries(DETAIL_QUERIES):
        response = client.get(group.get_absolute_url())

    assert response.context["page"].total == count


def test_an_address_that_is_no_web_page_is_no_link(client):
    group = GroupFactory(website="https://harbor.example.org/")
    MeetingFactory(group=group)
    assert 'href="https://harbor.example.org/"' in client.get(group.get_absolute_url()).content.decode()
    group.website = "javascript:alert(1)"
    group.save()

    pages = [
        client.get(address).content.decode()
        for address in (group.get_absolute_url(), group.meetings.get().get_absolute_url())
    ]

    assert not any("javascript:" in page for page in pages)


def test_a_passcode_in_the_description_is_held_back_with_the_way_in(client):
    group = GroupFactory(description="We laugh a lot.\nZoom ID 812 3456, passcode lantern")
    meeting = MeetingFactory(group=group, is_online=True)
    assert "lantern" in client.get(group.get_absolute_url()).content.decode()
    meeting.join_visibility = JoinVisibility.ON_PRESS
    meeting.save()

    page = client.get(group.get_absolute_url()).content.decode()

    assert "We laugh a lot." in page
    assert "lantern" not in page
