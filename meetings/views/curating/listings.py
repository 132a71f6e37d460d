"""Listings in a table, and one change for many of them."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from groups.access import for_curators
from groups.identifiers import PUBLIC_ID_LENGTH, new_public_id
from meetings import tasks
from meetings.curation import bulk, part, table
from meetings.curation.forms import BulkForm
from meetings.models import Meeting
from meetings.views.private import see_other

_NOT_ASKED = ("page", "sort")


@require_GET
@for_curators
def listing_table(request: HttpRequest) -> HttpResponse:
    found = table.listings(request.scope, request.GET, now=timezone.now())
    context = {
        "part": "listings",
        "table": found,
        "sorts": table.sorts(),
        "sort": request.GET.get("sort", "name"),
        "actions": bulk.Action.choices,
        "asked": _asked(request.GET),
        "most": bulk.MOST,
    }
    return render(request, "curate/listing_table.html", context)


@require_http_methods(["GET", "POST"])
@for_curators
def bulk_change(request: HttpRequest) -> HttpResponse:
    """Ask what is to be done with the chosen listings, show what that would do, and do it."""
    now = timezone.now()
    said = request.POST if request.method == "POST" else request.GET
    what = said.get("what", "")
    chosen = _chosen(request, said)
    if what not in bulk.Action.values or not chosen or len(chosen) > bulk.MOST:
        context = {"part": "listings", "number": len(chosen), "most": bulk.MOST}
        return render(request, "curate/bulk_nothing.html", context, status=200 if request.method == "GET" else 422)
    action = bulk.Action(what)
    form = BulkForm(request.POST if request.method == "POST" else None, action=action, scope=request.scope)
    preview, seen = None, ""
    if request.method == "POST" and form.is_valid():
        change = form.change()
        token, seen = said.get("token", ""), change.digest
        # What was filled in otherwise since the preview is previewed anew.
        if said.get("step") == "apply" and _is_token(token) and said.get("seen") == seen:
            made = bulk.begin(token, chosen, change, by=request.user, now=now, reason=form.cleaned_data["reason"])
            if not bulk.progress(made).is_over:
                tasks.nudge_listings()
            return see_other(reverse("curate:decision", args=[made.public_id]))
        preview = bulk.preview(chosen, change)
    context = {
        "part": "listings",
        "action": action,
        "form": form,
        "chosen": chosen,
        "preview": preview,
        "seen": seen,
        "token": new_public_id(),
        "asked": _asked(said),
    }
    return render(request, "curate/bulk_change.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest, said: QueryDict) -> list[Meeting]:
    """Return the chosen listings of this curator's part, at most one more than may be changed."""
    if said.get("all"):
        asked = QueryDict(said.get("asked", ""))
        found = table.matching(request.scope, asked, now=timezone.now())
    else:
        found = part.meetings_of(request.scope).filter(public_id__in=said.getlist("m")[: bulk.MOST + 1])
    listings = found.select_related("group__approach", "group__fellowship", "venue").order_by("name", "pk")
    return list(listings[: bulk.MOST + 1])


def _asked(said: QueryDict) -> str:
    """Return what the table was asked, as a query string without page and order."""
    if "asked" in said:
        return said["asked"]
    return urlencode(
        [(name, value) for name, values in said.lists() if name not in _NOT_ASKED for value in values if value]
    )


def _is_token(said: str) -> bool:
    return len(said) == PUBLIC_ID_LENGTH and said.isalnum()
