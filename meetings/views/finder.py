"""The finder's pages."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from meetings import calendars, finder, geo, places
from meetings.finder import reach, saying

SUGGESTIONS = 7
LONGEST_SUGGESTED = 100


@require_safe
@vary_on_headers("HX-Request")
def meeting_list(request: HttpRequest) -> HttpResponse:
    """Show the meetings a search finds; to htmx its changing part alone.

    A sentence in `say` leads on to the search that it means, so that the address is that search.
    """
    if "say" in request.GET:
        meant = saying.search_of(request.GET, now=timezone.now(), visitor_zone=request.visitor_zone)
        return redirect(f"{request.path}?{meant.urlencode()}")
    page = finder.search(request.GET, now=timezone.now(), visitor_zone=request.visitor_zone)
    template = "meetings/meeting_list.html"
    if request.htmx and not request.htmx.history_restore_request:
        template += "#finder"
    context = {
        "page": page,
        "told": saying.told(request.GET),
        "reaches": reach.choices(page.unit, page.within),
        "section": "meetings",
        "shows_demo": page.shows_demo,
        "most_in_calendar": calendars.MOST_MEETINGS,
    }
    if page.asked["view"] == "map":
        km = geo.km_from_miles(page.within) if page.within and page.unit == "mi" else page.within
        context["map"] = {"km": km, "tiles": settings.MAP_TILES_URL, "credit": settings.MAP_TILES_CREDIT}
    return render(request, template, context)


@require_safe
def place_suggest(request: HttpRequest) -> JsonResponse:
    """Give places whose name begins as typed, for the list below the field."""
    typed = request.GET.get("q", "")[:LONGEST_SUGGESTED]
    return JsonResponse({"places": [match.label for match in places.suggest(typed, SUGGESTIONS)]})
