"""How many are coming, and how many more can."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Sum

from meetings.enums import RsvpState
from meetings.models import Occurrence, Rsvp
from meetings.models.rsvps import SEATED_STATES

# Under this many the public is told nothing: one of few is easily recognised.
FEWEST_TOLD = 5


# Capacity, chairs that are not free, and the last turn in the line, in one question: it is asked
# under the lock, and everybody else waits for the answer.
_ROOM = """
    SELECT meeting.capacity, sum(rsvp.others + 1) FILTER (WHERE rsvp.state = ANY(%s)), max(rsvp.waiting_since)
    FROM meetings_occurrence AS occurrence
    JOIN meetings_meeting AS meeting ON meeting.id = occurrence.meeting_id
    LEFT JOIN meetings_rsvp AS rsvp ON rsvp.occurrence_id = occurrence.id
    WHERE occurrence.id = %s
    GROUP BY meeting.capacity
"""


@dataclass(frozen=True, slots=True)
class Room:
    """`left` is how many chairs are free, None without a limit; `last_turn` that of whoever asked last to wait."""

    left: int | None
    last_turn: datetime | None

    def has(self, places: int) -> bool:
        return self.left is None or places <= self.left

    def next_turn(self, *, now: datetime) -> datetime:
        """Return a moment after everybody who waits: turns are in the order in which the lock was had."""
        return max(now, self.last_turn + timedelta(microseconds=1)) if self.last_turn else now


def room(occurrence: Occurrence) -> Room:
    """Return how much room there is at the date, its capacity read anew. One query.

    Held, taken and offered chairs are not free. True for as long as the lock on the occurrence is held.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROOM, [[state.value for state in SEATED_STATES], occurrence.pk])
        capacity, seated, last_turn = cursor.fetchone()
    return Room(None if capacity is None else max(0, capacity - (seated or 0)), last_turn)


def places_left(occurrence: Occurrence, *, besides: Rsvp | None = None) -> int | None:
    """Return how many chairs are free, None when there is no limit. One query.

    Held, taken and offered chairs are not free. `besides` leaves one person's own out of the
    count. True for as long as the lock on the occurrence is held.
    """
    capacity = occurrence.meeting.capacity
    if capacity is None:
        return None
    seated = Rsvp.objects.filter(occurrence=occurrence, state__in=SEATED_STATES)
    if besides is not None and besides.pk is not None:
        seated = seated.exclude(pk=besides.pk)
    return max(0, capacity - _people(seated))


def fits(rsvp: Rsvp) -> bool:
    """Tell whether there are chairs enough for this person and the others. One query."""
    left = places_left(rsvp.occurrence, besides=rsvp)
    return left is None or rsvp.places <= left


def head_count(occurrence: Occurrence) -> int:
    """Return how many people are coming, those who come along included: for the host."""
    return _people(Rsvp.objects.filter(occurrence=occurrence, state=RsvpState.GOING))


def public_count(occurrence: Occurrence | None) -> int | None:
    """Return about how many are coming, for everybody: rounded to fives, from 20 to tens.

    None under five, and for a date without a row.
    """
    people = head_count(occurrence) if occurrence is not None else 0
    if people < FEWEST_TOLD:
        return None
    step = 5 if people < 20 else 10
    return max(FEWEST_TOLD, (people + step // 2) // step * step)


def _people(rsvps) -> int:
    return rsvps.aggregate(people=Sum(F("others") + 1))["people"] or 0
