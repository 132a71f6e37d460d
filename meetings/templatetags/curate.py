"""Words of the curators' desk."""

from datetime import datetime

from django import template

from recovery.templatetags.plain_words import spoken

register = template.Library()


@register.filter
def span(moment: datetime, now: datetime) -> str:
    """Return how far two instants are apart: "3 days", "5 hours", "20 minutes"."""
    return spoken(abs(now - moment))
