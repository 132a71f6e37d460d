"""When a meeting takes place: rule, wall time, zone, pauses and changes -> starts.

Pure: no database, no clock, nothing read from the settings. Callers pass `now`
or a window, and everything that comes back is an aware instant in UTC or a date
of the meeting's own calendar.

What was decided, once for every page, search, calendar, feed and reminder:

- Rules are a part of RFC 5545, section 3.3.10: weekly on several days, every n
  weeks, nth or last weekday of the month, every n months, or one date.
- "Every n weeks" counts weeks that begin on Monday, from the week of `first_on`;
  "every n months" counts calendar months from the month of `first_on`.
- `first_on` and `last_on` are the first and last dates allowed. A `first_on` the
  rule does not have is no date of the meeting.
- A fifth weekday is met only in months that have one.
- Wall time holds when the clocks change. A wall time that is skipped moves forward
  by the gap (02:30 becomes 03:30); one that comes twice is the first of the two.
- Lengths are elapsed time, added in UTC. A meeting belongs to the date on which it
  starts and is in progress after midnight until it ends.
- A pause leaves its dates out without a word. A cancelled date is kept and says so,
  for those who ask for it.
- A change belongs to a date by its original date, wherever it moved to. A change to
  a date that the rule does not have, or that is paused, is void.
- An unknown length stays unknown (`ends_at` is None). Only the question whether a
  meeting is in progress needs a guess: `ASSUMED_DURATION`.
- The search for a next start ends `SEARCH_AHEAD` after the instant asked about, or
  after `first_on` when that is later; the day of a single date is always found.
"""

from .expansion import (
    ASSUMED_DURATION,
    SEARCH_AHEAD,
    Change,
    InvalidSchedule,
    Pause,
    Schedule,
    Start,
    current_or_next,
    dates,
    in_progress,
    next_start,
    next_starts,
    start_on,
    starts,
    to_instant,
    weekday_set,
    zone_named,
)
from .rules import (
    Frequency,
    InvalidRule,
    Rule,
    format_rrule,
    parse_rrule,
    parse_rrule_with_until,
)
from .wording import describe, describe_days, describe_time

__all__ = [
    "ASSUMED_DURATION",
    "SEARCH_AHEAD",
    "Change",
    "Frequency",
    "InvalidRule",
    "InvalidSchedule",
    "Pause",
    "Rule",
    "Schedule",
    "Start",
    "current_or_next",
    "dates",
    "describe",
    "describe_days",
    "describe_time",
    "format_rrule",
    "in_progress",
    "next_start",
    "next_starts",
    "parse_rrule",
    "parse_rrule_with_until",
    "start_on",
    "starts",
    "to_instant",
    "weekday_set",
    "zone_named",
]
