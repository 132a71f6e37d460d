"""Schedules against other expanders: python-dateutil and recurring_ical_events.

The oracle shares nothing with the module but the zone data: it repeats naive wall
times with dateutil, and finds their instants by trying the offsets around them and
reading the wall clock back.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import icalendar
import recurring_ical_events
from dateutil import rrule
from hypothesis import example, given, settings
from hypothesis import strategies as st

from meetings import schedules
from meetings.schedules import Change, Frequency, Pause, Rule, Schedule

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FIRST_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
LAST_YEAR = datetime(2028, 1, 1, tzinfo=UTC)


# The zones


def offset_at(instant, zone):
    """Return what the zone's clocks show less UTC: reading a clock has one answer."""
    return instant.astimezone(zone).replace(tzinfo=None) - instant.replace(tzinfo=None)


def transition_between(earlier, later, zone):
    """Return the first instant with the later offset, to the second."""
    before = offset_at(earlier, zone)
    while later - earlier > SECOND:
        middle = earlier + (later - earlier) // 2
        middle = middle.replace(microsecond=0)
        if offset_at(middle, zone) == before:
            earlier = middle
        else:
            later = middle
    return later


@cache
def transitions():
    """Return (zone name, instant, offset before, offset after) of every clock change."""
    found = []
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        # No two changes of a zone are less than days apart.
        marks = [FIRST_YEAR + index * DAY for index in range((LAST_YEAR - FIRST_YEAR).days + 1)]
        offsets = [offset_at(mark, zone) for mark in marks]
        for (earlier, before), (later, after) in pairwise(zip(marks, offsets, strict=True)):
            if before != after:
                found.append((name, transition_between(earlier, later, zone), before, after))
    return found


def changing_zones():
    return sorted({name for name, *_change in transitions()})


# The oracle


def instant_of(wall, zone):
    """Return the first instant at which the zone's clocks show the wall time.

    One they never show is read with the offset before the change.
    """
    around = [offset_at(wall.replace(tzinfo=UTC) + side * timedelta(hours=30), zone) for side in (-1, 1)]
    # A second change may lie within the same days.
    nearer = [offset_at(wall.replace(tzinfo=UTC) - around[0] + side * 3 * HOUR, zone) for side in (-1, 1)]
    candidates = [(wall - offset).replace(tzinfo=UTC) for offset in {*around, *nearer}]
    shown = [instant for instant in candidates if instant.astimezone(zone).replace(tzinfo=None) == wall]
    if shown:
        return min(shown)
    return (wall - nearer[0]).replace(tzinfo=UTC)


def naive_starts(schedule, first, last):
    """Yield the rule's wall times on dates from first to last, by dateutil."""
    rule = schedule.rule
    if rule.frequency == Frequency.ONCE:
        walls = [datetime.combine(schedule.first_on, schedule.start_time)]
    else:
        begin = schedule.first_on or first - timedelta(days=40)
        weekdays = [rrule.weekdays[weekday] for weekday in rule.weekdays]
        if rule.frequency == Frequency.MONTHLY:
            weekdays = [day(position) for day in weekdays for position in rule.positions]
        walls = rrule.rrule(
            rrule.WEEKLY if rule.frequency == Frequency.WEEKLY else rrule.MONTHLY,
            dtstart=datetime.combine(begin, schedule.start_time),
            interval=rule.interval,
            byweekday=weekdays,
            until=datetime.combine(last, time.max),
        )
    for wall in walls:
        on = wall.date()
        if not first <= on <= last:
            continue
        if schedule.last_on and on > schedule.last_on:
            continue
        if any(pause.first <= on <= pause.last for pause in schedule.pauses):
            continue
        yield wall


def expected_starts(schedule, first, last):
    """Return (original date, start, end, cancelled) of every date, moved ones included."""
    zone = ZoneInfo(schedule.time_zone)
    changes = {change.original_on: change for change in schedule.changes}
    found = []
    for wall in naive_starts(schedule, first, last):
        change = changes.get(wall.date(), Change(wall.date()))
        starts_at = change.starts_at or instant_of(wall, zone)
        duration = change.duration or schedule.duration
        ends_at = starts_at + duration if duration else None
        found.append((wall.date(), starts_at, ends_at, change.is_cancelled))
    return sorted(found, key=lambda start: (start[1], start[0]))


def told(found):
    return [(start.original_on, start.starts_at, start.ends_at, start.is_cancelled) for start in found]


# Every clock change of every zone


def walls_around(instant, before, after):
    """Return wall times before, inside and after the gap or the hour that comes twice."""
    shown = [(instant + offset).replace(tzinfo=None) for offset in (before, after)]
    start, end = min(shown), max(shown)
    inside = start + (end - start) / 2
    return [start - HOUR, start - MINUTE, start, inside, end - MINUTE, end, end + HOUR]


def schedules_around_changes():
    for name, instant, before, after in transitions():
        for wall in walls_around(instant, before, after):
            yield name, instant, wall


def test_every_zone_with_a_clock_change_is_found():
    names = changing_zones()

    kinds = {abs(after - before) for _name, _instant, before, after in transitions()}

    assert {"America/New_York", "Europe/Dublin", "Australia/Lord_Howe"} <= set(names)
    assert len(names) > 150
    assert {timedelta(minutes=30), HOUR} <= kinds


def test_wall_time_becomes_its_instant_at_every_clock_change_of_every_zone():
    wrong = [
        (name, wall)
        for name, _instant, wall in schedules_around_changes()
        if schedules.to_instant(wall.date(), wall.time(), name) != instant_of(wall, ZoneInfo(name))
    ]

    assert transitions()
    assert wrong == []


def starts_of_weeks_around(schedule, instant):
    return [
        start.starts_at for start in schedules.starts(schedule, after=instant - 10 * DAY, before=instant + 10 * DAY)
    ]


def starts_by_adding_days_in_utc(schedule, instant):
    """The wrong way, for comparison: a week later is 168 hours later."""
    first = starts_of_weeks_around(schedule, instant)[0]
    every_week = (first + index * 7 * DAY for index in range(4))
    return [starts_at for starts_at in every_week if starts_at < instant + 10 * DAY]


def zones_that_differ(expand):
    differing = set()
    for name, instant, wall in schedules_around_changes():
        schedule = Schedule(Rule(Frequency.WEEKLY, (wall.weekday(),)), wall.time(), name)
        last = instant.date() + timedelta(days=14)
        expected = [
            starts_at
            for _on, starts_at, *_rest in expected_starts(schedule, instant.date() - timedelta(days=14), last)
            if instant - 10 * DAY <= starts_at < instant + 10 * DAY
        ]
        assert len(expected) >= 2
        if expand(schedule, instant) != expected:
            differing.add(name)
    return differing


def test_weeks_around_every_clock_change_of_every_zone_are_right():
    assert zones_that_differ(starts_of_weeks_around) == set()


def test_comparison_tells_an_expander_that_adds_days_in_utc():
    assert zones_that_differ(starts_by_adding_days_in_utc) == set(changing_zones())


def test_meeting_across_every_clock_change_is_in_progress_for_its_whole_length():
    length = 4 * HOUR
    for name, instant, before, _after in transitions():
        wall = (instant + before).replace(tzinfo=None) - 2 * HOUR
        schedule = Schedule(Rule(Frequency.WEEKLY, (wall.weekday(),)), wall.time(), name, duration=length)
        starts_at = instant - 2 * HOUR

        for now in (starts_at, instant - SECOND, instant, instant + 2 * HOUR - SECOND):
            found = schedules.in_progress(schedule, now=now)
            assert found is not None, (name, now)
            assert found.starts_at == starts_at, (name, now)
        for now in (starts_at - SECOND, instant + 2 * HOUR):
            assert schedules.in_progress(schedule, now=now) is None, (name, now)


# Any schedule, any window

weekday_choices = st.sets(st.integers(0, 6), min_size=1).map(tuple)
rules = st.one_of(
    st.builds(Rule, st.just(Frequency.WEEKLY), weekday_choices, st.integers(1, 5)),
    st.builds(
        Rule,
        st.just(Frequency.MONTHLY),
        st.sets(st.integers(0, 6), min_size=1, max_size=2).map(tuple),
        st.integers(1, 4),
        st.sets(st.sampled_from((1, 2, 3, 4, 5, -2, -1)), min_size=1, max_size=3).map(tuple),
    ),
    st.just(Rule(Frequency.ONCE)),
)
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
lengths = st.sampled_from([None, 30 * MINUTE, HOUR, 90 * MINUTE, 5 * HOUR, 30 * HOUR])
zone_names = st.deferred(lambda: st.sampled_from(changing_zones()))


@st.composite
def any_schedule(draw):
    rule = draw(rules)
    must_begin = rule.frequency == Frequency.ONCE or rule.interval > 1
    first_on = draw(days if must_begin else st.none() | days)
    last_on = draw(st.none() | st.dates(first_on or date(2026, 1, 1), date(2028, 6, 30)))
    pauses = [
        Pause(first, first + timedelta(days=draw(st.integers(0, 60)))) for first in draw(st.lists(days, max_size=3))
    ]
    schedule = Schedule(
        rule,
        # Most clocks change in the small hours.
        draw((st.times() | st.times(max_value=time(4))).map(lambda at: at.replace(microsecond=0))),
        draw(zone_names),
        first_on,
        last_on,
        draw(lengths),
        tuple(pauses),
    )
    near = draw(days)
    held = [wall.date() for wall in naive_starts(schedule, near, near + timedelta(days=60))]
    changed = draw(st.lists(st.sampled_from(held), max_size=4, unique=True)) if held else []
    changes = [Change(on, draw(st.booleans()), draw(st.none() | instants), draw(lengths)) for on in changed]
    # One that may belong to no date at all.
    stray = draw(days)
    if stray not in changed:
        changes.append(Change(stray, draw(st.booleans()), draw(st.none() | instants)))
    return Schedule(
        rule,
        schedule.start_time,
        schedule.time_zone,
        first_on,
        last_on,
        schedule.duration,
        tuple(pauses),
        tuple(changes),
    )


def all_expected(schedule):
    """Return every date of the years that the strategies speak of.

    A date that is moved may lie sixty days after the last of them.
    """
    return expected_starts(schedule, date(2025, 12, 20), date(2028, 3, 10))


@settings(max_examples=300)
@given(schedule=any_schedule(), after=instants, length=st.integers(0, 120))
def test_window_of_any_schedule_is_what_the_oracle_says(schedule, after, length):
    before = after + length * DAY
    expected = [start for start in all_expected(schedule) if after <= start[1] < before]
    # Moves from later years are not drawn; the oracle stops there as well.
    before = min(before, datetime(2028, 1, 1, tzinfo=UTC))
    expected = [start for start in expected if start[1] < before]

    with_cancelled = schedules.starts(schedule, after=after, before=before, include_cancelled=True)
    held = schedules.starts(schedule, after=after, before=before)

    assert told(with_cancelled) == expected
    assert told(held) == [start for start in expected if not start[3]]


@settings(max_examples=300)
@given(schedule=any_schedule(), first=days, length=st.integers(0, 90))
def test_dates_of_any_schedule_are_what_the_oracle_says(schedule, first, length):
    last = first + timedelta(days=length)
    expected = [wall.date() for wall in naive_starts(schedule, first, last)]

    assert list(schedules.dates(schedule, first, last)) == expected
    for on in (first, last, *expected[:3]):
        assert (schedules.start_on(schedule, on) is not None) == (on in expected)


@settings(max_examples=300)
@given(schedule=any_schedule(), now=instants, limit=st.integers(1, 4))
def test_next_current_and_window_tell_the_same_story(schedule, now, limit):
    # The search may look a day or two further than it says.
    begin = max(now.date(), schedule.first_on or now.date())
    horizon = datetime.combine(begin, time.min, UTC) + schedules.SEARCH_AHEAD - 2 * DAY
    window = schedules.starts(schedule, after=now - 800 * DAY, before=horizon)
    coming = [start for start in window if start.starts_at >= now]
    current = [
        start
        for start in window
        if start.starts_at <= now < (start.ends_at or start.starts_at + schedules.ASSUMED_DURATION)
    ]

    found = schedules.next_starts(schedule, after=now, limit=limit)
    in_progress = schedules.in_progress(schedule, now=now)

    assert [start for start in found if start.starts_at < horizon] == coming[:limit]
    assert schedules.next_start(schedule, after=now) == (found[0] if found else None)
    assert (in_progress is not None) == bool(current)
    if in_progress:
        assert in_progress.starts_at == max(start.starts_at for start in current)
    assert schedules.current_or_next(schedule, now=now) == (in_progress or schedules.next_start(schedule, after=now))


@settings(max_examples=300)
@given(schedule=any_schedule(), share=st.floats(0, 1))
def test_meeting_is_current_at_any_moment_of_a_date_it_holds(schedule, share):
    window = schedules.starts(schedule, after=FIRST_YEAR, before=LAST_YEAR)
    for start in window[:3]:
        length = (start.ends_at or start.starts_at + HOUR) - start.starts_at
        now = start.starts_at + length * share * 0.999

        found = schedules.current_or_next(schedule, now=now)

        assert found is not None
        assert start.starts_at <= found.starts_at <= now


@settings(max_examples=200)
@given(rule=rules)
@example(rule=Rule(Frequency.MONTHLY, (0, 6), 12, (5, -2, -1)))
def test_any_rule_survives_its_text(rule):
    text = schedules.format_rrule(rule)

    assert schedules.parse_rrule(text) == rule
    assert schedules.format_rrule(schedules.parse_rrule(text)) == text


@settings(max_examples=200)
@given(rule=rules, first=days)
def test_text_of_a_rule_means_the_same_to_dateutil(rule, first):
    if rule.frequency == Frequency.ONCE:
        return
    schedule = Schedule(rule, time(19, 0), "UTC", first_on=first)
    last = first + timedelta(days=200)

    theirs = rrule.rrulestr(schedules.format_rrule(rule), dtstart=datetime.combine(first, time(19, 0))).between(
        datetime.combine(first, time.min), datetime.combine(last, time.max), inc=True
    )

    assert list(schedules.dates(schedule, first, last)) == [wall.date() for wall in theirs]


# A calendar's reading of the same schedule


def as_calendar(schedule, dtstart):
    """Return the schedule as a calendar would publish it, starting on a date it holds."""
    zone = ZoneInfo(schedule.time_zone)

    def wall(on):
        return datetime.combine(on, schedule.start_time, zone)

    event = icalendar.Event()
    event.add("uid", "meeting@example.org")
    event.add("dtstart", wall(dtstart))
    event.add("duration", schedule.duration)
    event.add("rrule", icalendar.vRecur.from_ical(schedules.format_rrule(schedule.rule)))
    horizon = dtstart + timedelta(days=800)
    unpaused = Schedule(schedule.rule, schedule.start_time, schedule.time_zone, dtstart, schedule.last_on)
    held = set(schedules.dates(schedule, dtstart, horizon))
    cancelled = {change.original_on for change in schedule.changes if change.is_cancelled}
    for on in schedules.dates(unpaused, dtstart, horizon):
        if on not in held or on in cancelled:
            event.add("exdate", wall(on))
    calendar = icalendar.Calendar()
    calendar.add_component(event)
    for change in schedule.changes:
        if change.original_on in held and not change.is_cancelled:
            moved = icalendar.Event()
            moved.add("uid", "meeting@example.org")
            moved.add("recurrence-id", wall(change.original_on))
            moved.add("dtstart", change.starts_at or wall(change.original_on))
            moved.add("duration", change.duration or schedule.duration)
            calendar.add_component(moved)
    return calendar


SAMPLE_RULES = (
    "FREQ=WEEKLY;BYDAY=SU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU",
    "FREQ=MONTHLY;BYDAY=-1SU",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=2SU,-1SU",
)
SAMPLE_ZONES = (
    "America/New_York",
    "Europe/Dublin",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kathmandu",
)


def test_calendar_software_reads_the_same_starts():
    # 19:30 is skipped and doubled nowhere: how calendars read those times differs.
    after, before = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    for name in SAMPLE_ZONES:
        for text in SAMPLE_RULES:
            plain = Schedule(
                schedules.parse_rrule(text),
                time(19, 30),
                name,
                first_on=date(2026, 1, 1),
                duration=90 * MINUTE,
            )
            held = list(schedules.dates(plain, date(2026, 1, 1), date(2026, 12, 31)))
            schedule = Schedule(
                plain.rule,
                plain.start_time,
                name,
                plain.first_on,
                duration=plain.duration,
                pauses=(Pause(date(2026, 7, 1), date(2026, 8, 31)),),
                changes=(
                    Change(held[2], is_cancelled=True),
                    Change(
                        held[3],
                        starts_at=datetime.combine(held[3], time(23, 30), ZoneInfo(name)),
                        duration=HOUR,
                    ),
                ),
            )

            theirs = recurring_ical_events.of(as_calendar(schedule, held[0])).between(after, before)
            ours = schedules.starts(schedule, after=after, before=before)

            assert len(ours) >= 4
            assert [(start.starts_at, start.ends_at) for start in ours] == sorted(
                (event.start.astimezone(UTC), event.end.astimezone(UTC)) for event in theirs
            ), (name, text)
