"""Coming to the next four dates, or to every one until the person stops."""

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from meetings import notices, occurrences, schedules
from meetings.enums import RsvpReason
from meetings.models import Meeting, Rsvp, StandingRsvp
from meetings.models.rsvps import LIVE_STATES

from . import places
from .people import Given, Person, forget, given_to
from .policy import RsvpClosed, require_open

logger = logging.getLogger(__name__)

DATES_OF_A_SHORT_ONE = 4
ASKED_AFTER = timedelta(weeks=12)
ENDS_AFTER_ASKING = timedelta(days=7)
# A standing place joins its dates when they come this near, and at least the next one.
JOINED_AHEAD = timedelta(days=15)
# How many dates are looked through for one that can be joined.
_LOOKED_THROUGH = 12


def start_standing(
    meeting: Meeting, first_on: date, *, person: Person, dates: int | None, now: datetime
) -> StandingRsvp:
    """Keep a place at the next dates from this one on: so many, or every one for None.

    With an address it is confirmed first, like a single place; asking twice with the same
    address returns the same one.

    Raises RsvpClosed, and occurrences.NoSuchDate, when the first date cannot be had.
    """
    # All its dates count, and a page may have fetched the first alone.
    meeting = occurrences.fresh(meeting)
    require_open(meeting, occurrences.on(meeting, first_on).start, now=now)
    given = person.sealed()
    standing = _live(meeting, given.contact_key)
    if standing is not None:
        _pretend(meeting, first_on, given=given, dates=dates, now=now)
        return standing
    try:
        with transaction.atomic():
            standing = _new(meeting, first_on, given=given, dates=dates, now=now)
            standing.save()
            expand(standing, now=now)
            # A short one has all its dates at once. Those of an earlier one with this address are that one's.
            earlier = _has_these_dates(standing, now=now) if standing.dates_left == 0 else None
            if earlier is not None:
                transaction.set_rollback(True)
                return earlier
    except IntegrityError:
        # The same address, pressed twice at the same moment.
        found = _live(meeting, given.contact_key) or _pressed_before(meeting, given, now=now)
        if found is not None:
            return found
        if not given.public_id:
            raise
        return start_standing(meeting, first_on, person=replace(person, press=""), dates=dates, now=now)
    return standing


def _new(meeting: Meeting, first_on: date, *, given: Given, dates: int | None, now: datetime) -> StandingRsvp:
    standing = StandingRsvp(
        meeting=meeting,
        first_on=first_on,
        dates_left=dates,
        created_at=now,
        continued_at=now,
        confirmed_at=now if given.contact is None else None,
        confirm_by=now + places.CONFIRM_WITHIN if given.contact is not None else None,
    )
    given.write_to(standing)
    return standing


def _pretend(meeting: Meeting, first_on: date, *, given: Given, dates: int | None, now: datetime) -> None:
    """Do for a known address what is done for a new one, and take it back: see `places`."""
    double = _new(meeting, first_on, given=given, dates=dates, now=now)
    double.contact_key = double.public_id
    with transaction.atomic():
        double.save()
        expand(double, now=now)
        transaction.set_rollback(True)


def expand(standing: StandingRsvp, *, now: datetime) -> list[Rsvp]:
    """Join the dates that are due to be joined; a full one by its waiting list. Returns their places.

    A date the person gave back is not joined again.
    """
    with transaction.atomic():
        # Read again under a lock: somebody who stopped, or was erased, a moment ago joins nothing more.
        found = StandingRsvp.objects.select_for_update(no_key=True).filter(pk=standing.pk, ended_at=None).first()
        if found is None:
            return []
        found.meeting = standing.meeting
        joined = _join(found, now=now)
    standing.taken_through, standing.dates_left, standing.ended_at = (
        found.taken_through, found.dates_left, found.ended_at,
    )  # fmt: skip
    return joined


def _join(standing: StandingRsvp, *, now: datetime) -> list[Rsvp]:
    joined = []
    for start in _due(standing, now=now):
        try:
            require_open(standing.meeting, start, now=now)
            joined.append(
                places.take(standing.meeting, start.original_on, given=given_to(standing), now=now, standing=standing)
            )
        except (RsvpClosed, occurrences.NoSuchDate):
            continue
        finally:
            standing.taken_through = start.original_on
        if standing.dates_left is not None:
            standing.dates_left -= 1
            if standing.dates_left == 0:
                standing.ended_at = now
                break
    standing.save(update_fields=["taken_through", "dates_left", "ended_at"])
    return joined


def confirm_standing(standing: StandingRsvp, *, now: datetime) -> StandingRsvp:
    """Confirm it and all its dates."""
    with transaction.atomic():
        if not standing.is_confirmed:
            standing.confirmed_at, standing.confirm_by = now, None
            standing.save(update_fields=["confirmed_at", "confirm_by"])
        for rsvp in standing.rsvps.filter(confirm_by__isnull=False).order_by("occurrence", "pk"):
            places.confirm(rsvp, now=now)
    return standing


def stop_standing(standing: StandingRsvp, *, now: datetime) -> StandingRsvp:
    """Join no more dates, and give back those that are still ahead."""
    with transaction.atomic():
        standing.ended_at = now
        standing.save(update_fields=["ended_at"])
        for rsvp in _ahead(standing, now=now).filter(state__in=LIVE_STATES):
            places.give_back(rsvp, now=now)
    return standing


def unstop_standing(standing: StandingRsvp, *, now: datetime) -> StandingRsvp:
    """Undo `stop_standing`: go on, and take back the dates that were given back with it, but for
    those that have been cancelled since.

    Raises RsvpClosed when the same address has another standing place by now.
    """
    stopped_at = standing.ended_at
    if stopped_at is None:
        return standing
    with transaction.atomic():
        if standing.dates_left != 0:
            if standing.contact_key and _live(standing.meeting, standing.contact_key) is not None:
                raise RsvpClosed(_("You have another standing place at this meeting."))
            standing.ended_at, standing.continued_at, standing.asked_at = None, now, None
            standing.save(update_fields=["ended_at", "continued_at", "asked_at"])
        for rsvp in _ahead(standing, now=now).filter(cancelled_at=stopped_at, reason=RsvpReason.BY_PERSON):
            with suppress(RsvpClosed):
                places.take_back(rsvp, now=now)
    return standing


def continue_standing(standing: StandingRsvp, *, now: datetime) -> StandingRsvp:
    """Go on for another twelve weeks, before or after it has ended by itself."""
    if standing.is_endless:
        if standing.ended_at is not None and _live(standing.meeting, standing.contact_key) is not None:
            raise RsvpClosed(_("You have another standing place at this meeting."))
        standing.continued_at, standing.asked_at, standing.ended_at = now, None, None
        standing.save(update_fields=["continued_at", "asked_at", "ended_at"])
        expand(standing, now=now)
    return standing


# ── As time goes by ─────────────────────────────────────────────────────────


def expand_all(*, now: datetime) -> int:
    """Join the dates that have come near, of every confirmed standing place. Returns how many were joined."""
    standing = StandingRsvp.objects.filter(ended_at=None, confirmed_at__isnull=False).filter(
        Q(taken_through=None) | Q(taken_through__lt=(now + JOINED_AHEAD).date())
    )
    joined = 0
    for found in standing.select_related("meeting__group__fellowship").order_by("pk"):
        try:
            joined += len(expand(found, now=now))
        except Exception:
            # One that cannot be read never stops the rest.
            logger.exception("standing place %s could not be joined to its dates", found.pk)
    return joined


def ask_whether_to_go_on(*, now: datetime) -> int:
    """Ask, once, those who said twelve weeks ago that they would come every time; end what nobody
    answered for a week, and what nobody confirmed. Returns how many were asked.

    Dates that are joined already stay.
    """
    StandingRsvp.objects.filter(ended_at=None, asked_at__lte=now - ENDS_AFTER_ASKING).update(ended_at=now)
    # One of four dates has ended already: it has all of them.
    for unconfirmed in StandingRsvp.objects.filter(confirmed_at=None, confirm_by__lte=now):
        unconfirmed.ended_at, unconfirmed.confirm_by = unconfirmed.ended_at or now, None
        unconfirmed.save(update_fields=["ended_at", "confirm_by"])
        forget(unconfirmed)
    due = StandingRsvp.objects.filter(
        ended_at=None,
        dates_left=None,
        asked_at=None,
        confirmed_at__isnull=False,
        continued_at__lte=now - ASKED_AFTER,
    )
    asked = 0
    for standing in due.order_by("pk"):
        # Whoever comes second updates nothing.
        if StandingRsvp.objects.filter(pk=standing.pk, asked_at=None).update(asked_at=now):
            asked += 1
            notices.ask_whether_to_go_on(standing, now=now)
    return asked


def _due(standing: StandingRsvp, *, now: datetime) -> list[schedules.Start]:
    """Return the dates to be joined now, earliest first."""
    schedule = standing.meeting.schedule()
    if schedule is None:
        return []
    from_day = standing.first_on
    if standing.taken_through is not None:
        from_day = max(from_day, standing.taken_through + timedelta(days=1))
    after = max(now, schedules.to_instant(from_day, time.min, schedule.time_zone))
    coming = schedules.next_starts(schedule, after=after, limit=_LOOKED_THROUGH)
    # A changed rule may have moved a joined date past the last one looked at.
    joined = set(standing.rsvps.values_list("occurrence__original_on", flat=True))
    coming = [start for start in coming if start.original_on >= from_day and start.original_on not in joined]
    if not standing.is_endless:
        return coming
    near = [start for start in coming if start.starts_at <= now + JOINED_AHEAD]
    if not near and not _ahead(standing, now=now).filter(state__in=LIVE_STATES).exists():
        near = coming[:1]
    return near


def _ahead(standing: StandingRsvp, *, now: datetime):
    return standing.rsvps.filter(occurrence__starts_at__gt=now).order_by("occurrence", "pk")


def _live(meeting: Meeting, contact_key: str) -> StandingRsvp | None:
    if not contact_key:
        return None
    return StandingRsvp.objects.filter(meeting=meeting, contact_key=contact_key, ended_at=None).first()


def _pressed_before(meeting: Meeting, given: Given, *, now: datetime) -> StandingRsvp | None:
    if not given.public_id:
        return None
    a_moment_ago = StandingRsvp.objects.filter(created_at__gt=now - places.SAME_PRESS_WITHIN)
    return a_moment_ago.filter(meeting=meeting, public_id=given.public_id).first()


def _has_these_dates(standing: StandingRsvp, *, now: datetime) -> StandingRsvp | None:
    """Return the standing place whose dates somebody asked for once more, None when any date is new."""
    if not standing.contact_key or standing.rsvps.exists():
        return None
    alike = StandingRsvp.objects.filter(meeting=standing.meeting, contact_key=standing.contact_key)
    coming = alike.filter(rsvps__state__in=LIVE_STATES, rsvps__occurrence__starts_at__gt=now)
    return coming.order_by("pk").distinct().first()
