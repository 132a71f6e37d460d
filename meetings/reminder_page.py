"""What somebody sees of their reminders: each with its time, how it stands, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings import channels, schedules, wording
from meetings.channels import push
from meetings.enums import Channel, ContactKind, MessageKind, MessageState, RsvpState
from meetings.models import OutgoingMessage, ReminderWishes, Rsvp, StandingRsvp, StoppedAddress
from meetings.reminder_forms import CodeForm, PhoneForm, RemindersForm
from meetings.reminders.ways import subscriptions_of, wishes_of

MOST_LINES = 40
LOOKED_BACK = timedelta(days=1)

_TOLD = (
    MessageKind.REMINDER, MessageKind.OFFER, MessageKind.DATE_CANCELLED, MessageKind.DATE_RESTORED,
    MessageKind.DATE_MOVED, MessageKind.DATE_CHANGED, MessageKind.DATE_GONE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One message. `state` is that of the row; a row on its way is still planned to its person."""

    what: str
    channel: str
    state: str
    state_label: str
    at: datetime
    moment: str
    why: str


@dataclass(frozen=True, slots=True)
class RemindersPage:
    """`stopped` says why the address gets nothing, "" when it does. `push_key` "" is no notifications here.

    `is_settled` is a seat that waits for nothing: what is not planned now will not be.
    """

    lines: list[Line]
    form: RemindersForm
    phone_form: PhoneForm | None
    code_form: CodeForm | None
    has_phone: bool
    has_ways: bool
    is_settled: bool
    has_browser: bool
    push_key: str
    stopped: str


def prepare(
    kept: Rsvp | StandingRsvp,
    *,
    time_zone: str,
    now: datetime,
    form: RemindersForm | None = None,
    phone_form: PhoneForm | None = None,
    code_form: CodeForm | None = None,
) -> RemindersPage:
    """Return what the page says of the reminders of a place. `time_zone` is the meeting's.

    Forms that were filled in wrongly are given back as they were.
    """
    wishes = wishes_of(kept)
    ways = ways_offered(kept, wishes)
    has_phone = wishes.phone is not None and wishes.phone_confirmed_at is not None
    may_add_phone = channels.is_offered(Channel.SMS) and not has_phone and kept.contact_kind != ContactKind.PHONE
    waits_for_code = wishes.code_until is not None and not has_phone
    stopped = StoppedAddress.objects.filter(contact_key=kept.contact_key).first() if kept.contact_key else None
    return RemindersPage(
        lines=_lines(kept, wishes.time_zone or time_zone, now=now),
        form=form or RemindersForm.of(wishes, ways=ways),
        phone_form=(phone_form or PhoneForm()) if may_add_phone else None,
        code_form=(code_form or CodeForm()) if may_add_phone and waits_for_code else None,
        has_phone=has_phone,
        has_ways=bool(ways),
        is_settled=kept.is_going if isinstance(kept, Rsvp) else kept.is_confirmed,
        has_browser=Channel.PUSH in ways,
        push_key=push.public_key() if channels.is_offered(Channel.PUSH) else "",
        stopped=_stopped_line(stopped),
    )


def ways_offered(kept: Rsvp | StandingRsvp, wishes: ReminderWishes | None = None) -> set[str]:
    """Return the channels by which this person can be reached, chosen or not."""
    wishes = wishes or wishes_of(kept)
    found = set()
    if kept.contact_kind == ContactKind.EMAIL:
        found.add(Channel.EMAIL.value)
    has_phone = wishes.phone is not None and wishes.phone_confirmed_at is not None
    if (kept.contact_kind == ContactKind.PHONE or has_phone) and channels.is_offered(Channel.SMS):
        found.add(Channel.SMS.value)
    if channels.is_offered(Channel.PUSH) and subscriptions_of(kept):
        found.add(Channel.PUSH.value)
    return found


def _lines(kept: Rsvp | StandingRsvp, zone: str, *, now: datetime) -> list[Line]:
    if isinstance(kept, Rsvp):
        rows = kept.messages.filter(kind__in=_TOLD)
    else:
        # Of somebody who comes every day, what is long over would leave no room for what is planned.
        coming = kept.rsvps.filter(state=RsvpState.GOING, occurrence__starts_at__gt=now - LOOKED_BACK)
        rows = OutgoingMessage.objects.filter(rsvp__in=coming, kind__in=_TOLD)
    return [_line(row, zone) for row in rows.order_by("due_at", "pk")[:MOST_LINES]]


def _line(row: OutgoingMessage, zone: str) -> Line:
    state = MessageState.PLANNED if row.state == MessageState.CLAIMED else MessageState(row.state)
    at = row.sent_at or row.due_at
    local = at.astimezone(ZoneInfo(zone))
    why = str(row.get_reason_display()) if row.reason else ""
    if state == MessageState.PLANNED and row.retry_at is not None:
        why = _("It was not taken at first; we try again.")
    return Line(
        what=_before(row.minutes_before) if row.minutes_before is not None else _("News of the date"),
        channel=str(row.get_channel_display()),
        state=state.value,
        state_label=str(state.label),
        at=at,
        # Translators: the moment of a reminder: day and time.
        moment=_("%(day)s, %(time)s")
        % {"day": wording.day_label(local), "time": schedules.describe_time(local.time())},
        why=why,
    )


def _before(minutes: int) -> str:
    """Return "2 hours before", "1 day before", "10 minutes before"."""
    if minutes % (24 * 60) == 0:
        days = minutes // (24 * 60)
        return ngettext("%(n)d day before", "%(n)d days before", days) % {"n": days}
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(n)d hour before", "%(n)d hours before", hours) % {"n": hours}
    return ngettext("%(n)d minute before", "%(n)d minutes before", minutes) % {"n": minutes}


def _stopped_line(stopped: StoppedAddress | None) -> str:
    if stopped is None:
        return ""
    if stopped.reason == "by-person":
        return _("This address asked for no more messages, so none are sent to it.")
    return _("Messages to your address came back, so no more are sent there. Please look here instead.")
