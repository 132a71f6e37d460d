"""What was decided in a curator's part, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from groups.access import Scope
from meetings import decisions, listing_fields
from meetings.curation import part
from meetings.curation.bulk import Difference
from meetings.models import Decision, Meeting

# Of a change of hundreds of listings the first are told one by one.
TOLD = 100


@dataclass(frozen=True)
class Told:
    """What a decision changed in one listing. `name` is "" for one that is no longer there."""

    name: str
    url: str
    differences: list[Difference]


def decisions_of(scope: Scope, user: AbstractBaseUser) -> QuerySet[Decision]:
    """Return the decisions about a curator's part, and this curator's own, latest first."""
    if scope.is_everything:
        return Decision.objects.all()
    return Decision.objects.filter(
        Q(meeting__in=part.meetings_of(scope).values("pk"))
        | Q(meeting=None, group__in=scope.groups().values("pk"))
        | Q(made_by=user.pk)
    )


def get_decision(scope: Scope, user: AbstractBaseUser, public_id: str) -> Decision:
    """Return the decision with this public id, with group and meeting. Raises Http404 for one of another part."""
    found = decisions_of(scope, user).select_related("group", "meeting").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def told(decision: Decision) -> list[Told]:
    """Return what the decision changed, listing by listing. Links, passcodes and numbers are not told."""
    listings = decisions.listings_of(decision)
    found = []
    before = decision.before.get(decisions.LISTINGS, {})
    for key, after in list(decision.after.get(decisions.LISTINGS, {}).items())[:TOLD]:
        listing = listings.get(key)
        differences = list(_differences(before.get(key, {}), after))
        if differences:
            url = reverse("curate:meeting", args=[listing.slug]) if isinstance(listing, Meeting) else ""
            found.append(Told(listing.name if listing is not None else "", url, differences))
    return found


def value_words(name: str, value: Any) -> str:
    """Return a kept value for people; of a sealed one only that there is one."""
    if decisions.is_sealed(value):
        return _("(not shown)")
    return listing_fields.words(name, value)


def _differences(before: dict[str, Any], after: dict[str, Any]) -> Iterable[Difference]:
    for name, value in after.items():
        if value != before.get(name):
            yield Difference(listing_fields.label(name), value_words(name, before.get(name)), value_words(name, value))
