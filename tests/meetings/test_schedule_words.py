"""A schedule in words, as its readers say times and days."""

from datetime import date, time, timedelta

import pytest
from django.utils import translation

from meetings import schedules
from meetings.schedules import Frequency, Rule
from tests.meetings.schedule_makers import HOUR, monthly, once, weekly


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (weekly(1, duration=HOUR), "Tuesdays, 7–8\u202fpm"),
        (weekly(1, 3), "Tuesdays and Thursdays, 7\u202fpm"),
        (weekly(0, 2, 4), "Mondays, Wednesdays and Fridays, 7\u202fpm"),
        (weekly(*range(7), at=time(12)), "Every day, noon"),
        (weekly(*range(6), at=time(12)), "Every day except Sunday, noon"),
        (
            weekly(*range(5), at=time(7), duration=timedelta(minutes=30)),
            "Weekdays, 7–7:30\u202fam",
        ),
        (weekly(5, 6), "Weekends, 7\u202fpm"),
        (
            weekly(1, interval=2, first_on=date(2026, 10, 6), duration=HOUR),
            "Every other Tuesday, 7–8\u202fpm",
        ),
        (
            weekly(1, 3, interval=2, first_on=date(2026, 10, 6)),
            "Every other week on Tuesday and Thursday, 7\u202fpm",
        ),
        (
            weekly(*range(5), interval=2, first_on=date(2026, 10, 6)),
            "Every other week on weekdays, 7\u202fpm",
        ),
        (
            weekly(1, interval=3, first_on=date(2026, 10, 6)),
            "Every 3 weeks on Tuesday, 7\u202fpm",
        ),
        (
            monthly(0, positions=(1,), duration=timedelta(minutes=90)),
            "First Monday of the month, 7–8:30\u202fpm",
        ),
        (monthly(0, positions=(1, 3)), "First and third Monday of the month, 7\u202fpm"),
        (monthly(0, positions=(2, 4, -1)), "Second, fourth and last Monday of the month, 7\u202fpm"),
        (
            monthly(4, positions=(-1,), interval=2, first_on=date(2026, 10, 1)),
            "Last Friday of every second month, 7\u202fpm",
        ),
        (
            monthly(4, positions=(-2,), interval=3, first_on=date(2026, 10, 1)),
            "Second to last Friday, every 3 months, 7\u202fpm",
        ),
        (
            monthly(4, positions=(1, 2, 3, 4, 5), interval=2, first_on=date(2026, 10, 1)),
            "Every Friday of every second month, 7\u202fpm",
        ),
        (
            once(date(2026, 12, 5), at=time(10), duration=2 * HOUR),
            "Saturday 5 December 2026, 10\u202fam–noon",
        ),
        (weekly(1, last_on=date(2026, 6, 30)), "Tuesdays, 7\u202fpm, until 30 June 2026"),
    ],
)
def test_schedule_in_words(schedule, words):
    with translation.override("en"):
        assert schedules.describe(schedule) == words


@pytest.mark.parametrize(
    ("at", "minutes", "words", "words_of_24"),
    [
        (time(19), None, "7\u202fpm", "19:00"),
        (time(19, 5), None, "7:05\u202fpm", "19:05"),
        (time(0), None, "midnight", "00:00"),
        (time(0, 30), 30, "12:30–1\u202fam", "00:30–01:00"),
        (time(12), 60, "noon–1\u202fpm", "12:00–13:00"),
        (time(12, 15), 60, "12:15–1:15\u202fpm", "12:15–13:15"),
        (time(11), 120, "11\u202fam–1\u202fpm", "11:00–13:00"),
        (time(23), 60, "11\u202fpm–midnight", "23:00–00:00"),
        (time(23), 90, "11\u202fpm–12:30\u202fam", "23:00–00:30"),
        # The same half of the day, and yet the next day.
        (time(19), 23 * 60, "7\u202fpm–6\u202fpm", "19:00–18:00"),
        (time(19), 24 * 60, "7\u202fpm, for 24 hours", "19:00, for 24 hours"),
    ],
)
def test_time_in_words_of_both_clocks(at, minutes, words, words_of_24):
    duration = None if minutes is None else timedelta(minutes=minutes)

    with translation.override("en"):
        assert schedules.describe_time(at, duration, clock="12") == words
        assert schedules.describe_time(at, duration, clock="24") == words_of_24


def test_clock_follows_the_custom_of_the_language():
    with translation.override("en"):
        english = schedules.describe_time(time(19), HOUR)
    with translation.override("de"):
        german = schedules.describe_time(time(19), HOUR)

    assert english == "7–8\u202fpm"
    assert german == "19:00–20:00"


def test_an_hour_keeps_its_half_of_the_day_on_its_line():
    with translation.override("ar"):
        assert schedules.describe_time(time(19), HOUR) == "7:00\N{NO-BREAK SPACE}م–8:00\N{NO-BREAK SPACE}م"


def test_words_are_of_the_language_active_at_the_call():
    schedule = once(date(2026, 12, 5))

    with translation.override("en"):
        english = schedules.describe_days(schedule.rule, first_on=schedule.first_on)
    with translation.override("de"):
        german = schedules.describe_days(schedule.rule, first_on=schedule.first_on)

    assert english == "Saturday 5 December 2026"
    assert german == "Samstag, 5. Dezember 2026"


def test_days_of_a_single_date_without_its_date():
    with translation.override("en"):
        assert schedules.describe_days(Rule(Frequency.ONCE)) == "One date"
