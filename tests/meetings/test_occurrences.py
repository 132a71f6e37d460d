"""Dates that are cancelled, moved, online only, paused; and dates that follow a changed rule."""

from datetime import date, time, timedelta

import pytest

from groups.enums import ListingState
from meetings import notices, occurrences, rsvps, schedules
from meetings.enums import ChannelState, ContactKind, MessageKind, MessageState, RsvpPolicy, RsvpReason, RsvpState
from meetings.finder import index
from meetings.models import FinderEntry, Meeting, Occurrence, OutgoingMessage, Rsvp, Venue
from tests.factories import MeetingFactory, OccurrenceFactory, PauseFactory, VenueFactory
from tests.helpers import instant

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-25 12:00")
TUESDAY = date(2026, 12, 1)
STARTS_AT = instant("2026-12-01 19:00", "America/New_York")


def welcoming(**said):
    return MeetingFactory(**{"rsvp_policy": RsvpPolicy.WELCOME, **said})


def somebody(meeting, on=TUESDAY, *, address="ana@example.org", now=NOW) -> Rsvp:
    person = rsvps.Person(kind=ContactKind.EMAIL, address=address)
    return rsvps.confirm(rsvps.take_place(meeting, on, person=person, now=now), now=now)


def told() -> list[str]:
    """Return the news of dates that are to go, or have gone."""
    news = OutgoingMessage.objects.filter(kind__in=notices.ABOUT_A_DATE).exclude(state=MessageState.VOID)
    return list(news.order_by("pk").values_list("kind", flat=True))


def test_a_date_is_computed_until_something_happens_to_it():
    meeting = welcoming()

    found = occurrences.on(meeting, TUESDAY)

    assert found.start.starts_at == STARTS_AT
    assert found.row is None
    assert Occurrence.objects.count() == 0


@pytest.mark.parametrize("day", [date(2026, 12, 2), date(2026, 12, 29)], ids=["not a Tuesday", "paused"])
def test_a_day_that_is_none_is_refused(day):
    meeting = welcoming()
    PauseFactory(meeting=meeting)

    with pytest.raises(occurrences.NoSuchDate):
        occurrences.on(meeting, day)


def test_materializing_twice_is_one_row():
    meeting = welcoming()

    assert occurrences.materialize(meeting, TUESDAY) == occurrences.materialize(meeting, TUESDAY)


def test_a_row_that_only_holds_places_changes_no_schedule():
    meeting = welcoming()
    plain = meeting.schedule()

    occurrences.materialize(meeting, TUESDAY)

    assert Meeting.objects.get(pk=meeting.pk).schedule() == plain


def test_cancelling_tells_everybody_and_the_finder_at_once():
    meeting = welcoming()
    index.refresh([meeting.pk], now=NOW)
    somebody(meeting)
    rsvps.take_place(meeting, TUESDAY, person=rsvps.Person(), now=NOW)

    occurrences.cancel(meeting, TUESDAY, now=NOW, reason="The hall is closed")

    assert told() == [MessageKind.DATE_CANCELLED]
    assert FinderEntry.objects.get().starts[0] == STARTS_AT + timedelta(weeks=1)
    assert occurrences.on(Meeting.objects.get(), TUESDAY).start.is_cancelled
    assert set(Rsvp.objects.values_list("state", flat=True)) == {RsvpState.GOING}


def test_restoring_takes_the_cancellation_back_and_says_the_last_word_once():
    meeting = welcoming()
    somebody(meeting)

    occurrences.cancel(meeting, TUESDAY, now=NOW, reason="Snow")
    occurrences.restore(meeting, TUESDAY, now=NOW)

    row = Occurrence.objects.get()
    assert (row.cancelled_at, row.cancelled_reason) == (None, "")
    assert told() == [MessageKind.DATE_RESTORED]


def test_repeating_a_change_tells_nobody_twice():
    meeting = welcoming()
    somebody(meeting)
    elsewhere = {"to": STARTS_AT + timedelta(hours=1), "venue": VenueFactory(), "duration": timedelta(hours=2)}
    occurrences.move(meeting, TUESDAY, **elsewhere, now=NOW)
    occurrences.cancel(meeting, TUESDAY, now=NOW)
    before = told()
    OutgoingMessage.objects.all().delete()

    occurrences.move(meeting, TUESDAY, **elsewhere, now=NOW)
    occurrences.cancel(meeting, TUESDAY, now=NOW)

    assert before != []
    assert told() == []


def test_moving_in_time_and_place():
    meeting = welcoming()
    index.refresh([meeting.pk], now=NOW)
    somebody(meeting)
    elsewhere = VenueFactory()

    row = occurrences.move(meeting, TUESDAY, to=STARTS_AT + timedelta(hours=1), venue=elsewhere, now=NOW)

    assert row.starts_at == STARTS_AT + timedelta(hours=1)
    assert row.venue == elsewhere
    assert FinderEntry.objects.get().starts[0] == row.starts_at
    assert told() == [MessageKind.DATE_MOVED]


def test_online_only_and_a_note():
    meeting = welcoming()
    somebody(meeting)

    occurrences.make_online_only(meeting, TUESDAY, now=NOW)
    row = occurrences.note(meeting, TUESDAY, text="Bring a cushion", now=NOW)

    assert row.is_online_only
    assert told() == [MessageKind.DATE_CHANGED]


def test_a_pause_ends_the_places_in_it_and_tells_their_people():
    meeting = welcoming()
    inside, after = somebody(meeting), somebody(meeting, TUESDAY + timedelta(weeks=2))

    occurrences.pause(meeting, first_on=TUESDAY, last_on=TUESDAY + timedelta(weeks=1), now=NOW, reason="Repairs")

    inside.refresh_from_db()
    after.refresh_from_db()
    assert (inside.state, inside.reason) == (RsvpState.CANCELLED, RsvpReason.DATE_GONE)
    assert after.state == RsvpState.GOING
    assert told() == [MessageKind.DATE_GONE]


# ── A changed rule ──────────────────────────────────────────────────────────


def test_a_new_time_moves_the_joined_date():
    meeting = welcoming()
    rsvp = somebody(meeting)
    Meeting.objects.update(start_time=time(18, 30))

    occurrences.follow_rule(meeting, now=NOW)

    rsvp.refresh_from_db()
    assert rsvp.state == RsvpState.GOING
    assert rsvp.occurrence.original_on == TUESDAY
    assert rsvp.occurrence.starts_at == STARTS_AT - timedelta(minutes=30)
    assert told() == [MessageKind.DATE_MOVED]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=TH", date(2026, 12, 3)),
        ("FREQ=WEEKLY;BYDAY=MO", date(2026, 11, 30)),
        ("FREQ=WEEKLY;BYDAY=TU,TH", date(2026, 12, 1)),
        ("FREQ=WEEKLY;BYDAY=SA", date(2026, 11, 28)),
        ("FREQ=MONTHLY;BYDAY=2TU", date(2026, 12, 8)),
    ],
)
def test_another_day_moves_the_joined_date_to_the_nearest(rule, expected):
    meeting = welcoming()
    rsvp = somebody(meeting)
    Meeting.objects.update(rrule=rule)

    followed = occurrences.follow_changes(now=NOW)

    rsvp.refresh_from_db()
    is_same = expected == TUESDAY
    assert followed == (0 if is_same else 1)
    assert (rsvp.state, rsvp.occurrence.original_on) == (RsvpState.GOING, expected)
    assert rsvp.occurrence.starts_at == schedules.to_instant(expected, time(19), "America/New_York")
    assert told() == ([] if is_same else [MessageKind.DATE_MOVED])


def test_the_finder_hears_of_a_moved_date_that_became_one_of_another_day():
    meeting = welcoming()
    rsvp = somebody(meeting)
    moved_to = instant("2026-12-02 12:00", "America/New_York")
    Occurrence.objects.filter(pk=rsvp.occurrence_id).update(moved_to=moved_to, starts_at=moved_to)
    Meeting.objects.update(rrule="FREQ=WEEKLY;BYDAY=MO")
    index.refresh([meeting.pk], now=NOW)
    by_rule = instant("2026-11-30 19:00", "America/New_York")
    before = FinderEntry.objects.get(pk=meeting.pk).starts

    occurrences.follow_changes(now=NOW)

    rsvp.occurrence.refresh_from_db()
    assert rsvp.occurrence.original_on == date(2026, 11, 30)
    assert before[0] == by_rule
    assert FinderEntry.objects.get(pk=meeting.pk).starts[0] == moved_to


def test_a_cancelled_date_of_the_old_rule_cancels_none_of_the_new_one():
    meeting = welcoming()
    rsvp = somebody(meeting)
    occurrences.cancel(meeting, TUESDAY, now=NOW)
    Meeting.objects.update(rrule="FREQ=WEEKLY;BYDAY=TH")

    followed = occurrences.follow_changes(now=NOW), occurrences.follow_changes(now=NOW)

    thursday = TUESDAY + timedelta(days=2)
    rsvp.refresh_from_db()
    assert followed == (1, 0)
    assert (rsvp.state, rsvp.occurrence.original_on) == (RsvpState.GOING, thursday)
    assert not occurrences.on(occurrences.fresh(meeting), thursday).start.is_cancelled
    assert told() == [MessageKind.DATE_MOVED]
    assert OutgoingMessage.objects.filter(kind=MessageKind.REMINDER, state=MessageState.PLANNED).exists()


def test_with_nothing_near_the_place_ends_with_a_reason():
    meeting = welcoming()
    rsvp = somebody(meeting)
    Meeting.objects.update(rrule="", first_on=date(2027, 3, 2))

    occurrences.follow_changes(now=NOW)

    rsvp.refresh_from_db()
    assert (rsvp.state, rsvp.reason) == (RsvpState.CANCELLED, RsvpReason.DATE_GONE)
    assert told() == [MessageKind.DATE_GONE]


def test_two_joined_dates_that_become_one_keep_one_place_for_each_person():
    meeting = welcoming(rrule="FREQ=WEEKLY;BYDAY=TU,TH")
    tuesday, thursday = somebody(meeting), somebody(meeting, date(2026, 12, 3))
    other = somebody(meeting, date(2026, 12, 3), address="bo@example.org")
    Meeting.objects.update(rrule="FREQ=WEEKLY;BYDAY=TU")

    occurrences.follow_changes(now=NOW)

    for rsvp in (tuesday, thursday, other):
        rsvp.refresh_from_db()
    assert (tuesday.state, other.state) == (RsvpState.GOING, RsvpState.GOING)
    assert other.occurrence == tuesday.occurrence
    assert (thursday.state, thursday.reason) == (RsvpState.CANCELLED, RsvpReason.TWICE)


@pytest.mark.parametrize("state", [ListingState.GONE, ListingState.PAUSED])
def test_a_meeting_that_is_no_longer_held_ends_its_places(state):
    meeting = welcoming()
    rsvp = somebody(meeting)
    Meeting.objects.update(state=state)

    occurrences.follow_changes(now=NOW)

    rsvp.refresh_from_db()
    assert rsvp.reason == RsvpReason.DATE_GONE
    assert told() == [MessageKind.DATE_GONE]


def test_nothing_is_told_while_nothing_changes():
    meeting = welcoming()
    somebody(meeting)
    OccurrenceFactory(meeting=meeting, original_on=TUESDAY + timedelta(weeks=1), cancelled_at=NOW)

    assert occurrences.follow_changes(now=NOW) == 0
    assert told() == []


def test_dates_that_are_over_stay_as_they_were():
    meeting = welcoming()
    rsvp = somebody(meeting)
    Meeting.objects.update(rrule="FREQ=WEEKLY;BYDAY=FR")

    occurrences.follow_changes(now=STARTS_AT + timedelta(hours=1))

    rsvp.refresh_from_db()
    assert (rsvp.state, rsvp.occurrence.starts_at) == (RsvpState.GOING, STARTS_AT)


def test_people_hear_that_their_meeting_meets_elsewhere_from_now_on():
    meeting = welcoming()
    somebody(meeting)
    Meeting.objects.update(venue=VenueFactory(street="2 Far Road", town="Salem"))

    followed = occurrences.follow_changes(now=NOW), occurrences.follow_changes(now=NOW)

    assert followed == (1, 0)
    assert told() == [MessageKind.DATE_MOVED]


def test_people_hear_that_the_address_of_their_place_was_another():
    meeting = welcoming(venue__street="1 Near Road")
    somebody(meeting)
    Venue.objects.update(street="12 Near Road")

    occurrences.follow_changes(now=NOW)

    assert told() == [MessageKind.DATE_MOVED]


@pytest.mark.parametrize("in_person", [ChannelState.NONE, ChannelState.SUSPENDED])
def test_people_hear_that_their_room_is_given_up_or_closed_for_now(in_person):
    meeting = welcoming()
    somebody(meeting)
    Meeting.objects.update(in_person=in_person, online=ChannelState.OPEN)

    occurrences.follow_changes(now=NOW)

    assert told() == [MessageKind.DATE_MOVED]


def test_another_spelling_of_the_place_is_no_news():
    meeting = welcoming(venue__street="1, Rue de l’Église", venue__name="Hall")
    somebody(meeting)
    Venue.objects.update(street="1 rue de l'eglise", name="The old hall", postcode="02134", latitude=1, longitude=2)

    assert occurrences.follow_changes(now=NOW) == 0
    assert told() == []


def test_who_joins_after_the_place_changed_is_told_nothing():
    meeting = welcoming()
    occurrences.materialize(meeting, TUESDAY)
    Meeting.objects.update(venue=VenueFactory(street="2 Far Road", town="Salem"))
    occurrences.follow_changes(now=NOW)
    somebody(meeting)

    followed = occurrences.follow_changes(now=NOW)

    assert followed == 0
    assert told() == []


def test_a_date_with_a_place_of_its_own_stays_there():
    meeting = welcoming()
    somebody(meeting)
    occurrences.move(meeting, TUESDAY, venue=VenueFactory(street="3 Other Road"), now=NOW)
    before = told()
    Meeting.objects.update(venue=VenueFactory(street="2 Far Road", town="Salem"))

    followed = occurrences.follow_changes(now=NOW)

    assert before == [MessageKind.DATE_MOVED]
    assert followed == 0
    assert told() == before


def test_the_usual_place_of_a_cancelled_date_is_no_news_until_it_takes_place():
    meeting = welcoming()
    somebody(meeting)
    occurrences.cancel(meeting, TUESDAY, now=NOW)
    Meeting.objects.update(venue=VenueFactory(street="2 Far Road", town="Salem"))

    occurrences.follow_changes(now=NOW)

    assert told() == [MessageKind.DATE_CANCELLED]


def test_following_many_meetings_takes_few_queries(django_assert_num_queries):
    for _ in range(3):
        somebody(welcoming())

    with django_assert_num_queries(3):
        occurrences.follow_changes(now=NOW)


def test_a_meeting_that_cannot_be_read_does_not_stop_the_others(caplog):
    broken, other = welcoming(), welcoming()
    somebody(broken)
    rsvp = somebody(other)
    Meeting.objects.filter(pk=broken.pk).update(rrule="FREQ=WEEKLY;BYDAY=XX")
    Meeting.objects.filter(pk=other.pk).update(start_time=time(18))

    followed = occurrences.follow_changes(now=NOW)

    rsvp.refresh_from_db()
    assert followed == 1
    assert rsvp.occurrence.starts_at == STARTS_AT - timedelta(hours=1)
    assert f"meeting {broken.pk} could not follow" in caplog.text


def test_a_seat_leaves_no_history_of_who_asked_for_it_and_a_change_does():
    meeting = MeetingFactory(rsvp_policy=RsvpPolicy.WELCOME)

    rsvps.take_place(meeting, TUESDAY, person=rsvps.Person(), now=NOW)
    after_a_seat = Occurrence.history.count()
    occurrences.cancel(meeting, TUESDAY, now=NOW)

    assert after_a_seat == 0
    assert Occurrence.history.count() > 0
