"""Meetings and single dates as an iCalendar file: values in, bytes out.

No database, no clock, no settings: equal values give equal bytes, to the letter. What was
decided, once for every calendar:

- Wall times are written with their zone, and the zone with them (`ical_zones`), so that 7 pm
  stays 7 pm. A repeating meeting is one VEVENT with a rule, counted in weeks from Monday.
- The first date is the first one that takes place at or after `since`; one before it when the
  clocks change at that very date.
- Pauses leave their dates out (EXDATE). A pause without an end in sight ends the rule (UNTIL).
- A date that differs is written by itself under its original time (RECURRENCE-ID): cancelled
  ones too, with STATUS:CANCELLED, so that people see that it is off and do not just miss it.
- So is a date whose wall time is skipped by a clock change, or during which the clocks change.
  The standard would leave out the one and programs disagree about the end of the other, so the
  times are said outright.
- A length that nobody knows is not made up: such a meeting has neither end nor duration, and
  calendars show a moment at its start.
- CLASS:PRIVATE; never an organizer, an attendee, or an alarm. A neutral entry says a time, and
  no name, place, link or word of what it is about.
- DTSTAMP and LAST-MODIFIED are when the listing changed, never when the file was asked for.
- A calendar without entries holds a zone: the standard wants one component at least.

Source: RFC 5545; RFC 7986 for NAME and REFRESH-INTERVAL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vRecur

from groups import dates
from meetings import schedules
from meetings.feeds.ical_entries import Difference, OneDate, Revision, Series, Words
from meetings.feeds.ical_zones import clock_changes, time_zone
from meetings.schedules import Frequency, Schedule, Start

PRODUCT = "-//Calendar//1.0//EN"
REFRESHED_EVERY = timedelta(hours=1)
_DAY = timedelta(days=1)
_YEAR = timedelta(days=366)


def write(entries: Iterable[Series | OneDate], *, through: date, name: str = "", refreshes: bool = False) -> bytes:
    """Return the calendar in UTF-8, lines folded and ended as the standard wants.

    `through` is how far ahead pauses and clock changes are told one by one. `name` is what
    programs call the calendar; `refreshes` asks them to fetch it again every hour.
    """
    events: list[Event] = []
    years: dict[str, int] = {}
    for entry in sorted(entries, key=lambda entry: entry.uid):
        written = list(_series(entry, through)) if isinstance(entry, Series) else [_one_date(entry)]
        zone = entry.schedule.time_zone if isinstance(entry, Series) else entry.time_zone
        for event in written:
            year = event.start.year
            years[zone] = min(year, years.get(zone, year))
        events += written
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODUCT)
    if name:
        calendar.add("NAME", name)
        calendar.add("X-WR-CALNAME", name)
    if refreshes:
        calendar.add("REFRESH-INTERVAL", REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
        calendar.add("X-PUBLISHED-TTL", "PT1H")
    for zone, year in sorted((years or {"Etc/UTC": through.year}).items()):
        calendar.add_component(time_zone(zone, year, max(year, through.year)))
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


# ── A series ────────────────────────────────────────────────────────────────


def _series(series: Series, through: date) -> Iterator[Event]:
    schedule = series.schedule
    differences = {difference.original_on: difference for difference in series.differences}
    if schedule.rule.frequency is Frequency.ONCE:
        start = schedules.start_on(schedule, schedule.first_on) if schedule.first_on else None
        if start is not None:
            difference = differences.get(start.original_on)
            yield _at(start, schedule.time_zone, _event(series.uid, *_said(series, difference), start, series))
        return
    first, last_on = _first_date(series, through), _last_date(schedule, through)
    if first is None:
        return
    yield _rule_of(series, first, last_on, through)
    exceptional = {
        *differences,
        *(change.original_on for change in schedule.changes),
        *_around_clock_changes(schedule, first, through),
    }
    for on in sorted(on for on in exceptional if on >= first and (last_on is None or on <= last_on)):
        start = schedules.start_on(schedule, on)
        if start is None:
            continue
        event = _at(start, schedule.time_zone, _event(series.uid, *_said(series, differences.get(on)), start, series))
        event.add("RECURRENCE-ID", _by_the_rule(schedule, on))
        yield event


def _said(series: Series, difference: Difference | None) -> tuple[Words, Revision]:
    """Return the words and the revision of a date; its own changes count on top of the meeting's."""
    if difference is None:
        return series.words, series.revision
    own, whole = difference.revision, series.revision
    return difference.words, Revision(whole.sequence + own.sequence, max(whole.changed_at, own.changed_at))


def _rule_of(series: Series, first: date, last_on: date | None, through: date) -> Event:
    schedule = series.schedule
    starts_at = schedules.to_instant(first, schedule.start_time, schedule.time_zone)
    start = Start(first, starts_at, None)
    event = _event(series.uid, series.words, series.revision, start, series)
    event.add("DTSTART", _by_the_rule(schedule, first))
    if schedule.duration is not None:
        # Hours of a duration are elapsed time in every zone; an end by the wall would not be.
        event.add("DURATION", schedule.duration)
    rule = vRecur.from_ical(schedules.format_rrule(schedule.rule))
    rule["WKST"] = ["MO"]
    if last_on is not None:
        rule["UNTIL"] = [schedules.to_instant(last_on, schedule.start_time, schedule.time_zone)]
    event.add("RRULE", rule)
    for on in _paused(schedule, first, min(last_on or through, through)):
        event.add("EXDATE", _by_the_rule(schedule, on))
    return event


def _by_the_rule(schedule: Schedule, on: date) -> datetime:
    """Return the wall time of a date as the rule has it, even where clocks skip it."""
    return datetime.combine(on, schedule.start_time, schedules.zone_named(schedule.time_zone))


def _first_date(series: Series, through: date) -> date | None:
    schedule = series.schedule
    since = max(series.since, schedule.first_on or series.since)
    first = next(schedules.dates(schedule, since, max(through, since)), None)
    if first is None or _is_plain(schedule, first):
        return first
    # Whatever a program makes of a wall time that is skipped, it should not begin with one.
    earlier = [on for on in schedules.dates(schedule, since - _YEAR, first - _DAY) if _is_plain(schedule, on)]
    return earlier[-1] if earlier else first


def _last_date(schedule: Schedule, through: date) -> date | None:
    """Return the last date allowed, None for none: before a pause whose end is out of sight."""
    endings = [pause.first - _DAY for pause in schedule.pauses if pause.last > through]
    if schedule.last_on is not None:
        endings.append(schedule.last_on)
    return min(endings, default=None)


def _paused(schedule: Schedule, first: date, last: date) -> list[date]:
    always = replace(schedule, pauses=())
    found: set[date] = set()
    for pause in schedule.pauses:
        found.update(schedules.dates(always, max(pause.first, first), min(pause.last, last)))
    return sorted(found)


def _around_clock_changes(schedule: Schedule, first: date, through: date) -> Iterator[date]:
    """Yield the dates at which clocks change before or during the meeting so that it shows."""
    for change in clock_changes(schedule.time_zone, first.year, max(first.year, through.year)):
        day = change.wall.date()
        for on in schedules.dates(schedule, max(first, day - 2 * _DAY), day + _DAY):
            if not _is_plain(schedule, on):
                yield on


def _is_plain(schedule: Schedule, on: date) -> bool:
    """Tell whether start and end by the wall clock are as on any other day."""
    zone = schedules.zone_named(schedule.time_zone)
    wall = datetime.combine(on, schedule.start_time)
    starts_at = schedules.to_instant(on, schedule.start_time, zone)
    if starts_at.astimezone(zone).replace(tzinfo=None) != wall:
        return False
    if schedule.duration is None:
        return True
    return (starts_at + schedule.duration).astimezone(zone).replace(tzinfo=None) == wall + schedule.duration


# ── One date ────────────────────────────────────────────────────────────────


def _one_date(entry: OneDate) -> Event:
    event = _event(entry.uid, entry.words, entry.revision, entry.start, entry)
    return _at(entry.start, entry.time_zone, event)


def _at(start: Start, zone_name: str, event: Event) -> Event:
    zone = schedules.zone_named(zone_name)
    event.add("DTSTART", _written(start.starts_at, zone))
    if start.ends_at is not None:
        event.add("DTEND", _written(start.ends_at, zone))
    return event


def _written(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant on the zone's clock, or in UTC where that clock shows the time once before."""
    local = at.astimezone(zone)
    return at.astimezone(UTC) if local.fold else local


def _event(uid: str, words: Words, revision: Revision, start: Start, entry: Series | OneDate) -> Event:
    event = Event()
    event.add("UID", uid)
    event.add("DTSTAMP", revision.changed_at)
    event.add("LAST-MODIFIED", revision.changed_at)
    event.add("SEQUENCE", revision.sequence)
    event.add("CLASS", "PRIVATE")
    is_off = entry.is_off or start.is_cancelled
    takes_time = isinstance(entry, OneDate) and entry.takes_time and not is_off
    event.add("TRANSP", "OPAQUE" if takes_time else "TRANSPARENT")
    status = "CONFIRMED"
    if is_off:
        status = "CANCELLED"
    elif isinstance(entry, OneDate) and entry.is_open:
        status = "TENTATIVE"
    event.add("STATUS", status)
    zone_name = entry.schedule.time_zone if isinstance(entry, Series) else entry.time_zone
    event.add("SUMMARY", _title(words, start, zone_name, is_off=is_off))
    if words.place:
        event.add("LOCATION", words.place)
    if words.details:
        event.add("DESCRIPTION", words.details)
    if words.url:
        event.add("URL", words.url)
    return event


def _title(words: Words, start: Start, zone_name: str, *, is_off: bool) -> str:
    wall = start.starts_at.astimezone(schedules.zone_named(zone_name))
    # Translators: the whole of what a neutral calendar entry says.
    title = words.title or _("Reminder for %(time)s") % {"time": dates.with_common_spaces(dates.clock(wall))}
    return _("Cancelled: %(title)s") % {"title": title} if is_off else title
