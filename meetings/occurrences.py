"""Single dates of a meeting: as computed, or as somebody changed them.

A row exists only when something happened to the date. Every change is one transaction: it
locks the row, tells those who are coming (`notices`), and makes the finder's copy true.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from groups import history
from groups.enums import GroupState, ListingState
from meetings import notices, rsvp_states, schedules, whereabouts
from meetings.enums import MessageKind, RsvpReason, RsvpState
from meetings.finder import index
from meetings.models import Meeting, Occurrence, Pause, Rsvp, Venue
from meetings.models.rsvps import LIVE_STATES

logger = logging.getLogger(__name__)

# Dates have a page this far ahead and, so that a link sent yesterday still says something, behind.
PAGES_AHEAD = timedelta(days=366)
PAGES_BEHIND = timedelta(days=31)


class NoSuchDate(Exception):
    """The meeting's rule does not have this date, or it is paused."""


@dataclass(frozen=True, slots=True)
class Date:
    """One date of a meeting. `row` is None for a date to which nothing happened."""

    meeting: Meeting
    start: schedules.Start
    row: Occurrence | None

    @property
    def original_on(self) -> date:
        return self.start.original_on

    @property
    def ends_at(self) -> datetime:
        """The end, in UTC; of an unknown length, what is assumed."""
        return self.start.ends_at or self.start.starts_at + schedules.ASSUMED_DURATION


def on(meeting: Meeting, original_on: date) -> Date:
    """Return the date of the meeting that the rule puts on this day of its own calendar.

    Raises NoSuchDate. Two queries, none when pauses and occurrences are prefetched.
    """
    schedule = meeting.schedule()
    start = schedules.start_on(schedule, original_on) if schedule else None
    if start is None:
        raise NoSuchDate
    row = next((row for row in meeting.occurrences.all() if row.original_on == original_on), None)
    return Date(meeting, start, row)


def has_page(start: schedules.Start, *, now: datetime) -> bool:
    """Tell whether the date is near enough to have a page: a year ahead, a month behind."""
    return now - PAGES_BEHIND <= start.starts_at <= now + PAGES_AHEAD


def materialize(meeting: Meeting, original_on: date) -> Occurrence:
    """Return the date's row, made when it is not there. Raises NoSuchDate."""
    found = on(meeting, original_on)
    row = found.row
    if row is None:
        try:
            # Nothing about the date was changed, and who caused the row is nobody's business.
            with history.untold(), transaction.atomic():
                row = Occurrence(meeting=meeting, original_on=original_on, starts_at=found.start.starts_at)
                row.place_told = whereabouts.digest(meeting, row)
                row.save()
                return row
        except IntegrityError:
            # Somebody else made it a moment ago.
            row = Occurrence.objects.get(meeting=meeting, original_on=original_on)
    if row.starts_at is None:
        row.starts_at = found.start.starts_at
        with history.untold():
            row.save(update_fields=["starts_at"])
    return row


def locked(pk: int, *, meeting: Meeting | None = None) -> Occurrence:
    """Return the row, held until the transaction ends: one change of a date at a time, for all workers.

    Its meeting is read again with it, or is the `meeting` that was read a moment ago: then its
    capacity is to be asked again, with the chairs (`rsvps.counting.room`).
    """
    if meeting is None:
        return Occurrence.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=pk)
    row = Occurrence.objects.select_for_update().get(pk=pk)
    row.meeting = meeting
    return row


# ── Changes to one date ─────────────────────────────────────────────────────


def cancel(meeting: Meeting, original_on: date, *, now: datetime, reason: str = "") -> Occurrence:
    """Call the date off. Those who are coming keep their places, in case it is restored.

    Raises NoSuchDate, as do the other changes.
    """
    with transaction.atomic():
        row = _locked_row(meeting, original_on)
        if not row.is_cancelled:
            row.cancelled_at, row.cancelled_reason = now, reason
            _save(row, MessageKind.DATE_CANCELLED, now=now)
    return row


def restore(meeting: Meeting, original_on: date, *, now: datetime) -> Occurrence:
    """Let a cancelled date take place after all."""
    with transaction.atomic():
        row = _locked_row(meeting, original_on)
        if row.is_cancelled:
            row.cancelled_at, row.cancelled_reason = None, ""
            # Nobody could take an offer meanwhile: whoever had one is next again, and is offered it anew.
            for rsvp in row.rsvps.filter(state=RsvpState.OFFERED, offered_until__lte=now):
                rsvp_states.wait(rsvp, since=rsvp.waiting_since, confirm_by=None, now=now)
            _save(row, MessageKind.DATE_RESTORED, now=now)
    return row


def move(
    meeting: Meeting,
    original_on: date,
    *,
    now: datetime,
    to: datetime | None = None,
    venue: Venue | None = None,
    duration: timedelta | None = None,
) -> Occurrence:
    """Move the date in time, in place, or both. `to` None is the time by the rule, `venue` None the usual place."""
    with transaction.atomic():
        row = _locked_row(meeting, original_on)
        if (row.moved_to, row.venue, row.duration) != (to, venue, duration):
            row.moved_to, row.venue, row.duration = to, venue, duration
            _save(row, MessageKind.DATE_MOVED, now=now)
    return row


def make_online_only(meeting: Meeting, original_on: date, *, now: datetime, is_online_only: bool = True) -> Occurrence:
    """Hold the date online, or in its room again."""
    with transaction.atomic():
        row = _locked_row(meeting, original_on)
        if row.is_online_only != is_online_only:
            row.is_online_only = is_online_only
            _save(row, MessageKind.DATE_CHANGED, now=now)
    return row


def note(meeting: Meeting, original_on: date, *, now: datetime, text: str) -> Occurrence:
    """Say something about this date alone; an empty text takes the note away, which is told nobody."""
    with transaction.atomic():
        row = _locked_row(meeting, original_on)
        if row.note != text:
            row.note = text
            _save(row, MessageKind.DATE_CHANGED if text else None, now=now)
    return row


def follow_edit(row: Occurrence, *, edited: Collection[str], now: datetime) -> None:
    """Tell the people of a date what was edited in its row, by whatever form, and move their reminders along.

    `edited` names the fields, as a form's `changed_data` does.
    """
    kind = None
    if "cancelled_at" in edited:
        kind = MessageKind.DATE_CANCELLED if row.is_cancelled else MessageKind.DATE_RESTORED
    elif {"moved_to", "venue", "duration"} & set(edited):
        kind = MessageKind.DATE_MOVED
    elif {"is_online_only", "note"} & set(edited):
        kind = MessageKind.DATE_CHANGED
    if kind is not None:
        with transaction.atomic():
            _save(locked(row.pk), kind, now=now)


def pause(meeting: Meeting, *, first_on: date, last_on: date, now: datetime, reason: str = "") -> Pause:
    """Leave out the dates of a while, both ends included. Places at them end, and their people are told."""
    with transaction.atomic():
        made = Pause.objects.create(meeting=meeting, first_on=first_on, last_on=last_on, reason=reason)
        follow_rule(meeting, now=now)
        index.refresh([meeting.pk], now=now)
    return made


def _locked_row(meeting: Meeting, original_on: date) -> Occurrence:
    return locked(materialize(fresh(meeting), original_on).pk)


def fresh(meeting: Meeting) -> Meeting:
    """Return the meeting without what an earlier page of this request may have prefetched."""
    return Meeting.objects.select_related("group__fellowship").get(pk=meeting.pk)


def _save(row: Occurrence, kind: MessageKind | None, *, now: datetime) -> None:
    row.save()
    start = schedules.start_on(fresh(row.meeting).schedule(), row.original_on)
    if start is not None:
        row.starts_at = start.starts_at
        row.place_told = whereabouts.digest(row.meeting, row)
        row.save(update_fields=["starts_at", "place_told"])
    if kind is not None:
        notices.tell(row, kind, now=now)
    index.refresh([row.meeting_id], now=now)


# ── Changes to the rule ─────────────────────────────────────────────────────


def follow_changes(*, now: datetime) -> int:
    """Bring the dates people have joined along with meetings that changed in any way, in time or place.

    Beat asks every minute, so that a change by import, by hand or by a host reaches those who
    are coming, whoever made it. Returns how many meetings were followed.
    """
    _forget_places_nobody_knows(now=now)
    joined = (
        _joined(now).select_related("meeting__group", "meeting__venue", "venue").prefetch_related("meeting__pauses")
    )
    by_meeting: dict[Meeting, list[Occurrence]] = {}
    for row in joined:
        by_meeting.setdefault(row.meeting, []).append(row)
    followed = 0
    for meeting, rows in by_meeting.items():
        try:
            is_other_time = not _agrees(meeting, rows)
            if is_other_time:
                follow_rule(meeting, now=now)
                index.refresh([meeting.pk], now=now)
            is_other_place = _tell_of_other_place(meeting, rows, now=now)
            followed += is_other_time or is_other_place
        except Exception:
            # One that cannot be read never stops the rest.
            logger.exception("the joined dates of meeting %s could not follow its rule", meeting.pk)
    return followed


def follow_rule(meeting: Meeting, *, now: datetime) -> None:
    """Move the dates that people have joined to where the meeting's rule has them now, and tell them.

    A joined date is matched by its original date, else by the nearest date of the new rule
    that is at most half a turn of it away (three days of a weekly meeting). Where there is
    none, or in a pause, or when the meeting is no longer held, the places end with a reason.
    """
    with transaction.atomic():
        meeting = fresh(meeting)
        rows = list(
            Occurrence.objects.select_for_update()
            .filter(pk__in=_joined(now).filter(meeting=meeting).values("pk"))
            .order_by("original_on", "pk")
        )
        is_held = meeting.state == ListingState.PUBLIC and meeting.group.state == GroupState.PUBLIC
        schedule = meeting.schedule() if is_held else None
        for row in rows:
            row.meeting = meeting
            start = schedules.start_on(schedule, row.original_on) if schedule else None
            if start is None and schedule is not None:
                start = _nearest(schedule, row, now=now)
            if start is None:
                _end_places(row, now=now)
            elif start.original_on != row.original_on:
                _rename(row, start, now=now)
            elif start.starts_at != row.starts_at:
                row.starts_at = start.starts_at
                row.save(update_fields=["starts_at"])
                notices.tell(row, MessageKind.DATE_MOVED, now=now)


def _joined(now: datetime):
    return Occurrence.objects.filter(
        Q(starts_at__gt=now), pk__in=Rsvp.objects.filter(state__in=LIVE_STATES).values("occurrence")
    )


def _agrees(meeting: Meeting, rows: list[Occurrence]) -> bool:
    if meeting.state != ListingState.PUBLIC or meeting.group.state != GroupState.PUBLIC:
        return False
    # What is asked of one date needs no changes but its own.
    for row in rows:
        schedule = meeting.schedule(changes=[row])
        start = schedules.start_on(schedule, row.original_on) if schedule else None
        if start is None or start.starts_at != row.starts_at:
            return False
    return True


def _tell_of_other_place(meeting: Meeting, rows: list[Occurrence], *, now: datetime) -> bool:
    """Tell the people of each date whose usual place is another than they know. Returns whether there was one."""
    is_told = False
    for found in rows:
        where = whereabouts.digest(meeting, found)
        if where == found.place_told:
            continue
        with transaction.atomic():
            row = locked(found.pk)
            was, row.place_told = row.place_told, where
            row.save(update_fields=["place_told"])
            # Where nothing was kept this is what they know; a cancelled date is held nowhere.
            if was not in ("", where) and not row.is_cancelled:
                notices.tell(row, MessageKind.DATE_MOVED, now=now)
                is_told = True
    return is_told


def _forget_places_nobody_knows(*, now: datetime) -> None:
    """Whoever joins a date that nobody has joined knows its place as it is then."""
    known = Occurrence.objects.filter(starts_at__gt=now).exclude(place_told="")
    known.exclude(pk__in=_joined(now).values("pk")).update(place_told="")


def _nearest(schedule: schedules.Schedule, row: Occurrence, *, now: datetime) -> schedules.Start | None:
    paused = any(pause.first <= row.original_on <= pause.last for pause in schedule.pauses)
    if paused:
        return None
    reach = timedelta(days=_half_a_turn(schedule.rule))
    near = [
        start
        for on_day in schedules.dates(schedule, row.original_on - reach, row.original_on + reach)
        if (start := schedules.start_on(schedule, on_day)) is not None
        and start.starts_at > now
        and not start.is_cancelled
    ]
    # Of two equally far the later: nobody is asked to come before the day they had in mind.
    return min(
        near,
        key=lambda start: (abs(start.original_on - row.original_on), -start.original_on.toordinal()),
        default=None,
    )


def _half_a_turn(rule: schedules.Rule) -> int:
    days = {schedules.Frequency.WEEKLY: 7, schedules.Frequency.MONTHLY: 31}.get(rule.frequency, 31)
    return days * rule.interval // 2


def _rename(row: Occurrence, start: schedules.Start, *, now: datetime) -> None:
    """Give the row the date it is matched with; where that has a row already, its people go there.

    That a date was cancelled says nothing of another one: its people go there without the row.
    """
    there = Occurrence.objects.select_for_update().filter(meeting=row.meeting, original_on=start.original_on).first()
    if there is None and row.is_cancelled:
        with history.untold():
            there = Occurrence(meeting=row.meeting, original_on=start.original_on)
            there.save()
    if there is None:
        row.original_on = start.original_on
        row.starts_at = start.starts_at if row.moved_to is None else row.starts_at
        row.save(update_fields=["original_on", "starts_at"])
        notices.tell(row, MessageKind.DATE_MOVED, now=now)
        return
    there.meeting = row.meeting
    there.starts_at = start.starts_at
    there.save(update_fields=["starts_at"])
    taken = set(there.rsvps.exclude(contact_key="").values_list("contact_key", flat=True))
    standing = set(there.rsvps.exclude(standing=None).values_list("standing_id", flat=True))
    moved = []
    for rsvp in row.rsvps.filter(state__in=LIVE_STATES):
        if rsvp.contact_key in taken or rsvp.standing_id in standing:
            rsvp_states.end(rsvp, RsvpReason.TWICE, now=now)
        else:
            rsvp.occurrence = there
            rsvp.save(update_fields=["occurrence"])
            moved.append(rsvp.pk)
    notices.tell(there, MessageKind.DATE_MOVED, now=now, only=moved)


def _end_places(row: Occurrence, *, now: datetime) -> None:
    notices.tell(row, MessageKind.DATE_GONE, now=now)
    for rsvp in row.rsvps.filter(state__in=LIVE_STATES):
        rsvp_states.end(rsvp, RsvpReason.DATE_GONE, now=now)
