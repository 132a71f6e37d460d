"""How the sending of messages is, in numbers: nothing here says what or to whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce, Greatest

from meetings.enums import MessageReason, MessageState
from meetings.models import OutgoingMessage, Pulse

# A row that is still open this long after its time breaks the first promise.
OVERDUE_AFTER = timedelta(minutes=5)
# Beat wakes the senders every ten seconds.
QUIET_FOR_SECONDS = 120
# Ended rows hold hashes and times, no address; they go after this.
KEPT_FOR = timedelta(days=30)

BEAT, WORKER = "beat", "worker"

_CAME_BACK = (MessageReason.REFUSED, MessageReason.BOUNCED)


@dataclass(frozen=True, slots=True)
class Health:
    """`overdue` are open five minutes after their time. Ages are in seconds, None for never.

    `bounce_rate` is the share of the last day's ended messages that were refused for good, at once
    or by a report that came back.
    """

    overdue: int
    oldest_due_seconds: int
    beat_seconds: int | None
    worker_seconds: int | None
    sent_last_day: int
    uncertain_last_day: int
    missed_last_day: int
    bounce_rate: float

    @property
    def is_well(self) -> bool:
        return self.overdue == 0

    @property
    def has_senders(self) -> bool:
        """Whether beat and a worker were at work in the last two minutes."""
        ages = (self.beat_seconds, self.worker_seconds)
        return all(age is not None and age <= QUIET_FOR_SECONDS for age in ages)


def health(*, now: datetime) -> Health:
    """Return how it is. Three queries, all on indexes of what is open or ended lately."""
    waits_since = Greatest("due_at", Coalesce("retry_at", "due_at"))
    open_rows = OutgoingMessage.objects.filter(
        state__in=[MessageState.PLANNED, MessageState.CLAIMED], due_at__lte=now
    ).annotate(waits_since=waits_since)
    open_now = open_rows.aggregate(
        overdue=Count("pk", filter=Q(waits_since__lte=now - OVERDUE_AFTER)), oldest=Min("waits_since")
    )
    lately = OutgoingMessage.objects.filter(ended_at__gt=now - timedelta(days=1)).aggregate(
        sent=Count("pk", filter=Q(state=MessageState.SENT)),
        uncertain=Count("pk", filter=Q(state=MessageState.UNCERTAIN)),
        missed=Count("pk", filter=Q(state=MessageState.MISSED, reason=MessageReason.TOO_LATE)),
        refused=Count("pk", filter=Q(state=MessageState.FAILED, reason__in=_CAME_BACK)),
    )
    pulses = dict(Pulse.objects.values_list("name", "at"))
    tried = lately["sent"] + lately["refused"]
    return Health(
        overdue=open_now["overdue"],
        oldest_due_seconds=max(0, round((now - open_now["oldest"]).total_seconds())) if open_now["oldest"] else 0,
        beat_seconds=_age(pulses.get(BEAT), now),
        worker_seconds=_age(pulses.get(WORKER), now),
        sent_last_day=lately["sent"],
        uncertain_last_day=lately["uncertain"],
        missed_last_day=lately["missed"],
        bounce_rate=round(lately["refused"] / tried, 4) if tried else 0.0,
    )


def note_pulse(*names: str, now: datetime) -> None:
    """Write down that these parts of the service were at work now."""
    with connection.cursor() as cursor:
        # In one order, so that two workers never wait for each other.
        for name in sorted(names):
            cursor.execute(
                "INSERT INTO meetings_pulse (name, at) VALUES (%s, %s) "
                "ON CONFLICT (name) DO UPDATE SET at = GREATEST(meetings_pulse.at, EXCLUDED.at)",
                [name, now],
            )


def forget_old(*, now: datetime) -> int:
    """Remove messages that ended thirty days ago. Returns how many."""
    return OutgoingMessage.objects.filter(ended_at__lte=now - KEPT_FOR).delete()[0]


def _age(at: datetime | None, now: datetime) -> int | None:
    return max(0, round((now - at).total_seconds())) if at else None
