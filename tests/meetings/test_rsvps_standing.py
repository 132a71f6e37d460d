"""Four dates, or every date until the person stops."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from meetings import about_me, occurrences, rsvps
from meetings.enums import ContactKind, MessageKind, RsvpPolicy, RsvpState
from meetings.models import OutgoingMessage, Rsvp, StandingRsvp
from tests.factories import MeetingFactory, PauseFactory
from tests.helpers import instant

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-25 12:00")
TUESDAY = date(2026, 12, 1)
WEEK = timedelta(weeks=1)
JUST_ME = rsvps.Person()
ANA = rsvps.Person(kind=ContactKind.EMAIL, address="ana@example.org")


def welcoming(**said):
    return MeetingFactory(**{"rsvp_policy": RsvpPolicy.WELCOME, **said})


def dates_of(standing: StandingRsvp, *states: str) -> list[date]:
    found = standing.rsvps.filter(state__in=states or [RsvpState.GOING])
    return list(found.order_by("occurrence__original_on").values_list("occurrence__original_on", flat=True))


def start(meeting, *, person=JUST_ME, dates=None, first_on=TUESDAY, now=NOW) -> StandingRsvp:
    return rsvps.start_standing(meeting, first_on, person=person, dates=dates, now=now)


def test_the_next_four_dates_step_over_a_pause_and_a_cancelled_date():
    meeting = welcoming()
    PauseFactory(meeting=meeting, first_on=TUESDAY + WEEK, last_on=TUESDAY + WEEK)
    occurrences.cancel(meeting, TUESDAY + 2 * WEEK, now=NOW)

    standing = start(meeting, dates=4)

    assert dates_of(standing) == [TUESDAY, TUESDAY + 3 * WEEK, TUESDAY + 4 * WEEK, TUESDAY + 5 * WEEK]
    assert standing.dates_left == 0


def test_every_date_joins_those_that_are_near_and_later_the_rest():
    standing = start(welcoming())
    at_first = dates_of(standing)

    joined = rsvps.expand_all(now=NOW + WEEK)
    again = rsvps.expand_all(now=NOW + WEEK)

    assert at_first == [TUESDAY, TUESDAY + WEEK]
    assert (joined, again) == (1, 0)
    assert dates_of(standing) == [TUESDAY, TUESDAY + WEEK, TUESDAY + 2 * WEEK]


def test_a_far_first_date_is_joined_at_once_and_none_before_it():
    standing = start(welcoming(), first_on=TUESDAY + 10 * WEEK)

    rsvps.expand_all(now=NOW + WEEK)

    assert dates_of(standing) == [TUESDAY + 10 * WEEK]


def test_a_monthly_meeting_joins_at_least_the_next_date():
    standing = start(welcoming(rrule="FREQ=MONTHLY;BYDAY=1TU"))
    before = dates_of(standing)

    rsvps.expand_all(now=NOW + 2 * WEEK)

    assert before == [TUESDAY]
    assert dates_of(standing) == [TUESDAY, date(2027, 1, 5)]


def test_a_date_that_was_given_back_is_not_joined_again():
    standing = start(welcoming())
    rsvps.give_back(standing.rsvps.get(occurrence__original_on=TUESDAY), now=NOW)

    rsvps.expand_all(now=NOW + timedelta(days=1))

    assert dates_of(standing) == [TUESDAY + WEEK]


def test_a_full_date_is_joined_by_its_waiting_list():
    meeting = welcoming(capacity=1)
    rsvps.take_place(meeting, TUESDAY, person=JUST_ME, now=NOW)

    standing = start(meeting)

    assert dates_of(standing, RsvpState.WAITING) == [TUESDAY]
    assert dates_of(standing) == [TUESDAY + WEEK]


def test_with_an_address_all_dates_are_held_until_it_is_confirmed_once():
    meeting = welcoming()
    standing = start(meeting, person=ANA)
    held = dates_of(standing, RsvpState.HELD)

    rsvps.confirm_standing(standing, now=NOW)
    rsvps.expand_all(now=NOW + WEEK)

    assert held == [TUESDAY, TUESDAY + WEEK]
    assert dates_of(standing) == [TUESDAY, TUESDAY + WEEK, TUESDAY + 2 * WEEK]


def test_unconfirmed_it_ends_after_a_day_and_its_address_is_erased():
    standing = start(welcoming(), person=ANA)

    rsvps.give_back_unconfirmed(now=NOW + timedelta(hours=24))
    rsvps.ask_whether_to_go_on(now=NOW + timedelta(hours=24))

    standing.refresh_from_db()
    assert (standing.contact, standing.contact_key) == (None, "")
    assert standing.ended_at == NOW + timedelta(hours=24)
    assert dates_of(standing, RsvpState.LAPSED) == [TUESDAY, TUESDAY + WEEK]
    assert Rsvp.objects.exclude(contact=None).count() == 0


def test_four_dates_unconfirmed_are_forgotten_after_a_day_though_the_last_is_weeks_ahead():
    standing = start(welcoming(), person=ANA, dates=4)
    ended_at = standing.ended_at

    rsvps.give_back_unconfirmed(now=NOW + timedelta(hours=24))
    rsvps.ask_whether_to_go_on(now=NOW + timedelta(hours=24))

    standing.refresh_from_db()
    assert (standing.contact, standing.contact_key, standing.language) == (None, "", "")
    assert standing.ended_at == ended_at
    assert len(dates_of(standing, RsvpState.LAPSED)) == 4
    assert Rsvp.objects.exclude(contact=None).count() == 0


def test_before_it_is_confirmed_no_further_date_is_held():
    daily = welcoming(rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU")
    standing = start(daily, person=ANA)
    almost_a_day = NOW + timedelta(hours=23)

    early = rsvps.expand_all(now=almost_a_day)
    rsvps.confirm_standing(standing, now=almost_a_day)
    confirmed = rsvps.expand_all(now=almost_a_day)

    assert (early, confirmed) == (0, 1)


def test_asking_twice_with_one_address_is_one_standing_place():
    meeting = welcoming()

    assert start(meeting, person=ANA) == start(meeting, person=ANA)
    assert Rsvp.objects.count() == 2


def test_asking_twice_for_four_dates_is_one_standing_place_and_for_later_ones_another():
    meeting = welcoming()
    first = start(meeting, person=ANA, dates=4)

    again = start(meeting, person=ANA, dates=4)
    on = start(meeting, person=ANA, dates=4, first_on=TUESDAY + 3 * WEEK)

    assert again == first
    assert dates_of(first, RsvpState.HELD) == [TUESDAY + n * WEEK for n in range(4)]
    assert dates_of(on, RsvpState.HELD) == [TUESDAY + n * WEEK for n in range(4, 7)]
    assert StandingRsvp.objects.count() == 2


def test_a_single_place_of_the_same_address_becomes_part_of_it():
    meeting = welcoming()
    single = rsvps.confirm(rsvps.take_place(meeting, TUESDAY, person=ANA, now=NOW), now=NOW)

    standing = start(meeting, person=ANA)

    single.refresh_from_db()
    assert single.standing == standing
    assert single.state == RsvpState.GOING


def test_after_twelve_weeks_it_asks_once_and_ends_by_itself():
    standing = rsvps.confirm_standing(start(welcoming(), person=ANA), now=NOW)
    twelve = NOW + 12 * WEEK

    early = rsvps.ask_whether_to_go_on(now=twelve - timedelta(minutes=1))
    asked = rsvps.ask_whether_to_go_on(now=twelve), rsvps.ask_whether_to_go_on(now=twelve + timedelta(days=6))
    rsvps.ask_whether_to_go_on(now=twelve + WEEK)
    joined = rsvps.expand_all(now=twelve + 5 * WEEK)

    standing.refresh_from_db()
    assert (early, asked) == (0, (1, 0))
    assert OutgoingMessage.objects.filter(kind=MessageKind.STILL_COMING).count() == 1
    assert standing.ended_at == twelve + WEEK
    assert joined == 0


def test_a_yes_is_good_for_another_twelve_weeks():
    standing = start(welcoming())
    twelve = NOW + 12 * WEEK
    rsvps.ask_whether_to_go_on(now=twelve)
    standing.refresh_from_db()

    rsvps.continue_standing(standing, now=twelve + timedelta(days=3))
    rsvps.ask_whether_to_go_on(now=twelve + 2 * WEEK)

    standing.refresh_from_db()
    assert standing.ended_at is None
    assert dates_of(standing)[-1] > (twelve + WEEK).date()


def test_stopping_gives_everything_back_and_undoing_takes_the_same_dates_back():
    standing = start(welcoming())
    rsvps.give_back(standing.rsvps.get(occurrence__original_on=TUESDAY), now=NOW)

    rsvps.stop_standing(standing, now=NOW + timedelta(minutes=1))
    stopped = dates_of(standing)
    rsvps.unstop_standing(standing, now=NOW + timedelta(minutes=2))

    assert stopped == []
    assert dates_of(standing) == [TUESDAY + WEEK]
    assert StandingRsvp.objects.get().ended_at is None


def test_undoing_takes_the_other_dates_back_when_one_has_been_cancelled():
    meeting = welcoming()
    standing = start(meeting, dates=4)
    rsvps.stop_standing(standing, now=NOW)
    occurrences.cancel(meeting, TUESDAY, now=NOW)

    rsvps.unstop_standing(standing, now=NOW + timedelta(minutes=1))

    assert dates_of(standing) == [TUESDAY + n * WEEK for n in range(1, 4)]


def test_a_worker_that_read_it_before_the_person_stopped_joins_nothing_more():
    standing = start(welcoming())
    read_before = StandingRsvp.objects.get(pk=standing.pk)
    rsvps.stop_standing(standing, now=NOW)

    joined = rsvps.expand(read_before, now=NOW + WEEK)

    standing.refresh_from_db()
    assert joined == []
    assert standing.ended_at == NOW
    assert dates_of(standing) == []


def test_a_worker_that_read_it_before_it_was_erased_writes_no_address_back():
    standing = rsvps.confirm_standing(start(welcoming(), person=ANA), now=NOW)
    read_before = StandingRsvp.objects.get(pk=standing.pk)
    about_me.erase(standing.contact_key, now=NOW)

    rsvps.expand(read_before, now=NOW + WEEK)

    assert read_before.contact is not None
    assert Rsvp.objects.exclude(contact=None).count() == 0


def test_it_follows_a_changed_rule():
    meeting = welcoming()
    standing = start(meeting)
    type(meeting).objects.update(rrule="FREQ=WEEKLY;BYDAY=TH")

    occurrences.follow_changes(now=NOW)
    rsvps.expand_all(now=NOW + timedelta(days=9))

    thursday = TUESDAY + timedelta(days=2)
    assert dates_of(standing) == [thursday, thursday + WEEK, thursday + 2 * WEEK]


@pytest.mark.parametrize(
    "wrong",
    [
        {"confirmed_at": None},
        {"asked_at": NOW, "dates_left": 3},
        {"contact": b"x"},
        {"others": 4},
    ],
)
def test_what_does_not_belong_together_is_refused(wrong):
    meeting = welcoming()
    right = {
        "meeting": meeting,
        "first_on": TUESDAY,
        "created_at": NOW,
        "continued_at": NOW,
        "confirmed_at": NOW,
    }
    StandingRsvp.objects.create(**right)

    with pytest.raises(IntegrityError), transaction.atomic():
        StandingRsvp.objects.create(**{**right, **wrong})
