"""How many are coming, and how many more can."""

from django.db.models import F, Sum

from meetings.enums import RsvpState
from meetings.models import Occurrence, Rsvp
from meetings.models.rsvps import SEATED_STATES

# Under this many the public is told nothing: one of few is easily recognised.
FEWEST_TOLD = 5


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
