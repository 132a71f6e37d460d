"""The days of a rule, without zones and clocks.

Days are counted as proleptic ordinals (`date.toordinal`), where day 1 is a Monday,
so that weeks and weekdays are plain arithmetic.

Source: RFC 5545, section 3.3.10.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from .rules import Frequency, Rule


def next_day(rule: Rule, anchor: int, day: int, last_day: int) -> int:
    """Return the rule's first day at or after `day`, or one past `last_day` or later.

    Weeks and months are counted from those of `anchor`, which is also the day of a
    rule for a single date. It costs the same however far the weekly day is away; a
    monthly search visits the months up to `last_day`.
    """
    match rule.frequency:
        case Frequency.WEEKLY:
            return _next_weekly(rule, anchor, day)
        case Frequency.MONTHLY:
            return _next_monthly(rule, anchor, day, last_day)
        case Frequency.ONCE:
            return anchor if day <= anchor else last_day + 1


def _next_weekly(rule: Rule, anchor: int, day: int) -> int:
    week, weekday = divmod(day - 1, 7)
    ahead = -(week - (anchor - 1) // 7) % rule.interval if rule.interval > 1 else 0
    if not ahead:
        for candidate in rule.weekdays:
            if candidate >= weekday:
                return day - weekday + candidate
        ahead = rule.interval
    return (week + ahead) * 7 + 1 + rule.weekdays[0]


def _next_monthly(rule: Rule, anchor: int, day: int, last_day: int) -> int:
    """Return the next such day of a month, or one past `last_day` when there is none."""
    if day > last_day:
        return last_day + 1
    anchored = date.fromordinal(anchor)
    on = date.fromordinal(day)
    month = on.year * 12 + on.month - 1
    month += -(month - anchored.year * 12 - anchored.month + 1) % rule.interval
    while True:
        year, index = divmod(month, 12)
        if year > date.max.year or (opening := date(year, index + 1, 1).toordinal()) > last_day:
            return last_day + 1
        for candidate in _days_of_month(rule.weekdays, rule.positions, opening):
            if candidate >= day:
                return candidate
        month += rule.interval


@lru_cache(maxsize=4096)
def _days_of_month(weekdays: tuple[int, ...], positions: tuple[int, ...], opening: int) -> tuple[int, ...]:
    """Return the days in order, of the month that begins on day `opening`."""
    first = date.fromordinal(opening)
    if first.month == 12:
        closing = opening + 30
    else:
        closing = first.replace(month=first.month + 1).toordinal() - 1
    found = set()
    for weekday in weekdays:
        foremost = opening + (weekday - opening + 1) % 7
        hindmost = closing - (closing - 1 - weekday) % 7
        for position in positions:
            if position > 0:
                found.add(foremost + 7 * (position - 1))
            else:
                found.add(hindmost + 7 * (position + 1))
    return tuple(sorted(day for day in found if opening <= day <= closing))
