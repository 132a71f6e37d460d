"""The table of listings' fields, and the one way to change them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from groups.enums import GroupState, ListingState, Role
from meetings import listing_fields
from meetings.enums import ChannelState, UnlistedWhy
from meetings.models import FinderEntry, Meeting, PlaceName, Venue
from tests.factories import (
    ApproachFactory,
    GroupFactory,
    MeetingFactory,
    PlaceFactory,
    PostcodeFactory,
    TraitFactory,
    VenueFactory,
)
from tests.helpers import give_trait

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def change(listing, *, role=Role.HOST, **changes):
    return listing_fields.apply(listing, changes, by=None, role=role, now=NOW)


def town(name, **about):
    place = PlaceFactory(name=name, slug=name.lower(), **about)
    PlaceName.objects.create(place=place, folded=name.lower(), population=place.population)
    return place


def fresh(meeting):
    return Meeting.objects.select_related("group", "venue").get(pk=meeting.pk)


# ── Values ──────────────────────────────────────────────────────────────────


def test_every_value_of_a_meeting_comes_back_the_same_through_its_field():
    meeting = MeetingFactory(is_hybrid=True, min_age=18, own_goals=["moderation"], needs_camera=False)
    give_trait(meeting, "speaker")
    values = listing_fields.values(fresh(meeting))

    again = {name: listing_fields.field(name).parse(value) for name, value in values.items()}

    assert again == values
    assert values["trait_format_speaker"] == "yes"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("duration", 90, "90 minutes"),
        ("rrule", "FREQ=MONTHLY;BYDAY=1MO", "First Monday of the month"),
        ("rrule", "", "One date, or by appointment"),
        ("start_time", "19:30", "7:30\u202fpm"),
        ("first_on", "2026-12-01", "Tuesday 1 December 2026"),
        ("needs_camera", False, "No"),
        ("needs_camera", None, ""),
        ("open_to", "anyone", "Anyone may come"),
        ("own_goals", ["abstinence", "moderation"], "Stop completely, Cut down"),
        ("venue_country", "GB", "United Kingdom"),
        ("time_zone", "America/New_York", "America/New York"),
        ("time_zone", None, ""),
        ("venue_is_private_home", True, "Yes"),
    ],
)
def test_values_have_words(name, value, words):
    said = listing_fields.words(name, value)

    assert said == words


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("start_time", "7:30 PM", "19:30"),
        ("rrule", "rrule:freq=weekly;byday=WE,MO", "FREQ=WEEKLY;BYDAY=MO,WE"),
        ("venue_country", "usa", "US"),
        ("join_url", "zoom.us/j/1", "https://zoom.us/j/1"),
        ("name", "  Candlelight  ", "Candlelight"),
        ("duration", "", None),
    ],
)
def test_what_is_typed_becomes_one_form(name, typed, value):
    parsed = listing_fields.field(name).parse(typed)

    assert parsed == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start_time", "25:00"),
        ("rrule", "FREQ=YEARLY"),
        ("venue_country", "Atlantis"),
        ("join_url", "javascript:alert(1)"),
        ("name", ""),
        ("open_to", "everybody"),
        ("duration", 0),
        ("time_zone", "America/Nowhere"),
        ("needs_camera", "perhaps"),
        ("group_approach", "no-such-approach"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(name, value):
    with pytest.raises(listing_fields.WrongValue) as refused:
        listing_fields.field(name).parse(value)

    assert str(refused.value)


def test_an_unknown_field_is_refused():
    meeting = MeetingFactory()

    with pytest.raises(listing_fields.InvalidChange) as refused:
        change(meeting, contact="me@example.org")

    assert list(refused.value.errors) == ["contact"]


def test_strangers_are_told_a_link_only_where_everyone_is():
    open_one = MeetingFactory(is_online=True)
    closed = MeetingFactory(is_online=True, join_visibility="coming")
    doubted = MeetingFactory(is_online=True, doubted_at=NOW)

    hidden = [listing_fields.hidden_from_strangers(meeting) for meeting in (open_one, closed, doubted)]

    assert ["join_url" in names for names in hidden] == [False, True, True]


def test_strangers_are_told_of_a_home_its_town_alone():
    meeting = MeetingFactory(venue=VenueFactory(is_private_home=True))

    hidden = listing_fields.hidden_from_strangers(meeting)

    assert "venue_street" in hidden
    assert "venue_town" not in hidden


# ── Changes ─────────────────────────────────────────────────────────────────


def test_a_change_is_made_and_found_at_once():
    meeting = MeetingFactory(name="Old name")

    applied = change(meeting, name="New name", duration=90, start_time="18:00")

    changed = fresh(meeting)
    assert (changed.name, changed.duration, changed.start_time) == ("New name", timedelta(minutes=90), time(18))
    assert applied.before == {"name": "Old name", "duration": 60, "start_time": "19:00"}
    assert applied.after == {"name": "New name", "duration": 90, "start_time": "18:00"}
    assert FinderEntry.objects.get(pk=meeting.pk).start_minute == 18 * 60


def test_what_is_the_same_is_no_change():
    meeting = MeetingFactory(name="Candlelight")

    applied = change(meeting, name="Candlelight", duration=60)

    assert not applied


def test_one_wrong_value_stops_the_whole_change():
    meeting = MeetingFactory(name="Old name")

    with pytest.raises(listing_fields.InvalidChange):
        change(meeting, name="New name", duration=0)

    assert fresh(meeting).name == "Old name"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"start_time": None}, "start_time"),
        ({"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"}, "first_on"),
        ({"first_on": "2026-12-02", "last_on": "2026-12-01"}, "last_on"),
        ({"min_age": 30, "max_age": 20}, "max_age"),
        ({"venue": ""}, "in_person"),
        ({"venue_latitude": 42.0, "venue_longitude": None}, "venue_longitude"),
    ],
)
def test_values_that_make_no_sense_together_are_refused(changes, wrong):
    meeting = MeetingFactory()

    errors = listing_fields.check(meeting, changes)

    assert list(errors) == [wrong]
    with pytest.raises(listing_fields.InvalidChange):
        change(meeting, **changes)


def test_checking_saves_nothing():
    meeting = MeetingFactory(name="Old name")

    errors = listing_fields.check(meeting, {"name": "New name", "venue_street": "1 Oak Street"})

    assert errors == {}
    assert fresh(meeting).name == "Old name"
    assert Venue.objects.count() == 1


def test_traits_are_said_changed_and_taken_back():
    meeting = MeetingFactory()
    give_trait(meeting, "speaker")
    TraitFactory(kind="access", slug="wheelchair")

    applied = change(meeting, trait_format_speaker="", trait_access_wheelchair="no")

    assert {(row.trait.slug, row.value) for row in meeting.meeting_traits.all()} == {("wheelchair", "no")}
    assert applied.before == {"trait_access_wheelchair": "", "trait_format_speaker": "yes"}


def test_a_group_is_changed_through_its_meeting_and_by_itself():
    meeting = MeetingFactory(group__name="Old group")

    through = change(meeting, group_name="New group")
    alone = change(meeting.group, group_website="https://example.org/")

    meeting.group.refresh_from_db()
    assert (meeting.group.name, meeting.group.website) == ("New group", "https://example.org/")
    assert (through.after, alone.after) == ({"group_name": "New group"}, {"group_website": "https://example.org/"})


def test_a_group_has_no_field_of_a_meeting():
    group = GroupFactory()

    with pytest.raises(listing_fields.InvalidChange):
        change(group, name="Meeting")

    assert group.meetings.count() == 0


@pytest.mark.parametrize(("role", "why"), [(Role.HOST, UnlistedWhy.BY_HOST), (Role.CURATOR, UnlistedWhy.BY_CURATOR)])
def test_taking_a_listing_off_says_why_until_it_is_back(role, why):
    meeting = MeetingFactory()

    change(meeting, role=role, state=ListingState.UNLISTED.value)
    off = fresh(meeting)
    change(meeting, role=role, state=ListingState.PUBLIC.value)

    assert (off.state, off.unlisted_why) == (ListingState.UNLISTED, why)
    assert fresh(meeting).unlisted_why == ""


def test_a_change_is_taken_back_by_what_was_before():
    town("Cambridge", latitude=42.3751, longitude=-71.1056)
    meeting = MeetingFactory()
    MeetingFactory(venue=meeting.venue)
    before = listing_fields.values(fresh(meeting))

    applied = change(meeting, venue_street="1 Oak Street", venue_town="Cambridge", venue_postcode="", duration=None)
    between = listing_fields.values(fresh(meeting))
    listing_fields.apply(meeting, applied.before, by=None, role=Role.CURATOR, now=NOW)

    assert between["venue_town"] == "Cambridge"
    assert listing_fields.values(fresh(meeting)) == before


# ── Places ──────────────────────────────────────────────────────────────────


@pytest.fixture
def cambridge():
    return town("Cambridge", latitude=42.3751, longitude=-71.1056)


def test_another_address_moves_this_meeting_and_no_other(cambridge):
    meeting = MeetingFactory()
    other = MeetingFactory(venue=meeting.venue, group=meeting.group)

    change(meeting, venue_street="1 Oak Street", venue_town="Cambridge", venue_postcode="")

    moved = fresh(meeting).venue
    assert (moved.street, moved.town, moved.is_approximate) == ("1 Oak Street", "Cambridge", True)
    assert (moved.latitude, moved.longitude, moved.place) == (42.3751, -71.1056, cambridge)
    assert fresh(other).venue.street == "12 Maple Street"


def test_the_whole_house_is_put_right_when_asked(cambridge):
    meeting = MeetingFactory()
    other = MeetingFactory(venue=meeting.venue)

    listing_fields.apply(
        meeting, {"venue_street": "1 Oak Street"}, by=None, role=Role.CURATOR, now=NOW, for_all_at_venue=True
    )

    assert fresh(other).venue.street == "1 Oak Street"
    assert fresh(other).venue_id == fresh(meeting).venue_id


def test_directions_are_put_right_for_the_group_and_not_for_others():
    meeting = MeetingFactory()
    sibling = MeetingFactory(venue=meeting.venue, group=meeting.group)

    change(meeting, venue_how_to_find="Ring twice")

    assert fresh(sibling).venue.how_to_find == "Ring twice"
    assert fresh(sibling).venue_id == fresh(meeting).venue_id


def test_directions_of_a_house_with_other_groups_are_one_groups_own():
    meeting = MeetingFactory()
    stranger = MeetingFactory(venue=meeting.venue)

    change(meeting, venue_how_to_find="Ring twice")

    assert fresh(meeting).venue.how_to_find == "Ring twice"
    assert fresh(stranger).venue.how_to_find == ""


def test_a_region_is_kept_as_all_others_write_it():
    meeting = MeetingFactory(venue__region="MA", venue__country="US")

    same = change(meeting, venue_region="massachusetts")
    position = fresh(meeting).venue.latitude
    other = change(meeting, venue_region="New Hampshire")

    assert (bool(same), position) == (False, meeting.venue.latitude)
    assert other.after["venue_region"] == "NH"
    assert fresh(meeting).venue.region == "NH"


def test_a_region_is_kept_so_too_where_only_the_town_tells_its_country():
    town("Cambridge")
    meeting = MeetingFactory(in_person=ChannelState.NONE, venue=None, is_online=True)

    change(meeting, venue_town="Cambridge", venue_region="Massachusetts", in_person=ChannelState.OPEN.value)

    assert (fresh(meeting).venue.region, fresh(meeting).venue.country) == ("MA", "US")


def test_the_clock_follows_the_place_into_another_zone():
    town("Denver", region="Colorado", region_code="CO", time_zone="America/Denver", latitude=39.74, longitude=-104.98)
    meeting = MeetingFactory()

    applied = change(meeting, venue_town="Denver", venue_region="CO", venue_postcode="")

    assert fresh(meeting).time_zone == "America/Denver"
    assert applied.before["time_zone"] == "America/New_York"


def test_a_place_nobody_knows_is_kept_without_a_position():
    meeting = MeetingFactory()

    change(meeting, venue_town="Nowhere on any map", venue_postcode="")

    kept = fresh(meeting)
    assert (kept.venue.town, kept.venue.latitude) == ("Nowhere on any map", None)
    assert kept.time_zone == "America/New_York"


def test_a_pin_set_by_hand_stays_though_the_address_changes():
    meeting = MeetingFactory()

    change(
        meeting,
        venue_street="1 Oak Street",
        venue_latitude=42.36,
        venue_longitude=-71.06,
        venue_is_approximate=False,
    )

    venue = fresh(meeting).venue
    assert (venue.latitude, venue.longitude, venue.is_approximate) == (42.36, -71.06, False)


def test_a_postcode_is_nearer_than_the_middle_of_the_town(cambridge):
    PostcodeFactory(code="02139", latitude=42.36, longitude=-71.10)
    meeting = MeetingFactory()

    change(meeting, venue_town="Cambridge", venue_postcode="02139")

    assert fresh(meeting).venue.latitude == 42.36


@pytest.mark.parametrize(
    ("street", "words"),
    [
        ("12 Maple Street, back door", "back door"),
        ("12 Maple Street (ring bell)", "ring bell"),
        ("12 Maple Street, 2nd floor", "2nd floor"),
        ("12 Maple Street", ""),
        ("4 Backdoor Lane", ""),
        ("7 Floor Street", ""),
    ],
)
def test_directions_in_a_street_are_noticed(street, words):
    found = listing_fields.directions_in(street)

    assert found == words


# ── New listings ────────────────────────────────────────────────────────────


def test_a_new_listing_has_group_meeting_and_place(cambridge):
    approach = ApproachFactory()
    values = {
        "group_name": "Tuesday Candlelight",
        "group_approach": approach.slug,
        "rrule": "FREQ=WEEKLY;BYDAY=TU",
        "start_time": "19:00",
        "in_person": "open",
        "venue_street": "1 Oak Street",
        "venue_town": "Cambridge",
    }

    meeting = listing_fields.create(values, by=None, role=Role.VISITOR, now=NOW)

    made = fresh(meeting)
    assert (made.name, made.slug, made.time_zone) == ("Tuesday Candlelight", "tuesday-candlelight", "America/New_York")
    assert (made.group.approach, made.group.state, made.state) == (approach, GroupState.PUBLIC, ListingState.PUBLIC)
    assert (made.in_person, made.venue.town, made.venue.country) == (ChannelState.OPEN, "Cambridge", "US")
    assert FinderEntry.objects.get(pk=made.pk).is_listed


def test_a_further_meeting_of_a_group_leaves_the_group_alone():
    group = GroupFactory(name="Candlelight")
    values = {"group_name": "Other", "rrule": "", "first_on": "2026-12-01", "start_time": "19:00",
              "time_zone": "Europe/Paris", "online": "open"}  # fmt: skip

    meeting = listing_fields.create(values, by=None, role=Role.HOST, now=NOW, group=group)

    made = fresh(meeting)
    assert (made.group, made.group.name, made.first_on) == (group, "Candlelight", date(2026, 12, 1))


def test_slugs_are_free_ones():
    MeetingFactory(slug="candlelight")
    MeetingFactory(slug="candlelight-boston")

    slugs = [
        listing_fields.free_slug(Meeting, "Sunrise", "Boston"),
        listing_fields.free_slug(Meeting, "Candlelight", "Leeds"),
        listing_fields.free_slug(Meeting, "Candlelight", "Boston"),
    ]

    assert slugs == ["sunrise", "candlelight-leeds", "candlelight-boston-2"]
