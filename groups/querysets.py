"""Chainable filters in the field's own words."""

from django.db.models import QuerySet

from groups.enums import GroupState


class ApproachQuerySet(QuerySet):
    def of_the_brief(self) -> "ApproachQuerySet":
        """The five this finder was first made for, in their order."""
        return self.filter(brief_order__isnull=False)


class GroupQuerySet(QuerySet):
    def public(self) -> "GroupQuerySet":
        """Groups a visitor may see: the one place that says so."""
        return self.filter(state=GroupState.PUBLIC)
