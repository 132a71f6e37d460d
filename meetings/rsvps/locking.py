"""A place read again under the lock of its date: what was read before may be old."""

from datetime import datetime

from django.utils.translation import gettext as _

from meetings import occurrences
from meetings.models import Occurrence, Rsvp

from .policy import RsvpClosed


def locked(rsvp: Rsvp) -> Rsvp:
    """Return the place as it is now, with its occurrence, locked until the transaction ends.

    The date is the one it belongs to now: places may move while we wait.
    """
    while True:
        occurrence_id = Rsvp.objects.values_list("occurrence", flat=True).get(pk=rsvp.pk)
        occurrence = occurrences.locked(occurrence_id)
        fresh = Rsvp.objects.get(pk=rsvp.pk)
        if fresh.occurrence_id == occurrence_id:
            fresh.occurrence = occurrence
            return fresh


def require_not_begun(occurrence: Occurrence, *, now: datetime) -> None:
    """Raise RsvpClosed for a date that has begun or is called off."""
    if occurrence.is_cancelled:
        raise RsvpClosed(_("This date is cancelled."))
    if occurrence.starts_at is None or occurrence.starts_at <= now:
        raise RsvpClosed(_("This date has begun."))
