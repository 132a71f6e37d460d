"""Reminders as rows: planned with the place, re-timed with the date, void with either.

Everything here runs in the transaction of the change that caused it, so that no moment exists
in which a reminder says something else than the date.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from meetings import schedules
from meetings.enums import MessageKind, MessageReason, MessageState, RsvpState
from meetings.models import Occurrence, OutgoingMessage, ReminderWishes, Rsvp
from meetings.models.messages import OPEN_STATES

from . import planning
from .ways import Way, quiet_hours, ways_to, wishes_of

ABOUT_A_DATE = (MessageKind.REMINDER, MessageKind.AFTER)
# What somebody loses with their place: not the news that the date is no more.
OF_A_PLACE = (
    *ABOUT_A_DATE, MessageKind.OFFER, MessageKind.DATE_CANCELLED, MessageKind.DATE_RESTORED, MessageKind.DATE_MOVED,
    MessageKind.DATE_CHANGED,
)  # fmt: skip

ASKED_AFTER_THE_END = timedelta(minutes=30)
# Who it was is erased a day after the start; the question is over a little earlier.
ASKED_UNTIL = timedelta(hours=22)

_UNSENT = {"state__in": OPEN_STATES, "handed_at": None}
# States from which a row may become planned again: it never left us.
_NEVER_LEFT = (MessageState.VOID, MessageState.MISSED)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A row as it should be. `due` None: its time was over before it was wished for.

    `is_double`: another one goes by the same way at the same instant.
    """

    way: Way
    due: planning.Due | None
    expires_at: datetime
    is_double: bool = False


def plan(rsvp: Rsvp, *, now: datetime) -> None:
    """Make the reminders of a place what its person wishes and its date says.

    May be called at any time and as often as one likes: what is as it should be stays, what has
    gone stays gone. `rsvp.occurrence.meeting` should be loaded.
    """
    occurrence = rsvp.occurrence
    if rsvp.state != RsvpState.GOING:
        void(rsvp.messages.filter(kind__in=ABOUT_A_DATE), MessageReason.PLACE_ENDED, now=now)
        return
    if occurrence.is_cancelled or occurrence.starts_at is None:
        void(rsvp.messages.filter(kind__in=ABOUT_A_DATE), MessageReason.DATE_CANCELLED, now=now)
        return
    wishes = wishes_of(rsvp)
    ways = ways_to(rsvp, wishes)
    with transaction.atomic():
        kept = list(rsvp.messages.select_for_update().filter(kind__in=ABOUT_A_DATE).order_by("pk"))
        _keep_reminders(rsvp, wishes, ways, kept, now=now)
        _keep_question(rsvp, wishes, ways, kept, now=now)


def retime(occurrence: Occurrence, *, now: datetime) -> None:
    """Make the reminders of everybody who is coming what the date says now.

    The caller holds the lock on the occurrence.
    """
    if occurrence.is_cancelled:
        of_the_date = OutgoingMessage.objects.filter(rsvp__occurrence=occurrence, kind__in=ABOUT_A_DATE)
        void(of_the_date, MessageReason.DATE_CANCELLED, now=now)
        return
    can_be_reached = (
        Q(contact__isnull=False)
        | Q(wishes__phone__isnull=False)
        | Q(push_subscriptions__isnull=False)
        | Q(standing__isnull=False)
    )
    places = Rsvp.objects.filter(can_be_reached, occurrence=occurrence, state=RsvpState.GOING).distinct().order_by("pk")
    for rsvp in places:
        rsvp.occurrence = occurrence
        plan(rsvp, now=now)


def void(messages: QuerySet[OutgoingMessage], reason: MessageReason, *, now: datetime) -> int:
    """Let open messages not go, and forget who they were for. Returns how many.

    One that is being handed over in this very moment counts as gone. What is asked of other
    tables stands in a query of its own: PostgreSQL asks only a row's own conditions again when
    another worker changed it a moment ago, and not those of a join.
    """
    unsent = OutgoingMessage.objects.filter(pk__in=messages.values("pk"), **_UNSENT)
    return end(unsent, MessageState.VOID, reason=reason, now=now)


def void_of_place(rsvp: Rsvp, *, now: datetime) -> int:
    """Let nothing more go that was planned for a place that has ended. Returns how many."""
    return void(rsvp.messages.filter(kind__in=OF_A_PLACE), MessageReason.PLACE_ENDED, now=now)


def end(
    messages: QuerySet[OutgoingMessage], state: MessageState, *, reason: MessageReason, now: datetime, **more
) -> int:
    """Give messages their last state. Returns how many."""
    return messages.update(
        state=state, reason=reason, ended_at=now, recipient=None, words=None, lease=None, lease_until=None, **more
    )


def _keep_reminders(
    rsvp: Rsvp, wishes: ReminderWishes, ways: list[Way], kept: list[OutgoingMessage], *, now: datetime
) -> None:
    occurrence = rsvp.occurrence
    wanted = dict(_wanted(rsvp, wishes, ways, now=now))
    rows = {}
    for row in kept:
        if row.kind != MessageKind.REMINDER:
            continue
        key = (row.minutes_before, row.channel, row.subscription_id)
        if row.occurrence_id == occurrence.pk and key in wanted:
            rows[key] = row
        else:
            _end_unsent(row, MessageState.VOID, MessageReason.REPLACED, now=now)
    for key, want in wanted.items():
        row = rows.get(key)
        if want.due is None:
            # Late for a wish is not late for a row: one that waits to be sent goes on waiting.
            if row is not None and row.expires_at != want.expires_at:
                _end_unsent(row, MessageState.MISSED, MessageReason.TOO_LATE, now=now)
            continue
        row = row or OutgoingMessage(
            kind=MessageKind.REMINDER,
            rsvp=rsvp,
            occurrence=occurrence,
            minutes_before=key[0],
            channel=want.way.channel,
            subscription=want.way.subscription,
            created_at=now,
        )
        _write(row, want, now=now)


def _wanted(
    rsvp: Rsvp, wishes: ReminderWishes, ways: Iterable[Way], *, now: datetime
) -> Iterable[tuple[tuple[int, str, int | None], _Wanted]]:
    meeting, starts_at = rsvp.occurrence.meeting, rsvp.occurrence.starts_at
    zone = wishes.time_zone or meeting.time_zone
    # Quiet hours bring several into the one minute before them, where one of them is enough.
    taken = set()
    for minutes in sorted(set(wishes.offsets)):
        due = planning.due(
            starts_at, minutes, time_zone=meeting.time_zone, quiet=quiet_hours(wishes), zone=zone, now=now
        )
        is_double = due is not None and due.is_possible and due.due_at in taken
        for way in ways:
            yield (minutes, *way.key), _Wanted(way, due, starts_at, is_double)
        if due is not None and due.is_possible:
            taken.add(due.due_at)


def _keep_question(
    rsvp: Rsvp, wishes: ReminderWishes, ways: list[Way], kept: list[OutgoingMessage], *, now: datetime
) -> None:
    """Ask once afterwards whether it took place, by the first way there is that costs nobody anything."""
    occurrence = rsvp.occurrence
    row = next((row for row in kept if row.kind == MessageKind.AFTER), None)
    way = next((way for way in ways if way.channel != "sms" and not way.is_stopped), None)
    if not wishes.asks_after or way is None:
        if row is not None:
            _end_unsent(row, MessageState.VOID, MessageReason.REPLACED, now=now)
        return
    meeting = occurrence.meeting
    length = occurrence.duration or meeting.duration or schedules.ASSUMED_DURATION
    due_at = planning.after_quiet_hours(
        occurrence.starts_at + length + ASKED_AFTER_THE_END,
        quiet_hours(wishes),
        zone=wishes.time_zone or meeting.time_zone,
    )
    until = occurrence.starts_at + ASKED_UNTIL
    if due_at >= until:
        return
    row = row or OutgoingMessage(kind=MessageKind.AFTER, rsvp=rsvp, created_at=now)
    row.occurrence, row.channel, row.subscription = occurrence, way.channel, way.subscription
    _write(row, _Wanted(way, planning.Due(due_at), until), now=now)


def _write(row: OutgoingMessage, want: _Wanted, *, now: datetime) -> None:
    """Save the row as it should be, unless it has left us or is leaving."""
    is_new = row.pk is None
    if not is_new and (row.handed_at is not None or (not row.is_open and row.state not in _NEVER_LEFT)):
        return
    row.due_at, row.expires_at, row.recipient_key = want.due.due_at, want.expires_at, want.way.recipient_key
    row.retry_at = row.lease = row.lease_until = None
    row.state, row.reason = _state_of(want)
    row.recipient = want.way.recipient if row.is_open else None
    row.ended_at = None if row.is_open else now
    row.save()


def _state_of(want: _Wanted) -> tuple[MessageState, MessageReason]:
    if want.way.is_stopped:
        return MessageState.VOID, MessageReason.STOPPED
    if not want.due.is_possible:
        return MessageState.MISSED, MessageReason.QUIET
    if want.is_double:
        return MessageState.VOID, MessageReason.REPLACED
    return MessageState.PLANNED, MessageReason.NONE


def _end_unsent(row: OutgoingMessage, state: MessageState, reason: MessageReason, *, now: datetime) -> None:
    end(OutgoingMessage.objects.filter(pk=row.pk, **_UNSENT), state, reason=reason, now=now)
