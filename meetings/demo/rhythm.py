"""When meetings are: a working week's early mornings, noons and evenings, a weekend's mornings."""

from datetime import date, time, timedelta
from random import Random

from meetings.demo.chance import Shares
from meetings.schedules import Frequency, Rule, format_rrule

# Start, share from Monday to Friday, share at the weekend. Guesses for measuring, no statistics.
_STARTS = (
    ("00:00", 0.2, 0.4), ("06:00", 2, 1), ("06:30", 4, 1), ("07:00", 8, 4), ("07:30", 4, 3), ("08:00", 3, 8),
    ("08:30", 1, 4), ("09:00", 3, 12), ("09:30", 1, 5), ("10:00", 4, 14), ("10:30", 1, 4), ("11:00", 2, 6),
    ("12:00", 14, 8), ("12:10", 1, 0), ("12:15", 1, 0), ("12:30", 2, 1), ("13:00", 2, 2), ("14:00", 1, 2),
    ("15:00", 1, 2), ("16:00", 1, 3), ("17:00", 3, 5), ("17:30", 9, 5), ("18:00", 12, 9), ("18:30", 11, 5),
    ("19:00", 24, 14), ("19:30", 14, 7), ("20:00", 14, 9), ("20:30", 3, 2), ("21:00", 2, 2), ("22:00", 2, 3),
    ("23:00", 0.5, 0.7), ("23:30", 0.3, 0.6),
)  # fmt: skip
_WORKDAY = Shares([(time.fromisoformat(start), share) for start, share, _weekend in _STARTS])
_WEEKEND = Shares([(time.fromisoformat(start), share) for start, _workday, share in _STARTS])
WEEKDAYS = Shares([(0, 15), (1, 15), (2, 15), (3, 15), (4, 13), (5, 14), (6, 13)])
_SEVERAL_DAYS = Shares(
    [((0, 2, 4), 4), ((1, 3), 4), ((0, 1, 2, 3, 4), 3), ((0, 1, 2, 3, 4, 5, 6), 3), ((5, 6), 2), ((0, 3), 1)]
)
_MINUTES: Shares[int | None] = Shares(
    [(60, 66), (90, 19), (75, 3), (30, 3), (45, 2), (50, 0.5), (55, 0.5), (120, 2), (None, 4)]
)
_KINDS = Shares([("week", 92.6), ("days", 4.0), ("fortnight", 1.0), ("nth", 1.6), ("last", 0.6), ("once", 0.2)])
# Weeks of every-other-week meetings are counted from here, so that a later load keeps them.
FORTNIGHTS_FROM = date(2024, 1, 1)


def schedule(chance: Random, *, monday: date) -> dict[str, object]:
    """Return a meeting's schedule as fields; single dates lie in the ten weeks after next Monday's."""
    weekday = WEEKDAYS.draw(chance)
    kind = _KINDS.draw(chance)
    first_on = None
    if kind == "week":
        rule = Rule(Frequency.WEEKLY, (weekday,))
    elif kind == "days":
        rule = Rule(Frequency.WEEKLY, _SEVERAL_DAYS.draw(chance))
    elif kind == "fortnight":
        rule = Rule(Frequency.WEEKLY, (weekday,), interval=2)
        first_on = FORTNIGHTS_FROM + timedelta(days=7 * chance.randrange(2) + weekday)
    elif kind == "nth":
        positions = chance.choice(((1,), (2,), (3,), (4,), (1, 3), (2, 4), (5,)))
        rule = Rule(Frequency.MONTHLY, (weekday,), positions=positions)
    elif kind == "last":
        rule = Rule(Frequency.MONTHLY, (weekday,), positions=(-1,))
    else:
        rule = Rule(Frequency.ONCE)
        first_on = monday + timedelta(days=7 * chance.randint(1, 10) + weekday)
    return {
        "rrule": format_rrule(rule),
        "first_on": first_on,
        "start_time": (_WEEKEND if weekday > 4 else _WORKDAY).draw(chance),
        "duration": length(chance),
    }


def length(chance: Random) -> timedelta | None:
    minutes = _MINUTES.draw(chance)
    return None if minutes is None else timedelta(minutes=minutes)
