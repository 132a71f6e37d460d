"""When a reminder is due: every clock change of every zone, quiet hours, late places."""

import zoneinfo
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.reminders.planning import (
    QUIET_BY_DEFAULT,
    QuietHours,
    after_quiet_hours,
    before_start,
    due,
    outside_quiet_hours,
)
from tests.helpers import instant

YEARS = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)
NEW_YORK = "America/New_York"

zones = st.sampled_from(sorted(zoneinfo.available_timezones()))
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
wall_times = st.times()


@cache
def transitions() -> list[tuple[str, datetime, timedelta, timedelta]]:
    """Return every change of an offset in 2026 and 2027: zone, instant, offset before and after."""
    found = []
    for name in sorted(zoneinfo.available_timezones()):
        zone = ZoneInfo(name)
        at = YEARS[0]
        while at < YEARS[1]:
            before, after = at.astimezone(zone).utcoffset(), (at + DAY).astimezone(zone).utcoffset()
            if before != after:
                low, high = at, at + DAY
                while high - low > MINUTE:
                    middle = low + (high - low) // 2
                    middle = middle.replace(second=0, microsecond=0)
                    if middle.astimezone(zone).utcoffset() == before:
                        low = middle
                    else:
                        high = middle
                found.append((name, high, before, after))
            at += DAY
    return found


def test_the_zones_have_the_changes_that_are_looked_at():
    kinds = {abs(after - before) for _zone, _at, before, after in transitions()}

    assert len(transitions()) >= 700
    assert {timedelta(minutes=30), HOUR, 2 * HOUR} <= kinds


def by_the_book(local: datetime, zone: str) -> datetime:
    """Return the instant of a wall time from its definition alone, without `schedules`.

    The first instant at which clocks show it; where none do, as far after the gap as it is into it.
    """
    guess = local.replace(tzinfo=UTC)
    shown = [
        guess + timedelta(minutes=minutes)
        for offset in {
            (guess + timedelta(days=days)).astimezone(ZoneInfo(zone)).utcoffset() for days in (-2, -1, 0, 1, 2)
        }
        for minutes in [-offset.total_seconds() / 60]
    ]
    right = sorted(at for at in shown if at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local)
    if right:
        return right[0]
    # The offset in force before the gap.
    return max(at for at in shown)


def test_a_day_before_is_the_same_wall_time_over_every_transition_of_every_zone():
    looked_at = 0

    for zone, change, before, after in transitions():
        for minutes in (-90, -31, -1, 0, 1, 29, 59, 60, 61, 119, 120, 150):
            due_wall = (change + before + timedelta(minutes=minutes)).replace(tzinfo=None)
            for days in (1, 2, 7):
                starts_at = by_the_book(due_wall + timedelta(days=days), zone)
                start_wall = starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
                expected = by_the_book(start_wall - timedelta(days=days), zone)

                got = before_start(starts_at, days * 1440, time_zone=zone)

                assert got == expected, (zone, change, before, after, minutes, days)
                assert got < starts_at
                looked_at += 1

    assert looked_at == len(transitions()) * 36


def test_hours_and_minutes_before_are_elapsed_time_over_every_transition_of_every_zone():
    for zone, change, _before, _after in transitions():
        for minutes in (-1, 0, 1, 30, 90):
            starts_at = change + timedelta(minutes=minutes)
            for offset in (10, 30, 120, 23 * 60):
                assert before_start(starts_at, offset, time_zone=zone) == starts_at - timedelta(minutes=offset)


@pytest.mark.parametrize(
    ("starts_at", "expected"),
    [
        # Clocks go forward on 8 March 2026 and back on 1 November.
        ("2026-03-08 19:00", "2026-03-07 19:00"),
        ("2026-03-09 02:30", "2026-03-08 03:30"),  # 02:30 is skipped that day
        ("2026-11-01 19:00", "2026-10-31 19:00"),
        ("2026-11-02 01:30", "2026-11-01 01:30"),  # twice that day: the first
    ],
)
def test_a_day_before_around_the_changes_of_new_york(starts_at, expected):
    assert before_start(instant(starts_at, NEW_YORK), 1440, time_zone=NEW_YORK) == instant(expected, NEW_YORK)


@given(at=instants, zone=zones, begins=wall_times, ends=wall_times)
@settings(max_examples=300)
def test_the_last_allowed_minute_before_quiet_hours(at, zone, begins, ends):
    quiet = QuietHours(begins, ends)

    got = outside_quiet_hours(at, quiet, zone=zone)

    assert got <= at
    if not quiet.has(at, zone):
        assert got == at
    elif at - got < timedelta(hours=29):
        assert not quiet.has(got, zone)
        # Every later minute up to the wanted one is quiet: it is the last.
        minute = got + MINUTE
        while minute <= at:
            assert quiet.has(minute, zone)
            minute += MINUTE


@given(at=instants, zone=zones)
@settings(max_examples=200)
def test_quiet_hours_of_every_zone_are_left_by_day(at, zone):
    got = after_quiet_hours(at, QUIET_BY_DEFAULT, zone=zone)

    assert not QUIET_BY_DEFAULT.has(got, zone)
    assert timedelta(0) <= got - at <= timedelta(hours=13)


@pytest.mark.parametrize(
    ("at", "is_quiet"), [("20:59", False), ("21:00", True), ("00:00", True), ("07:59", True), ("08:00", False)]
)
def test_quiet_hours_are_from_nine_up_to_eight(at, is_quiet):
    assert QUIET_BY_DEFAULT.has(instant(f"2026-12-01 {at}", NEW_YORK), NEW_YORK) is is_quiet


def test_equal_times_are_no_quiet_hours():
    assert not QuietHours(time(9), time(9)).has(instant("2026-12-01 09:00"), "UTC")


def planned(starts, minutes, *, now, quiet=QUIET_BY_DEFAULT, zone=NEW_YORK):
    found = due(
        instant(starts, NEW_YORK),
        minutes,
        time_zone=NEW_YORK,
        quiet=quiet,
        zone=zone,
        now=instant(now, NEW_YORK),
    )
    return found and (found.due_at.astimezone(ZoneInfo(NEW_YORK)).strftime("%d %H:%M"), found.is_possible)


def test_a_reminder_in_the_night_comes_the_evening_before():
    assert planned("2026-12-02 09:00", 120, now="2026-11-30 12:00") == ("01 20:59", True)


def test_a_place_taken_in_the_night_is_reminded_of_in_the_morning():
    assert planned("2026-12-02 09:00", 120, now="2026-12-01 22:00") == ("02 08:00", True)


def test_a_reminder_that_only_fits_into_the_night_is_not_dropped_without_a_word():
    assert planned("2026-12-02 07:00", 30, now="2026-12-01 22:00") == ("01 20:59", False)


def test_quiet_hours_are_those_of_the_recipient():
    assert planned("2026-12-01 19:00", 120, now="2026-11-30 12:00", zone="Europe/Dublin") == ("01 15:59", True)


@pytest.mark.parametrize(
    ("now", "is_planned"), [("2026-12-01 16:59", True), ("2026-12-01 17:00", True), ("2026-12-01 17:01", False)]
)
def test_a_place_taken_after_its_time_does_not_plan_the_reminder(now, is_planned):
    assert (planned("2026-12-01 19:00", 120, now=now) is not None) is is_planned
