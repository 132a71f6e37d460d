"""Words of the curators' desk."""

from datetime import datetime

from django import template
from django.http import HttpRequest

from meetings import access, listing_fields
from meetings.curation import bulk, words
from meetings.feeds import complaints
from meetings.models import Decision, Meeting, SuggestedValue
from recovery.templatetags.plain_words import spoken

register = template.Library()


@register.filter
def span(moment: datetime, now: datetime) -> str:
    """Return how far two instants are apart: "3 days", "5 hours", "20 minutes"."""
    return spoken(abs(now - moment))


@register.filter
def field_label(name: str) -> str:
    """Return what people call a field of a listing."""
    return listing_fields.label(name)


@register.filter
def proposed_words(row: SuggestedValue) -> str:
    """Return what somebody proposed for a field, in words."""
    return listing_fields.words(row.name, row.proposed)


@register.filter
def title_shown(decision: Decision) -> str:
    """Return "Late train", or "Pause: 6 listings"."""
    return bulk.title_shown(decision)


@register.filter
def told(noted: str) -> str:
    """Return what was noted of a feed, in the reader's language."""
    return complaints.told(noted)


@register.filter
def when_label(meeting: Meeting) -> str:
    """Return "Tuesdays, 7–8 pm"."""
    return words.when_label(meeting)


@register.filter
def short_label(meeting: Meeting) -> str:
    """Return "Tuesdays, 7–8 pm · Boston, MA"."""
    return words.short_label(meeting)


@register.filter
def curates(request: HttpRequest, meeting: Meeting) -> bool:
    """Tell whether whoever reads the page curates the meeting. No query for somebody not signed in."""
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated and access.may_curate_meeting(user, meeting)
