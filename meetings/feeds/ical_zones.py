"""A zone of the IANA database as a VTIMEZONE, for calendars that do not know it by name.

Where the clocks change by a yearly rule, the rule is written, so that it holds for ever;
elsewhere the changes themselves are, up to a year. Pure: the zone data is all that is read.

Source: RFC 5545, section 3.6.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from meetings.schedules import zone_named
from meetings.schedules.rules import WEEKDAY_CODES

# After 28 years every date falls on the same weekday again: a rule that fits so many fits all.
_CYCLE_YEARS = 28
_LONG_AGO = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall time of any zone
_STEP = timedelta(days=10)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ClockChange:
    """At this instant the offset from UTC becomes another; `name` is what the time is called then."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str

    @property
    def wall(self) -> datetime:
        """What clocks that were not changed show: how calendars name the change."""
        return (self.at + self.before).replace(tzinfo=None)


@lru_cache(maxsize=1024)
def clock_changes(zone_name: str, first_year: int, last_year: int) -> tuple[ClockChange, ...]:
    """Return every change of the zone's offset in these years of UTC, in order."""
    zone = zone_named(zone_name)
    end = datetime(last_year + 1, 1, 1, tzinfo=UTC)
    at = datetime(first_year, 1, 1, tzinfo=UTC)
    found = []
    offset = _offset(at, zone)
    while at < end:
        later = min(at + _STEP, end)
        if (after := _offset(later, zone)) != offset:
            changed_at = _first_with_another(at, later, zone)
            after = _offset(changed_at, zone)
            found.append(ClockChange(changed_at, offset, after, changed_at.astimezone(zone).tzname() or ""))
            # A second change within the step is found from here.
            later, offset = changed_at, after
        at = later
    return tuple(found)


def _offset(at: datetime, zone: tzinfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)


def _first_with_another(earlier: datetime, later: datetime, zone: tzinfo) -> datetime:
    offset = _offset(earlier, zone)
    while later - earlier > _SECOND:
        middle = (earlier + (later - earlier) / 2).replace(microsecond=0)
        if _offset(middle, zone) == offset:
            earlier = middle
        else:
            later = middle
    return later


def time_zone(zone_name: str, first_year: int, last_year: int) -> Timezone:
    """Return the zone as it is from the start of the first year to the end of the last, or for ever."""
    zone = zone_named(zone_name)
    written = Timezone()
    written.add("TZID", zone_name)
    # With the changes of the year before, every instant of the first year follows one.
    base = first_year - 1
    changes = clock_changes(zone_name, base, max(last_year, base + _CYCLE_YEARS - 1))
    groups: dict[tuple[timedelta, timedelta, str], list[ClockChange]] = {}
    for change in changes:
        groups.setdefault((change.before, change.after, change.name), []).append(change)
    rules = {key: _yearly_rule(group, base) for key, group in groups.items()}
    if not groups or not all(rules.values()):
        start = datetime(base, 1, 1, tzinfo=UTC)
        offset = _offset(start, zone)
        name = start.astimezone(zone).tzname() or ""
        is_summer = any(change.before == offset and change.after < offset for change in changes)
        written.add_component(_observance(is_summer, _LONG_AGO, offset, offset, name))
    for (before, after, name), group in groups.items():
        rule = rules[before, after, name] if all(rules.values()) else ""
        told = group if rule else [change for change in group if change.at.year <= last_year]
        if told:
            observance = _observance(after > before, told[0].wall, before, after, name)
            if rule:
                observance.add("RRULE", vRecur.from_ical(rule))
            else:
                for change in told[1:]:
                    observance.add("RDATE", change.wall)
            written.add_component(observance)
    return written


def _observance(
    is_summer: bool, wall: datetime, before: timedelta, after: timedelta, name: str
) -> TimezoneStandard | TimezoneDaylight:
    # Summer time is the time with the greater offset: some zones (Europe/Dublin) call it otherwise.
    observance = TimezoneDaylight() if is_summer else TimezoneStandard()
    observance.add("DTSTART", wall)
    observance.add("TZOFFSETFROM", before)
    observance.add("TZOFFSETTO", after)
    if name:
        observance.add("TZNAME", name)
    return observance


def _yearly_rule(changes: Sequence[ClockChange], first_year: int) -> str:
    """Return the RRULE that gives exactly these changes, "" when there is none."""
    walls = [change.wall for change in changes]
    first = walls[0]
    is_alike = all(
        (wall.year, wall.month, wall.weekday(), wall.time()) == (year, first.month, first.weekday(), first.time())
        for year, wall in enumerate(walls, start=first_year)
    )
    if not is_alike or len(walls) < _CYCLE_YEARS:
        return ""
    days = {wall.day for wall in walls}
    earliest, latest = min(days), max(days)
    if latest - earliest != 6:
        return ""
    weekday = WEEKDAY_CODES[first.weekday()]
    next_month = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    if first.month != 2 and latest == (next_month - timedelta(days=1)).day:
        return f"FREQ=YEARLY;BYMONTH={first.month};BYDAY=-1{weekday}"
    if earliest % 7 == 1:
        return f"FREQ=YEARLY;BYMONTH={first.month};BYDAY={earliest // 7 + 1}{weekday}"
    month_days = ",".join(str(day) for day in range(earliest, latest + 1))
    return f"FREQ=YEARLY;BYMONTH={first.month};BYMONTHDAY={month_days};BYDAY={weekday}"
