"""One person's place at one date: taken, confirmed, changed, given back."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from meetings import occurrences, rsvp_states
from meetings.enums import RsvpReason, RsvpState
from meetings.models import Meeting, Occurrence, OutgoingMessage, Rsvp, StandingRsvp
from meetings.models.rsvps import LIVE_STATES
from meetings.reminders import consent

from . import waiting
from .counting import fits, places_left, room
from .locking import locked, require_not_begun
from .people import Given, Person, forget, sealed_alias
from .policy import RsvpClosed, require_open

CONFIRM_WITHIN = timedelta(hours=24)
CONFIRM_BEFORE_START = timedelta(hours=2)
# Somebody who asks shortly before the start has this long, though never past the start.
CONFIRM_AT_LEAST = timedelta(minutes=15)
# Who thinks again within this time has the old place in the line back.
TURN_KEPT_FOR = timedelta(minutes=15)


# A form sent again within this time is the same press; later it is meant for somebody else.
SAME_PRESS_WITHIN = timedelta(minutes=1)


class OccurrenceFull(Exception):
    """There are not so many places free; `left` says how many are."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


def take_place(meeting: Meeting, original_on: date, *, person: Person, now: datetime) -> Rsvp:
    """Give this person a place at the date, or a turn in its waiting list when it is full.

    Without an address the place is theirs at once; with one it is held until they confirm.
    Asking twice with the same address returns the same place; one that was given back comes
    to life again, to be confirmed anew. So does pressing twice without an address, within a minute.

    Raises RsvpClosed, and occurrences.NoSuchDate for a day that is no date of the meeting.
    """
    require_open(meeting, occurrences.on(meeting, original_on).start, now=now)
    given = person.sealed()
    try:
        return take(meeting, original_on, given=given, now=now)
    except IntegrityError:
        # The same button pressed twice, perhaps at the same moment.
        if not given.public_id:
            raise
    found = Rsvp.objects.filter(
        public_id=given.public_id,
        occurrence__meeting=meeting,
        state__in=LIVE_STATES,
        created_at__gt=now - SAME_PRESS_WITHIN,
    ).first()
    return found or take(meeting, original_on, given=replace(given, public_id=""), now=now)


def take(
    meeting: Meeting,
    original_on: date,
    *,
    given: Given,
    now: datetime,
    standing: StandingRsvp | None = None,
) -> Rsvp:
    """Do what `take_place` says, for data that is sealed already and dates known to be open."""
    occurrence = occurrences.materialize(meeting, original_on)
    with transaction.atomic():
        occurrence = occurrences.locked(occurrence.pk, meeting=meeting)
        require_not_begun(occurrence, now=now)
        rsvp = _same_person(occurrence, given)
        if rsvp is not None:
            rsvp.occurrence = occurrence
        if rsvp is not None and rsvp.is_live:
            if standing is not None and rsvp.standing_id is None:
                rsvp.standing = standing
                rsvp.save(update_fields=["standing"])
            _pretend(rsvp, given, now=now)
            return rsvp
        is_back = rsvp is not None
        rsvp = rsvp or Rsvp(created_at=now)
        rsvp.occurrence, rsvp.standing = occurrence, standing
        given.write_to(rsvp)
        is_sure = given.contact is None or (standing is not None and standing.is_confirmed)
        rsvp.confirmed_at = now if is_sure else None
        confirm_by = None if is_sure else last_moment_to_confirm(occurrence.starts_at, now=now)
        # One that nobody need tell from a known one is spared the pretence, while others wait.
        with transaction.atomic(savepoint=given.contact is not None):
            _seat_or_line(rsvp, confirm_by=confirm_by, now=now)
        if is_back:
            rsvp.save()
    return rsvp


def confirm(rsvp: Rsvp, *, now: datetime) -> Rsvp:
    """Make a held place the person's own, and a turn in the line one that is offered places.

    Does nothing when it is confirmed already or has ended.
    """
    with transaction.atomic():
        rsvp = locked(rsvp)
        if rsvp.confirm_by is None:
            return rsvp
        # Whoever presses the button in a message takes messages.
        consent.allow(rsvp.contact_key, now=now)
        if rsvp.state == RsvpState.WAITING:
            waiting.promote(rsvp.occurrence, now=now)
        if rsvp.state == RsvpState.HELD or fits(rsvp):
            rsvp_states.seat(rsvp, now=now)
        else:
            rsvp_states.wait(rsvp, since=rsvp.waiting_since, confirm_by=None, now=now)
    return rsvp


def change(
    rsvp: Rsvp, *, now: datetime, others: int, alias: str | None = None, host_sees_alias: bool | None = None
) -> Rsvp:
    """Come with more or fewer others, or by another name; None leaves the name as it is.

    Raises OccurrenceFull when there is no room for so many, RsvpClosed once the date has begun.
    """
    with transaction.atomic():
        rsvp = locked(rsvp)
        require_not_begun(rsvp.occurrence, now=now)
        if not rsvp.is_live:
            return rsvp
        fewer = others < rsvp.others
        rsvp.others = others
        if not fewer and rsvp.state != RsvpState.WAITING and not fits(rsvp):
            raise OccurrenceFull(max(0, (places_left(rsvp.occurrence, besides=rsvp) or 0) - 1))
        if alias is not None:
            rsvp.alias = sealed_alias(alias)
        if host_sees_alias is not None:
            rsvp.host_sees_alias = host_sees_alias
        rsvp.host_sees_alias = rsvp.host_sees_alias and rsvp.alias is not None
        rsvp.save(update_fields=["others", "alias", "host_sees_alias"])
        waiting.promote(rsvp.occurrence, now=now)
        rsvp.refresh_from_db(fields=["state", "offered_until"])
    return rsvp


def give_back(rsvp: Rsvp, *, now: datetime) -> Rsvp:
    """Give a place, an offer or a turn back. Whoever is next is offered it in the same breath."""
    with transaction.atomic():
        rsvp = locked(rsvp)
        if rsvp.is_live:
            rsvp_states.end(rsvp, RsvpReason.BY_PERSON, now=now)
            waiting.promote(rsvp.occurrence, now=now)
    return rsvp


def take_back(rsvp: Rsvp, *, now: datetime) -> Rsvp:
    """Undo giving it back: the place again while there is room, else a turn in the line.

    A turn given up a few minutes ago is where it was. Whoever does this holds the private
    link, which is as good as confirming. Does nothing to a place that has not ended.

    Raises RsvpClosed once the date has begun, is cancelled, or is no date any more.
    """
    with transaction.atomic():
        rsvp = locked(rsvp)
        if rsvp.is_live:
            return rsvp
        occurrence = rsvp.occurrence
        try:
            require_open(occurrence.meeting, occurrences.on(occurrence.meeting, occurrence.original_on).start, now=now)
        except occurrences.NoSuchDate:
            raise RsvpClosed(_("The group no longer meets on this date.")) from None
        since = rsvp.waiting_since
        if since is None or rsvp.cancelled_at is None or now - rsvp.cancelled_at > TURN_KEPT_FOR:
            since = room(occurrence).next_turn(now=now)
        # Room that has just become is offered to those who wait already.
        waiting.promote(occurrence, now=now)
        if fits(rsvp):
            rsvp_states.seat(rsvp, now=now)
        else:
            rsvp_states.wait(rsvp, since=since, confirm_by=None, now=now)
            waiting.promote(occurrence, now=now)
            rsvp.refresh_from_db(fields=["state", "offered_until"])
    return rsvp


def give_back_unconfirmed(*, now: datetime) -> int:
    """End the places nobody confirmed in time, erase their addresses, and offer them on. Returns how many.

    At a date that was moved forward they are held for less long than was said.
    """
    to_confirm = F("occurrence__starts_at") - CONFIRM_BEFORE_START
    too_long = Q(confirm_by__gt=to_confirm) & Q(confirm_by__gt=now + CONFIRM_AT_LEAST)
    late = Rsvp.objects.filter(Q(confirm_by__lte=now) | too_long).order_by("occurrence", "pk").only("pk", "occurrence")
    ended = 0
    for occurrence_id, group in groupby(list(late), attrgetter("occurrence_id")):
        ids = [rsvp.pk for rsvp in group]
        with transaction.atomic():
            occurrence = occurrences.locked(occurrence_id)
            # Some may have confirmed while we waited for the lock.
            for rsvp in occurrence.rsvps.filter(pk__in=ids, confirm_by__isnull=False):
                rsvp.occurrence = occurrence
                if rsvp.confirm_by > now:
                    rsvp.confirm_by = last_moment_to_confirm(occurrence.starts_at, now=now)
                    rsvp.save(update_fields=["confirm_by"])
                    continue
                rsvp_states.end(rsvp, RsvpReason.UNCONFIRMED, now=now)
                forget(rsvp)
                OutgoingMessage.objects.filter(rsvp=rsvp, recipient__isnull=False).delete()
                ended += 1
            waiting.promote(occurrence, now=now)
    return ended


def last_moment_to_confirm(starts_at: datetime, *, now: datetime) -> datetime:
    """Return until when a place is held: a day, at most until two hours before the start."""
    return max(
        min(now + CONFIRM_WITHIN, starts_at - CONFIRM_BEFORE_START),
        min(now + CONFIRM_AT_LEAST, starts_at),
    )


def _seat_or_line(rsvp: Rsvp, *, confirm_by: datetime | None, now: datetime) -> None:
    found = room(rsvp.occurrence)
    if found.left and found.last_turn and waiting.promote(rsvp.occurrence, now=now):
        # Room that has just become was for those who wait already.
        found = room(rsvp.occurrence)
    if not found.has(rsvp.places):
        rsvp_states.wait(rsvp, since=found.next_turn(now=now), confirm_by=confirm_by, now=now)
    elif confirm_by:
        rsvp_states.hold(rsvp, confirm_by=confirm_by)
    else:
        rsvp_states.seat(rsvp, now=now)


def _pretend(known: Rsvp, given: Given, *, now: datetime) -> None:
    """Do for a known address what is done for a new one, and take it back.

    How long an answer takes then tells nobody whether an address was known.
    """
    if known.contact is None:
        return
    double = Rsvp(occurrence=known.occurrence, created_at=now)
    given.write_to(double)
    # A key nobody has, so that the row is written out in full.
    double.contact_key = double.public_id
    with transaction.atomic():
        _seat_or_line(double, confirm_by=last_moment_to_confirm(known.occurrence.starts_at, now=now), now=now)
        transaction.set_rollback(True)


def _same_person(occurrence: Occurrence, given: Given) -> Rsvp | None:
    if not given.contact_key:
        return None
    return occurrence.rsvps.filter(contact_key=given.contact_key).first()
