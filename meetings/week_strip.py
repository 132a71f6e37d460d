"""A group's week at a glance, Monday to Sunday."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from groups import dates, phrasing
from meetings import schedules, wording
from meetings.enums import ChannelState
from meetings.models import Meeting


@dataclass(frozen=True, slots=True)
class Slot:
    """One meeting on one day of the week, in the words of components/week_strip.html."""

    time_label: str
    name: str
    url: str
    attendance_label: str
    is_here: bool = False


@dataclass(slots=True)
class Day:
    label: str
    is_today: bool
    meetings: list[Slot] = field(default_factory=list)


@dataclass(slots=True)
class Week:
    """Seven days, and the meetings that have no weekday: by appointment, one date, at any time."""

    days: list[Day]
    others: list[Slot]
    zone_labels: list[str]

    @property
    def has_days(self) -> bool:
        return any(day.meetings for day in self.days)


def week_of(meetings: Iterable[Meeting], *, now: datetime, here: Meeting | None = None) -> Week:
    """Return the week of some meetings of one group, by rule and in each meeting's own zone.

    A meeting that is not held every week stands on its weekday with its rule in words beside
    it. `here` is the meeting whose page it is. No query; pauses and single changes are not told.
    """
    meetings = list(meetings)
    zones = sorted({meeting.time_zone for meeting in meetings if meeting.time_zone})
    today = now.astimezone(ZoneInfo(zones[0])).weekday() if len(zones) == 1 else None
    week = Week(
        days=[Day(dates.weekday(weekday), weekday == today) for weekday in range(7)],
        others=[],
        zone_labels=[wording.zone_label(zone, at=now) for zone in zones],
    )
    for meeting in sorted(meetings, key=_by_time):
        schedule = meeting.schedule(pauses=(), changes=())
        if schedule is None or schedule.rule.frequency is schedules.Frequency.ONCE:
            week.others.append(_slot(meeting, schedule, here=here))
            continue
        slot = _slot(meeting, schedule, here=here)
        for weekday in schedule.rule.weekdays:
            week.days[weekday].meetings.append(slot)
    return week


def glance(meetings: Iterable[Meeting], *, limit: int) -> list[str]:
    """Return a week in a few short lines: "Monday 7–8 pm, 9 pm", "First Sunday of the month, noon".

    Weekdays first, then what is not held every week; "…" stands for what is beyond `limit`.
    """
    weekly: dict[int, list[str]] = {}
    seldom: list[str] = []
    for meeting in meetings:
        schedule = meeting.schedule(pauses=(), changes=())
        if schedule is None:
            continue
        rule = schedule.rule
        if rule.frequency is schedules.Frequency.WEEKLY and rule.interval == 1:
            hours = schedules.describe_time(schedule.start_time, schedule.duration)
            for weekday in rule.weekdays:
                weekly.setdefault(weekday, []).append(hours)
        else:
            seldom.append(schedules.describe(schedule))
    lines = [
        _("%(day)s %(hours)s")
        % {"day": dates.weekday(weekday), "hours": phrasing.listed(dict.fromkeys(weekly[weekday]))}
        for weekday in sorted(weekly)
    ]
    lines += dict.fromkeys(seldom)
    return lines if len(lines) <= limit else [*lines[:limit], "…"]


def slots_with_days(meetings: Iterable[Meeting]) -> list[Slot]:
    """Return meetings as a list, days and hours in words: "Tuesdays, 7–8 pm". No query."""
    slots = []
    for meeting in meetings:
        schedule = meeting.schedule(pauses=(), changes=())
        slots.append(
            Slot(
                time_label=schedules.describe(schedule) if schedule else _without_a_time(meeting),
                name=meeting.name,
                url=meeting.get_absolute_url(),
                attendance_label=wording.ways_label(meeting),
            )
        )
    return slots


def _slot(meeting: Meeting, schedule: schedules.Schedule | None, *, here: Meeting | None) -> Slot:
    details = [wording.ways_label(meeting)]
    if schedule is None:
        hours = _without_a_time(meeting)
    else:
        hours = schedules.describe_time(schedule.start_time, schedule.duration)
        rule = schedule.rule
        if rule.frequency is not schedules.Frequency.WEEKLY or rule.interval > 1:
            details.insert(0, schedules.describe_days(rule, first_on=schedule.first_on))
    return Slot(
        time_label=hours,
        name=meeting.name,
        url=meeting.get_absolute_url(),
        attendance_label=" · ".join(detail for detail in details if detail),
        is_here=here is not None and meeting.pk == here.pk,
    )


def _without_a_time(meeting: Meeting) -> str:
    return "" if meeting.any_time == ChannelState.OPEN else _("By appointment")


def _by_time(meeting: Meeting) -> tuple[time, str, int]:
    return (meeting.start_time or time.max, meeting.name, meeting.pk)
