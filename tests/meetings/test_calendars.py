"""Calendars as fetched: what of a listing, a search or somebody's own dates is in them, and what never is."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import icalendar
import pytest
import recurring_ical_events
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.enums import GroupState, ListingState
from meetings import calendars, occurrences, rsvps, tokens
from meetings.enums import ChannelState, JoinVisibility, LinkPurpose, RsvpPolicy, TraitKind, TraitValue
from meetings.finder import index
from meetings.models import CalendarRevision, Meeting, Rsvp
from tests import factories
from tests.factories import MeetingFactory, OccurrenceFactory, PauseFactory, VenueFactory
from tests.helpers import give_trait, instant

pytestmark = pytest.mark.django_db

CATALOGUE = Path(__file__).resolve().parents[2] / "groups" / "data" / "approaches.json"
NOW = instant("2026-11-25 12:00")
TUESDAY = date(2026, 12, 1)
NEW_YORK = "America/New_York"
NEUTRAL = r"(Cancelled: )?Reminder for \d+(:\d\d)? [ap]m"


@pytest.fixture(autouse=True)
def fixed_time(time_machine):
    time_machine.move_to(NOW, tick=False)


def of_meeting(meeting: Meeting) -> str:
    return reverse("meetings:meeting_calendar", args=[meeting.slug])


def of_date(meeting: Meeting, on: date = TUESDAY) -> str:
    return reverse("meetings:occurrence_calendar", args=[meeting.slug, on.isoformat()])


def of_group(group) -> str:
    return reverse("meetings:group_calendar", args=[group.slug])


def events(response) -> list[icalendar.Event]:
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return icalendar.Calendar.from_ical(response.content).walk("VEVENT")


def unfolded(response) -> str:
    return response.content.decode().replace("\r\n ", "").replace("\\", "")


def shown(response, on: date) -> list[str]:
    """Return the titles of what a calendar program shows on a day."""
    return [
        str(event["SUMMARY"])
        for event in recurring_ical_events.of(icalendar.Calendar.from_ical(response.content)).at(on)
    ]


# Meetings


def test_a_meeting_is_one_entry_with_its_rule(client):
    meeting = MeetingFactory(name="Quiet Tuesday", venue__name="Hall 1", venue__how_to_find="Ring twice")

    response = client.get(of_meeting(meeting))

    (event,) = events(response)
    assert event["UID"] == meeting.public_id
    assert event["SUMMARY"] == "Quiet Tuesday"
    assert event["RRULE"].to_ical() == b"FREQ=WEEKLY;BYDAY=TU;WKST=MO"
    assert event["DTSTART"].dt.isoformat() == "2026-12-01T19:00:00-05:00"
    assert event["LOCATION"] == "Hall 1, 12 Maple Street, Boston, MA 02134"
    assert "Ring twice" in event["DESCRIPTION"]
    assert event["URL"].endswith(meeting.get_absolute_url())
    assert response.headers["Content-Disposition"] == 'inline; filename="calendar.ics"'
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in response.content.decode()


def test_cancelled_moved_and_noted_dates_and_pauses_show(client):
    meeting = MeetingFactory(name="Quiet Tuesday")
    PauseFactory(meeting=meeting, first_on=date(2026, 12, 22), last_on=date(2026, 12, 31))
    occurrences.cancel(meeting, date(2026, 12, 8), now=NOW, reason="The hall is flooded")
    occurrences.move(
        meeting,
        date(2026, 12, 15),
        now=NOW,
        to=instant("2026-12-16 20:00", NEW_YORK),
        venue=VenueFactory(name="Hall 9"),
    )
    occurrences.make_online_only(meeting, date(2027, 1, 5), now=NOW)
    occurrences.note(meeting, date(2027, 1, 12), now=NOW, text="Bring a cup")

    response = client.get(of_meeting(meeting))

    by_date = {event["RECURRENCE-ID"].dt.date(): event for event in events(response) if "RECURRENCE-ID" in event}
    assert {on: event["STATUS"] for on, event in by_date.items()} == {
        date(2026, 12, 8): "CANCELLED",
        date(2026, 12, 15): "CONFIRMED",
        date(2027, 1, 5): "CONFIRMED",
        date(2027, 1, 12): "CONFIRMED",
    }
    assert "The hall is flooded" in by_date[date(2026, 12, 8)]["DESCRIPTION"]
    assert by_date[date(2026, 12, 15)]["LOCATION"].startswith("Hall 9")
    assert by_date[date(2027, 1, 5)]["LOCATION"] == "Online"
    assert "Bring a cup" in by_date[date(2027, 1, 12)]["DESCRIPTION"]
    assert shown(response, date(2026, 12, 8)) == ["Cancelled: Quiet Tuesday"]
    assert shown(response, date(2026, 12, 15)) == []
    assert shown(response, date(2026, 12, 16)) == ["Quiet Tuesday"]
    assert shown(response, date(2026, 12, 22)) == []


def test_a_date_with_a_row_just_because_people_come_is_as_by_the_rule(client):
    meeting = MeetingFactory(rsvp_policy=RsvpPolicy.WELCOME)
    before = client.get(of_meeting(meeting)).content

    rsvps.take_place(meeting, TUESDAY, person=rsvps.Person(), now=NOW)

    assert Rsvp.objects.count() == 1
    assert client.get(of_meeting(meeting)).content == before


def test_equal_content_is_equal_bytes_and_is_not_sent_twice(client, time_machine):
    meeting = MeetingFactory()
    first = client.get(of_meeting(meeting))
    time_machine.move_to(NOW + timedelta(days=20), tick=False)

    again = client.get(of_meeting(meeting))
    known = client.get(of_meeting(meeting), headers={"If-None-Match": first.headers["ETag"]})
    occurrences.cancel(meeting, date(2026, 12, 29), now=NOW)
    changed = client.get(of_meeting(meeting), headers={"If-None-Match": first.headers["ETag"]})

    assert again.content == first.content
    assert (known.status_code, known.content) == (304, b"")
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("address", [of_meeting, of_date])
def test_neutral_by_wish_says_a_time_and_nothing_else(client, address):
    meeting = MeetingFactory(name="Quiet Tuesday", group__name="Maple Group", venue__name="Hall 1")
    occurrences.cancel(meeting, date(2026, 12, 8), now=NOW, reason="The hall is flooded")

    plain, neutral = client.get(address(meeting)), client.get(address(meeting), {"title": "neutral"})

    said = ["Quiet Tuesday", "Hall 1", "/meetings/"]
    assert [word for word in said if word not in unfolded(plain)] == []
    assert [word for word in [*said, "Maple", "flooded"] if word in unfolded(neutral)] == []
    for event in events(neutral):
        assert re.fullmatch(NEUTRAL, event["SUMMARY"])


def test_an_unknown_length_is_said_and_not_made_up(client):
    (event,) = events(client.get(of_meeting(MeetingFactory(duration=None))))

    assert {"DTEND", "DURATION"} & set(event) == set()
    assert "How long it lasts is not known." in event["DESCRIPTION"]


# What is secret


@pytest.mark.parametrize("visibility", JoinVisibility)
def test_the_way_in_is_told_only_where_everybody_may_see_it_at_any_time(client, time_machine, visibility):
    meeting = MeetingFactory(
        is_online=True,
        join_passcode="swordfish",
        join_phone="+1-555-0100",
        join_notes="Ask for Sam",
        join_visibility=visibility,
    )
    # Ten minutes before the start, when others show it for a while.
    time_machine.move_to(instant("2026-12-01 18:50", NEW_YORK), tick=False)

    bodies = unfolded(client.get(of_meeting(meeting))) + unfolded(client.get(of_date(meeting)))

    told = [word for word in ("zoom.us", "swordfish", "555-0100", "Sam") if word in bodies]
    if visibility == JoinVisibility.EVERYONE:
        assert told == ["zoom.us", "swordfish", "555-0100", "Sam"]
    else:
        assert told == []
        assert "How to take part from afar is on the meeting's page." in bodies


def test_a_cancelled_date_has_no_way_in_and_no_place(client):
    meeting = MeetingFactory(is_hybrid=True, venue__name="Hall 1")
    before = unfolded(client.get(of_date(meeting)))

    occurrences.cancel(meeting, TUESDAY, now=NOW)

    after = unfolded(client.get(of_date(meeting)))
    assert "zoom.us" in before
    assert "Hall 1" in before
    assert "STATUS:CANCELLED" in after
    assert "zoom.us" not in after
    assert "Hall 1" not in after


def test_a_teen_meeting_shows_its_place_only_with_consent(client):
    meeting = MeetingFactory(is_hybrid=True, venue__name="Hall 1", venue__how_to_find="Ring twice")
    give_trait(meeting, "teens", TraitValue.ONLY, kind=TraitKind.FOCUS)
    occurrences.note(meeting, TUESDAY, now=NOW, text="Green door")
    secrets = ["Hall 1", "Maple", "zoom.us", "Ring twice", "Green door"]

    hidden = unfolded(client.get(of_meeting(meeting))) + unfolded(client.get(of_date(meeting)))
    Meeting.objects.update(is_teen_consented=True)
    agreed = unfolded(client.get(of_meeting(meeting)))

    assert [word for word in secrets if word in hidden] == []
    assert [word for word in secrets if word not in agreed] == []


def test_a_home_is_told_by_its_town(client):
    meeting = MeetingFactory(venue=VenueFactory(name="At Kim's", is_private_home=True, how_to_find="Ring twice"))

    (event,) = events(client.get(of_meeting(meeting)))

    assert event["LOCATION"] == "Boston, MA"
    assert "Ring twice" not in event["DESCRIPTION"]


# States


def test_a_paused_meeting_is_cancelled_until_it_goes_on(client):
    meeting = MeetingFactory(state=ListingState.PAUSED, is_hybrid=True)

    (event,) = events(client.get(of_meeting(meeting)))
    one_date = client.get(of_date(meeting))

    assert event["STATUS"] == "CANCELLED"
    assert "Paused for now." in event["DESCRIPTION"]
    assert "LOCATION" not in event
    assert "zoom.us" not in event["DESCRIPTION"]
    assert one_date.status_code == 404


def test_what_is_gone_leaves_cancelled_dates_without_words(client):
    meeting = MeetingFactory(name="Quiet Tuesday", state=ListingState.GONE)

    response = client.get(of_meeting(meeting))
    one_date = client.get(of_date(meeting))

    assert response.status_code == 410
    (event,) = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert (event["UID"], event["STATUS"]) == (meeting.public_id, "CANCELLED")
    assert re.fullmatch(NEUTRAL, event["SUMMARY"])
    assert "Quiet" not in unfolded(response)
    assert one_date.status_code == 410


def test_a_meeting_goes_with_its_group(client):
    meeting = MeetingFactory(group__state=GroupState.GONE)

    response = client.get(of_meeting(meeting))

    assert response.status_code == 410
    assert b"STATUS:CANCELLED" in response.content
    assert client.get(of_group(meeting.group)).status_code == 410


@pytest.mark.parametrize("state", [ListingState.DRAFT, ListingState.UNLISTED])
def test_what_is_not_listed_has_no_calendar(client, state):
    meeting = MeetingFactory(name="Quiet Tuesday")
    assert client.get(of_meeting(meeting)).status_code == 200

    Meeting.objects.update(state=state)

    for address in (of_meeting(meeting), of_date(meeting)):
        response = client.get(address)
        assert response.status_code == 404
        assert b"Quiet" not in response.content


@pytest.mark.parametrize("kind", ["is_by_appointment", "is_any_time"])
def test_a_meeting_without_dates_says_so(client, kind):
    response = client.get(of_meeting(MeetingFactory(**{kind: True})))

    assert response.status_code == 404
    assert response.content.decode() == "This meeting has no fixed dates. Please ask the group for a time.\n"


@pytest.mark.parametrize("on", ["2026-12-02", "2028-01-04", "2026-02-31", "tomorrow", "0000-00-00"])
def test_there_is_no_file_for_what_is_no_date(client, on):
    meeting = MeetingFactory()
    assert client.get(of_date(meeting)).status_code == 200

    assert client.get(f"/meetings/{meeting.slug}/{on}.ics").status_code == 404


# One date


def test_one_date_is_an_entry_of_its_own(client):
    meeting = MeetingFactory(name="Quiet Tuesday")

    response = client.get(of_date(meeting))

    (event,) = events(response)
    assert event["UID"] == f"{meeting.public_id}-20261201"
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=1)
    assert {"RRULE", "RECURRENCE-ID"} & set(event) == set()
    assert response.headers["Content-Disposition"] == 'attachment; filename="calendar.ics"'


def test_one_date_that_moved_says_where_to(client):
    meeting = MeetingFactory()
    occurrences.move(meeting, TUESDAY, now=NOW, to=instant("2026-12-02 20:00", NEW_YORK))

    (event,) = events(client.get(of_date(meeting)))

    assert event["DTSTART"].dt == instant("2026-12-02 20:00", NEW_YORK)
    assert event["SEQUENCE"] == 1


# Groups and searches


def test_a_group_has_the_dates_of_its_public_meetings(client):
    group = factories.GroupFactory(name="Maple Group")
    listed = MeetingFactory.create_batch(2, group=group)
    MeetingFactory(group=group, state=ListingState.PAUSED)
    MeetingFactory(group=group, state=ListingState.DRAFT)
    MeetingFactory(group=group, is_by_appointment=True)
    MeetingFactory()

    response = client.get(of_group(group))

    assert {event["UID"] for event in events(response)} == {meeting.public_id for meeting in listed}
    assert "X-WR-CALNAME:Maple Group" in unfolded(response)
    assert "Maple" not in unfolded(client.get(of_group(group), {"title": "neutral"}))


def test_a_group_without_dates_has_an_empty_calendar(client):
    response = client.get(of_group(factories.GroupFactory()))

    assert events(response) == []


def test_a_search_has_the_dates_of_what_it_finds(client):
    tuesday = MeetingFactory()
    monday = MeetingFactory(rrule="FREQ=WEEKLY;BYDAY=MO")
    index.refresh(None, now=NOW)
    address = reverse("meetings:search_calendar")

    everything = client.get(address)
    mondays = client.get(address, {"day": "monday", "title": "neutral", "page": "7", "nonsense": "1"})

    assert {event["UID"] for event in events(everything)} == {tuesday.public_id, monday.public_id}
    assert [(event["UID"], event["SUMMARY"]) for event in events(mondays)] == [(monday.public_id, "Reminder for 7 pm")]


def test_a_search_never_has_more_than_some_meetings(client, monkeypatch):
    monkeypatch.setattr(calendars, "MOST_MEETINGS", 2)
    MeetingFactory.create_batch(3)
    index.refresh(None, now=NOW)

    assert len(events(client.get(reverse("meetings:search_calendar")))) == 2


@pytest.mark.parametrize(("address", "most"), [("group", 7), ("search", 12)])
def test_more_meetings_cost_no_more_queries(client, address, most):
    group = factories.GroupFactory()

    def make():
        meeting = MeetingFactory(group=group)
        OccurrenceFactory(meeting=meeting, original_on=date(2026, 12, 8), note="x", venue=VenueFactory())
        PauseFactory(meeting=meeting)
        give_trait(meeting, "speaker")
        index.refresh([meeting.pk], now=NOW)

    path = of_group(group) if address == "group" else reverse("meetings:search_calendar")
    make()
    client.get(path)
    with CaptureQueriesContext(connection) as one:
        assert len(events(client.get(path))) == 2
    make()
    make()
    client.get(path)
    with CaptureQueriesContext(connection) as three:
        assert len(events(client.get(path))) == 6

    assert len(one) == len(three)
    assert len(one) <= most


# Revisions, counted by the database


def revision(meeting: Meeting, on: date | None = None) -> int:
    found = CalendarRevision.objects.filter(meeting=meeting, original_on=on).first()
    return found.sequence if found else 0


@pytest.mark.parametrize(
    ("change", "is_real"),
    [
        ({"start_time": time(20)}, True),
        ({"rrule": "FREQ=WEEKLY;BYDAY=WE"}, True),
        ({"last_on": date(2027, 6, 1)}, True),
        ({"duration": None}, True),
        ({"time_zone": "America/Chicago"}, True),
        ({"state": ListingState.PAUSED}, True),
        ({"online": ChannelState.OPEN}, True),
        ({"join_url": "https://zoom.us/j/5550199"}, True),
        ({"name": "Another name"}, False),
        ({"notes": "Tea and biscuits"}, False),
        ({"last_seen_at": datetime(2026, 11, 25, tzinfo=UTC)}, False),
        ({"next_starts_at": datetime(2026, 12, 1, tzinfo=UTC)}, False),
        ({"start_time": time(19)}, False),
    ],
)
def test_the_sequence_rises_with_real_changes_of_the_meeting_alone(change, is_real):
    meeting = MeetingFactory()

    Meeting.objects.filter(pk=meeting.pk).update(**change)

    assert revision(meeting) == int(is_real)


def test_other_words_are_a_modification_and_no_new_sequence(client):
    meeting = MeetingFactory()
    (before,) = events(client.get(of_meeting(meeting)))

    Meeting.objects.update(name="Another name")

    (after,) = events(client.get(of_meeting(meeting)))
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] == 0
    assert after["SUMMARY"] == "Another name"
    assert CalendarRevision.objects.get().changed_at is not None


def test_the_sequence_never_falls_whoever_writes(client):
    meeting = MeetingFactory()
    stale = Meeting.objects.get(pk=meeting.pk)
    seen = []

    for at in (time(20), time(19), time(20)):
        Meeting.objects.update(start_time=at)
        seen += [event["SEQUENCE"] for event in events(client.get(of_meeting(meeting)))]
    stale.save()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE meetings_meeting SET start_time = '21:00'")

    assert seen == [1, 2, 3]
    assert revision(meeting) == 5


def test_pauses_and_a_venue_that_changes_count_for_the_meeting():
    meeting = MeetingFactory()

    pause = PauseFactory(meeting=meeting)
    pause.reason = "Holidays"
    pause.save()
    pause.last_on = date(2027, 1, 2)
    pause.save()
    pause.delete()
    meeting.venue.how_to_find = "Ring twice"
    meeting.venue.save()
    meeting.venue.street = "13 Maple Street"
    meeting.venue.save()

    assert revision(meeting) == 4


def test_a_date_counts_its_own_changes(client):
    meeting = MeetingFactory()
    occurrences.materialize(meeting, TUESDAY)
    unchanged = revision(meeting, TUESDAY)

    occurrences.cancel(meeting, TUESDAY, now=NOW)
    occurrences.restore(meeting, TUESDAY, now=NOW)
    occurrences.note(meeting, TUESDAY, now=NOW, text="Bring a cup")

    whole, one = events(client.get(of_meeting(meeting)))
    assert unchanged == 0
    assert revision(meeting, TUESDAY) == 3
    assert (whole["SEQUENCE"], one["SEQUENCE"]) == (0, 3)


def test_a_deleted_meeting_leaves_no_revisions():
    meeting = MeetingFactory()
    OccurrenceFactory(meeting=meeting, note="x")
    Meeting.objects.update(start_time=time(20))
    assert CalendarRevision.objects.count() == 2

    meeting.delete()

    assert CalendarRevision.objects.count() == 0


# Somebody's own dates


def taken(**more) -> tuple[Meeting, Rsvp]:
    meeting = MeetingFactory(name="Quiet Tuesday", rsvp_policy=RsvpPolicy.NEEDED, venue__name="Hall 1", **more)
    return meeting, rsvps.take_place(meeting, TUESDAY, person=rsvps.Person(alias="Robin"), now=NOW)


def own_calendar(rsvp: Rsvp) -> str:
    return reverse("meetings:my_calendar", args=[tokens.issue(LinkPurpose.CALENDAR, rsvp=rsvp, now=NOW)])


def own_file(rsvp: Rsvp) -> str:
    return reverse("meetings:place_calendar", args=[tokens.issue(LinkPurpose.PLACE, rsvp=rsvp, now=NOW)])


@pytest.mark.parametrize("address", [own_calendar, own_file])
def test_own_dates_are_neutral_unless_wished_otherwise(client, address):
    _meeting, rsvp = taken()
    path = address(rsvp)

    neutral, plain = client.get(path), client.get(path, {"title": "plain"})

    (event,) = events(neutral)
    assert event["UID"] == rsvp.public_id
    assert (event["SUMMARY"], event["STATUS"], event["TRANSP"]) == ("Reminder for 7 pm", "CONFIRMED", "OPAQUE")
    assert {"LOCATION", "DESCRIPTION", "URL", "ATTENDEE", "ORGANIZER"} & set(event) == set()
    (event,) = events(plain)
    assert (event["SUMMARY"], event["LOCATION"][:6]) == ("Quiet Tuesday", "Hall 1")
    assert "Robin" not in unfolded(plain)


@pytest.mark.parametrize("address", [own_calendar, own_file])
def test_own_dates_are_kept_and_indexed_by_nobody(client, address):
    _meeting, rsvp = taken()

    response = client.get(address(rsvp))

    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in response.headers


def test_a_neutral_calendar_holds_no_word_of_the_catalogue(client):
    catalogue = json.loads(CATALOGUE.read_text())
    names = set()

    def collect(value):
        if isinstance(value, dict):
            names.update(
                value[key] for key in ("name", "short_name", "abbreviation") if isinstance(value.get(key), str)
            )
            for inner in value.values():
                collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)

    collect(catalogue)
    words = {word.lower() for name in names for word in re.findall(r"[^\W\d_]{2,}", name)} - {
        "for",
        "in",
        "at",
        "of",
        "and",
    }
    words |= {"recovery", "sober", "aa", "na", "meeting", "group", "alcohol", "drug", "open chair"}
    meeting, rsvp = taken()
    addresses = [
        own_calendar(rsvp),
        own_file(rsvp),
        of_meeting(meeting) + "?title=neutral",
        of_date(meeting) + "?title=neutral",
    ]

    said = set()
    for address in addresses:
        # Zones and ids say nothing; what is left are names of properties and what a person reads.
        lines = [line for line in unfolded(client.get(address)).splitlines() if not line.startswith(("TZ", "UID"))]
        said |= {word.lower() for line in lines for word in re.findall(r"[^\W\d_]{2,}", line.replace(NEW_YORK, ""))}

    assert {"reminder", "for", "dates"} <= said
    assert len(words) > 60
    assert words & said == set()


def test_own_dates_follow_every_change(client):
    meeting, rsvp = taken()
    address = own_calendar(rsvp)
    (before,) = events(client.get(address))

    occurrences.move(meeting, TUESDAY, now=NOW, to=instant("2026-12-02 20:00", NEW_YORK))
    (moved,) = events(client.get(address))
    occurrences.cancel(meeting, TUESDAY, now=NOW)
    (cancelled,) = events(client.get(address))

    assert moved["SUMMARY"] == "Reminder for 8 pm"
    assert moved["DTSTART"].dt == instant("2026-12-02 20:00", NEW_YORK)
    assert (cancelled["STATUS"], cancelled["SUMMARY"]) == ("CANCELLED", "Cancelled: Reminder for 8 pm")
    assert before["SEQUENCE"] < moved["SEQUENCE"] < cancelled["SEQUENCE"]
    assert {before["UID"], moved["UID"], cancelled["UID"]} == {rsvp.public_id}


def test_a_place_given_back_is_a_cancelled_date(client):
    _meeting, rsvp = taken()
    address = own_calendar(rsvp)

    rsvps.give_back(rsvp, now=NOW)

    (event,) = events(client.get(address))
    assert (event["STATUS"], event["TRANSP"]) == ("CANCELLED", "TRANSPARENT")


def test_waiting_is_not_settled(client):
    meeting, _first = taken(capacity=1)
    second = rsvps.take_place(meeting, TUESDAY, person=rsvps.Person(), now=NOW)

    (event,) = events(client.get(own_calendar(second)))

    assert (event["STATUS"], event["TRANSP"]) == ("TENTATIVE", "TRANSPARENT")


@pytest.mark.parametrize("field", ["state", "group"])
def test_a_meeting_that_is_gone_takes_its_dates_along_and_is_not_named(client, field):
    meeting, rsvp = taken()
    address = own_calendar(rsvp) + "?title=plain"
    assert "Quiet Tuesday" in unfolded(client.get(address))

    if field == "state":
        Meeting.objects.update(state=ListingState.GONE)
    else:
        type(meeting.group).objects.update(state=GroupState.GONE)

    response = client.get(address)
    (event,) = events(response)
    assert event["STATUS"] == "CANCELLED"
    assert "Quiet" not in unfolded(response)


def test_a_date_the_rule_no_longer_has_is_cancelled_where_it_was(client):
    _meeting, rsvp = taken()
    address = own_calendar(rsvp)

    Meeting.objects.update(rrule="FREQ=WEEKLY;BYDAY=SA")

    (event,) = events(client.get(address))
    assert event["STATUS"] == "CANCELLED"
    assert event["DTSTART"].dt == instant("2026-12-01 19:00", NEW_YORK)


def test_a_standing_place_has_all_its_dates(client):
    meeting = MeetingFactory(rsvp_policy=RsvpPolicy.WELCOME)
    standing = rsvps.start_standing(meeting, TUESDAY, person=rsvps.Person(), dates=4, now=NOW)
    address = reverse("meetings:my_calendar", args=[tokens.issue(LinkPurpose.CALENDAR, standing=standing, now=NOW)])

    starts = [event["DTSTART"].dt.date() for event in events(client.get(address))]

    assert sorted(starts) == [date(2026, 12, day) for day in (1, 8, 15, 22)]


def test_a_link_opens_only_what_it_is_for_and_until_revoked(client):
    _meeting, rsvp = taken()
    place = tokens.issue(LinkPurpose.PLACE, rsvp=rsvp, now=NOW)
    calendar = tokens.issue(LinkPurpose.CALENDAR, rsvp=rsvp, now=NOW)
    mine, file = reverse("meetings:my_calendar", args=[calendar]), reverse("meetings:place_calendar", args=[place])
    assert (client.get(mine).status_code, client.get(file).status_code) == (200, 200)

    swapped = client.get(reverse("meetings:my_calendar", args=[place]))
    unknown = client.get(reverse("meetings:my_calendar", args=["x" * 32]))
    tokens.revoke(purpose=LinkPurpose.CALENDAR, rsvp=rsvp, now=timezone.now())
    revoked = client.get(mine)

    for refused in (swapped, unknown, revoked):
        assert refused.status_code == 404
        assert refused.content.decode() == "This address opens nothing any more.\n"
        assert "no-store" in refused.headers["Cache-Control"]
    assert client.get(file).status_code == 200


def test_fetching_changes_nothing(client):
    _meeting, rsvp = taken()
    addresses = [own_calendar(rsvp), own_file(rsvp), of_meeting(_meeting), of_date(_meeting)]

    with CaptureQueriesContext(connection) as queries:
        assert [client.get(address).status_code for address in addresses] == [200] * 4

    assert queries.captured_queries
    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []
    assert [client.post(address).status_code for address in addresses] == [405] * 4
