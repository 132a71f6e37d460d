"""The waiting list of a date: first come, first served, by offers that run out."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from meetings import notices, occurrences, rsvp_states
from meetings.enums import MessageKind, RsvpReason, RsvpState
from meetings.models import Occurrence, Rsvp

from .counting import fits, places_left
from .locking import locked, require_not_begun

OFFERED_FOR = timedelta(hours=12)
# Later than this nobody is offered a place: they might not see it in time. A place that is
# free then is for whoever presses first.
NO_OFFERS_BEFORE_START = timedelta(minutes=30)


class OfferRanOut(Exception):
    """The offer is over, or the place was taken by somebody else."""


def makes_offers(starts_at: datetime, *, now: datetime) -> bool:
    """Tell whether a chair that becomes free is still offered to those who wait."""
    return now < starts_at - NO_OFFERS_BEFORE_START


def promote(occurrence: Occurrence, *, now: datetime) -> list[Rsvp]:
    """Offer the free chairs to those who wait, in their order, and note down to tell them.

    Somebody who needs more chairs than are free is passed over, not passed by: they keep their
    turn, and may come with fewer. The caller holds the lock on the occurrence.
    """
    if occurrence.is_cancelled or occurrence.starts_at is None:
        return []
    if not makes_offers(occurrence.starts_at, now=now):
        return []
    in_line = list(_in_line(occurrence))
    if not in_line:
        return []
    left = places_left(occurrence)
    offered = []
    for rsvp in in_line:
        if left is not None and rsvp.places > left:
            continue
        rsvp_states.offer(rsvp, until=min(now + OFFERED_FOR, occurrence.starts_at - NO_OFFERS_BEFORE_START))
        notices.tell_person(rsvp, MessageKind.OFFER, now=now)
        offered.append(rsvp)
        if left is not None:
            left -= rsvp.places
            if left == 0:
                break
    return offered


def accept(rsvp: Rsvp, *, now: datetime) -> Rsvp:
    """Take the offered place; or, from the line, one that is free shortly before the start.

    Raises OfferRanOut; RsvpClosed once the date has begun.
    """
    with transaction.atomic():
        rsvp = locked(rsvp)
        if rsvp.is_going:
            return rsvp
        require_not_begun(rsvp.occurrence, now=now)
        is_offered = rsvp.state == RsvpState.OFFERED and now < rsvp.offered_until
        is_next = rsvp.state == RsvpState.WAITING and rsvp.is_confirmed and fits(rsvp)
        if not is_offered and not is_next:
            raise OfferRanOut
        rsvp_states.seat(rsvp, now=now)
    return rsvp


def expire_offers(*, now: datetime) -> int:
    """End offers nobody took, and offer the chairs to the next. Returns how many ended.

    Of a date that was moved forward they end earlier than was said. Offers of a cancelled date wait with it.
    """
    too_late = Q(offered_until__gt=F("occurrence__starts_at") - NO_OFFERS_BEFORE_START)
    over = Rsvp.objects.filter(Q(offered_until__lte=now) | too_late, occurrence__cancelled_at=None)
    ended = 0
    for occurrence_id in over.order_by("occurrence").values_list("occurrence", flat=True).distinct():
        with transaction.atomic():
            occurrence = occurrences.locked(occurrence_id)
            for rsvp in occurrence.rsvps.filter(state=RsvpState.OFFERED):
                until = min(rsvp.offered_until, occurrence.starts_at - NO_OFFERS_BEFORE_START)
                if until <= now:
                    rsvp_states.end(rsvp, RsvpReason.OFFER_RAN_OUT, now=now)
                    ended += 1
                elif until < rsvp.offered_until:
                    rsvp_states.offer(rsvp, until=until)
            promote(occurrence, now=now)
    return ended


def fill_free_places(*, now: datetime) -> int:
    """Offer chairs that have become free in other ways: more room, another rule. Returns how many."""
    lines = Occurrence.objects.filter(
        cancelled_at=None,
        starts_at__gt=now + NO_OFFERS_BEFORE_START,
        rsvps__state=RsvpState.WAITING,
        rsvps__confirmed_at__isnull=False,
    )
    offered = 0
    for occurrence_id in lines.order_by("pk").values_list("pk", flat=True).distinct():
        with transaction.atomic():
            offered += len(promote(occurrences.locked(occurrence_id), now=now))
    return offered


def people_before(rsvp: Rsvp) -> int:
    """Return how many in the line have an earlier turn. One query."""
    return _in_line(rsvp.occurrence).filter(waiting_since__lt=rsvp.waiting_since).count()


def _in_line(occurrence: Occurrence):
    return Rsvp.objects.filter(occurrence=occurrence, state=RsvpState.WAITING, confirmed_at__isnull=False).order_by(
        "waiting_since", "pk"
    )
