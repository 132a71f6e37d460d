"""When a meeting takes place: one claim a test, with dates anybody can check."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from meetings import schedules
from meetings.schedules import Change, Pause
from tests.meetings.schedule_makers import HOUR, NEW_YORK, days, monthly, once, utc, weekly

# The days of a rule


def test_weekly_rule_meets_on_each_of_its_weekdays():
    schedule = weekly(1, 3)

    found = days(schedule, "2026-10-05", "2026-10-16")

    assert found == ["2026-10-06", "2026-10-08", "2026-10-13", "2026-10-15"]


def test_weekly_rule_runs_across_the_end_of_the_year():
    schedule = weekly(3)

    found = days(schedule, "2026-12-24", "2027-01-07")

    assert found == ["2026-12-24", "2026-12-31", "2027-01-07"]


def test_both_ends_of_the_asked_dates_are_included():
    schedule = weekly(1)

    assert days(schedule, "2026-10-06", "2026-10-13") == ["2026-10-06", "2026-10-13"]
    assert days(schedule, "2026-10-07", "2026-10-12") == []


def test_every_other_week_is_counted_from_the_week_of_the_first_date():
    tuesdays = weekly(1, interval=2, first_on=date(2026, 10, 6))
    from_next_week = weekly(1, interval=2, first_on=date(2026, 10, 13))

    assert days(tuesdays, "2026-10-01", "2026-11-05") == ["2026-10-06", "2026-10-20", "2026-11-03"]
    assert days(from_next_week, "2026-10-01", "2026-11-05") == ["2026-10-13", "2026-10-27"]


def test_every_other_week_begins_on_monday():
    # Sunday the 11th closes the week of Tuesday the 6th.
    schedule = weekly(1, 6, interval=2, first_on=date(2026, 10, 6))

    found = days(schedule, "2026-10-01", "2026-10-31")

    assert found == ["2026-10-06", "2026-10-11", "2026-10-20", "2026-10-25"]


def test_every_other_week_keeps_step_across_a_year_of_53_weeks():
    schedule = weekly(3, interval=2, first_on=date(2026, 12, 17))

    found = days(schedule, "2026-12-15", "2027-01-31")

    assert found == ["2026-12-17", "2026-12-31", "2027-01-14", "2027-01-28"]


def test_first_date_that_the_rule_does_not_have_is_no_date():
    schedule = weekly(1, interval=2, first_on=date(2026, 10, 7))

    found = days(schedule, "2026-10-01", "2026-10-31")

    assert found == ["2026-10-20"]


def test_first_and_last_date_are_allowed_and_bound_the_rest():
    schedule = weekly(1, first_on=date(2026, 10, 13), last_on=date(2026, 10, 27))

    found = days(schedule, "2026-10-01", "2026-11-30")

    assert found == ["2026-10-13", "2026-10-20", "2026-10-27"]


@pytest.mark.parametrize(
    ("positions", "expected"),
    [
        ((1,), ["2026-10-05", "2026-11-02", "2026-12-07"]),
        ((2,), ["2026-10-12", "2026-11-09", "2026-12-14"]),
        ((-1,), ["2026-10-26", "2026-11-30", "2026-12-28"]),
        ((-2,), ["2026-10-19", "2026-11-23", "2026-12-21"]),
        # Only November has five Mondays.
        ((5,), ["2026-11-30"]),
        ((5, -1), ["2026-10-26", "2026-11-30", "2026-12-28"]),
    ],
)
def test_monthly_rule_meets_on_its_mondays(positions, expected):
    schedule = monthly(0, positions=positions)

    assert days(schedule, "2026-10-01", "2026-12-31") == expected


def test_month_with_five_weeks_starting_on_its_weekday_has_all_positions():
    # February 2027 begins on a Monday and has exactly four weeks.
    first, last = "2027-02-01", "2027-02-28"

    assert days(monthly(0, positions=(1,)), first, last) == ["2027-02-01"]
    assert days(monthly(0, positions=(4,)), first, last) == ["2027-02-22"]
    assert days(monthly(6, positions=(-1,)), first, last) == ["2027-02-28"]
    assert days(monthly(0, positions=(5,)), first, last) == []


def test_every_second_month_is_counted_from_the_month_of_the_first_date():
    schedule = monthly(4, positions=(-1,), interval=2, first_on=date(2026, 11, 5))

    found = days(schedule, "2026-10-01", "2027-04-30")

    assert found == ["2026-11-27", "2027-01-29", "2027-03-26"]


def test_single_date_happens_once():
    schedule = once(date(2026, 12, 5))

    assert days(schedule, "2020-01-01", "2030-01-01") == ["2026-12-05"]
    assert days(schedule, "2026-12-06", "2030-01-01") == []


def test_pause_leaves_its_first_and_last_day_out():
    schedule = weekly(1, pauses=(Pause(date(2026, 10, 13), date(2026, 10, 20)),))

    found = days(schedule, "2026-10-01", "2026-10-31")

    assert found == ["2026-10-06", "2026-10-27"]


def test_overlapping_pauses_in_any_order_leave_out_what_either_covers():
    schedule = weekly(
        1,
        pauses=(
            Pause(date(2026, 10, 20), date(2026, 10, 28)),
            Pause(date(2026, 10, 12), date(2026, 10, 21)),
        ),
    )

    found = days(schedule, "2026-10-01", "2026-11-05")

    assert found == ["2026-10-06", "2026-11-03"]


def test_weekdays_of_a_single_date_are_the_date_s_own():
    assert schedules.weekday_set(weekly(1, 3)) == {1, 3}
    assert schedules.weekday_set(monthly(4, positions=(1,))) == {4}
    assert schedules.weekday_set(once(date(2026, 12, 5))) == {5}


# Wall time and instants


def test_wall_time_holds_across_both_clock_changes():
    schedule = weekly(6, at=time(19, 0))

    march = schedules.next_starts(schedule, after=utc("2026-03-01"), limit=2)
    autumn = schedules.next_starts(schedule, after=utc("2026-10-25T12:00"), limit=2)

    assert [start.starts_at for start in march] == [utc("2026-03-02"), utc("2026-03-08T23:00")]
    assert [start.starts_at for start in autumn] == [
        utc("2026-10-25T23:00"),
        utc("2026-11-02"),
    ]


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        ("2026-03-08T01:59", "2026-03-08T06:59"),
        ("2026-03-08T02:00", "2026-03-08T07:00"),
        ("2026-03-08T02:30", "2026-03-08T07:30"),
        ("2026-03-08T03:00", "2026-03-08T07:00"),
    ],
)
def test_skipped_wall_time_moves_forward_by_the_gap(wall, instant):
    wall = datetime.fromisoformat(wall)

    found = schedules.to_instant(wall.date(), wall.time(), NEW_YORK)

    assert found == utc(instant)


def test_ambiguous_wall_time_is_the_first():
    on = date(2026, 11, 1)

    assert schedules.to_instant(on, time(1, 30), NEW_YORK) == utc("2026-11-01T05:30")
    assert schedules.to_instant(on, time(1, 30, fold=1), NEW_YORK) == utc("2026-11-01T05:30")
    assert schedules.to_instant(on, time(2, 0), NEW_YORK) == utc("2026-11-01T07:00")


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        # Forward on 4 October 2026: 02:00 at +10:30 becomes 02:30 at +11.
        ("2026-10-04T01:45", "2026-10-03T15:15"),
        ("2026-10-04T02:15", "2026-10-03T15:45"),
        ("2026-10-04T02:30", "2026-10-03T15:30"),
        # Back on 5 April 2026: 02:00 at +11 becomes 01:30 at +10:30.
        ("2026-04-05T01:45", "2026-04-04T14:45"),
        ("2026-04-05T02:00", "2026-04-04T15:30"),
    ],
)
def test_half_hour_change_of_lord_howe(wall, instant):
    wall = datetime.fromisoformat(wall)

    found = schedules.to_instant(wall.date(), wall.time(), "Australia/Lord_Howe")

    assert found == utc(instant)


def test_zone_off_the_hour_keeps_its_minutes():
    schedule = weekly(1, zone="Asia/Kathmandu")

    found = schedules.next_start(schedule, after=utc("2026-10-06"))

    assert found.starts_at == utc("2026-10-06T13:15")


def test_skipped_wall_time_that_moves_into_the_next_day_keeps_its_date():
    # Nuuk goes from 23:00 on Saturday to midnight.
    schedule = weekly(5, at=time(23, 30), zone="America/Nuuk", duration=HOUR)

    (found,) = schedules.starts(schedule, after=utc("2026-03-29T01:15"), before=utc("2026-03-29T02:00"))

    assert found.original_on == date(2026, 3, 28)
    assert found.starts_at == utc("2026-03-29T01:30")


def test_start_that_moved_into_the_next_day_is_next_and_then_in_progress():
    schedule = weekly(5, at=time(23, 30), zone="America/Nuuk", duration=HOUR)

    coming = schedules.next_start(schedule, after=utc("2026-03-29T01:15"))
    current = schedules.in_progress(schedule, now=utc("2026-03-29T02:15"))

    assert coming.starts_at == utc("2026-03-29T01:30")
    assert current == coming


def test_day_that_begins_twice_is_found_while_the_clocks_show_the_day_before():
    # St. John's went from 00:01 on Sunday back to 23:01 on Saturday, at 02:31 UTC.
    schedule = weekly(6, at=time(0, 0), zone="America/St_Johns", duration=HOUR)

    (found,) = schedules.starts(schedule, after=utc("2010-11-07T02:00"), before=utc("2010-11-07T03:00"))
    current = schedules.in_progress(schedule, now=utc("2010-11-07T03:00"))

    assert found.original_on == date(2010, 11, 7)
    assert found.starts_at == utc("2010-11-07T02:30")
    assert current == found


def test_length_is_elapsed_time():
    # Three hours over the hour that New York skips and the one that comes twice.
    spring = weekly(6, at=time(1, 0), duration=3 * HOUR)

    march = schedules.start_on(spring, date(2026, 3, 8))
    autumn = schedules.start_on(spring, date(2026, 11, 1))

    assert march.ends_at - march.starts_at == 3 * HOUR
    assert autumn.ends_at - autumn.starts_at == 3 * HOUR
    assert march.ends_at == utc("2026-03-08T09:00")
    assert autumn.ends_at == utc("2026-11-01T08:00")


def test_unknown_length_stays_unknown():
    assert schedules.start_on(weekly(1), date(2026, 10, 6)).ends_at is None


# Windows


def test_window_includes_its_beginning_and_not_its_end():
    schedule = weekly(1, zone="UTC")
    start = utc("2026-10-06T19:00")

    from_the_start = schedules.starts(schedule, after=start, before=start + HOUR)
    until_the_start = schedules.starts(schedule, after=start - HOUR, before=start)

    assert [found.starts_at for found in from_the_start] == [start]
    assert until_the_start == []


def test_empty_window_holds_nothing():
    schedule = weekly(1, zone="UTC")
    start = utc("2026-10-06T19:00")

    assert schedules.starts(schedule, after=start, before=start) == []
    assert schedules.starts(schedule, after=start, before=start - 90 * 24 * HOUR) == []


def test_next_start_includes_one_that_starts_at_the_instant():
    schedule = weekly(1, zone="UTC")
    start = utc("2026-10-06T19:00")
    moment = timedelta(microseconds=1)

    assert schedules.next_start(schedule, after=start).starts_at == start
    assert schedules.next_start(schedule, after=start + moment).starts_at == start + 168 * HOUR


def test_window_may_be_given_in_any_zone():
    schedule = weekly(1)
    after = datetime.fromisoformat("2026-10-07T08:30+09:00")
    before = datetime.fromisoformat("2026-10-06T19:30-04:00")

    found = schedules.next_start(schedule, after=utc("2026-10-06T23:00"))

    assert schedules.starts(schedule, after=after, before=before) == []
    assert schedules.starts(schedule, after=after - HOUR, before=before) == [found]


@pytest.mark.parametrize("ask", ["starts", "next_start", "in_progress", "current_or_next"])
def test_naive_instant_is_refused(ask):
    schedule = weekly(1)
    naive = datetime(2026, 10, 6)
    windows = {
        "starts": {"after": naive, "before": utc("2026-10-07")},
        "next_start": {"after": naive},
        "in_progress": {"now": naive},
        "current_or_next": {"now": naive},
    }

    with pytest.raises(ValueError, match="time zone"):
        getattr(schedules, ask)(schedule, **windows[ask])


def test_next_starts_are_as_many_as_asked_for():
    schedule = weekly(1, zone="UTC")

    found = schedules.next_starts(schedule, after=utc("2026-10-01"), limit=3)

    assert [start.original_on.day for start in found] == [6, 13, 20]
    assert schedules.next_starts(schedule, after=utc("2026-10-01"), limit=0) == []


def test_ended_or_long_paused_meeting_has_no_next_start():
    now = utc("2026-10-01")

    assert schedules.next_start(weekly(1), after=now) is not None
    assert schedules.next_start(weekly(1, last_on=date(2026, 9, 30)), after=now) is None
    assert schedules.next_start(weekly(1, pauses=(Pause(date.min, date.max),)), after=now) is None
    assert schedules.next_start(once(date(2026, 9, 30)), after=now) is None


def test_search_ends_three_years_ahead():
    pause = Pause(date(2026, 1, 1), date(2029, 9, 1))
    longer_pause = Pause(date(2026, 1, 1), date(2029, 11, 1))
    now = utc("2026-10-01")

    found = schedules.next_start(weekly(1, pauses=(pause,)), after=now)

    assert found.original_on == date(2029, 9, 4)
    assert schedules.next_start(weekly(1, pauses=(longer_pause,)), after=now) is None


def test_meeting_that_begins_far_ahead_is_found():
    now = utc("2026-10-01")
    far = date(2035, 10, 2)

    assert schedules.next_start(weekly(1, first_on=far), after=now).original_on == far
    assert schedules.next_start(once(far), after=now).original_on == far


def test_ends_of_the_calendar_are_no_error():
    first = datetime.min.replace(tzinfo=UTC)
    last = datetime.max.replace(tzinfo=UTC)
    schedule = weekly(1, 4, zone="Pacific/Kiritimati")

    assert schedules.next_start(schedule, after=first) is not None
    assert schedules.next_start(schedule, after=last) is None
    assert schedules.starts(once(date(2026, 12, 5)), after=first, before=last) != []


# Changes to one date


def test_cancelled_date_is_left_out_unless_asked_for():
    schedule = weekly(1, zone="UTC", changes=(Change(date(2026, 10, 13), is_cancelled=True),))
    window = {"after": utc("2026-10-06"), "before": utc("2026-10-21")}

    held = schedules.starts(schedule, **window)
    told = schedules.starts(schedule, **window, include_cancelled=True)

    assert [start.original_on.day for start in held] == [6, 20]
    assert [(start.original_on.day, start.is_cancelled) for start in told] == [
        (6, False),
        (13, True),
        (20, False),
    ]


def test_next_start_passes_over_a_cancelled_date():
    schedule = weekly(1, zone="UTC", changes=(Change(date(2026, 10, 13), is_cancelled=True),))

    found = schedules.next_start(schedule, after=utc("2026-10-07"))

    assert found.original_on == date(2026, 10, 20)


def test_next_starts_tell_cancelled_dates_when_asked():
    schedule = weekly(1, zone="UTC", changes=(Change(date(2026, 10, 13), is_cancelled=True),))

    found = schedules.next_starts(schedule, after=utc("2026-10-07"), limit=2, include_cancelled=True)

    assert [(start.original_on.day, start.is_cancelled) for start in found] == [
        (13, True),
        (20, False),
    ]


def test_moved_date_is_found_where_it_moved_to_and_nowhere_else():
    to = utc("2026-10-15T18:00")
    schedule = weekly(1, zone="UTC", duration=HOUR, changes=(Change(date(2026, 10, 13), starts_at=to),))

    old = schedules.starts(schedule, after=utc("2026-10-13"), before=utc("2026-10-14"))
    (new,) = schedules.starts(schedule, after=utc("2026-10-15"), before=utc("2026-10-16"))

    assert old == []
    assert new == schedules.Start(date(2026, 10, 13), to, to + HOUR, is_moved=True)


def test_date_moved_into_the_window_from_far_away_is_found():
    change = Change(date(2026, 12, 29), starts_at=utc("2026-10-07T19:00"))
    schedule = weekly(1, zone="UTC", changes=(change,))

    found = schedules.next_starts(schedule, after=utc("2026-10-06"), limit=3)

    assert [start.original_on for start in found] == [
        date(2026, 10, 6),
        date(2026, 12, 29),
        date(2026, 10, 13),
    ]


def test_date_moved_across_midnight_keeps_its_name():
    schedule = weekly(
        1,
        at=time(23, 0),
        changes=(Change(date(2026, 10, 6), starts_at=utc("2026-10-07T04:15")),),
    )

    found = schedules.start_on(schedule, date(2026, 10, 6))

    assert found.starts_at == utc("2026-10-07T04:15")
    assert found.is_moved
    assert schedules.start_on(schedule, date(2026, 10, 7)) is None


def test_moved_start_is_told_in_utc_whatever_zone_it_was_given_in():
    to = datetime.fromisoformat("2026-10-13T20:00-04:00")
    schedule = weekly(1, changes=(Change(date(2026, 10, 13), starts_at=to),))

    found = schedules.start_on(schedule, date(2026, 10, 13))

    assert found.starts_at.tzinfo is UTC
    assert found.starts_at == utc("2026-10-14T00:00")


def test_change_of_length_alone_is_not_a_move():
    schedule = weekly(1, zone="UTC", duration=HOUR, changes=(Change(date(2026, 10, 6), duration=2 * HOUR),))

    found = schedules.start_on(schedule, date(2026, 10, 6))

    assert found.ends_at == utc("2026-10-06T21:00")
    assert not found.is_moved


def test_change_to_a_date_that_the_rule_does_not_have_is_void():
    now = utc("2026-10-05")
    stray = Change(date(2026, 10, 7), starts_at=utc("2026-10-05T12:00"))
    real = Change(date(2026, 10, 6), starts_at=utc("2026-10-05T12:00"))

    assert schedules.next_start(weekly(1, changes=(real,)), after=now).is_moved
    assert not schedules.next_start(weekly(1, changes=(stray,)), after=now).is_moved


def test_change_to_a_paused_date_is_void():
    change = Change(date(2026, 10, 6), starts_at=utc("2026-10-05T12:00"))
    pause = Pause(date(2026, 10, 6), date(2026, 10, 6))
    schedule = weekly(1, changes=(change,), pauses=(pause,))

    found = schedules.next_start(schedule, after=utc("2026-10-05"))

    assert found.original_on == date(2026, 10, 13)


def test_cancelled_single_date_is_still_told_by_its_page():
    on = date(2026, 12, 5)
    schedule = once(on, changes=(Change(on, is_cancelled=True),))

    assert schedules.start_on(schedule, on).is_cancelled
    assert schedules.next_start(schedule, after=utc("2026-10-01")) is None


def test_paused_date_has_no_page():
    pause = Pause(date(2026, 10, 6), date(2026, 10, 6))

    assert schedules.start_on(weekly(1), date(2026, 10, 6)) is not None
    assert schedules.start_on(weekly(1, pauses=(pause,)), date(2026, 10, 6)) is None
    assert schedules.start_on(weekly(1), date(2026, 10, 7)) is None


# In progress


def test_meeting_is_in_progress_from_its_start_until_just_before_its_end():
    schedule = weekly(1, zone="UTC", duration=HOUR)
    moment = timedelta(microseconds=1)
    start = utc("2026-10-06T19:00")

    assert schedules.in_progress(schedule, now=start - moment) is None
    assert schedules.in_progress(schedule, now=start).starts_at == start
    assert schedules.in_progress(schedule, now=start + HOUR - moment).starts_at == start
    assert schedules.in_progress(schedule, now=start + HOUR) is None


def test_meeting_that_started_at_half_past_eleven_is_in_progress_after_midnight():
    schedule = weekly(1, at=time(23, 30), duration=HOUR)

    found = schedules.in_progress(schedule, now=utc("2026-10-07T04:15"))

    assert found.original_on == date(2026, 10, 6)


def test_meeting_that_ends_at_midnight_is_over_at_midnight():
    schedule = weekly(1, at=time(23, 0), zone="UTC", duration=HOUR)

    assert schedules.in_progress(schedule, now=utc("2026-10-06T23:59")) is not None
    assert schedules.in_progress(schedule, now=utc("2026-10-07T00:00")) is None


def test_meeting_at_midnight_belongs_to_the_day_that_begins():
    schedule = weekly(1, at=time(0, 0), zone="UTC", duration=HOUR)

    found = schedules.in_progress(schedule, now=utc("2026-10-06T00:30"))

    assert found.original_on == date(2026, 10, 6)
    assert found.starts_at == utc("2026-10-06T00:00")


def test_unknown_length_counts_as_an_hour():
    schedule = weekly(1, zone="UTC")

    assert schedules.in_progress(schedule, now=utc("2026-10-06T19:59")).ends_at is None
    assert schedules.in_progress(schedule, now=utc("2026-10-06T20:00")) is None


def test_meeting_is_in_progress_through_the_hour_that_comes_twice():
    schedule = weekly(6, at=time(1, 0), duration=2 * HOUR)

    second_half_past_one = schedules.in_progress(schedule, now=utc("2026-11-01T06:30"))

    assert second_half_past_one.starts_at == utc("2026-11-01T05:00")
    assert schedules.in_progress(schedule, now=utc("2026-11-01T07:00")) is None


def test_weekend_long_meeting_is_in_progress_on_its_last_day():
    schedule = weekly(4, at=time(18, 0), zone="UTC", duration=48 * HOUR)

    found = schedules.in_progress(schedule, now=utc("2026-10-11T17:00"))

    assert found.original_on == date(2026, 10, 9)


def test_cancelled_meeting_is_not_in_progress():
    now = utc("2026-10-06T19:30")
    change = Change(date(2026, 10, 6), is_cancelled=True)

    assert schedules.in_progress(weekly(1, zone="UTC"), now=now) is not None
    assert schedules.in_progress(weekly(1, zone="UTC", changes=(change,)), now=now) is None


def test_moved_meeting_is_in_progress_at_its_new_time_with_its_new_length():
    change = Change(date(2026, 10, 6), starts_at=utc("2026-10-09T10:00"), duration=3 * HOUR)
    schedule = weekly(1, zone="UTC", duration=HOUR, changes=(change,))

    found = schedules.in_progress(schedule, now=utc("2026-10-09T12:30"))

    assert found.original_on == date(2026, 10, 6)
    assert schedules.in_progress(schedule, now=utc("2026-10-06T19:30")) is None


def test_meeting_in_progress_comes_before_the_next_one():
    schedule = weekly(1, zone="UTC", duration=HOUR)

    during = schedules.current_or_next(schedule, now=utc("2026-10-06T19:30"))
    afterwards = schedules.current_or_next(schedule, now=utc("2026-10-06T20:00"))

    assert during.original_on == date(2026, 10, 6)
    assert afterwards.original_on == date(2026, 10, 13)


def test_of_two_at_once_the_one_that_started_last_is_in_progress():
    change = Change(date(2026, 10, 13), starts_at=utc("2026-10-06T19:20"))
    schedule = weekly(1, zone="UTC", duration=HOUR, changes=(change,))

    found = schedules.in_progress(schedule, now=utc("2026-10-06T19:30"))

    assert found.original_on == date(2026, 10, 13)


# What a schedule refuses


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: weekly(1, interval=2), "needs a first date"),
        (lambda: monthly(1, positions=(1,), interval=3), "needs a first date"),
        (lambda: once(None), "needs its date"),
        (lambda: weekly(1, zone="Mars/Olympus"), "not the name of a time zone"),
        (lambda: weekly(1, zone="../zone"), "not the name of a time zone"),
        (lambda: weekly(1, zone=""), "not the name of a time zone"),
        (lambda: weekly(1, duration=timedelta(0)), "longer than nothing"),
        (lambda: weekly(1, at=time(19, tzinfo=UTC)), "wall time"),
        (
            lambda: weekly(1, first_on=date(2026, 2, 1), last_on=date(2026, 1, 1)),
            "before the first",
        ),
        (lambda: Pause(date(2026, 2, 1), date(2026, 1, 1)), "before it begins"),
        (lambda: Change(date(2026, 2, 1), starts_at=datetime(2026, 2, 1)), "needs a time zone"),
        (lambda: Change(date(2026, 2, 1), duration=-HOUR), "longer than nothing"),
    ],
)
def test_schedule_that_contradicts_itself_is_refused(make, reason):
    with pytest.raises(schedules.InvalidSchedule, match=reason):
        make()
