"""Decisions, and the way back from them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from groups.enums import Role
from meetings import decisions, listing_fields
from meetings.enums import DecisionKind
from meetings.models import Decision, Meeting
from tests import factories
from tests.helpers import instant

pytestmark = pytest.mark.django_db

NOW = instant("2026-12-01 12:00")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def curator() -> User:
    return User.objects.create_user("curator", email="curator@example.org")


def change(meeting: Meeting, curator: User, **values) -> Decision | None:
    applied = listing_fields.apply(meeting, values, by=curator, role=Role.CURATOR, now=NOW)
    return decisions.record_change(meeting, applied, by=curator, role=Role.CURATOR, now=NOW)


def test_a_change_is_taken_back_value_by_value(curator):
    meeting = factories.MeetingFactory(name="Before", notes="Ring", duration=timedelta(hours=1))
    decision = change(meeting, curator, name="After", duration=90)
    meeting.refresh_from_db()
    assert (meeting.name, meeting.duration) == ("After", timedelta(minutes=90))

    undone = decisions.undo(decision, by=curator, now=LATER)

    meeting.refresh_from_db()
    assert undone == decisions.Undone()
    assert (meeting.name, meeting.notes, meeting.duration) == ("Before", "Ring", timedelta(hours=1))
    assert Decision.objects.get().undone_at == LATER


def test_what_was_changed_again_since_stays_and_is_named(curator):
    meeting = factories.MeetingFactory(name="Before", notes="")
    decision = change(meeting, curator, name="After", notes="Ring")
    listing_fields.apply(meeting, {"name": "By somebody else"}, by=None, role=Role.HOST, now=NOW)

    undone = decisions.undo(decision, by=curator, now=LATER)

    meeting.refresh_from_db()
    assert (meeting.name, meeting.notes) == ("By somebody else", "")
    assert undone.kept == ["Name of the meeting of “By somebody else” was changed again since, and stays."]


def test_taking_back_twice_is_once(curator):
    meeting = factories.MeetingFactory(name="Before")
    decision = change(meeting, curator, name="After")
    decisions.undo(decision, by=curator, now=LATER)
    listing_fields.apply(meeting, {"name": "After"}, by=None, role=Role.HOST, now=LATER)

    again = decisions.undo(decision, by=curator, now=LATER + timedelta(minutes=1))

    meeting.refresh_from_db()
    assert again.was_undone_before
    assert meeting.name == "After"
    assert Decision.objects.get().undone_at == LATER


def test_a_change_that_changes_nothing_is_no_decision(curator):
    meeting = factories.MeetingFactory(name="As it is")

    assert change(meeting, curator, name="As it is") is None
    assert Decision.objects.count() == 0


def test_the_time_for_taking_back_runs_out(curator):
    decision = decisions.record(
        DecisionKind.EDIT, subject="x", title="X", by=curator, role=Role.CURATOR, now=NOW, undo_for=timedelta(days=30)
    )
    last_moment = NOW + timedelta(days=30)
    assert decisions.can_undo(decision, now=last_moment)

    with pytest.raises(decisions.CannotUndo, match="over"):
        decisions.undo(decision, by=curator, now=last_moment + timedelta(seconds=1))


def test_details_of_joining_are_sealed_and_put_back(curator):
    meeting = factories.MeetingFactory(is_online=True, join_passcode="old-word")
    decision = change(meeting, curator, join_passcode="new-word")
    kept = str(Decision.objects.values_list("before", "after").get())
    assert "join_passcode" in kept
    assert "-word" not in kept

    decisions.undo(decision, by=curator, now=LATER)

    meeting.refresh_from_db()
    assert meeting.join_passcode == "old-word"


def test_a_meeting_goes_back_to_the_place_it_came_from(curator):
    meeting = factories.MeetingFactory()
    old, new = meeting.venue, factories.VenueFactory(town="Leeds", region="", country="GB", time_zone="Europe/London")
    decision = change(meeting, curator, venue=new.public_id)
    meeting.refresh_from_db()
    assert (meeting.venue, meeting.time_zone) == (new, "Europe/London")

    decisions.undo(decision, by=curator, now=LATER)

    meeting.refresh_from_db()
    assert (meeting.venue, meeting.time_zone) == (old, "America/New_York")


def test_a_place_put_right_for_all_is_put_back_for_all(curator):
    venue = factories.VenueFactory(name="Old Hall")
    one, other = factories.MeetingFactory.create_batch(2, venue=venue)
    applied = listing_fields.apply(
        one, {"venue_name": "New Hall"}, by=curator, role=Role.CURATOR, now=NOW, for_all_at_venue=True
    )
    decision = decisions.record_change(one, applied, by=curator, role=Role.CURATOR, now=NOW, for_all_at_venue=True)
    other.refresh_from_db()
    assert other.venue.name == "New Hall"

    decisions.undo(decision, by=curator, now=LATER)

    venue.refresh_from_db()
    one.refresh_from_db()
    assert venue.name == "Old Hall"
    assert one.venue == venue
