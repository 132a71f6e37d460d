"""The dates of a meeting as its hosts see them: what is different, and how many people come."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groups import phrasing
from groups.enums import ListingState
from groups.models import Group
from meetings import date_page, listing_fields, meeting_page, occurrences, schedules
from meetings.enums import RsvpState
from meetings.finder import index
from meetings.hosting import duties
from meetings.models import HeadCount, Meeting, Occurrence, Pause, Rsvp, Venue
from meetings.rsvps.people import alias_of

DATES_AHEAD = 12
DATES_BEHIND = 4
_BEHIND = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Coming:
    """Numbers alone. `names` are of those who gave one to the host; `nameless` are all the others."""

    going: int = 0
    waiting: int = 0
    held: int = 0
    names: list[str] = field(default_factory=list)
    named: int = 0

    @property
    def nameless(self) -> int:
        """Those who gave no name, and come by themselves or with others without one."""
        return self.going - self.named


NOBODY = Coming()


@dataclass(frozen=True, slots=True)
class HostDate:
    """One date in words (`meeting_page.Date`), with what only hosts see of it."""

    words: meeting_page.Date
    row: Occurrence | None
    url: str
    coming: Coming
    roster: list[duties.Entry]
    head_count: int | None
    is_over: bool

    @property
    def original_on(self) -> date:
        return self.words.start.original_on

    @property
    def is_cancelled(self) -> bool:
        return self.words.start.is_cancelled

    @property
    def facts(self) -> list[str]:
        """What is different about the date, and who does what, in a few words each."""
        if self.is_cancelled:
            return [_("Cancelled")]
        going, found = self.coming.going, []
        if going:
            found.append(ngettext("%(n)d coming", "%(n)d coming", going) % {"n": going})
        if self.coming.waiting:
            found.append(ngettext("%(n)d waiting", "%(n)d waiting", self.coming.waiting) % {"n": self.coming.waiting})
        found += [_("moved")] if self.words.original_day else []
        found += [_("online only")] if self.words.is_online_only else []
        found += [self.words.place_label] if self.words.place_label else []
        return found + [f"{entry.what}: {entry.name}" for entry in self.roster]


def takes_place(meeting: Meeting) -> bool:
    """Tell whether the rule's dates are to come: not while the meeting is closed, for now or for good."""
    return meeting.state in (ListingState.PUBLIC, ListingState.DRAFT)


def ahead(meeting: Meeting, *, now: datetime, limit: int = DATES_AHEAD) -> list[HostDate]:
    """Return the date in progress and the next ones. Seven queries, however many dates."""
    date_page.prefetch_for_dates(meeting)
    schedule = meeting.schedule()
    if schedule is None:
        return []
    current = schedules.in_progress(schedule, now=now)
    coming = schedules.next_starts(schedule, after=now, limit=limit, include_cancelled=True)
    starts = ([current] if current is not None else []) + [start for start in coming if start != current]
    return _told(meeting, starts[:limit], now=now)


def behind(meeting: Meeting, *, now: datetime) -> list[HostDate]:
    """Return the last dates, the latest first, for the head-counts. Four queries beside what is prefetched."""
    schedule = meeting.schedule()
    if schedule is None:
        return []
    past = schedules.starts(schedule, after=now - _BEHIND, before=now)
    return _told(meeting, past[::-1][:DATES_BEHIND], now=now)


def one(meeting: Meeting, on: date, *, now: datetime) -> HostDate:
    """Return one date, with the names people gave to the host. Raises occurrences.NoSuchDate."""
    date_page.prefetch_for_dates(meeting)
    found = occurrences.on(meeting, on)
    if not occurrences.has_page(found.start, now=now):
        raise occurrences.NoSuchDate
    return _told(meeting, [found.start], now=now, with_names=meeting.host_sees_aliases)[0]


def running_pauses(meeting: Meeting, *, now: datetime) -> list[Pause]:
    """Return the pauses that are running or ahead; none of a meeting without a clock."""
    if not meeting.time_zone:
        return []
    today = today_of(meeting, now=now)
    return [pause for pause in meeting.pauses.all() if pause.last_on >= today]


def today_of(meeting: Meeting, *, now: datetime) -> date:
    """Return the day it is where the meeting keeps its clock."""
    return now.astimezone(ZoneInfo(meeting.time_zone or "UTC")).date()


def begin_pause(meeting: Meeting, *, first_on: date, last_on: date, reason: str, now: datetime) -> Pause:
    """Leave out the dates of a while; the same pause twice is one. Its people are told."""
    with transaction.atomic():
        # One at a time for a meeting: a double press makes one pause.
        Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        same = Pause.objects.filter(meeting=meeting, first_on=first_on, last_on=last_on).first()
        if same is not None:
            return same
        return occurrences.pause(meeting, first_on=first_on, last_on=last_on, reason=reason, now=now)


def begin_pause_of_all(group: Group, *, first_on: date, last_on: date, reason: str, now: datetime) -> int:
    """Leave out the dates of a while of every meeting of a group that is held, all or none. Returns of how many."""
    with transaction.atomic():
        meetings = list(held(group))
        for meeting in meetings:
            begin_pause(meeting, first_on=first_on, last_on=last_on, reason=reason, now=now)
    return len(meetings)


def held(group: Group) -> QuerySet[Meeting]:
    """Return the meetings of a group that have dates and are listed, those closed for now included."""
    states = [ListingState.PUBLIC, ListingState.PAUSED]
    return Meeting.objects.filter(group=group, state__in=states).exclude(time_zone="").order_by("pk")


def move(
    meeting: Meeting, on: date, *, to: datetime, place: Venue | None, minutes: int | None, now: datetime
) -> Occurrence:
    """Move a date in time, in place, or both; a place that is not kept yet is kept.

    A time that is the rule's own, and the usual place, are no change. Raises occurrences.NoSuchDate.
    """
    meeting = occurrences.fresh(meeting)
    usual = schedules.to_instant(on, meeting.start_time, meeting.time_zone)
    duration = timedelta(minutes=minutes) if minutes and timedelta(minutes=minutes) != meeting.duration else None
    with transaction.atomic():
        if place is not None and place.pk is None:
            place = _kept(place)
        return occurrences.move(meeting, on, now=now, to=to if to != usual else None, venue=place, duration=duration)


def zone_of(group: Group) -> str:
    """Return the time zone a group's first meeting keeps, "" for none."""
    zones = Meeting.objects.filter(group=group).exclude(time_zone="").order_by("pk")
    return zones.values_list("time_zone", flat=True).first() or ""


def end_pause(meeting: Meeting, pause_id: int, *, now: datetime) -> bool:
    """End a pause with yesterday; one that has not begun is taken away. Returns whether there was one.

    Places people had at its dates ended with it and do not come back.
    """
    today = today_of(meeting, now=now)
    with transaction.atomic():
        pause = Pause.objects.select_for_update().filter(meeting=meeting, pk=pause_id, last_on__gte=today).first()
        if pause is None:
            return False
        if pause.first_on >= today:
            pause.delete()
        else:
            pause.last_on = today - timedelta(days=1)
            pause.save(update_fields=["last_on"])
        occurrences.follow_rule(meeting, now=now)
        index.refresh([meeting.pk], now=now)
    return True


def joined_ahead(meetings: Iterable[Meeting], *, now: datetime) -> int:
    """Return how many people have a place at coming dates of these meetings. One query."""
    found = Rsvp.objects.filter(
        occurrence__meeting__in=list(meetings),
        occurrence__starts_at__gt=now,
        state__in=(RsvpState.GOING, RsvpState.HELD, RsvpState.WAITING, RsvpState.OFFERED),
    )
    return found.aggregate(people=Coalesce(Sum(F("others") + 1), 0))["people"]


def coming_at(occurrence_ids: Iterable[int]) -> dict[int, Coming]:
    """Return how many come to each of these rows. One query."""
    counted = (
        Rsvp.objects.filter(occurrence__in=list(occurrence_ids))
        .values("occurrence")
        .annotate(
            going=Coalesce(Sum(F("others") + 1, filter=Q(state=RsvpState.GOING)), 0),
            waiting=Coalesce(Sum(F("others") + 1, filter=Q(state__in=[RsvpState.WAITING, RsvpState.OFFERED])), 0),
            held=Coalesce(Sum(F("others") + 1, filter=Q(state=RsvpState.HELD)), 0),
        )
        .order_by("occurrence")
    )
    return {row["occurrence"]: Coming(row["going"], row["waiting"], row["held"]) for row in counted}


def _kept(place: Venue) -> Venue:
    """Return a place as it is kept: one with the same address a second time is the first."""
    same = Venue.objects.filter(
        name=place.name, street=place.street, town=place.town, country=place.country, how_to_find=place.how_to_find
    )
    found = same.filter(meetings=None, source=None).order_by("pk").first()
    if found is not None:
        return found
    listing_fields.locate(place)
    place.save()
    return place


def _told(
    meeting: Meeting, starts: list[schedules.Start], *, now: datetime, with_names: bool = False
) -> list[HostDate]:
    rows = {row.original_on: row for row in meeting.occurrences.all()}
    ids = [rows[start.original_on].pk for start in starts if start.original_on in rows]
    coming = coming_at(ids)
    counts = dict(HeadCount.objects.filter(occurrence__in=ids).values_list("occurrence", "people"))
    rosters = duties.roster(meeting, [start.original_on for start in starts])
    told = []
    for start in starts:
        row = rows.get(start.original_on)
        here = coming.get(row.pk, NOBODY) if row is not None else NOBODY
        if with_names and row is not None:
            here = Coming(here.going, here.waiting, here.held, *_names(row))
        told.append(
            HostDate(
                words=meeting_page.one_date(meeting, start, row, now, None),
                row=row,
                url=reverse("host:date", args=[meeting.slug, start.original_on]),
                coming=here,
                roster=rosters.get(start.original_on, []),
                head_count=counts.get(row.pk) if row is not None else None,
                is_over=(start.ends_at or start.starts_at + schedules.ASSUMED_DURATION) <= now,
            )
        )
    return told


def _names(row: Occurrence) -> tuple[list[str], int]:
    """Return the names that people who are coming gave to the host, and for how many people. Never an address."""
    shown = Rsvp.objects.filter(occurrence=row, state=RsvpState.GOING, host_sees_alias=True, alias__isnull=False)
    names, people = [], 0
    for rsvp in shown.order_by("created_at", "pk"):
        if name := alias_of(rsvp):
            words = ngettext("%(name)s and %(n)d more", "%(name)s and %(n)d more", rsvp.others)
            names.append(words % {"name": phrasing.isolated(name), "n": rsvp.others} if rsvp.others else name)
            people += rsvp.places
    return names, people
