"""What a person put right in a listing stays, whatever its feed says next."""

import pytest

from groups.enums import ImportAction, ImportOutcome, ListingState
from groups.models import Group, ImportChange, ImportRun
from meetings.feeds import importing
from meetings.models import Meeting, Venue
from tests.meetings.feeds.conftest import NOW


def test_a_correction_survives_field_by_field_and_the_conflict_is_recorded(feeds, record):
    feeds.load([record(notes="Side door")])
    Meeting.objects.update(name="Lanterns", notes="Front door")

    report = feeds.load([record(name="Tuesday Lamps", notes="Side door", time="18:00")])

    meeting = Meeting.objects.get()
    assert (meeting.name, meeting.notes, str(meeting.start_time)) == ("Lanterns", "Front door", "18:00:00")
    conflict = ImportChange.objects.get(run=report.run_id, action=ImportAction.CONFLICT)
    assert conflict.after == {"name": {"feed": "Tuesday Lamps", "kept": "Lanterns"}}
    assert report.conflicts == 1


def test_a_correction_that_the_feed_takes_over_is_no_conflict(feeds, record):
    feeds.load([record()])
    Meeting.objects.update(name="Lanterns")

    report = feeds.load([record(name="Lanterns")])
    later = feeds.load([record(name="Lamps")])

    assert report.conflicts == later.conflicts == 0
    assert Meeting.objects.get().name == "Lamps"


def test_a_weekly_rule_corrected_to_monthly_stays(feeds, record):
    feeds.load([record(notes="1st and 3rd Tuesday")])
    Meeting.objects.update(rrule="FREQ=MONTHLY;BYDAY=1TU,3TU", review_flags=[])

    feeds.load([record(notes="1st and 3rd Tuesday, ring twice")])

    meeting = Meeting.objects.get()
    assert (meeting.rrule, meeting.review_flags) == ("FREQ=MONTHLY;BYDAY=1TU,3TU", [])
    assert meeting.notes == "1st and 3rd Tuesday, ring twice"


def test_corrections_of_group_venue_and_traits_survive(feeds, record):
    feeds.load([record(group="G", website="https://old.example.org")])
    meeting = Meeting.objects.get()
    Group.objects.update(website="https://ours.example.org")
    Venue.objects.update(how_to_find="Behind the hall")
    meeting.meeting_traits.all().delete()

    report = feeds.load(
        [record(group="G", website="https://new.example.org", location_notes="Left door", types=["O", "D", "ST"])]
    )

    assert Group.objects.get().website == "https://ours.example.org"
    assert Venue.objects.get().how_to_find == "Behind the hall"
    assert list(meeting.traits.values_list("slug", flat=True)) == ["step-study"]
    assert report.conflicts == 2


def test_a_single_date_that_a_person_made_of_a_meeting_keeps_its_time(feeds, record):
    feeds.load([record(), record("b", name="B")])
    Meeting.objects.filter(source_key="tuesday-lanterns").update(rrule="", first_on="2026-05-05", last_on="2026-05-05")

    report = feeds.load(
        [record(day=..., time=..., end_time=...), record("b", name="B", day=..., time=..., end_time=...)]
    )

    once, other = Meeting.objects.order_by("pk")
    assert (once.rrule, str(once.start_time), str(once.first_on)) == ("", "19:00:00", "2026-05-05")
    assert (other.rrule, other.start_time) == ("", None)
    assert (report.outcome, report.conflicts) == (ImportOutcome.DONE, 1)


NOWHERE = {"formatted_address": "1 Lost Way, Nowhereville, USA"}


@pytest.mark.parametrize(
    "moved",
    [
        {"latitude": 42.37, "longitude": -71.07},
        {"latitude": 42.36, "longitude": -71.07},
        {"latitude": ..., "longitude": ...},
    ],
    ids=["moved", "moved-along-a-parallel", "lost"],
)
def test_a_pin_that_a_person_moved_along_a_meridian_is_never_half_the_feeds(feeds, record, moved):
    feeds.load([record(**NOWHERE)])
    assert (Venue.objects.get().latitude, Venue.objects.get().longitude) == (42.36, -71.06)
    Venue.objects.update(latitude=42.5)

    report = feeds.load([record(**NOWHERE, **moved)])

    venue = Venue.objects.get()
    assert (venue.latitude, venue.longitude) == (42.5, -71.06)
    assert (report.outcome, report.conflicts) == (ImportOutcome.DONE, 1)


def test_a_pin_that_nobody_moved_follows_its_feed(feeds, record):
    feeds.load([record(**NOWHERE)])

    feeds.load([record(**NOWHERE, latitude=42.37, longitude=-71.07)])

    assert (Venue.objects.get().latitude, Venue.objects.get().longitude) == (42.37, -71.07)


def test_taking_an_import_back_leaves_a_pin_whole_that_was_moved_since(feeds, record):
    lost = {"latitude": ..., "longitude": ...}
    feeds.load([record(**NOWHERE, **lost)], time_zone="America/New_York")
    report = feeds.load([record(**NOWHERE)])
    Venue.objects.update(latitude=42.5)

    importing.roll_back(ImportRun.objects.get(pk=report.run_id), now=NOW)

    venue = Venue.objects.get()
    assert (venue.latitude, venue.longitude) == (42.5, -71.06)


def test_a_meeting_put_under_another_group_by_a_person_stays_there(feeds, record):
    feeds.load([record("a", group="G"), record("b", name="B", group="H")])
    other = Group.objects.get(name="H")
    Meeting.objects.filter(source_key="a").update(group=other)

    feeds.load([record("a", group="G", notes="New"), record("b", name="B", group="H")])

    assert Meeting.objects.get(source_key="a").group == other
    assert Meeting.objects.get(source_key="a").notes == "New"


def test_a_change_that_makes_no_sense_beside_a_correction_is_not_taken(feeds, record):
    online = {"formatted_address": "Boston, MA, USA", "approximate": "yes", "conference_url": "https://zoom.us/j/1"}
    feeds.load([record("a"), record("b", name="B")])
    Meeting.objects.filter(source_key="a").update(in_person="none", venue=None)
    feeds.load([record("a", **online), record("b", name="B")])

    report = feeds.load([record("a"), record("b", name="B")])

    meeting = Meeting.objects.get(source_key="a")
    assert report.outcome == ImportOutcome.DONE
    assert (meeting.in_person == "open") == (meeting.venue is not None)


@pytest.mark.parametrize("state", [ListingState.UNLISTED, ListingState.PAUSED])
def test_a_state_that_a_curator_set_stays(feeds, many, state):
    rows = many()
    feeds.load(rows)
    Meeting.objects.filter(source_key__in=["m00", "m01"]).update(state=state)
    rows[0]["notes"] = "New"

    feeds.load([row for row in rows if row["slug"] != "m01"])
    assert set(Meeting.objects.filter(source_key__in=["m00", "m01"]).values_list("state", flat=True)) == {state}
    feeds.load(rows)

    assert set(Meeting.objects.filter(source_key__in=["m00", "m01"]).values_list("state", flat=True)) == {state}
