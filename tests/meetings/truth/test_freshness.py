"""How far a listing can be trusted, over a clock that moves. Pure."""

from datetime import UTC, date, datetime, timedelta

import pytest

from groups.enums import Role
from meetings import freshness, working_days
from meetings.enums import ConfirmedHow
from meetings.freshness import Due, Freshness, Said

DAY = timedelta(days=1)
THEN = datetime(2026, 1, 1, 12, tzinfo=UTC)
LONG_AGO = THEN - 1000 * DAY

ROOM, ROOM_CLOSED, NO_ROOM = "open", "suspended", "none"


def host(at=THEN, *, is_true=True):
    return Said(at, Role.HOST, ConfirmedHow.ON_PAGE, is_true)


@pytest.mark.parametrize(
    ("in_person", "days", "freshness_then"),
    [
        (ROOM, 0, Freshness.CONFIRMED),
        (ROOM, 89, Freshness.CONFIRMED),
        (ROOM, 90, Freshness.AGING),
        (ROOM, 179, Freshness.AGING),
        (ROOM, 180, Freshness.STALE),
        (NO_ROOM, 29, Freshness.CONFIRMED),
        (NO_ROOM, 30, Freshness.AGING),
        (NO_ROOM, 59, Freshness.AGING),
        (NO_ROOM, 60, Freshness.STALE),
        (ROOM_CLOSED, 30, Freshness.AGING),
        (ROOM_CLOSED, 60, Freshness.STALE),
    ],
)
def test_a_confirmation_ages(in_person, days, freshness_then):
    state = freshness.state_of([host()], in_person=in_person, now=THEN + days * DAY, listed_at=LONG_AGO)

    assert state == freshness.State(freshness_then, THEN, Role.HOST, ConfirmedHow.ON_PAGE)


@pytest.mark.parametrize("days", [90, 30])
def test_a_limit_is_reached_to_the_second(days):
    in_person = ROOM if days == 90 else NO_ROOM

    before = freshness.state_of(
        [host()], in_person=in_person, now=THEN + days * DAY - timedelta(seconds=1), listed_at=LONG_AGO
    )
    at = freshness.state_of([host()], in_person=in_person, now=THEN + days * DAY, listed_at=LONG_AGO)

    assert (before.freshness, at.freshness) == (Freshness.CONFIRMED, Freshness.AGING)


@pytest.mark.parametrize("role", Role)
def test_whoever_knows_may_confirm(role):
    said = [Said(THEN, role, ConfirmedHow.ON_PAGE)]

    state = freshness.state_of(said, in_person=ROOM, now=THEN + DAY, listed_at=LONG_AGO)

    assert (state.freshness, state.by) == (Freshness.CONFIRMED, role)


def test_the_last_confirmation_counts_in_whatever_order_they_come():
    said = [host(THEN), Said(THEN + 50 * DAY, Role.CURATOR, ConfirmedHow.ON_PAGE), host(THEN + 20 * DAY)]

    state = freshness.state_of(said, in_person=ROOM, now=THEN + 100 * DAY, listed_at=LONG_AGO)

    assert (state.freshness, state.since, state.by) == (Freshness.CONFIRMED, THEN + 50 * DAY, Role.CURATOR)


def test_a_no_of_the_group_takes_earlier_words_away():
    said = [host(THEN), host(THEN + DAY, is_true=False)]

    state = freshness.state_of(said, in_person=ROOM, now=THEN + 2 * DAY, listed_at=LONG_AGO)

    assert state == freshness.State(Freshness.STALE)


def test_a_no_of_one_visitor_takes_nothing_away():
    said = [host(THEN), Said(THEN + DAY, Role.VISITOR, ConfirmedHow.BY_VISITS, is_true=False)]

    state = freshness.state_of(said, in_person=ROOM, now=THEN + 2 * DAY, listed_at=LONG_AGO)

    assert state.freshness == Freshness.CONFIRMED


def test_a_yes_after_a_no_counts_again():
    said = [host(THEN, is_true=False), host(THEN + DAY)]

    state = freshness.state_of(said, in_person=ROOM, now=THEN + 2 * DAY, listed_at=LONG_AGO)

    assert state.since == THEN + DAY


@pytest.mark.parametrize(("days", "state"), [(0, Freshness.AGING), (179, Freshness.AGING), (180, Freshness.STALE)])
def test_a_listing_nobody_confirmed_is_never_confirmed_by_being_new(days, state):
    found = freshness.state_of([], in_person=ROOM, now=THEN + days * DAY, listed_at=THEN)

    assert found == freshness.State(state)


@pytest.mark.parametrize(
    ("days_since_seen", "state"), [(0, Freshness.AGING), (13, Freshness.AGING), (14, Freshness.STALE)]
)
def test_a_listing_in_its_feed_is_not_stale_and_not_confirmed_either(days_since_seen, state):
    now = THEN + 500 * DAY

    found = freshness.state_of([], in_person=ROOM, now=now, listed_at=THEN, seen_in_feed_at=now - days_since_seen * DAY)

    assert found == freshness.State(state)


# ── Asking and taking off ───────────────────────────────────────────────────


def due(days, *, in_person=ROOM, asked=None):
    asked_at = None if asked is None else THEN + asked * DAY
    return freshness.what_is_due(
        THEN, in_person=in_person, now=THEN + days * DAY, listed_at=LONG_AGO, asked_at=asked_at
    )


@pytest.mark.parametrize(
    ("in_person", "days", "asked", "what"),
    [
        (ROOM, 75, None, Due.NOTHING),
        (ROOM, 76, None, Due.ASK),
        (ROOM, 76, -300, Due.ASK),
        (ROOM, 100, 76, Due.NOTHING),
        (ROOM, 165, 76, Due.NOTHING),
        (ROOM, 166, 76, Due.ASK),
        (ROOM, 166, 166, Due.NOTHING),
        (ROOM, 195, 166, Due.NOTHING),
        (ROOM, 196, 166, Due.GIVE_NOTICE),
        (ROOM, 209, 196, Due.NOTHING),
        (ROOM, 210, 196, Due.TAKE_OFF),
        (NO_ROOM, 22, None, Due.NOTHING),
        (NO_ROOM, 23, None, Due.ASK),
        (NO_ROOM, 53, 23, Due.ASK),
        (NO_ROOM, 76, 53, Due.GIVE_NOTICE),
        (NO_ROOM, 89, 76, Due.NOTHING),
        (NO_ROOM, 90, 76, Due.TAKE_OFF),
        # The service stood still for years: notice first, and its fourteen days.
        (ROOM, 2000, None, Due.GIVE_NOTICE),
        (ROOM, 2013, 2000, Due.NOTHING),
        (ROOM, 2014, 2000, Due.TAKE_OFF),
    ],
)
def test_hosts_are_asked_twice_told_and_then_it_goes(in_person, days, asked, what):
    found = due(days, in_person=in_person, asked=asked)

    assert found == what


def test_nothing_is_taken_off_before_it_was_stale_and_told():
    taken_off = [day for day in range(400) if due(day, asked=196) == Due.TAKE_OFF]

    assert taken_off[0] == 210


# ── People who went ─────────────────────────────────────────────────────────

FIRST, SECOND = date(2026, 1, 6), date(2026, 1, 13)


@pytest.mark.parametrize(
    ("answers", "as_of"),
    [
        ([], None),
        ([(FIRST, "yes")], None),
        ([(FIRST, "yes"), (SECOND, "yes")], None),
        ([(FIRST, "yes"), (FIRST, "yes")], FIRST),
        ([(FIRST, "yes")] * 2 + [(SECOND, "yes")] * 2, SECOND),
        ([(FIRST, "yes")] * 2 + [(SECOND, "yes")], FIRST),
        ([(FIRST, "yes")] * 2 + [(FIRST, "nobody")], None),
        ([(FIRST, "yes")] * 2 + [(SECOND, "nobody")], None),
        ([(SECOND, "yes")] * 2 + [(FIRST, "nobody")], SECOND),
        ([(FIRST, "yes"), (FIRST, "not-there")], None),
    ],
)
def test_two_who_went_to_the_same_date_confirm_it(answers, as_of):
    found = freshness.confirmed_by_visitors(answers)

    assert found == (as_of and datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC))


# ── Working days ────────────────────────────────────────────────────────────

WEDNESDAY, FRIDAY = datetime(2026, 11, 18, 15, tzinfo=UTC), datetime(2026, 11, 20, 15, tzinfo=UTC)
SATURDAY, MONDAY = datetime(2026, 11, 21, 15, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (WEDNESDAY, 2, FRIDAY),
        (WEDNESDAY, 3, datetime(2026, 11, 23, 15, tzinfo=UTC)),
        (FRIDAY, 3, datetime(2026, 11, 25, 15, tzinfo=UTC)),
        (SATURDAY, 3, datetime(2026, 11, 26, tzinfo=UTC)),
        (MONDAY, 5, datetime(2026, 11, 30, tzinfo=UTC)),
    ],
)
def test_working_days_leave_weekends_out(start, days, end):
    found = working_days.after(start, days)

    assert found == end


def test_before_is_the_other_way_round_at_every_hour_of_three_weeks():
    hours = [datetime(2026, 11, 2, tzinfo=UTC) + number * timedelta(hours=1) for number in range(21 * 24)]

    wrong = [
        (start, end)
        for end in hours[::5]
        for start in hours[::7]
        if (working_days.after(start, 3) <= end) != (start <= working_days.before(end, 3))
    ]

    assert wrong == []
