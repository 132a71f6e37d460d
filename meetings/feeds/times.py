"""Days, times, lengths, zones and dates as feeds write them."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from groups.text import fold
from meetings import schedules
from meetings.feeds.rows import SkipRow

# A length beyond these is a typing mistake more often than a meeting.
SHORTEST_MINUTES = 5
LONGEST_MINUTES = 6 * 60
_DAY_MINUTES = 24 * 60

# Monday is 0.
_DAY_NAMES = {
    "monday": 0, "mon": 0, "mo": 0, "lunes": 0, "lundi": 0, "montag": 0, "segunda": 0, "segunda feira": 0,
    "tuesday": 1, "tue": 1, "tues": 1, "tu": 1, "martes": 1, "mardi": 1, "dienstag": 1, "terca": 1, "terca feira": 1,
    "wednesday": 2, "wed": 2, "weds": 2, "we": 2, "miercoles": 2, "mercredi": 2, "mittwoch": 2, "quarta feira": 2,
    "thursday": 3, "thu": 3, "thur": 3, "thurs": 3, "th": 3, "jueves": 3, "jeudi": 3, "donnerstag": 3,
    "quinta feira": 3,
    "friday": 4, "fri": 4, "fr": 4, "viernes": 4, "vendredi": 4, "freitag": 4, "sexta feira": 4,
    "saturday": 5, "sat": 5, "sa": 5, "sabado": 5, "samedi": 5, "samstag": 5,
    "sunday": 6, "sun": 6, "su": 6, "domingo": 6, "dimanche": 6, "sonntag": 6,
}  # fmt: skip
_WORD_DAYS = {"daily": range(7), "every day": range(7), "weekdays": range(5), "weekends": range(5, 7)}
_NO_DAY = {"", "by appointment", "appointment", "appt", "varies", "null", "none", "n a"}

_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:\s*[:.h]\s*(?P<minute>\d{2}))?(?:\s*:\s*\d{2}(?:\.\d+)?)?\s*"
    r"(?P<half>[ap]\.?\s*m\.?)?",
    re.IGNORECASE,
)
_BARE_CLOCK = re.compile(r"(\d{2})(\d{2})")
_WORD_CLOCK = {"noon": "12:00:00", "midday": "12:00:00", "midnight": "00:00:00"}
_LENGTH = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")

# Source: the zones that the 12 Step Meeting List takes for these words.
_ZONE_WORDS = {
    "America/New_York": ("et", "est", "edt", "eastern", "us/eastern"),
    "America/Chicago": ("ct", "cst", "cdt", "central", "us/central"),
    "America/Denver": ("mt", "mst", "mdt", "mountain", "us/mountain"),
    "America/Los_Angeles": ("pt", "pst", "pdt", "pacific", "west_coast", "us/pacific"),
}
_UPDATED_SHAPES = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d%H:%M:%S",
    "%Y-%m-%d",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
)


def weekdays(value: Any) -> tuple[int, ...]:
    """Return the weekdays of a Meeting Guide `day`, Monday 0, sorted; empty is by appointment.

    The format counts from 0 for Sunday; a 7 is taken as Sunday too. Lists, numbers as text,
    names and comma lists are read as well.

    Raises SkipRow when something is there that is no day.
    """
    items = value if isinstance(value, list) else [value]
    days: set[int] = set()
    for item in items:
        days.update(_days_of(item if isinstance(item, str) else "" if item is None else str(item)))
    return tuple(sorted(days))


@lru_cache(maxsize=512)
def _days_of(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in re.split(r"[,;/|&]", text.strip("[] \t\r\n\"'")):
        word = fold(part)
        if word in _NO_DAY:
            continue
        if (digits := word.removesuffix(" 0")).isdecimal() and len(digits) <= 2 and int(digits) <= 7:
            days.add((int(digits) - 1) % 7)
        elif word in _DAY_NAMES or word.removesuffix("s") in _DAY_NAMES:
            days.add(_DAY_NAMES.get(word, _DAY_NAMES.get(word.removesuffix("s"), 0)))
        elif word in _WORD_DAYS:
            days.update(_WORD_DAYS[word])
        else:
            raise SkipRow("the day could not be read")
    return frozenset(days)


@lru_cache(maxsize=4096)
def clock(text: str) -> str:
    """Return a time of day as "HH:MM:SS", "" when there is none.

    Reads 18:30, 6:30 PM, 6.30pm, 18h30, 1830, noon and midnight. Raises SkipRow.
    """
    text = text.strip().lower()
    if not text or text in ("null", "none", "by appointment", "appointment"):
        return ""
    if text in _WORD_CLOCK or text.removeprefix("12 ") in _WORD_CLOCK:
        return _WORD_CLOCK.get(text) or _WORD_CLOCK[text.removeprefix("12 ")]
    if bare := _BARE_CLOCK.fullmatch(text):
        hour, minute, half = int(bare[1]), int(bare[2]), ""
    elif found := _CLOCK.fullmatch(text):
        if found["minute"] is None and not found["half"]:
            raise SkipRow("the time could not be read")
        hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "")[:1]
    else:
        raise SkipRow("the time could not be read")
    # "15:30 PM" happens; the half of the day then says nothing new.
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour == 24 and minute == 0:
        hour = 0
    if hour > 23 or minute > 59:
        raise SkipRow("the time could not be read")
    return f"{hour:02}:{minute:02}:00"


@lru_cache(maxsize=16_384)
def length_between(start: str, end: str) -> tuple[str, bool]:
    """Return the length from start to end as "HH:MM:SS", and whether it is too odd to believe.

    An end before the start is on the next day; an end equal to it says nothing. An odd length
    is not kept.
    """
    if not start or not end or start == end:
        return "", False
    minutes = (_minutes(end) - _minutes(start)) % _DAY_MINUTES
    return _length(minutes)


@lru_cache(maxsize=1024)
def length(text: str) -> tuple[str, bool]:
    """Return a length written "01:30:00" likewise; none and zero are unknown."""
    found = _LENGTH.fullmatch(text.strip())
    if not found:
        return "", bool(text.strip())
    return _length(int(found[1]) * 60 + int(found[2]))


def _length(minutes: int) -> tuple[str, bool]:
    if minutes == 0:
        return "", False
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        return "", True
    return f"{minutes // 60:02}:{minutes % 60:02}:00", False


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:5])


@lru_cache(maxsize=256)
def weekly_rule(days: tuple[int, ...]) -> str:
    """Return the rule for these weekdays of every week."""
    return schedules.format_rrule(schedules.Rule(schedules.Frequency.WEEKLY, days))


@lru_cache(maxsize=2048)
def zone(text: str) -> str:
    """Return the IANA name of a zone, "" when the text names none that we know."""
    return _zones().get(text.strip().lower().replace(" ", "_"), "")


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    # Fixed offsets and abbreviations are no zones of a place: they know no summer time.
    names = {name.lower(): name for name in available_timezones() if "/" in name and not name.startswith("Etc/")}
    words = {word: name for name, listed in _ZONE_WORDS.items() for word in listed}
    for word in ("eastern", "central", "mountain", "pacific"):
        words |= {f"{word}_time": words[word], f"{word}_standard_time": words[word]}
    return names | words | {"utc": "UTC", "gmt": "UTC", "etc/utc": "UTC", "z": "UTC"}


@lru_cache(maxsize=8192)
def instant(text: str) -> str:
    """Return an `updated` as an ISO instant in UTC, "" when it cannot be read.

    Source: the Meeting Guide format, which counts these in UTC.
    """
    text = " ".join(text.split())
    if not text:
        return ""
    moment = None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        for shape in _UPDATED_SHAPES:
            try:
                moment = datetime.strptime(text, shape)  # noqa: DTZ007 (the zone follows)
                break
            except ValueError:
                continue
    if moment is None and text.isdecimal() and 9 <= len(text) <= 10:
        moment = datetime.fromtimestamp(int(text), UTC)
    if moment is None or not 1990 <= moment.year <= 2200:
        return ""
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - timedelta(microseconds=moment.microsecond)).isoformat()
