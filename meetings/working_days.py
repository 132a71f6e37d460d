"""Days on which somebody is expected to answer: Monday to Friday, in UTC. Pure.

Holidays differ from place to place and are not counted: a promise is kept rather early.
"""

from datetime import datetime, timedelta

_DAY = timedelta(days=1)
_SATURDAY = 5


def after(start: datetime, days: int) -> datetime:
    """Return the instant so many working days later; what comes in at a weekend counts from Monday, 00:00."""
    moment = start
    if moment.weekday() >= _SATURDAY:
        moment = _midnight(moment + (7 - moment.weekday()) * _DAY)
    for _number in range(days):
        moment += _DAY
        while moment.weekday() >= _SATURDAY:
            moment += _DAY
    return moment


def before(end: datetime, days: int) -> datetime:
    """Return the last instant from which so many working days have passed at `end`.

    `after(x, days) <= end` holds for every x up to it, and for none later.
    """
    # On a weekend nothing has run out since Friday's end.
    moment = end
    if moment.weekday() >= _SATURDAY:
        moment = _midnight(moment - (moment.weekday() - _SATURDAY) * _DAY) - timedelta(microseconds=1)
    for _number in range(days):
        moment -= _DAY
        while moment.weekday() >= _SATURDAY:
            moment -= _DAY
    return moment


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
