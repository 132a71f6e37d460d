"""A schedule in words, in the active language and by its custom for the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from groups import dates
from groups.dates import Clock
from groups.phrasing import kept_by_language

from .expansion import Schedule
from .rules import EVERY_POSITION, Frequency, Rule

ALL_WEEK = (0, 1, 2, 3, 4, 5, 6)
WORKING_WEEK = (0, 1, 2, 3, 4)
WEEKEND = (5, 6)

_PLURAL_WEEKDAYS = (
    gettext_lazy("Mondays"),
    gettext_lazy("Tuesdays"),
    gettext_lazy("Wednesdays"),
    gettext_lazy("Thursdays"),
    gettext_lazy("Fridays"),
    gettext_lazy("Saturdays"),
    gettext_lazy("Sundays"),
)
# The first stands at the start of a sentence, the others inside it.
_POSITIONS = {
    1: (pgettext_lazy("weekday of the month", "First"), pgettext_lazy("weekday", "first")),
    2: (pgettext_lazy("weekday of the month", "Second"), pgettext_lazy("weekday", "second")),
    3: (pgettext_lazy("weekday of the month", "Third"), pgettext_lazy("weekday", "third")),
    4: (pgettext_lazy("weekday of the month", "Fourth"), pgettext_lazy("weekday", "fourth")),
    5: (pgettext_lazy("weekday of the month", "Fifth"), pgettext_lazy("weekday", "fifth")),
    -2: (pgettext_lazy("weekday of the month", "Second to last"), pgettext_lazy("weekday", "second to last")),
    -1: (pgettext_lazy("weekday of the month", "Last"), pgettext_lazy("weekday", "last")),
}
# Of Saturday and Sunday, which are of another gender than the other days in Portuguese.
_POSITIONS_OF_WEEKEND = {
    1: (pgettext_lazy("Saturday or Sunday of the month", "First"), pgettext_lazy("Saturday or Sunday", "first")),
    2: (pgettext_lazy("Saturday or Sunday of the month", "Second"), pgettext_lazy("Saturday or Sunday", "second")),
    3: (pgettext_lazy("Saturday or Sunday of the month", "Third"), pgettext_lazy("Saturday or Sunday", "third")),
    4: (pgettext_lazy("Saturday or Sunday of the month", "Fourth"), pgettext_lazy("Saturday or Sunday", "fourth")),
    5: (pgettext_lazy("Saturday or Sunday of the month", "Fifth"), pgettext_lazy("Saturday or Sunday", "fifth")),
    -2: (
        pgettext_lazy("Saturday or Sunday of the month", "Second to last"),
        pgettext_lazy("Saturday or Sunday", "second to last"),
    ),
    -1: (pgettext_lazy("Saturday or Sunday of the month", "Last"), pgettext_lazy("Saturday or Sunday", "last")),
}


def describe(schedule: Schedule, *, clock: Clock | None = None) -> str:
    """Return the days, the time and a last date in words: "Tuesdays, 7–8 pm".

    The wall time is the meeting's own; its zone is not named. `clock` is "12" or "24"
    hours, None for the custom of the active language. Pauses and changes are not told.
    """
    words = {
        "days": describe_days(schedule.rule, first_on=schedule.first_on),
        "time": describe_time(schedule.start_time, schedule.duration, clock=clock),
    }
    if schedule.last_on is None or schedule.rule.frequency == Frequency.ONCE:
        return _("%(days)s, %(time)s") % words
    return _("%(days)s, %(time)s, until %(date)s") % {
        **words,
        "date": dates.day(schedule.last_on),
    }


@kept_by_language(1_024)
def describe_days(rule: Rule, *, first_on: date | None = None) -> str:
    """Return the days of a rule in words: "First Monday of the month".

    A single date is told by `first_on`, which other rules do not use.
    """
    match rule.frequency:
        case Frequency.WEEKLY:
            return _describe_weekly(rule)
        case Frequency.MONTHLY:
            return _describe_monthly(rule)
        case Frequency.ONCE:
            if first_on is None:
                return _("One date")
            return dates.at_start(dates.day_long(first_on))


@kept_by_language(4_096)
def describe_time(start_time: time, duration: timedelta | None = None, *, clock: Clock | None = None) -> str:
    """Return the wall time in words: "7–8 pm", "11 pm–12:30 am", "19:00–20:00".

    An unknown length (None) leaves the start alone. The end is what the clock on the
    wall shows on a day without a clock change.
    """
    start = dates.clock(start_time, custom=clock)
    if duration is None:
        return start
    if duration >= timedelta(days=1):
        hours = round(duration / timedelta(hours=1))
        return ngettext("%(start)s, for %(hours)s hour", "%(start)s, for %(hours)s hours", hours) % {
            "start": start,
            "hours": hours,
        }
    end_time = (datetime.combine(date(2000, 1, 1), start_time) + duration).time()
    if (
        dates.speaks_of_halves(clock)
        and start_time < end_time
        and (start_time.hour < 12) == (end_time.hour < 12)
        and not dates.name_of_hour(start_time)
        and not dates.name_of_hour(end_time)
    ):
        start = dates.figures(start_time)
    return _("%(start)s–%(end)s") % {"start": start, "end": dates.clock(end_time, custom=clock)}


def _describe_weekly(rule: Rule) -> str:
    if rule.interval == 1:
        if rule.weekdays == ALL_WEEK:
            return _("Every day")
        if rule.weekdays == WORKING_WEEK:
            return _("Weekdays")
        if rule.weekdays == WEEKEND:
            return _("Weekends")
        if len(rule.weekdays) == 6:
            (missing,) = set(ALL_WEEK) - set(rule.weekdays)
            return _("Every day except %(weekday)s") % {"weekday": dates.weekday_inside(missing)}
        days = _listed([dates.inside(str(_PLURAL_WEEKDAYS[weekday])) for weekday in rule.weekdays])
        return dates.at_start(days)
    if rule.interval == 2 and len(rule.weekdays) == 1:
        return dates.at_start(_("Every other %(weekday)s") % {"weekday": dates.weekday_inside(rule.weekdays[0])})
    if rule.weekdays == ALL_WEEK:
        days = _("every day")
    elif rule.weekdays == WORKING_WEEK:
        days = _("on weekdays")
    elif rule.weekdays == WEEKEND:
        days = _("on Saturday and Sunday")
    else:
        days = _("on %(weekdays)s") % {"weekdays": _weekdays(rule)}
    if rule.interval == 2:
        return _("Every other week %(days)s") % {"days": days}
    return ngettext("Every %(count)s week %(days)s", "Every %(count)s weeks %(days)s", rule.interval) % {
        "count": rule.interval,
        "days": days,
    }


def _describe_monthly(rule: Rule) -> str:
    weekdays = _weekdays(rule)
    if rule.positions == EVERY_POSITION:
        days = _("Every %(weekdays)s") % {"weekdays": weekdays}
    else:
        opening, *others = rule.positions
        names = _POSITIONS_OF_WEEKEND if rule.weekdays[0] in WEEKEND else _POSITIONS
        positions = _listed([str(names[opening][0]), *(str(names[other][1]) for other in others)])
        days = _("%(positions)s %(weekdays)s") % {
            "positions": positions,
            "weekdays": weekdays,
        }
    if rule.interval == 1:
        return _("%(days)s of the month") % {"days": days}
    if rule.interval == 2:
        return _("%(days)s of every second month") % {"days": days}
    return ngettext(
        "%(days)s, every %(count)s month",
        "%(days)s, every %(count)s months",
        rule.interval,
    ) % {"days": days, "count": rule.interval}


def _weekdays(rule: Rule) -> str:
    return _listed([dates.weekday_inside(weekday) for weekday in rule.weekdays])


def _listed(words: Sequence[str]) -> str:
    *others, last = words
    if not others:
        return last
    # Translators: between the words of a list, before the last two.
    start = pgettext("list", ", ").join(others)
    return _("%(start)s and %(last)s") % {"start": start, "last": last}
