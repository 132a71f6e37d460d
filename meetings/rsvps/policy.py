"""Whether a place can be asked for at a date, and the sentence when it cannot."""

from datetime import datetime

from django.utils.translation import gettext as _

from meetings import access, occurrences
from meetings.enums import OpenTo, RsvpPolicy
from meetings.models import Meeting
from meetings.schedules import Start


class RsvpClosed(Exception):
    """No place can be asked for; the message is a plain sentence for the person."""


def why_closed(meeting: Meeting, start: Start, *, now: datetime) -> str:
    """Return why nobody can ask for a place at this date, "" when they can.

    Up to one query for the traits, unless they are prefetched.
    """
    if not access.is_running(meeting):
        return _("The meeting is paused at present.")
    if start.is_cancelled:
        return _("This date is cancelled.")
    if start.starts_at <= now:
        return _("This date has begun.")
    if meeting.rsvp_policy == RsvpPolicy.OFF:
        return _("This meeting keeps no seats: just come.")
    if start.starts_at > now + occurrences.PAGES_AHEAD:
        return _("This date is too far ahead.")
    if access.is_for_teens(meeting):
        return _(
            "This meeting is for teenagers, so no seats are kept here. Please ask the fellowship that looks after it."
        )
    if meeting.open_to == OpenTo.INVITATION:
        return _("This meeting is by invitation. Please ask the group first.")
    return ""


def require_open(meeting: Meeting, start: Start, *, now: datetime) -> None:
    """Raise RsvpClosed with the sentence of `why_closed` when there is one."""
    if reason := why_closed(meeting, start, now=now):
        raise RsvpClosed(reason)
