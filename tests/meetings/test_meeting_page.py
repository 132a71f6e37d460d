"""The page of one meeting: what it says, and what it must not."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from groups.enums import FeedFormat, GroupState, ListingState, OpenClosed
from meetings.enums import ChannelState, JoinVisibility, Observers, OpenTo, RsvpPolicy, TraitKind, TraitValue
from tests.factories import (
    ApproachFactory,
    FellowshipFactory,
    GroupFactory,
    MeetingFactory,
    OccurrenceFactory,
    PauseFactory,
    SourceFactory,
    VenueFactory,
)
from tests.helpers import give_trait, instant, words

pytestmark = pytest.mark.django_db

# A Friday; the default meeting's next date is Tuesday 24 November.
NOW = instant("2026-11-20 12:00", "America/New_York")
QUERIES = 8


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def page_of(client, meeting, query=""):
    return client.get(meeting.get_absolute_url() + query)


def structured_data(response) -> dict:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', response.content.decode(), re.DOTALL)
    return json.loads(found[1]) if found else {}


# ── Ways to take part ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("trait", "icons"),
    [
        ({}, ["person"]),
        ({"is_online": True}, ["video"]),
        ({"is_hybrid": True}, ["people"]),
        ({"is_by_phone": True}, ["phone"]),
        ({"is_hybrid": True, "by_phone": ChannelState.OPEN, "join_phone": "+1-555-0100"}, ["people", "phone"]),
    ],
)
def test_each_way_to_take_part_has_its_own_icon(client, trait, icons):
    meeting = MeetingFactory(**trait)

    head = page_of(client, meeting).content.decode().partition('class="meeting-head"')[2].partition("</header>")[0]

    assert re.findall(r"icon-(person|people|video|phone)\b", head) == icons


# ── When ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "lead"),
    [
        ({}, 'Tuesdays, <span class="nowrap">7–8\u202fpm</span>'),
        (
            {"last_on": date(2027, 6, 30)},
            'Tuesdays, <span class="nowrap">7–8\u202fpm</span>, until 30 June 2027',
        ),
        ({"duration": None}, 'Tuesdays, <span class="nowrap">7\u202fpm</span>'),
    ],
    ids=["weekly", "until a day", "of unknown length"],
)
def test_the_hours_stay_on_one_line(client, said, lead):
    page = page_of(client, MeetingFactory(**said)).content.decode()

    assert f'<p class="lead">{lead} <span class="soft nowrap">New York time (EST)</span></p>' in page


def test_where_one_can_join_that_is_the_strong_button_and_the_first(client):
    welcome = {"rsvp_policy": RsvpPolicy.WELCOME, "open_to": OpenTo.ANYONE}

    pages = [page_of(client, MeetingFactory(**welcome, **said)) for said in ({}, {"is_online": True})]

    buttons = [re.findall(r'<a class="(button[^"]*)" href="([^"]*)"', page.content.decode())[:2] for page in pages]
    (in_room, online) = [[(style, "/rsvp/" in address) for style, address in found] for found in buttons]
    assert in_room == [("button", True), ("button button-quiet", False)]
    assert online == [("button", False), ("button button-quiet", True)]


def test_it_says_when_in_words_with_next_date_and_zone(client):
    meeting = MeetingFactory(name="Open Chair Tuesday")

    text = words(page_of(client, meeting))

    assert "Open Chair Tuesday" in text
    assert "Tuesdays, 7–8 pm" in text
    assert "Tuesday 24 November, 7–8 pm" in text
    assert "New York time (EST)" in text


def test_a_date_in_progress_after_midnight_is_happening_now(client):
    meeting = MeetingFactory(rrule="FREQ=WEEKLY;BYDAY=FR", start_time="23:30", duration=timedelta(hours=1))

    with time_machine.travel(instant("2026-11-21 00:15", "America/New_York"), tick=False):
        text = words(page_of(client, meeting))

    assert "Happening now" in text
    assert "Friday 20 November, 11:30 pm–12:30 am" in text


def test_the_visitors_own_time_is_added_when_they_name_their_zone(client):
    meeting = MeetingFactory(is_online=True)

    there = words(page_of(client, meeting, "?tz=Europe/London"))
    here = words(page_of(client, meeting, "?tz=America/New_York"))

    assert "For you: Wednesday 25 November, midnight–1 am, London time (GMT)" in there
    assert "For you:" not in here


def test_cancelled_and_moved_dates_are_shown_as_such(client):
    meeting = MeetingFactory()
    OccurrenceFactory(meeting=meeting, original_on=date(2026, 11, 24), cancelled_at=NOW, cancelled_reason="Holiday")
    OccurrenceFactory(
        meeting=meeting, original_on=date(2026, 12, 1), moved_to=instant("2026-12-02 18:00", "America/New_York")
    )

    text = words(page_of(client, meeting))

    assert "Tuesday 24 November, 7–8 pm Cancelled : Holiday" in text
    assert "Next meeting Wednesday 2 December, 6–7 pm" in text
    assert "Moved from Tuesday 1 December, 7–8 pm" in text


def test_a_number_to_dial_is_the_one_strong_button_where_there_is_no_link(client):
    by_phone, by_both = MeetingFactory(is_by_phone=True), MeetingFactory(is_online=True, join_phone="+1-555-0100")

    pages = [page_of(client, meeting).content.decode() for meeting in (by_phone, by_both)]

    assert ['class="button" href="tel:+15550100"' in page for page in pages] == [True, False]


def test_a_listing_that_was_not_confirmed_says_so_at_its_head(client):
    meeting = MeetingFactory(confirmed_at=NOW - timedelta(days=400))
    fresh = MeetingFactory(confirmed_at=NOW - timedelta(days=4))

    heads = [page_of(client, each).content.decode().partition('class="badges"')[0] for each in (meeting, fresh)]

    assert "Last confirmed 13 months ago" in heads[0]
    assert "Last confirmed" not in heads[1]


def test_pauses_ahead_are_told_and_those_over_are_not(client):
    meeting = MeetingFactory()
    PauseFactory(meeting=meeting, first_on=date(2026, 12, 20), last_on=date(2027, 1, 2), reason="The hall is closed")
    PauseFactory(meeting=meeting, first_on=date(2026, 7, 1), last_on=date(2026, 7, 31), reason="Summer")

    text = words(page_of(client, meeting))

    assert "No meeting from Sunday 20 December 2026 to Saturday 2 January 2027: The hall is closed" in text
    assert "Summer" not in text


def test_an_unknown_length_is_said_and_not_guessed(client):
    known = words(page_of(client, MeetingFactory()))
    unknown = words(page_of(client, MeetingFactory(duration=None)))

    assert "How long it lasts is not known." not in known
    assert "How long it lasts is not known." in unknown
    assert "Tuesdays, 7 pm" in unknown


def test_a_meeting_by_appointment_and_one_at_any_time_say_so(client):
    assert "By appointment: ask the group for a time" in words(page_of(client, MeetingFactory(is_by_appointment=True)))
    assert "At any time: people write when it suits them" in words(page_of(client, MeetingFactory(is_any_time=True)))


def test_no_zone_is_told_where_no_time_is(client):
    kinds = ({}, {"is_by_appointment": True}, {"is_any_time": True})
    meetings = [MeetingFactory(time_zone="America/New_York", **kind) for kind in kinds]

    pages = [page_of(client, meeting) for meeting in meetings]

    assert ["New York time" in words(page) for page in pages] == [True, False, False]


def test_a_single_date_that_is_over_has_no_next_meeting(client):
    over = MeetingFactory(is_once=True, first_on=date(2026, 11, 3))
    ahead = MeetingFactory(is_once=True)

    assert "No date is known at present" in words(page_of(client, over))
    assert "Next meeting Tuesday 1 December" in words(page_of(client, ahead))


def test_a_paused_meeting_says_so_and_has_no_join_step(client):
    running = MeetingFactory(is_hybrid=True)
    paused = MeetingFactory(is_hybrid=True, state=ListingState.PAUSED)

    assert "Join on Zoom" in words(page_of(client, running))
    response = page_of(client, paused)
    assert response.status_code == 200
    assert "This meeting is paused" in words(response)
    assert "zoom.us" not in response.content.decode()
    assert "Next meeting" not in words(response)
    assert 'content="noindex, follow"' in response.content.decode()


# ── Gone ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("state", "group_state", "status"),
    [
        (ListingState.GONE, GroupState.PUBLIC, 410),
        (ListingState.PUBLIC, GroupState.GONE, 410),
        (ListingState.UNLISTED, GroupState.PUBLIC, 404),
        (ListingState.PUBLIC, GroupState.UNLISTED, 404),
        (ListingState.DRAFT, GroupState.PUBLIC, 404),
        (ListingState.PUBLIC, GroupState.DRAFT, 404),
    ],
)
def test_a_listing_that_is_not_public_has_no_page(client, state, group_state, status):
    meeting = MeetingFactory(name="Quiet Room", state=state, group=GroupFactory(state=group_state))

    response = page_of(client, meeting)

    assert response.status_code == status
    assert "Quiet Room" not in response.content.decode()


def test_a_gone_meeting_shows_the_way_on_to_others_like_it(client):
    meeting = MeetingFactory(state=ListingState.GONE, group__approach=ApproachFactory(slug="smart-recovery"))

    text = page_of(client, meeting).content.decode()

    assert "/meetings/?approach=smart-recovery&amp;near=Boston%2C+MA" in text


# ── Where ───────────────────────────────────────────────────────────────────


def test_it_says_where_how_to_find_it_and_links_the_way_without_loading_it(client):
    meeting = MeetingFactory(venue__name="Hall of Elms", venue__how_to_find="Blue door, ring twice.")

    response = page_of(client, meeting)

    assert "Hall of Elms 12 Maple Street Boston, MA 02134" in words(response)
    assert "Blue door, ring twice." in words(response)
    assert 'href="https://www.openstreetmap.org/directions?to=42.35843%2C-71.05977"' in response.content.decode()


def test_an_approximate_place_gets_no_pin(client):
    meeting = MeetingFactory(venue__is_approximate=True, venue__street="")

    response = page_of(client, meeting)

    assert "We know only roughly where this is" in words(response)
    assert "openstreetmap.org" not in response.content.decode()
    assert "GeoCoordinates" not in response.content.decode()


def test_a_home_is_shown_by_its_town_alone(client):
    meeting = MeetingFactory(venue__is_private_home=True, venue__name="Lee's house", venue__how_to_find="Green gate")

    response = page_of(client, meeting)

    assert "Please ask the group for the address." in words(response)
    assert "Boston, MA" in words(response)
    for secret in ("Maple Street", "Green gate", "42.358", "Lee&#x27;s house", "02134"):
        assert secret not in response.content.decode()


def test_a_place_closed_for_now_is_not_a_meeting_closed(client):
    meeting = MeetingFactory(is_hybrid=True, in_person=ChannelState.SUSPENDED)

    response = page_of(client, meeting)

    assert "The place is closed for now. The meeting is not." in words(response)
    assert "Join on Zoom" in words(response)
    assert "openstreetmap.org" not in response.content.decode()


def test_a_place_closed_with_no_other_way_is_a_meeting_closed(client):
    meeting = MeetingFactory()
    assert "Next meeting" in words(page_of(client, meeting))
    meeting.in_person = ChannelState.SUSPENDED
    meeting.save()

    response = page_of(client, meeting)

    assert "This meeting is closed for now" in words(response)
    assert "Tuesdays" in words(response)
    for invitation in ("Next meeting", "The meeting is not.", "Coming dates", "application/ld+json"):
        assert invitation not in response.content.decode()


# ── How to join ─────────────────────────────────────────────────────────────


def test_link_passcode_and_phone_with_codes_are_shown_as_the_group_allows(client):
    meeting = MeetingFactory(is_online=True, join_passcode="chair", join_phone="+1-555-0100, 1234#")

    response = page_of(client, meeting)

    assert 'href="https://zoom.us/j/5550100"' in response.content.decode()
    assert "Passcode: chair" in words(response)
    assert 'href="tel:+15550100,1234%23"' in response.content.decode()


@pytest.mark.parametrize(
    ("local", "is_shown"),
    [("18:44", False), ("18:45", True), ("19:59", True), ("20:00", False)],
)
def test_a_link_held_back_appears_15_minutes_before_and_until_the_end(client, local, is_shown):
    meeting = MeetingFactory(
        is_online=True, join_visibility=JoinVisibility.BEFORE_START, join_passcode="chair", join_phone="+1-555-0100"
    )

    with time_machine.travel(instant(f"2026-11-24 {local}", "America/New_York"), tick=False):
        response = page_of(client, meeting)

    assert ("zoom.us" in response.content.decode()) is is_shown
    assert ("from 15 minutes before the meeting starts" in words(response)) is not is_shown


def test_a_cancelled_date_does_not_open_the_link(client):
    meeting = MeetingFactory(is_online=True, join_visibility=JoinVisibility.BEFORE_START)
    OccurrenceFactory(meeting=meeting, original_on=date(2026, 11, 24), cancelled_at=NOW)

    with time_machine.travel(instant("2026-11-24 18:50", "America/New_York"), tick=False):
        response = page_of(client, meeting)

    assert "zoom.us" not in response.content.decode()


def test_a_passcode_in_the_notes_is_shown_with_the_way_in_and_not_before(client):
    notes = "We read from the book.\nID: 812 34 56\nPassword:\nlantern\nCall 617-555-0142\nBring a mug."
    shown = words(page_of(client, MeetingFactory(is_online=True, notes=notes)))
    assert all(part in shown for part in ("812 34 56", "lantern", "617-555-0142"))

    held_back = words(page_of(client, MeetingFactory(is_online=True, notes=notes, join_visibility=JoinVisibility.ASK)))

    assert "We read from the book. Bring a mug." in held_back
    assert not any(part in held_back for part in ("812 34 56", "lantern", "617-555-0142"))


@pytest.mark.parametrize("visibility", [JoinVisibility.ON_PRESS, JoinVisibility.COMING, JoinVisibility.ASK])
def test_secret_join_details_are_nowhere_on_the_page(client, visibility):
    details = {
        "join_passcode": "chair42",
        "join_phone": "+1-555-0100",
        "join_notes": "Waiting room opens early",
        "join_phone_notes": "Press star",
    }
    shown = page_of(client, MeetingFactory(is_online=True, **details)).content.decode()

    hidden = page_of(client, MeetingFactory(is_online=True, join_visibility=visibility, **details)).content.decode()

    for secret in ("zoom.us", "chair42", "555-0100", "Waiting room opens early", "Press star"):
        assert secret in shown
        assert secret not in hidden
    assert ("Press the button" if visibility == JoinVisibility.ON_PRESS else "ask the group") in hidden


def test_a_link_that_is_no_web_address_is_never_one_on_the_page(client):
    meeting = MeetingFactory(is_online=True, join_url="javascript:alert(1)")

    text = page_of(client, meeting).content.decode()

    assert "javascript:" not in text
    assert "names no link or number" in text


# ── Teens ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mark", ["fellowship", "age", "focus"])
def test_place_and_link_of_a_teen_meeting_need_the_fellowships_consent(client, mark):
    venue = VenueFactory(name="Youth House", how_to_find="Side door")
    fellowship = FellowshipFactory(is_for_teens=mark == "fellowship")
    meeting = MeetingFactory(
        is_hybrid=True,
        venue=venue,
        group__fellowship=fellowship,
        max_age=17 if mark == "age" else None,
        notes="Behind Youth House",
    )
    if mark == "focus":
        give_trait(meeting, "teens", TraitValue.ONLY, kind=TraitKind.FOCUS)

    without = page_of(client, meeting).content.decode()
    meeting.is_teen_consented = True
    meeting.save()
    consented = page_of(client, meeting).content.decode()

    for secret in ("Youth House", "Maple Street", "Side door", "zoom.us", "42.358", "Boston, MA"):
        assert secret in consented
        assert secret not in without
    assert "This meeting is for teenagers" in without


# ── Who may come ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ({"open_to": OpenTo.ANYONE}, "Anyone may come"),
        ({"open_to": OpenTo.WITH_THE_ISSUE}, "For people with the problem, or who think they may have it."),
        ({"open_to": OpenTo.MEMBERS}, "For members."),
        ({"open_to": OpenTo.INVITATION}, "By invitation: ask the group before you go."),
        ({"observers": Observers.WELCOME}, "You may come to watch and listen."),
        ({"observers": Observers.TELL_THE_HOST}, "please tell the host first."),
        ({"observers": Observers.LISTEN_ONLY}, "you are asked only to listen."),
        ({"observers": Observers.NO}, "Not for people who come only to watch."),
        ({"is_good_first_visit": True}, "a good meeting for a first visit"),
        ({"is_good_first_visit": False}, "another of its meetings suits a first visit better"),
        ({"min_age": 18}, "From age 18."),
        ({"max_age": 30}, "Up to age 30."),
        ({"min_age": 18, "max_age": 30}, "Ages 18 to 30."),
        ({"gender_rule": "Women only"}, "In the group's words: “Women only”."),
        ({"sober_hours": 48}, "Come when you have not used for 48 hours."),
        ({"needs_camera": True}, "Your camera is expected to be on."),
        ({"needs_camera": False}, "Your camera may stay off."),
        ({"needs_account": True}, "You need an account with the service it is held on."),
        ({"needs_account": False}, "You need no account to join."),
        ({"agreement": "What is said here stays here."}, "Everybody agrees to this: What is said here stays here."),
    ],
)
def test_each_rule_of_the_listing_is_a_line_on_the_page(client, rule, line):
    without = words(page_of(client, MeetingFactory()))

    told = words(page_of(client, MeetingFactory(**rule)))

    assert line in told
    assert line not in without


def test_what_everybody_agrees_to_keeps_its_own_direction(client):
    meeting = MeetingFactory(agreement="No selling, no recording.")

    told = client.get(meeting.get_absolute_url(), headers={"accept-language": "ar"})

    assert "\u2068No selling, no recording.\u2069" in words(told)


def test_rules_stand_before_the_join_step(client):
    meeting = MeetingFactory(is_hybrid=True, min_age=18, sober_hours=48, needs_camera=True, needs_account=True)
    give_trait(meeting, "women", TraitValue.ONLY, kind=TraitKind.FOCUS)

    text = page_of(client, meeting).content.decode()

    for rule in ("From age 18.", "not used for 48 hours.", "camera is expected", "need an account", "Held for: Women."):
        assert 0 < text.index(rule) < text.index("zoom.us")


def test_rules_of_the_whole_approach_are_told_as_its_own(client):
    approach = ApproachFactory(
        name="Moving Together",
        joining_requirement="A wish to move.",
        entry_rules={"min_age": 18, "sober_hours_before": 48, "account_needed": True, "note": "Friends are welcome."},
    )
    own_hours = MeetingFactory(group__approach=approach, sober_hours=24, is_hybrid=True)
    in_a_room = MeetingFactory(group__approach=approach)

    text = words(page_of(client, own_hours))

    assert "In Moving Together as a whole: From age 18." in text
    assert "In Moving Together as a whole: You may need an account with the service it is held on." in text
    assert "What Moving Together asks of you: A wish to move." in text
    assert "Friends are welcome." in text
    assert "Come when you have not used for 24 hours." in text
    assert "48 hours" not in text
    there = words(page_of(client, in_a_room))
    assert "In Moving Together as a whole: Come when you have not used for 48 hours." in there
    assert "You may need an account" not in there


def test_when_nobody_said_who_may_come_the_custom_is_told_as_a_custom(client):
    meeting = MeetingFactory(group__approach=ApproachFactory(name="Even Keel", open_closed=OpenClosed.MIXED))

    text = words(page_of(client, meeting))

    assert "This group does not say whether anyone may come. In Even Keel some meetings are open." in text


def test_a_focus_is_only_or_welcome_as_the_group_says(client):
    meeting = MeetingFactory()
    give_trait(meeting, "women", TraitValue.ONLY, kind=TraitKind.FOCUS)
    give_trait(meeting, "lgbtq", TraitValue.WELCOME, kind=TraitKind.FOCUS)

    text = words(page_of(client, meeting))

    assert "Held for: Women." in text
    assert "Especially welcome: Lgbtq." in text


# ── Traits ──────────────────────────────────────────────────────────────────


def test_traits_say_yes_or_no_with_their_meaning_and_unknown_ones_are_not_no(client):
    meeting, other = MeetingFactory(), MeetingFactory()
    trait = give_trait(meeting, "speaker", TraitValue.YES)
    trait.definition = "Somebody tells their story."
    trait.save()
    give_trait(meeting, "wheelchair", TraitValue.NO, kind=TraitKind.ACCESS)
    give_trait(other, "captions", TraitValue.YES, kind=TraitKind.ACCESS)

    text = words(page_of(client, meeting))

    assert "Speaker Somebody tells their story." in text
    assert "Wheelchair: no" in text
    assert "Captions" not in text
    assert "What is not listed here is not known." in text


# ── Neighbours, source ──────────────────────────────────────────────────────


def test_the_groups_week_and_other_groups_at_the_place_are_shown(client):
    meeting = MeetingFactory(name="Tuesday Circle", group__name="Harbor Group")
    MeetingFactory(name="Thursday Circle", group=meeting.group, rrule="FREQ=WEEKLY;BYDAY=TH")
    MeetingFactory(name="Dawn Sitting", venue=meeting.venue)
    MeetingFactory(name="Hidden Sitting", venue=meeting.venue, state=ListingState.DRAFT)

    text = words(page_of(client, meeting))

    assert "The week of Harbor Group" in text
    assert "Thursday Circle" in text
    assert "Other groups at this place Dawn Sitting" in text
    assert "Hidden Sitting" not in text


def test_the_source_and_age_of_the_listing_are_told_and_an_edit_is_no_confirmation(client):
    source = SourceFactory(
        name="Boston Central", format=FeedFormat.MEETING_GUIDE, owner_website="https://boston.example.org/"
    )
    fed = MeetingFactory(
        source=source, last_seen_at=NOW - timedelta(days=3), source_updated_at=datetime(2026, 9, 12, tzinfo=UTC)
    )
    confirmed = MeetingFactory(confirmed_at=NOW - timedelta(days=1))

    text = words(page_of(client, fed))

    assert "From the feed of Boston Central, last seen there 3 days ago." in text
    assert "Last changed there on 12 September 2026." in text
    assert "Not confirmed by the group here yet." in text
    assert "boston.example.org" in text
    assert "Confirmed by the group yesterday, on 19 November 2026." in words(page_of(client, confirmed))


def test_demo_meetings_are_marked(client):
    demo = MeetingFactory(source=SourceFactory(is_demo=True))

    assert "Demo data: these meetings are made up." in words(page_of(client, demo))
    assert "Demo data" not in words(page_of(client, MeetingFactory()))


# ── For machines ────────────────────────────────────────────────────────────


def test_the_structured_data_is_an_event_series_with_its_dates(client, settings):
    meeting = MeetingFactory(name="Circle </script> & friends")
    OccurrenceFactory(meeting=meeting, original_on=date(2026, 11, 24), cancelled_at=NOW)

    data = structured_data(page_of(client, meeting))

    assert data["@type"] == "EventSeries"
    assert data["name"] == "Circle </script> & friends"
    assert data["url"] == settings.SITE_URL + meeting.get_absolute_url()
    assert data["eventAttendanceMode"] == "https://schema.org/OfflineEventAttendanceMode"
    assert data["eventSchedule"] == {
        "@type": "Schedule",
        "repeatFrequency": "P1W",
        "byDay": ["https://schema.org/Tuesday"],
        "startTime": "19:00:00",
        "scheduleTimezone": "America/New_York",
        "duration": "PT60M",
    }
    first, second = data["subEvent"][:2]
    assert (first["startDate"], first["eventStatus"]) == (
        "2026-11-24T19:00:00-05:00",
        "https://schema.org/EventCancelled",
    )
    assert second["endDate"] == "2026-12-01T20:00:00-05:00"
    assert first["location"][0]["address"]["streetAddress"] == "12 Maple Street"


def test_the_structured_data_never_holds_the_way_in(client):
    meeting = MeetingFactory(is_hybrid=True, join_passcode="chair42", join_phone="+1-555-0100")

    data = json.dumps(structured_data(page_of(client, meeting)))

    assert "MixedEventAttendanceMode" in data
    assert "VirtualLocation" in data
    for secret in ("zoom.us", "chair42", "5550100", "555-0100"):
        assert secret not in data


def test_a_date_that_is_online_only_has_no_way_there(client):
    meeting = MeetingFactory(is_hybrid=True)
    before = page_of(client, meeting)
    OccurrenceFactory(meeting=meeting, original_on=date(2026, 11, 24), is_online_only=True)

    response = page_of(client, meeting)

    assert "The way there" in words(before)
    assert "This date is online only." in words(response)
    assert "The way there" not in words(response)
    first, second = structured_data(response)["subEvent"][:2]
    assert [place["@type"] for place in first["location"]] == ["VirtualLocation"]
    assert [place["@type"] for place in second["location"]] == ["Place", "VirtualLocation"]


def test_a_date_held_somewhere_else_says_where_and_leads_there(client):
    meeting = MeetingFactory()
    elsewhere = VenueFactory(name="Garden Room", latitude=42.4, longitude=-71.1)
    OccurrenceFactory(meeting=meeting, original_on=date(2026, 11, 24), venue=elsewhere)

    response = page_of(client, meeting)

    assert "This date is held somewhere else: Garden Room, 12 Maple Street, Boston, MA 02134" in words(response)
    assert "directions?to=42.40000%2C-71.10000" in response.content.decode()


def test_the_address_of_the_page_is_canonical_whatever_is_asked(client, settings):
    meeting = MeetingFactory()

    text = page_of(client, meeting, "?tz=Europe/London&utm_source=x").content.decode()

    assert f'<link rel="canonical" href="{settings.SITE_URL}{meeting.get_absolute_url()}">' in text


def test_a_visitor_gets_no_cookie(client):
    assert page_of(client, MeetingFactory()).cookies == {}


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_meeting_and_three(client, django_assert_num_queries, count):
    meeting = MeetingFactory()
    for number in range(count):
        MeetingFactory(group=meeting.group)
        MeetingFactory(venue=meeting.venue)
        give_trait(meeting, f"trait-{number}")
        OccurrenceFactory(meeting=meeting, original_on=date(2026, 12, 1 + 7 * number), venue=VenueFactory())

    with django_assert_num_queries(QUERIES):
        response = page_of(client, meeting)

    assert response.status_code == 200


def test_every_way_to_take_part_makes_a_page(client):
    for kind in ("is_online", "is_hybrid", "is_by_phone", "is_any_time", "is_by_appointment", "is_once"):
        response = page_of(client, MeetingFactory(**{kind: True}))

        assert response.status_code == 200, kind


def test_an_unknown_meeting_is_not_found(client):
    assert client.get(reverse("meetings:meeting_detail", args=["nowhere"])).status_code == 404
