"""Recurrence rules: what RFC 5545, section 3.3.10, can say about a meeting's days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

WEEKDAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# In the order of the calendar: a month's last week comes after its fourth.
POSITIONS = (1, 2, 3, 4, 5, -2, -1)
EVERY_POSITION = (1, 2, 3, 4, 5)
LONGEST_INTERVAL = {"WEEKLY": 52, "MONTHLY": 12}

_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"\d{8}(T\d{6}Z?)?")
_KNOWN_PARTS = {"FREQ", "INTERVAL", "BYDAY", "BYSETPOS", "WKST", "UNTIL", "COUNT"}


class InvalidRule(ValueError):
    """The rule is not one that a meeting can have; the message is a plain sentence."""


class Frequency(StrEnum):
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    ONCE = "ONCE"


@dataclass(frozen=True, slots=True)
class Rule:
    """The days of a meeting, as a part of RFC 5545, section 3.3.10.

    `weekdays` count from 0 for Monday; they and `positions` are kept sorted, each
    once. `positions` belong to monthly rules: 1 to 5 from the start of the month,
    -1 the last, -2 the last but one, each for every one of the weekdays. A single
    date has no weekdays of its own: its day is the schedule's `first_on`.

    Raises InvalidRule.
    """

    frequency: Frequency
    weekdays: tuple[int, ...] = ()
    interval: int = 1
    positions: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.frequency == Frequency.ONCE:
            if self.weekdays or self.positions or self.interval != 1:
                raise InvalidRule(_("A single date does not repeat."))
            return
        if not self.weekdays:
            raise InvalidRule(_("A repeating meeting needs at least one weekday."))
        if not all(0 <= weekday <= 6 for weekday in self.weekdays):
            raise InvalidRule(_("Weekdays count from 0 for Monday to 6 for Sunday."))
        longest = LONGEST_INTERVAL[self.frequency]
        if not 1 <= self.interval <= longest:
            raise InvalidRule(_("A meeting can repeat every 1 to %(longest)s weeks or months.") % {"longest": longest})
        if self.frequency == Frequency.WEEKLY and self.positions:
            raise InvalidRule(_("Only a monthly meeting has a place in the month."))
        if self.frequency == Frequency.MONTHLY and not self.positions:
            raise InvalidRule(_("A monthly meeting needs a place in the month, such as the first Monday."))
        if not all(position in POSITIONS for position in self.positions):
            raise InvalidRule(_("A place in the month is the first to the fifth, the last or the one before it."))
        # The class is frozen, and equal rules must compare equal.
        object.__setattr__(self, "weekdays", tuple(sorted(set(self.weekdays))))
        object.__setattr__(self, "positions", tuple(sorted(set(self.positions), key=POSITIONS.index)))


def parse_rrule(text: str, *, first_on: date | None = None) -> Rule:
    """Read the rule from the value of an RRULE; an empty text is a single date.

    Daily rules become weekly ones on the days they name. A weekly rule that names no
    day takes the weekday of `first_on`, as the standard does with the start.

    Raises InvalidRule for anything a meeting's rule cannot hold: UNTIL and COUNT (see
    `parse_rrule_with_until`), days of the month by number, hours, years.

    Source: RFC 5545, section 3.3.10.
    """
    parts = _parts(text)
    if "UNTIL" in parts:
        raise InvalidRule(_("The last date is not part of the rule; give it by itself."))
    return _rule(tuple(parts.items()), first_on.weekday() if first_on else None)


def parse_rrule_with_until(
    text: str,
    *,
    time_zone: str,
    start_time: time,
    first_on: date | None = None,
) -> tuple[Rule, date | None]:
    """Read the rule and its UNTIL as the meeting's last date, None when it has none.

    UNTIL is inclusive. Given as an instant in UTC it is read in the meeting's zone,
    and a start later on that day no longer counts.

    Raises InvalidRule, ZoneInfoNotFoundError for an unknown zone.

    Source: RFC 5545, section 3.3.10.
    """
    parts = _parts(text)
    until = parts.pop("UNTIL", None)
    rule = _rule(tuple(parts.items()), first_on.weekday() if first_on else None)
    if until is None:
        return rule, None
    return rule, _last_date(until, time_zone=time_zone, start_time=start_time)


def format_rrule(rule: Rule) -> str:
    """Return the rule's one canonical RRULE value, "" for a single date.

    `parse_rrule` of the text gives an equal rule back. The text holds neither the
    start nor the last date: a calendar adds those.

    Source: RFC 5545, section 3.3.10.
    """
    if rule.frequency == Frequency.ONCE:
        return ""
    parts = [f"FREQ={rule.frequency.value}"]
    if rule.interval > 1:
        parts.append(f"INTERVAL={rule.interval}")
    codes = [WEEKDAY_CODES[weekday] for weekday in rule.weekdays]
    if rule.positions:
        codes = [f"{position}{code}" for position in rule.positions for code in codes]
    parts.append("BYDAY=" + ",".join(codes))
    return ";".join(parts)


def _parts(text: str) -> dict[str, str]:
    text = "".join(text.split()).upper().removeprefix("RRULE:").rstrip(";")
    parts: dict[str, str] = {}
    if not text:
        return parts
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise InvalidRule(_("“%(part)s” is not part of a rule.") % {"part": part[:40]})
        if name in parts:
            raise InvalidRule(_("The rule gives %(name)s twice.") % {"name": name[:40]})
        if name not in _KNOWN_PARTS:
            raise InvalidRule(_("A meeting's rule cannot hold %(name)s.") % {"name": name[:40]})
        parts[name] = value
    if "COUNT" in parts:
        raise InvalidRule(_("A number of dates is not part of the rule; give the last date."))
    return parts


# A hundred thousand meetings share a few hundred rules.
@lru_cache(maxsize=4096)
def _rule(items: tuple[tuple[str, str], ...], first_weekday: int | None) -> Rule:
    parts = dict(items)
    if not parts:
        return Rule(Frequency.ONCE)
    interval = _whole_number(parts.get("INTERVAL", "1"), name="INTERVAL")
    days = _days(parts.get("BYDAY", ""))
    week_start = parts.get("WKST", "MO")
    if week_start not in WEEKDAY_CODES:
        raise InvalidRule(_("A week cannot start on “%(day)s”.") % {"day": week_start[:40]})
    match parts.get("FREQ"):
        case "DAILY":
            if interval != 1 or "BYSETPOS" in parts:
                raise InvalidRule(_("A daily meeting is held every day or on named weekdays."))
            rule = _weekly(days or [(0, weekday) for weekday in range(7)], 1)
        case "WEEKLY":
            if "BYSETPOS" in parts:
                raise InvalidRule(_("Only a monthly meeting has a place in the month."))
            if not days and first_weekday is not None:
                days = [(0, first_weekday)]
            rule = _weekly(days, interval)
            _refuse_torn_weeks(rule, WEEKDAY_CODES.index(week_start))
        case "MONTHLY":
            rule = _monthly(days, interval, parts.get("BYSETPOS"))
        case _:
            raise InvalidRule(_("A meeting repeats by the day, week or month."))
    return rule


def _weekly(days: list[tuple[int, int]], interval: int) -> Rule:
    if any(position for position, _weekday in days):
        raise InvalidRule(_("Only a monthly meeting has a place in the month."))
    return Rule(Frequency.WEEKLY, tuple(weekday for _position, weekday in days), interval)


def _monthly(days: list[tuple[int, int]], interval: int, set_positions: str | None) -> Rule:
    weekdays = {weekday for _position, weekday in days}
    positions = {position for position, _weekday in days}
    if set_positions is not None:
        # Over several weekdays BYSETPOS counts them together, which is another rule.
        if positions != {0} or len(weekdays) != 1:
            raise InvalidRule(_("BYSETPOS is understood with one weekday only."))
        positions = {_whole_number(item, name="BYSETPOS") for item in set_positions.split(",")}
    elif positions == {0}:
        # No position means every such weekday of the month.
        if interval == 1:
            return Rule(Frequency.WEEKLY, tuple(weekdays))
        positions = set(EVERY_POSITION)
    elif len(set(days)) != len(weekdays) * len(positions) or 0 in positions:
        raise InvalidRule(_("Every weekday of a monthly rule has the same places in the month."))
    return Rule(Frequency.MONTHLY, tuple(weekdays), interval, tuple(positions))


def _refuse_torn_weeks(rule: Rule, week_start: int) -> None:
    # Every n weeks, a week that begins between two of the days counts them apart;
    # our weeks begin on Monday. With the days on one side it makes no difference.
    if rule.interval > 1 and rule.weekdays[0] < week_start <= rule.weekdays[-1]:
        raise InvalidRule(_("Weeks are counted from Monday in a rule for several days."))


def _days(text: str) -> list[tuple[int, int]]:
    days = []
    for item in text.split(",") if text else ():
        match = _BYDAY.fullmatch(item)
        if not match or match[1] in {"0", "+0", "-0", "00"}:
            raise InvalidRule(_("“%(day)s” is not a weekday of a rule.") % {"day": item[:40]})
        days.append((int(match[1] or 0), WEEKDAY_CODES.index(match[2])))
    return days


def _whole_number(text: str, *, name: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,3}", text):
        raise InvalidRule(_("%(name)s is a whole number.") % {"name": name})
    return int(text)


def _last_date(until: str, *, time_zone: str, start_time: time) -> date:
    try:
        if not _UNTIL.fullmatch(until):
            raise ValueError(until)
        if len(until) == len("20261231"):
            return date.fromisoformat(until)
        moment = datetime.fromisoformat(until)
    except ValueError:
        raise InvalidRule(_("“%(date)s” is not a last date.") % {"date": until[:40]}) from None
    if moment.tzinfo is not None:
        moment = moment.astimezone(ZoneInfo(time_zone))
    if moment.time() < start_time:
        return moment.date() - timedelta(days=1)
    return moment.date()
