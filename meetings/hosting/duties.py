"""Who opens the door, and how many came: for hosts alone.

Names of a roster are what hosts typed, encrypted, and go a day after the date. A head-count is
a number and stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from meetings import contacts, occurrences, schedules
from meetings.models import Duty, HeadCount, Meeting, Occurrence

LONGEST_NAME = 40
LONGEST_WHAT = 60
MOST_A_DATE = 12
MOST_PEOPLE = 5000

# What is offered; anything else may be typed.
USUAL = (_("Open the door"), _("Greet people"), _("Lead the meeting"), _("Make tea and coffee"), _("Tidy up"))


class RosterFull(Exception):
    """More is on the list of this date than one page holds."""


class NotYet(Exception):
    """The date has not begun: there is nobody to count."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a roster, readable."""

    pk: int
    what: str
    name: str


def assign(meeting: Meeting, on: date, *, what: str, name: str) -> None:
    """Write who does something at a date, in place of who was written before.

    Raises occurrences.NoSuchDate, RosterFull.
    """
    occurrences.on(meeting, on)
    with transaction.atomic():
        # One at a time for a meeting: the number of lines is counted.
        Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        others = Duty.objects.filter(meeting=meeting, original_on=on).exclude(what=what)
        if others.count() >= MOST_A_DATE:
            raise RosterFull
        Duty.objects.update_or_create(
            meeting=meeting, original_on=on, what=what, defaults={"alias": contacts.encrypt({"alias": name})}
        )


def take_off(meeting: Meeting, on: date, duty_id: int) -> bool:
    """Take a line off the roster. Returns whether it was there."""
    return bool(Duty.objects.filter(meeting=meeting, original_on=on, pk=duty_id).delete()[0])


def roster(meeting: Meeting, days: Iterable[date]) -> dict[date, list[Entry]]:
    """Return the lines of these dates, as they were written down. One query."""
    found: dict[date, list[Entry]] = {}
    for duty in Duty.objects.filter(meeting=meeting, original_on__in=list(days)).order_by("original_on", "pk"):
        found.setdefault(duty.original_on, []).append(Entry(duty.pk, duty.what, _name(duty)))
    return found


def count_heads(meeting: Meeting, on: date, *, people: int, now: datetime) -> HeadCount:
    """Write down how many were there, in place of what was counted before.

    Raises occurrences.NoSuchDate, NotYet.
    """
    found = occurrences.on(meeting, on)
    if found.start.starts_at > now:
        raise NotYet
    with transaction.atomic():
        row = occurrences.materialize(meeting, on)
        counted, _made = HeadCount.objects.update_or_create(
            occurrence=row, defaults={"people": people, "counted_at": now}
        )
    return counted


def forget_past(*, now: datetime, after) -> int:
    """Erase the names of dates that began longer than `after` ago. Returns how many lines went.

    A date that moved is over when it was held; one that is no more goes with its day.
    """
    past = []
    last = now - after
    waiting = Duty.objects.filter(original_on__lte=now.date()).select_related("meeting")
    moved = {
        (row.meeting_id, row.original_on): row.moved_to
        for row in Occurrence.objects.filter(moved_to__gt=last, meeting__in=waiting.values("meeting"))
    }
    for duty in waiting:
        meeting = duty.meeting
        if (meeting.pk, duty.original_on) in moved:
            continue
        if meeting.start_time is not None and meeting.time_zone:
            begins_at = schedules.to_instant(duty.original_on, meeting.start_time, meeting.time_zone)
        else:
            begins_at = datetime.combine(duty.original_on, datetime.min.time(), now.tzinfo)
        if begins_at <= last:
            past.append(duty.pk)
    return Duty.objects.filter(pk__in=past).delete()[0]


def _name(duty: Duty) -> str:
    try:
        return contacts.decrypt(duty.alias).get("alias", "")
    except contacts.UnreadableContact:
        return "…"
