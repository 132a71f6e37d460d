"""A group's notice board: hosts write, members or everybody read, and each line ends by itself."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from groups.enums import NoticeReaders
from groups.models import Group
from meetings.models import Meeting, Notice, Rsvp
from meetings.models.rsvps import SEATED_STATES

LONGEST = 1000
LONGEST_TIME = timedelta(days=92)
MOST_SHOWN = 5


class BoardFull(Exception):
    """There are as many lines on the board as people read."""


def write(group: Group, *, text: str, first_on: date, last_on: date, now: datetime) -> Notice:
    """Put a line on the board from `first_on` to `last_on`, both included. The same line twice is one.

    Raises BoardFull.
    """
    with transaction.atomic():
        # One at a time for a group: a double press writes one line.
        Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
        up = Notice.objects.filter(group=group, taken_down_at=None, last_on__gte=first_on)
        same = up.filter(text=text, first_on=first_on, last_on=last_on).first()
        if same is not None:
            return same
        if up.filter(first_on__lte=last_on).count() >= MOST_SHOWN:
            raise BoardFull
        return Notice.objects.create(group=group, text=text, first_on=first_on, last_on=last_on, written_at=now)


def take_down(group: Group, notice_id: int, *, now: datetime) -> bool:
    """Take a line off the board. Returns whether it was up."""
    return bool(Notice.objects.filter(group=group, pk=notice_id, taken_down_at=None).update(taken_down_at=now))


def put_back(group: Group, notice_id: int) -> bool:
    """Undo `take_down`. Returns whether it was down."""
    down = Notice.objects.filter(group=group, pk=notice_id, taken_down_at__isnull=False)
    return bool(down.update(taken_down_at=None))


def taken_down(group: Group, notice_id: int) -> Notice | None:
    """Return a line that was taken down and can be put back."""
    return Notice.objects.filter(group=group, pk=notice_id, taken_down_at__isnull=False).first()


def up_on(group: Group, day: date) -> QuerySet[Notice]:
    """Return the lines that are up on a day of the group's calendar, the newest first."""
    up = Notice.objects.filter(group=group, taken_down_at=None, first_on__lte=day, last_on__gte=day)
    return up.order_by("-first_on", "-pk")


def for_everyone(group: Group, *, day: date) -> list[Notice]:
    """Return what the group's own page shows. No query unless the group writes for everyone."""
    if group.notices_are_for != NoticeReaders.EVERYONE:
        return []
    return list(up_on(group, day)[:MOST_SHOWN])


def for_somebody_coming(meeting: Meeting, rsvps: list[Rsvp], *, day: date) -> list[Notice]:
    """Return what the private page of a place shows: of one that is kept, not of one that waits or ended.

    Whatever the group writes, members read. One query; none without a kept place.
    """
    if not any(rsvp.state in SEATED_STATES and rsvp.is_confirmed for rsvp in rsvps):
        return []
    return list(up_on(meeting.group, day)[:MOST_SHOWN])


def on_the_host_page(group: Group, *, day: date) -> list[Notice]:
    """Return the lines that are up or will be, soonest first."""
    return list(Notice.objects.filter(group=group, taken_down_at=None, last_on__gte=day).order_by("first_on", "pk"))
