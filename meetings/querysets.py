"""Chainable filters in the field's own words."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from groups.enums import GroupState, ListingState


class MeetingQuerySet(QuerySet):
    def public(self) -> "MeetingQuerySet":
        """Meetings a visitor may see: the one place that says so.

        Page, search, feed, API, calendar and sitemap all start here. A paused meeting keeps
        its page, which says that it is paused, and is in no list: see `shown`.
        """
        return self.filter(state=ListingState.PUBLIC, group__state=GroupState.PUBLIC)

    def shown(self) -> "MeetingQuerySet":
        """Meetings that have a page: the public ones and the paused."""
        return self.filter(state__in=[ListingState.PUBLIC, ListingState.PAUSED], group__state=GroupState.PUBLIC)


class OccurrenceQuerySet(QuerySet):
    def still_to_come(self, now: datetime) -> "OccurrenceQuerySet":
        """Dates that may be in progress or ahead, wherever they moved: years of past ones are left out.

        Three days are room for every zone and for a date that runs over midnight.
        """
        lately = now - timedelta(days=3)
        return self.filter(Q(original_on__gte=lately.date()) | Q(moved_to__gte=lately))
