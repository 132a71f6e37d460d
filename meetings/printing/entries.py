"""The meetings of a search as entries of a printed list, by day and time, with a legend of short signs.

Paper lies about for everybody to read: nothing is printed that the page of a meeting does not show
to all, and of the join step nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, islice

from django.utils.translation import gettext as _

from groups import dates
from groups.phrasing import isolated
from meetings import schedules
from meetings.enums import Attendance
from meetings.finder import names, results
from meetings.finder.results import Result
from meetings.models import Meeting

LIST, TRIFOLD, BOOKLET = LAYOUTS = ("list", "trifold", "booklet")

# More than these days a week are one entry under a heading of its own, not one a day.
MOST_DAYS = 3
_AT_ONCE = 200
_LAST = 24 * 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One meeting on one day: the lines of its entry; `signs` are explained by the legend."""

    when: str
    name: str
    about: str
    where: str
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything that is printed of a search. `total` counts meetings, of which some have several entries."""

    sections: list[Section]
    legend: list[tuple[str, str]] = field(default_factory=list)
    total: int = 0


def of_meetings(
    ids: Sequence[int],
    *,
    now: datetime,
    only_days: frozenset[int] = frozenset(),
    progress: Callable[[int], None] = lambda done: None,
) -> Listing:
    """Return these meetings, those that are public. Three or four queries for each two hundred.

    Every time is that of the meeting's own place, and an online one names its zone: who reads
    the paper is not who made it. With `only_days`, 0 for Monday, a meeting is listed under these
    alone, if it is held on one. `progress` is told how many are done.
    """
    found: list[Result] = []
    known = names.read()
    for batch in _batches(ids, _AT_ONCE):
        found += results.fetch(batch, now=now, names=known)
        progress(len(found))
    signs = _signs(found)
    rows: dict[int, list[tuple[tuple, Entry]]] = {}
    for result in found:
        schedule = result.meeting.schedule(pauses=(), changes=())
        days = sorted(schedules.weekday_set(schedule)) if schedule else []
        shown = [day for day in days if day in only_days] or days
        minute = schedule.start_time.hour * 60 + schedule.start_time.minute if schedule else _LAST
        entry = _entry(result, signs, tells_days=not _is_plainly_weekly(result.meeting, len(days)))
        order = (minute, result.place_label, result.meeting.name, result.meeting.pk)
        for section in shown if 0 < len(shown) <= MOST_DAYS else [_SEVERAL if days else _NO_DAY]:
            rows.setdefault(section, []).append((order, entry))
    return Listing(
        sections=[
            Section(_title(section), [entry for _order, entry in sorted(rows[section], key=lambda row: row[0])])
            for section in sorted(rows)
        ],
        legend=sorted(((sign, words) for words, sign in signs.items()), key=lambda pair: pair[0].lower()),
        total=len(found),
    )


_SEVERAL, _NO_DAY = 7, 8


def _title(section: int) -> str:
    if section == _SEVERAL:
        return _("Most days")
    return _("By appointment, or at any time") if section == _NO_DAY else dates.weekday(section)


def _is_plainly_weekly(meeting: Meeting, days: int) -> bool:
    rule = meeting.rule if meeting.rrule else None
    return (
        rule is not None and days <= MOST_DAYS and rule.frequency is schedules.Frequency.WEEKLY and rule.interval == 1
    )


def _entry(result: Result, signs: dict[str, str], *, tells_days: bool) -> Entry:
    meeting = result.meeting
    when = " ".join(part for part in (result.time_label, f"({result.days_label})" if tells_days else "") if part)
    about = [isolated(meeting.group.name)] if meeting.group.name != meeting.name else []
    if result.approach_label:
        about.append(isolated(result.approach_label))
    where = [isolated(result.place_label)] if result.place_label else []
    if _is_from_afar(result) and result.zone_label:
        where.append(result.zone_label)
    if result.is_suspended:
        where.append(_("Place closed for now"))
    if result.is_doubted:
        where.append(_("Reported: nobody was there"))
    return Entry(
        when=when,
        name=meeting.name,
        about=" · ".join(about),
        where=" · ".join(where),
        signs=tuple(signs[words] for words in _words(result)),
    )


def _is_from_afar(result: Result) -> bool:
    return any(way.slug != Attendance.IN_PERSON for way in result.attendance)


def _words(result: Result) -> list[str]:
    return [way.label for way in result.attendance] + result.badges


def _signs(found: Sequence[Result]) -> dict[str, str]:
    """Return a short sign for everything the entries say: its first letters, told apart where two have the same."""
    often: dict[str, int] = {}
    for result in found:
        for words in _words(result):
            often[words] = often.get(words, 0) + 1
    taken: set[str] = set()
    signs: dict[str, str] = {}
    # What is said most has the shortest.
    for words in sorted(often, key=lambda words: (-often[words], words)):
        signs[words] = next(sign for sign in _candidates(words) if sign not in taken)
        taken.add(signs[words])
    return signs


def _candidates(words: str) -> Iterator[str]:
    # The Arabic article begins half of all words, and tells nothing.
    parts = [part.removeprefix("ال") or part for part in words.replace("-", " ").replace("/", " ").split()]
    first = "".join(part[0] for part in parts if part[0].isalnum()).upper()[:3] or "?"
    yield first
    for length in (2, 3, 4):
        yield parts[0][:length].capitalize()
    for number in count(2):
        yield f"{first}{number}"


def _batches(ids: Sequence[int], size: int) -> Iterator[list[int]]:
    iterator = iter(ids)
    while batch := list(islice(iterator, size)):
        yield batch
