"""The page of one meeting."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from meetings import access, meeting_page
from meetings.models import Meeting

View = Callable[..., HttpResponse]


def tells_of_the_gone(view: View) -> View:
    """Answer with `no_longer_listed` where the view's listing was taken down."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except access.NoLongerListed as gone:
            return no_longer_listed(request, gone)

    return told


@require_safe
@tells_of_the_gone
def meeting_detail(request: HttpRequest, slug: str) -> HttpResponse:
    meeting = access.get_meeting(slug)
    page = meeting_page.prepare(meeting, now=timezone.now(), visitor_zone=request.visitor_zone)
    return render(
        request,
        "meetings/meeting_detail.html",
        {"page": page, "meeting": meeting, "section": "meetings", "shows_demo": page.shows_demo},
    )


def no_longer_listed(request: HttpRequest, gone: access.NoLongerListed) -> HttpResponse:
    """Say that a listing was taken down, and the way on. Nothing of the listing itself is told.

    One that lives on as part of another is answered with the same page of that one.
    """
    if isinstance(gone, access.Moved):
        return at_its_new_address(request, gone)
    listing = gone.listing
    context = {
        "is_group": not isinstance(listing, Meeting),
        "approach": listing.group.approach if isinstance(listing, Meeting) else listing.approach,
        "similar_url": meeting_page.similar_url(listing) if isinstance(listing, Meeting) else "",
        "section": "meetings",
    }
    return render(request, "meetings/no_longer_listed.html", context, status=410 if gone.is_gone else 404)


def at_its_new_address(request: HttpRequest, moved: access.Moved) -> HttpResponse:
    """Lead to the same page, or file, of the listing that both are now."""
    match = request.resolver_match
    address = reverse(match.view_name, kwargs={**match.kwargs, "slug": moved.listing.slug})
    if request.method not in ("GET", "HEAD"):
        return HttpResponseRedirect(address, status=303)
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
    # For an hour: what was merged may be two again.
    response.headers["Cache-Control"] = "max-age=3600"
    return response
