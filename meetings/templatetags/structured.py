"""What search engines read of the catalogue's pages, whose app knows nothing of ours."""

from django import template
from django.utils.safestring import SafeString

from groups.models import Approach, Fellowship
from meetings import structured_data

register = template.Library()


@register.simple_tag
def approach_data(approach: Approach, website: str) -> SafeString:
    return structured_data.of_approach(approach, website=website)


@register.simple_tag
def fellowship_data(fellowship: Fellowship, website: str) -> SafeString:
    return structured_data.of_fellowship(fellowship, website=website)
