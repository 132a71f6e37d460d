"""When a reminder is due: start, offset, zone and quiet hours -> instants. Pure.

Decided once for every reminder:

- Whole days of an offset are counted on the clock of the meeting: a day before 19:00 is 19:00
  the day before, also when the clocks change between. What is left is elapsed time.
- A wall time that is skipped moves forward by the gap; one that comes twice is the first.
- What falls into the quiet hours goes in the last minute before them. When that is over
  already it goes with the first minute after them, as long as that is before the start.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from meetings import schedules

_MINUTE = timedelta(minutes=1)
_DAY_MINUTES = 24 * 60
# The longest quiet hours, with a clock change of some hours in them.
_LONGEST_QUIET = timedelta(hours=30)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` up to, and without, `ends`: wall times of a zone; over midnight when `ends` is earlier.

    Equal times are no quiet hours at all.
    """

    begins: time = time(21)
    ends: time = time(8)

    def has(self, instant: datetime, zone: str) -> bool:
        """Tell whether the instant is within the quiet hours of the zone."""
        at = instant.astimezone(schedules.zone_named(zone)).time()
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


QUIET_BY_DEFAULT = QuietHours()


def before_start(starts_at: datetime, minutes: int, *, time_zone: str) -> datetime:
    """Return the instant, in UTC, so many minutes before the start, without quiet hours.

    `time_zone` is the meeting's.
    """
    days, rest = divmod(minutes, _DAY_MINUTES)
    due_at = starts_at
    if days:
        local = starts_at.astimezone(schedules.zone_named(time_zone))
        due_at = schedules.to_instant(local.date() - timedelta(days=days), local.time(), time_zone)
        # Where a zone leaves out a whole day, or the start is the second of two equal wall times.
        due_at = min(due_at, starts_at - timedelta(hours=24 * days - 12))
    return due_at - timedelta(minutes=rest)


def outside_quiet_hours(due_at: datetime, quiet: QuietHours | None, *, zone: str) -> datetime:
    """Return the instant itself, or the last whole minute before the quiet hours it falls into."""
    if quiet is None or not quiet.has(due_at, zone):
        return due_at
    allowed = due_at.replace(second=0, microsecond=0)
    earliest = allowed - _LONGEST_QUIET
    while quiet.has(allowed, zone) and allowed > earliest:
        allowed -= _MINUTE
    return allowed


def after_quiet_hours(instant: datetime, quiet: QuietHours | None, *, zone: str) -> datetime:
    """Return the instant itself, or the first whole minute after the quiet hours it falls into."""
    if quiet is None or not quiet.has(instant, zone):
        return instant
    allowed = instant.replace(second=0, microsecond=0) + _MINUTE
    latest = allowed + _LONGEST_QUIET
    while quiet.has(allowed, zone) and allowed < latest:
        allowed += _MINUTE
    return allowed


@dataclass(frozen=True, slots=True)
class Due:
    """When one reminder goes. `is_possible` False: only within the quiet hours, so it does not."""

    due_at: datetime
    is_possible: bool = True


def due(
    starts_at: datetime, minutes: int, *, time_zone: str, quiet: QuietHours | None, zone: str, now: datetime
) -> Due | None:
    """Return when the reminder goes, or None when the place was taken after its time.

    `time_zone` is the meeting's, `zone` the recipient's.
    """
    wanted = before_start(starts_at, minutes, time_zone=time_zone)
    if wanted < now or wanted >= starts_at:
        return None
    allowed = outside_quiet_hours(wanted, quiet, zone=zone)
    if allowed >= now:
        return Due(allowed)
    # The evening before is over, the morning is not.
    later = after_quiet_hours(now, quiet, zone=zone)
    if later < starts_at:
        return Due(later)
    return Due(allowed, is_possible=False)
