"""What people put right survives imports; where the feed says something new, a person decides."""

import pytest

from groups.enums import Role
from groups.models import Source
from meetings import decisions, listing_fields
from meetings.enums import DecisionKind
from meetings.feeds import conflicts
from meetings.models import Decision, Meeting
from tests.cast import make_person
from tests.meetings.feeds.conftest import NOW


def correct(**changes) -> Meeting:
    meeting = Meeting.objects.select_related("group", "venue").get()
    listing_fields.apply(meeting, changes, by=None, role=Role.HOST, now=NOW)
    return Meeting.objects.select_related("group", "venue").get()


@pytest.fixture
def conflict(feeds, record):
    """A length that a host corrected to 90 minutes; the feed then says 75."""
    feeds.load([record()])
    correct(duration=90)
    feeds.load([record(end_time="20:15")])
    return Source.objects.get()


def told(found):
    return [(one.name, one.theirs_words, one.ours_words) for one in found]


def test_a_correction_survives_the_next_import_and_is_shown(feeds, record):
    feeds.load([record()])
    correct(notes="Ring twice", group_website="https://lanterns.example")

    feeds.load([record(end_time="20:30")])

    meeting = Meeting.objects.get()
    source = Source.objects.get()
    assert (meeting.notes, meeting.duration.seconds // 60) == ("Ring twice", 90)
    assert conflicts.of_source(source) == []
    assert ("notes", "", "Ring twice") in told(conflicts.corrections_of(source))


def test_what_the_feed_says_anew_waits_field_by_field(conflict):
    conflict.refresh_from_db()

    assert told(conflicts.of_source(conflict)) == [("duration", "75 minutes", "90 minutes")]
    assert conflict.open_conflicts == 1
    assert Meeting.objects.get().duration.seconds == 90 * 60


def test_taking_theirs_follows_the_feed_from_then_on_and_can_be_taken_back(conflict, feeds, record):
    decision = conflicts.take_theirs(conflict, conflicts.of_source(conflict)[0].key, by=None, now=NOW)

    assert Meeting.objects.get().duration.seconds == 75 * 60
    assert (decision.kind, conflicts.of_source(conflict), conflict.open_conflicts) == (DecisionKind.CONFLICT, [], 0)
    decisions.undo(decision, by=None, now=NOW)
    assert told(conflicts.of_source(conflict)) == [("duration", "75 minutes", "90 minutes")]
    conflicts.take_theirs(conflict, conflicts.of_source(conflict)[0].key, by=None, now=NOW)
    feeds.load([record(end_time="21:00")])
    assert Meeting.objects.get().duration.seconds == 120 * 60


def test_keeping_ours_lasts_until_the_feed_says_something_new(conflict, feeds, record):
    key = conflicts.of_source(conflict)[0].key

    decision = conflicts.keep_ours(conflict, key, by=make_person("curator"), now=NOW)

    assert conflicts.of_source(conflict) == []
    feeds.load([record(end_time="20:15", name="Lanterns")])
    assert conflicts.of_source(conflict) == []
    feeds.load([record(end_time="20:20", name="Lanterns")])
    assert told(conflicts.of_source(conflict)) == [("duration", "80 minutes", "90 minutes")]
    decisions.undo(decision, by=None, now=NOW)
    assert len(conflicts.of_source(conflict)) == 1


def test_undoing_what_was_kept_asks_again(conflict):
    decision = conflicts.keep_ours(conflict, conflicts.of_source(conflict)[0].key, by=None, now=NOW)
    assert conflicts.of_source(conflict) == []

    decisions.undo(decision, by=None, now=NOW)

    assert len(conflicts.of_source(conflict)) == 1


def test_what_is_decided_is_decided_once(conflict):
    key = conflicts.of_source(conflict)[0].key
    conflicts.take_theirs(conflict, key, by=None, now=NOW)

    with pytest.raises(conflicts.NoSuchDifference):
        conflicts.take_theirs(conflict, key, by=None, now=NOW)

    assert Decision.objects.count() == 1


def test_a_feed_that_comes_round_to_ours_leaves_no_conflict(conflict, feeds, record):
    assert len(conflicts.of_source(conflict)) == 1

    feeds.load([record(end_time="20:30")])

    conflict.refresh_from_db()
    assert (conflicts.of_source(conflict), conflict.open_conflicts) == ([], 0)


def test_groups_and_traits_are_compared_too(feeds, record):
    feeds.load([record(group="Harbor", website="https://harbor.example", types=["O", "D"])])
    correct(group_website="https://ours.example", trait_format_discussion="no")

    feeds.load([record(group="Harbor", website="https://new.example", types=["O", "B"])])

    found = conflicts.of_source(Source.objects.get())
    assert {one.name for one in found} >= {"group_website", "trait_format_discussion"}
    theirs = {one.name: one.theirs for one in found}
    assert (theirs["group_website"], theirs["trait_format_discussion"]) == ("https://new.example", "")


def test_a_place_is_compared_for_everybody_who_meets_there(feeds, record):
    feeds.load([record("a", location_notes="Blue door"), record("b", day=3, location_notes="Blue door")])
    one = Meeting.objects.select_related("group", "venue").order_by("pk").first()
    listing_fields.apply(
        one, {"venue_how_to_find": "Red door"}, by=None, role=Role.CURATOR, now=NOW, for_all_at_venue=True
    )

    feeds.load([record("a", location_notes="Green door"), record("b", day=3, location_notes="Green door")])

    source = Source.objects.get()
    (found,) = conflicts.of_source(source)
    assert (found.name, found.theirs, found.ours_words) == ("venue_how_to_find", "Green door", "Red door")
    conflicts.take_theirs(source, found.key, by=None, now=NOW)
    assert set(Meeting.objects.values_list("venue__how_to_find", flat=True)) == {"Green door"}
