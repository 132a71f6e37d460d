"""What a calendar holds, as values: the entries that `ical.write` makes a file of.

Apart from the writing, whose library takes more memory than all the finder's code: a worker
loads it when somebody first asks for a calendar.
"""

from dataclasses import dataclass
from datetime import date, datetime

from meetings.schedules import Schedule, Start


@dataclass(frozen=True, slots=True)
class Words:
    """What an entry says. Without a title it is neutral: it says its time and nothing else."""

    title: str = ""
    place: str = ""
    details: str = ""
    url: str = ""


NEUTRAL = Words()


@dataclass(frozen=True, slots=True)
class Revision:
    """How often the entry was really changed, and when anything of it last was."""

    sequence: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """What one date of a series says instead. Its times are those of the schedule's changes."""

    original_on: date
    words: Words
    revision: Revision


@dataclass(frozen=True, slots=True)
class Series:
    """A meeting with all its dates from `since` on; a single date whenever it is.

    `is_off` marks every date as cancelled: the meeting is paused or gone.
    """

    uid: str
    schedule: Schedule
    since: date
    words: Words
    revision: Revision
    differences: tuple[Difference, ...] = ()
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class OneDate:
    """One date by itself. `takes_time` shows its owner as busy; `is_open` that it is not settled."""

    uid: str
    start: Start
    time_zone: str
    words: Words
    revision: Revision
    takes_time: bool = True
    is_off: bool = False
    is_open: bool = False
