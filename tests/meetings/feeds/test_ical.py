"""Calendar files, read back by other people's programs: icalendar, recurring_ical_events, dateutil.

What they make of a file over two years has to be what `meetings.schedules` says.
"""

from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import icalendar
import pytest
import recurring_ical_events
from dateutil import tz
from hypothesis import given, settings

from meetings import schedules
from meetings.feeds import ical, ical_entries
from meetings.feeds.ical_zones import time_zone
from meetings.schedules import Change, Pause, Schedule, parse_rrule
from tests.helpers import instant
from tests.meetings.test_schedules_properties import (
    any_schedule,
    changing_zones,
    transitions,
    walls_around,
)

GOLDEN = Path(__file__).resolve().parents[2] / "data" / "ical"
NEW_YORK = "America/New_York"
SINCE = date(2026, 1, 1)
THROUGH = date(2028, 12, 31)
MADE = ical_entries.Revision(0, datetime(2026, 1, 1, 12, tzinfo=UTC))
WORDS = ical_entries.Words(title="Tuesday group")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TWO_YEARS = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)


def weekly(rule: str = "FREQ=WEEKLY;BYDAY=TU", at: time = time(19), zone: str = NEW_YORK, **more) -> Schedule:
    return Schedule(parse_rrule(rule), at, zone, **{"duration": HOUR, **more})


def series(schedule: Schedule, uid: str = "bcdfghjkmnp", *, since: date = SINCE, **more) -> ical_entries.Series:
    return ical_entries.Series(uid, schedule, since, **{"words": WORDS, "revision": MADE, **more})


def written(*entries: ical_entries.Series | ical_entries.OneDate, **more) -> bytes:
    return ical.write(entries, **{"through": THROUGH, **more})


def events(body: bytes) -> list[icalendar.Event]:
    return icalendar.Calendar.from_ical(body).walk("VEVENT")


def expanded(body: bytes, after: datetime, before: datetime) -> list[tuple]:
    """Return (uid, start, end, cancelled) of everything a calendar program shows to start in the window."""
    found = []
    for event in recurring_ical_events.of(icalendar.Calendar.from_ical(body)).between(after - 3 * DAY, before + DAY):
        start, end = event["DTSTART"].dt.astimezone(UTC), event["DTEND"].dt.astimezone(UTC)
        if after <= start < before:
            found.append((str(event["UID"]), start, end, event["STATUS"] == "CANCELLED"))
    return sorted(found)


def to_the_second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def expected(entries: list[ical_entries.Series], after: datetime, before: datetime) -> list[tuple]:
    """Return the same by the rules of the house; a length nobody knows shows as a moment."""
    return sorted(
        (entry.uid, *map(to_the_second, (start.starts_at, start.ends_at or start.starts_at)), start.is_cancelled)
        for entry in entries
        for start in schedules.starts(entry.schedule, after=after, before=before, include_cancelled=True)
        if start.original_on >= entry.since
    )


# What is written


def test_a_calendar_is_this_to_the_letter():
    schedule = weekly(
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU",
        at=time(2, 30),
        first_on=date(2026, 12, 1),
        last_on=date(2027, 6, 30),
        duration=timedelta(minutes=90),
        pauses=(Pause(date(2026, 12, 22), date(2027, 1, 10)),),
        changes=(
            Change(date(2027, 1, 12), is_cancelled=True),
            Change(date(2027, 1, 17), starts_at=instant("2027-01-18 09:00", NEW_YORK), duration=HOUR),
        ),
    )
    address = "https://example.org/meetings/tuesday/"
    entry = series(
        schedule,
        since=date(2026, 11, 21),
        words=ical_entries.Words(
            "Ein Stuhl frei, für dich; und noch ein recht langer Name", "Hall 1, 12 Maple Street", address, address
        ),
        revision=ical_entries.Revision(3, instant("2026-11-20 08:15")),
        differences=(
            ical_entries.Difference(date(2027, 1, 12), WORDS, ical_entries.Revision(1, instant("2026-11-21 09:00"))),
            ical_entries.Difference(
                date(2027, 1, 26),
                ical_entries.Words("Tuesday group", "Online", "Ask for\nthe new link"),
                ical_entries.Revision(2, instant("2026-11-19 09:00")),
            ),
        ),
    )
    one = ical_entries.OneDate(
        "zxwvtsrqpnm",
        schedules.start_on(schedule, date(2026, 12, 1)),
        NEW_YORK,
        ical_entries.NEUTRAL,
        ical_entries.Revision(4, instant("2026-11-21 10:00")),
    )

    body = written(entry, one, name="Tuesdays", refreshes=True)

    assert body == (GOLDEN / "calendar.ics").read_bytes()
    assert b"\r\n" in body
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75


def test_equal_values_give_equal_bytes_in_any_order():
    one, other = series(weekly(), "bbbbbbbbbbb"), series(weekly(zone="Europe/Dublin"), "ccccccccccc")

    assert written(one, other) == written(other, one)


def test_nobody_is_named_and_nothing_rings():
    body = written(series(weekly()))

    (event,) = events(body)
    assert event["SUMMARY"] == "Tuesday group"
    assert event["CLASS"] == "PRIVATE"
    assert {"ORGANIZER", "ATTENDEE", "CONTACT"} & set(event) == set()
    assert event.subcomponents == []
    assert b"METHOD" not in body


def test_a_neutral_entry_says_a_time_and_no_more():
    schedule = weekly(changes=(Change(date(2026, 1, 13), starts_at=instant("2026-01-13 20:15", NEW_YORK)),))

    regular, moved = events(written(series(schedule, words=ical_entries.NEUTRAL)))

    assert regular["SUMMARY"] == "Reminder for 7 pm"
    assert moved["SUMMARY"] == "Reminder for 8:15 pm"
    assert {"LOCATION", "DESCRIPTION", "URL"} & (set(regular) | set(moved)) == set()


def test_an_unknown_length_is_not_made_up():
    (event,) = events(written(series(weekly(duration=None))))

    assert "DTSTART" in event
    assert "DTEND" not in event
    assert "DURATION" not in event


def test_the_first_date_is_the_first_that_takes_place():
    schedule = weekly(pauses=(Pause(date(2026, 1, 1), date(2026, 1, 10)),))

    (event,) = events(written(series(schedule)))

    assert event["DTSTART"].dt == datetime(2026, 1, 13, 19, tzinfo=ZoneInfo(NEW_YORK))
    assert "EXDATE" not in event


def test_a_pause_without_an_end_in_sight_ends_the_rule():
    schedule = weekly(pauses=(Pause(date(2026, 2, 1), date(2099, 12, 31)),))

    (event,) = events(written(series(schedule)))

    assert event["RRULE"]["UNTIL"] == [instant("2026-01-31 19:00", NEW_YORK)]
    assert "EXDATE" not in event


def test_a_change_to_a_paused_date_or_to_none_is_void():
    schedule = weekly(
        pauses=(Pause(date(2026, 1, 13), date(2026, 1, 13)),),
        changes=(Change(date(2026, 1, 13), is_cancelled=True), Change(date(2026, 1, 14), is_cancelled=True)),
    )

    (event,) = events(written(series(schedule)))

    assert event["STATUS"] == "CONFIRMED"
    assert event["EXDATE"].dts[0].dt == datetime(2026, 1, 13, 19, tzinfo=ZoneInfo(NEW_YORK))


def test_changes_of_one_date_count_on_top_of_those_of_the_meeting():
    later = instant("2026-05-01 09:00")
    entry = series(
        weekly(),
        revision=ical_entries.Revision(3, instant("2026-04-01 09:00")),
        differences=(ical_entries.Difference(date(2026, 6, 2), WORDS, ical_entries.Revision(2, later)),),
    )

    whole, one = events(written(entry))

    assert (whole["SEQUENCE"], one["SEQUENCE"]) == (3, 5)
    assert (whole["DTSTAMP"].dt, one["DTSTAMP"].dt, one["LAST-MODIFIED"].dt) == (
        entry.revision.changed_at,
        later,
        later,
    )
    assert one["UID"] == whole["UID"]


def test_a_meeting_that_is_off_says_so_on_every_date():
    schedule = weekly(changes=(Change(date(2026, 1, 13), starts_at=instant("2026-01-13 20:15", NEW_YORK)),))

    states = [(event["STATUS"], event["SUMMARY"]) for event in events(written(series(schedule, is_off=True)))]

    assert states == [("CANCELLED", "Cancelled: Tuesday group")] * 2


def test_a_single_date_needs_no_rule_and_moves_by_itself():
    schedule = Schedule(
        parse_rrule(""),
        time(10),
        NEW_YORK,
        first_on=date(2026, 3, 7),
        duration=2 * HOUR,
        changes=(Change(date(2026, 3, 7), starts_at=instant("2026-03-08 01:00", NEW_YORK)),),
    )

    (event,) = events(written(series(schedule, since=date(2026, 11, 21))))

    assert "RRULE" not in event
    assert "RECURRENCE-ID" not in event
    assert event["DTSTART"].dt.astimezone(UTC) == instant("2026-03-08 01:00", NEW_YORK)
    # Two hours from one o'clock, of which the clocks skip one.
    assert event["DTEND"].dt.replace(tzinfo=None) == datetime(2026, 3, 8, 4)


def test_the_second_of_two_equal_wall_times_is_written_in_utc():
    second = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    start = schedules.Start(date(2026, 11, 1), second, second + HOUR)

    body = written(ical_entries.OneDate("bcdfghjkmnp", start, NEW_YORK, WORDS, MADE))

    assert b"DTSTART:20261101T063000Z" in body
    assert b"DTEND;TZID=America/New_York:20261101T023000" in body


@pytest.mark.parametrize(
    ("is_open", "is_off", "takes_time", "status", "shown_as"),
    [
        (False, False, True, "CONFIRMED", "OPAQUE"),
        (True, False, False, "TENTATIVE", "TRANSPARENT"),
        (False, True, True, "CANCELLED", "TRANSPARENT"),
    ],
)
def test_a_date_says_how_it_stands(is_open, is_off, takes_time, status, shown_as):
    start = schedules.start_on(weekly(), date(2026, 12, 1))
    entry = ical_entries.OneDate("bcdfghjkmnp", start, NEW_YORK, WORDS, MADE, takes_time, is_off, is_open)

    (event,) = events(written(entry))

    assert (event["STATUS"], event["TRANSP"]) == (status, shown_as)


@pytest.mark.parametrize("entries", [(), (series(weekly(last_on=date(2025, 12, 31))),)])
def test_a_calendar_without_dates_is_still_a_calendar(entries):
    calendar = icalendar.Calendar.from_ical(written(*entries))

    assert [component.name for component in calendar.subcomponents] == ["VTIMEZONE"]


# What other programs make of it


def ways_of_changing() -> dict[tuple, str]:
    """Return one zone for every way of changing the clocks: many zones are the same but for their name."""
    zones = {}
    for zone in changing_zones():
        zones.setdefault(tuple(change[1:] for change in transitions() if change[0] == zone), zone)
    return zones


def entries_around(zone: str, at: datetime, before: timedelta, after: timedelta) -> list[ical_entries.Series]:
    """Return weekly meetings before, in and after a clock change, some across it, some of unknown length."""
    entries = []
    for number, wall in enumerate(walls_around(at, before, after)):
        rule = f"FREQ=WEEKLY;BYDAY={schedules.rules.WEEKDAY_CODES[wall.weekday()]}"
        schedule = weekly(rule, wall.time(), zone, duration=[2 * HOUR, None, timedelta(minutes=45)][number % 3])
        entries.append(series(schedule, f"wall{number}", since=at.date() - 30 * DAY))
    return entries


def test_every_clock_change_of_every_zone_is_understood_as_meant():
    compared, irregular, covered = 0, 0, 0
    for changes, zone in ways_of_changing().items():
        for at, before, after in changes:
            entries = entries_around(zone, at, before, after)
            body = written(*entries, through=at.date() + 30 * DAY)
            window = at - 8 * DAY, at + 8 * DAY

            wanted = expected(entries, *window)

            assert expanded(body, *window) == wanted, (zone, at)
            compared += len(wanted)
            irregular += body.count(b"RECURRENCE-ID")
            covered += 1

    assert covered >= 100
    assert compared > covered * 10
    assert irregular > covered * 2


def test_without_dates_of_their_own_clock_changes_would_be_misunderstood(monkeypatch):
    monkeypatch.setattr(ical, "_around_clock_changes", lambda *_: iter(()))
    misread = 0
    for zone in ("America/New_York", "Europe/Dublin"):
        for _name, at, before, after in (change for change in transitions() if change[0] == zone):
            entries = entries_around(zone, at, before, after)
            window = at - 8 * DAY, at + 8 * DAY
            misread += expanded(written(*entries), *window) != expected(entries, *window)

    assert misread == 8


YEARS = [
    weekly(),
    weekly("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", at=time(23, 30), zone="Australia/Lord_Howe"),
    weekly("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO", first_on=date(2026, 1, 11), zone="Europe/Dublin"),
    weekly("FREQ=WEEKLY;INTERVAL=3;BYDAY=WE", first_on=date(2025, 11, 5), duration=None, zone="Asia/Kolkata"),
    weekly("FREQ=MONTHLY;BYDAY=1MO,3MO", zone="America/Santiago"),
    weekly("FREQ=MONTHLY;BYDAY=5SU", at=time(2, 30), zone="Europe/Berlin"),
    weekly("FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR,-2FR", first_on=date(2026, 2, 1), zone="Asia/Jerusalem"),
    weekly("FREQ=MONTHLY;INTERVAL=5;BYDAY=-1SU,-1SA", first_on=date(2025, 12, 31), at=time(0), zone="Africa/Cairo"),
    weekly("FREQ=WEEKLY;BYDAY=SA", at=time(20), duration=timedelta(hours=24), zone="America/New_York"),
    weekly("FREQ=WEEKLY;BYDAY=SU", at=time(2), last_on=date(2027, 3, 14)),
    weekly("FREQ=WEEKLY;BYDAY=SU", at=time(2, 30), first_on=date(2026, 3, 8)),
    weekly(
        "FREQ=WEEKLY;BYDAY=FR",
        pauses=(Pause(date(2026, 7, 1), date(2026, 8, 31)), Pause(date(2026, 12, 20), date(2027, 1, 6))),
    ),
    weekly("FREQ=WEEKLY;BYDAY=TU", pauses=(Pause(date(2027, 3, 1), date(2040, 1, 1)),)),
    weekly(
        "FREQ=WEEKLY;BYDAY=TU,SU",
        at=time(2, 30),
        pauses=(Pause(date(2026, 5, 5), date(2026, 5, 5)),),
        changes=(
            Change(date(2026, 3, 8), is_cancelled=True),
            Change(date(2026, 11, 1), starts_at=datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
            Change(date(2026, 6, 2), starts_at=instant("2026-06-04 20:00", NEW_YORK), duration=3 * HOUR),
            Change(date(2026, 6, 7), starts_at=instant("2026-07-05 02:30", NEW_YORK)),
            Change(date(2026, 6, 9), is_cancelled=True, starts_at=instant("2026-06-10 02:30", NEW_YORK)),
            Change(date(2027, 3, 14), duration=timedelta(minutes=20)),
            Change(date(2026, 5, 5), is_cancelled=True),
        ),
    ),
    Schedule(parse_rrule(""), time(2, 30), NEW_YORK, first_on=date(2026, 3, 8), duration=HOUR),
    Schedule(parse_rrule(""), time(1, 30), NEW_YORK, first_on=date(2026, 11, 1)),
]  # fmt: skip


@pytest.mark.parametrize("schedule", YEARS, ids=lambda schedule: f"{schedule.rule.frequency} {schedule.time_zone}")
def test_two_years_are_understood_as_meant(schedule):
    entry = series(schedule)

    found = expanded(written(entry), *TWO_YEARS)

    assert found == expected([entry], *TWO_YEARS)
    assert found


@settings(max_examples=100)
@given(any_schedule())
def test_any_schedule_is_understood_as_meant(schedule):
    entry = series(schedule)

    assert expanded(written(entry), *TWO_YEARS) == expected([entry], *TWO_YEARS)


# Zones


def told_offset(zone, at: datetime) -> timedelta:
    return at.astimezone(zone).replace(tzinfo=None) - at.replace(tzinfo=None)


def test_every_zone_is_described_so_that_another_program_reads_the_same_clock():
    changes: dict[str, list[datetime]] = {}
    for name, at, _before, _after in transitions():
        changes.setdefault(name, []).append(at)
    different = []
    for name in sorted(available_timezones() - {"localtime", "Factory"}):
        text = time_zone(name, 2026, 2028).to_ical().decode()
        read = tz.tzical(StringIO(f"BEGIN:VCALENDAR\r\n{text}END:VCALENDAR\r\n")).get(name)
        moments = [datetime(2026, month, 15, tzinfo=UTC) for month in (1, 4, 7, 10)]
        moments += [at + side for at in changes.get(name, ()) for side in (-3 * HOUR, 3 * HOUR)]
        different += [(name, at) for at in moments if told_offset(read, at) != told_offset(ZoneInfo(name), at)]

    assert len(changes) > 150
    assert different == []


@pytest.mark.parametrize(
    ("zone", "rule"),
    [
        ("America/New_York", "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3"),
        ("Europe/Berlin", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"),
        ("Asia/Jerusalem", "RRULE:FREQ=YEARLY;BYDAY=FR;BYMONTHDAY=23,24,25,26,27,28,29;BYMONTH=3"),
        ("Africa/Casablanca", "RDATE:20270314T020000"),
    ],
)
def test_a_yearly_change_is_told_as_a_rule_for_ever(zone, rule):
    assert rule in time_zone(zone, 2026, 2028).to_ical().decode()


def test_a_zone_without_changes_has_one_time():
    text = time_zone("Asia/Kolkata", 2026, 2028).to_ical().decode()

    assert text.count("BEGIN:STANDARD") == 1
    assert "TZOFFSETTO:+0530" in text
    assert "DAYLIGHT" not in text
