"""Listings in a few words, to tell those of one name apart."""

from django.utils.translation import gettext as _

from groups import phrasing
from meetings import schedules
from meetings.models import Meeting
from meetings.wording import town_label, ways_label


def when_label(meeting: Meeting) -> str:
    """Return "Tuesdays, 7–8 pm", or that there are no fixed days."""
    schedule = meeting.schedule(pauses=(), changes=())
    return schedules.describe(schedule) if schedule is not None else _("No fixed days")


def short_label(meeting: Meeting) -> str:
    """Return "Tuesdays, 7–8 pm · Boston, MA". Reads the meeting's venue."""
    where = phrasing.isolated(town_label(meeting.venue) or ways_label(meeting))
    return " · ".join(part for part in (when_label(meeting), where) if part)
