"""Schedules in one call each, for tests: Tuesdays at seven in New York unless told otherwise."""

from datetime import UTC, date, datetime, time, timedelta

from meetings import schedules
from meetings.schedules import Frequency, Rule, Schedule

HOUR = timedelta(hours=1)
NEW_YORK = "America/New_York"


def weekly(*weekdays, **options):
    return Schedule(
        Rule(Frequency.WEEKLY, weekdays, options.pop("interval", 1)),
        start_time=options.pop("at", time(19, 0)),
        time_zone=options.pop("zone", NEW_YORK),
        **options,
    )


def monthly(*weekdays, positions, **options):
    return Schedule(
        Rule(Frequency.MONTHLY, weekdays, options.pop("interval", 1), positions),
        start_time=options.pop("at", time(19, 0)),
        time_zone=options.pop("zone", NEW_YORK),
        **options,
    )


def once(on, **options):
    return Schedule(
        Rule(Frequency.ONCE),
        start_time=options.pop("at", time(19, 0)),
        time_zone=options.pop("zone", NEW_YORK),
        first_on=on,
        **options,
    )


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def days(schedule, first, last):
    found = schedules.dates(schedule, date.fromisoformat(first), date.fromisoformat(last))
    return [on.isoformat() for on in found]
