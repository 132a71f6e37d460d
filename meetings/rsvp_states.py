"""The states of a place at a date, and the only changes between them.

    held ──confirmed──► going ◄──taken── offered ◄──promoted── waiting
      │                   │                 │                    │
      └───────────────────┴──── given back, run out, gone ───────┘──► cancelled · lapsed

and from an end, asking again or taking it back leads to held, going or waiting. Each function
sets every field that belongs to the state; constraints in the database stand behind them.
Reminders follow in the same transaction: planned with the chair, void with its end.
Whoever calls holds the lock on the occurrence (`occurrences.locked`).
"""

from datetime import datetime

from meetings import reminders
from meetings.enums import RsvpReason, RsvpState
from meetings.models import Rsvp

_FIELDS = [
    "state", "reason", "confirm_by", "confirmed_at", "waiting_since", "offered_until", "cancelled_at",
]  # fmt: skip


def hold(rsvp: Rsvp, *, confirm_by: datetime) -> None:
    """Keep a chair until the person has confirmed their address."""
    _set(rsvp, RsvpState.HELD, confirm_by=confirm_by, confirmed_at=None)


def seat(rsvp: Rsvp, *, now: datetime) -> None:
    """Give the chair for good."""
    # Somebody just counted has said nothing yet that could be planned.
    has_wishes = rsvp.pk is not None or rsvp.contact is not None or rsvp.standing_id is not None
    _set(rsvp, RsvpState.GOING, confirmed_at=rsvp.confirmed_at or now)
    if has_wishes:
        reminders.plan(rsvp, now=now)


def wait(rsvp: Rsvp, *, since: datetime, confirm_by: datetime | None, now: datetime) -> None:
    """Put the person into the line. With `confirm_by` they keep their turn and are offered nothing yet."""
    confirmed_at = None if confirm_by else rsvp.confirmed_at or now
    _set(rsvp, RsvpState.WAITING, waiting_since=since, confirm_by=confirm_by, confirmed_at=confirmed_at)


def offer(rsvp: Rsvp, *, until: datetime) -> None:
    """Keep a chair for somebody in the line, until an instant."""
    _set(
        rsvp,
        RsvpState.OFFERED,
        offered_until=until,
        waiting_since=rsvp.waiting_since,
        confirmed_at=rsvp.confirmed_at,
    )


def end(rsvp: Rsvp, reason: RsvpReason, *, now: datetime) -> None:
    """Give the chair, or the turn, back. The turn is remembered for somebody who thinks again."""
    has_run_out = reason in (RsvpReason.UNCONFIRMED, RsvpReason.OFFER_RAN_OUT)
    _set(
        rsvp,
        RsvpState.LAPSED if has_run_out else RsvpState.CANCELLED,
        reason=reason,
        cancelled_at=now,
        confirmed_at=rsvp.confirmed_at,
        waiting_since=rsvp.waiting_since,
    )
    reminders.void_of_place(rsvp, now=now)


def _set(
    rsvp: Rsvp,
    state: RsvpState,
    *,
    reason: RsvpReason = RsvpReason.NONE,
    confirm_by: datetime | None = None,
    confirmed_at: datetime | None = None,
    waiting_since: datetime | None = None,
    offered_until: datetime | None = None,
    cancelled_at: datetime | None = None,
) -> None:
    rsvp.state, rsvp.reason = state, reason
    rsvp.confirm_by, rsvp.confirmed_at = confirm_by, confirmed_at
    rsvp.waiting_since, rsvp.offered_until, rsvp.cancelled_at = waiting_since, offered_until, cancelled_at
    if rsvp.pk is None:
        rsvp.save()
    else:
        rsvp.save(update_fields=_FIELDS)
