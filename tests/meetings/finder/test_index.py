from datetime import date, datetime, timedelta

import pytest
from django.contrib.postgres.search import SearchQuery
from django.core.management import call_command
from django.db import connection

from groups.enums import Belief, Covers, GroupState, ListingState
from groups.models import Fellowship
from meetings.enums import ChannelState, TraitKind
from meetings.finder import entries, index
from meetings.models import FinderEntry, FinderTerm, Meeting
from tests.factories import (
    FellowshipFactory,
    GroupFactory,
    MeetingFactory,
    OccurrenceFactory,
    PauseFactory,
    VenueFactory,
)
from tests.helpers import give_trait, instant

pytestmark = pytest.mark.django_db

# A Monday.
NOW = instant("2026-11-23 12:00", "America/New_York")


def facts_of(meeting: Meeting) -> set[tuple[str, str]]:
    entry = FinderEntry.objects.get(pk=meeting.pk)
    return set(FinderTerm.objects.filter(pk__in=entry.terms).values_list("facet", "value"))


def is_found_by(meeting: Meeting, word: str) -> bool:
    query = SearchQuery(f"'{word}':*", search_type="raw", config="simple")
    return FinderEntry.objects.filter(pk=meeting.pk, text=query).exists()


def test_a_public_meeting_is_copied_with_its_words_facts_and_times():
    meeting = MeetingFactory(name="Élan & Hope", venue__town="Montréal", group__approach__slug="smart-recovery")
    give_trait(meeting, "wheelchair", kind=TraitKind.ACCESS)

    done = index.refresh(None, now=NOW)

    entry = FinderEntry.objects.get()
    assert done == 1
    assert entry.is_listed
    assert entry.name_key == "elan hope"
    assert (entry.latitude, entry.longitude) == (42.35843, -71.05977)
    assert entry.starts[:2] == [
        instant("2026-11-24 19:00", "America/New_York"),
        instant("2026-12-01 19:00", "America/New_York"),
    ]
    assert len(entry.starts) == entries.STARTS_KNOWN
    assert entry.ends_at == instant("2026-11-24 20:00", "America/New_York")
    assert (entry.weekdays, entry.start_minute, entry.utc_offset, entry.length) == (0b10, 19 * 60, -300, 3600)
    assert {("approach", "smart-recovery"), ("access", "wheelchair"), ("attendance", "in-person")} <= facts_of(meeting)
    assert is_found_by(meeting, "montre")
    assert is_found_by(meeting, "hope")
    assert not is_found_by(meeting, "despair")


def test_the_meetings_own_next_start_is_set():
    meeting = MeetingFactory(rrule="FREQ=WEEKLY;BYDAY=TU,TH")

    index.refresh([meeting.pk], now=NOW)

    meeting.refresh_from_db()
    assert meeting.weekdays == [1, 3]
    assert meeting.next_starts_at == instant("2026-11-24 19:00", "America/New_York")
    assert meeting.next_ends_at == instant("2026-11-24 20:00", "America/New_York")


def test_an_unknown_length_stays_unknown_on_the_meeting_and_is_assumed_in_the_finder():
    meeting = MeetingFactory(duration=None)

    index.refresh([meeting.pk], now=NOW)

    meeting.refresh_from_db()
    entry = FinderEntry.objects.get()
    assert meeting.next_starts_at is not None
    assert meeting.next_ends_at is None
    assert entry.ends_at == meeting.next_starts_at + timedelta(minutes=60)


def test_pauses_and_changed_dates_are_obeyed():
    paused, cancelled, moved = MeetingFactory(), MeetingFactory(), MeetingFactory()
    PauseFactory(meeting=paused, first_on=date(2026, 11, 24), last_on=date(2026, 11, 30))
    OccurrenceFactory(meeting=cancelled, original_on=date(2026, 11, 24), cancelled_at=NOW)
    later = instant("2026-11-25 18:00", "America/New_York")
    OccurrenceFactory(meeting=moved, original_on=date(2026, 11, 24), moved_to=later)

    index.refresh(None, now=NOW)

    starts = dict(FinderEntry.objects.values_list("pk", "starts"))
    assert starts[paused.pk][0] == instant("2026-12-01 19:00", "America/New_York")
    assert starts[cancelled.pk][0] == instant("2026-12-01 19:00", "America/New_York")
    assert starts[moved.pk][0] == later


@pytest.mark.parametrize("state", [state for state in ListingState if state != ListingState.PUBLIC])
def test_a_meeting_that_is_not_public_leaves_the_finder(state):
    meeting = MeetingFactory()
    index.refresh([meeting.pk], now=NOW)
    assert FinderEntry.objects.get().is_listed
    Meeting.objects.filter(pk=meeting.pk).update(state=state)

    index.refresh([meeting.pk], now=NOW)

    assert not FinderEntry.objects.get().is_listed


def test_the_meetings_of_a_group_that_is_not_public_leave_with_a_complete_refresh():
    meeting = MeetingFactory()
    index.refresh(None, now=NOW)
    assert FinderEntry.objects.get().is_listed
    meeting.group.state = GroupState.UNLISTED
    meeting.group.save()

    index.refresh(None, now=NOW)

    assert not FinderEntry.objects.exists()


def test_a_deleted_meeting_leaves_the_finder():
    meeting = MeetingFactory()
    index.refresh(None, now=NOW)
    pk = meeting.pk
    meeting.delete()

    index.refresh([pk], now=NOW)

    assert not FinderEntry.objects.get().is_listed


def test_what_has_no_date_left_is_not_listed_and_what_never_had_one_is():
    over = MeetingFactory(is_once=True, first_on=date(2026, 11, 1))
    by_appointment = MeetingFactory(is_by_appointment=True)

    index.refresh(None, now=NOW)

    assert dict(FinderEntry.objects.values_list("pk", "is_listed")) == {over.pk: False, by_appointment.pk: True}


def test_a_room_that_is_closed_for_now_has_no_position():
    closed = MeetingFactory(in_person=ChannelState.SUSPENDED, online=ChannelState.OPEN)

    index.refresh(None, now=NOW)

    assert FinderEntry.objects.get(pk=closed.pk).latitude is None


def test_the_place_of_a_teen_meeting_without_consent_is_not_in_the_finder():
    teens = GroupFactory(fellowship=FellowshipFactory(is_for_teens=True))
    hidden = MeetingFactory(group=teens, venue__town="Worcester")
    shown = MeetingFactory(group=teens, venue__town="Worcester", is_teen_consented=True)

    index.refresh(None, now=NOW)

    assert FinderEntry.objects.get(pk=shown.pk).latitude is not None
    assert is_found_by(shown, "worcester")
    assert FinderEntry.objects.get(pk=hidden.pk).latitude is None
    assert not is_found_by(hidden, "worcester")


def test_a_private_home_is_placed_to_about_a_kilometre_and_its_name_is_not_found():
    home = MeetingFactory(venue=VenueFactory(is_private_home=True, name="Marigold", latitude=42.35843, town="Salem"))

    index.refresh(None, now=NOW)

    assert FinderEntry.objects.get().latitude == 42.36
    assert is_found_by(home, "salem")
    assert not is_found_by(home, "marigold")


def test_a_date_that_is_over_moves_on_and_only_the_times_change():
    meeting = MeetingFactory()
    index.refresh([meeting.pk], now=NOW)
    before = FinderEntry.objects.get()
    after_it = instant("2026-11-24 20:00", "America/New_York")

    assert index.refresh_due(now=after_it - timedelta(minutes=1)) == 0
    assert index.refresh_due(now=after_it) == 1

    entry = FinderEntry.objects.get()
    meeting.refresh_from_db()
    assert entry.starts[0] == meeting.next_starts_at == instant("2026-12-01 19:00", "America/New_York")
    assert entry.version == before.version
    assert entry.times_version > before.times_version


def test_a_last_date_that_is_over_takes_the_meeting_off_the_list():
    meeting = MeetingFactory(is_once=True, first_on=date(2026, 11, 24))
    index.refresh([meeting.pk], now=NOW)
    assert FinderEntry.objects.get().is_listed

    index.refresh_due(now=NOW + timedelta(days=3))

    assert not FinderEntry.objects.get().is_listed


def test_a_rule_that_cannot_be_read_does_not_stop_the_others(caplog):
    broken, sound = MeetingFactory(rrule="FREQ=WEEKLY;BYDAY=XX"), MeetingFactory()

    index.refresh(None, now=NOW)

    assert FinderEntry.objects.get(pk=sound.pk).starts
    assert FinderEntry.objects.get(pk=broken.pk).starts == []
    assert "cannot be read" in caplog.text


def test_weekdays_and_offset_are_those_of_the_meetings_zone():
    MeetingFactory(time_zone="Asia/Kolkata", start_time=datetime(2000, 1, 1, 1, 30).time())

    index.refresh(None, now=NOW)

    entry = FinderEntry.objects.get()
    assert (entry.weekdays, entry.start_minute, entry.utc_offset) == (0b10, 90, 330)
    assert entry.starts[0] == instant("2026-11-24 01:30", "Asia/Kolkata")


def test_words_that_were_written_are_in_their_order_when_the_writing_is_done():
    MeetingFactory.create_batch(3)

    index.refresh(None, now=NOW)
    after_a_refresh = _pages_of_words_out_of_order()
    FinderEntry.objects.update(text="'hope':1")
    after_a_write_of_another_sort = _pages_of_words_out_of_order()

    assert (after_a_refresh, after_a_write_of_another_sort) == (0, 1)


def _pages_of_words_out_of_order() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('finderentry_text')")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("of", ["approach", "fellowship"])
def test_what_a_newer_catalogue_says_of_an_approach_or_fellowship_is_found(of):
    call_command("load_catalogue", verbosity=0)
    fellowship = Fellowship.objects.get(slug="ga")
    meeting = MeetingFactory(group__approach=fellowship.approach, group__fellowship=fellowship)
    row, said = (fellowship, "covers") if of == "fellowship" else (fellowship.approach, "belief")
    right = getattr(row, said)
    as_before = [Covers.FOOD.value] if of == "fellowship" else Belief.NONE.value
    row.loaded[said] = as_before
    setattr(row, said, as_before)
    row.save()
    index.refresh(None, now=NOW)
    older = {value for facet, value in facts_of(meeting) if facet == said}

    call_command("load_catalogue", verbosity=0)

    assert older == {"food" if of == "fellowship" else "none"}
    newer = {value for facet, value in facts_of(meeting) if facet == said}
    assert newer == (set(right) if of == "fellowship" else {right})
