"""What is in a curator's part of the catalogue."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from groups.access import Scope
from groups.models import Approach, Fellowship
from meetings import access
from meetings.enums import SuggestionKind
from meetings.feeds import addresses
from meetings.models import Meeting, Suggestion


def meetings_of(scope: Scope) -> QuerySet[Meeting]:
    """Return the meetings of a curator's part, in whatever state they are."""
    ours = Meeting.objects.filter(access.of_meetings(scope)).order_by().values("pk")
    found = Meeting.objects.all() if scope.is_everything else Meeting.objects.filter(pk__in=ours)
    return found.select_related("venue")


def suggestions_of(scope: Scope) -> QuerySet[Suggestion]:
    """Return the suggestions of a curator's part.

    Those for a meeting or group go with it; one for a new group belongs to whoever would curate
    what it proposes. Up to three queries for these.
    """
    if scope.is_everything:
        return Suggestion.objects.all()
    return Suggestion.objects.filter(
        Q(meeting__in=meetings_of(scope).values("pk"))
        | Q(meeting=None, group__in=scope.groups().values("pk"))
        | Q(pk__in=_new_ones(scope))
    )


def _new_ones(scope: Scope) -> Iterable[int]:
    asked = ("group_approach", "group_fellowship", "venue_country", "venue_region")
    new = Suggestion.objects.filter(kind=SuggestionKind.NEW, group=None, meeting=None)
    said: dict[int, dict[str, Any]] = {pk: {} for pk in new.values_list("pk", flat=True)}
    rows = new.filter(values__name__in=asked).values_list("pk", "values__name", "values__proposed")
    for pk, name, proposed in rows:
        said.setdefault(pk, {})[name] = proposed
    approaches = dict(Approach.objects.values_list("slug", "pk"))
    fellowships = dict(Fellowship.objects.values_list("slug", "pk"))
    found = []
    for pk, values in said.items():
        country, region = _where(values.get("venue_country") or "", values.get("venue_region") or "")
        if scope.covers(
            country=country,
            region=region,
            approach_id=approaches.get(values.get("group_approach")),
            fellowship_id=fellowships.get(values.get("group_fellowship")),
        ):
            found.append(pk)
    return found


def _where(country: str, region: str) -> tuple[str, str]:
    """Return country and region of a proposed place as they would be kept, however they were written."""
    country = country or addresses.country_of_region(region)
    return country, addresses.region_as_kept(region, country)
