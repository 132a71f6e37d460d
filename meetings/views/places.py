"""The page of a town."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from meetings import place_page, places


@require_safe
def place_detail(request: HttpRequest, country: str, region: str, town: str) -> HttpResponse:
    place = places.place_by_path(country, region, town)
    if place is None:
        raise Http404
    page = place_page.prepare(place, now=timezone.now())
    return render(
        request,
        "meetings/place_detail.html",
        {"page": page, "section": "meetings", "shows_demo": page.shows_demo},
    )
