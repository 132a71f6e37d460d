"""The map of the finder: what it asks while somebody moves it."""

from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from meetings.map import outlines, showing, towns, viewport

WORLD = "-180,-85,180,85"


@require_safe
def map_data(request: HttpRequest) -> JsonResponse:
    """Give pins and cards of the finder's parameters for the part of the map in `box` and `zoom`; else the world's."""
    try:
        view = _viewport(request)
    except viewport.BadViewport:
        return _refusal()
    shown = showing.show(request.GET, view, now=timezone.now(), visitor_zone=request.visitor_zone)
    cards = render_to_string("meetings/map_cards.html", {"results": [result for result, _key in shown.listed]})
    return JsonResponse(
        {
            "pins": [pin.as_data() for pin in shown.pins],
            "listed": [
                {
                    "slug": result.meeting.slug,
                    "pin": key,
                    "name": result.meeting.name,
                    "url": result.meeting.get_absolute_url(),
                    "when": " ".join(part for part in (result.days_label, result.time_label) if part),
                }
                for result, key in shown.listed
            ],
            "cards": cards,
            "total": shown.total,
            "summary": showing.summary(shown),
            "elsewhere": showing.elsewhere(shown),
            "bounds": shown.bounds,
        }
    )


# The ground is the same for everybody, and says nothing of who looks.
@require_safe
@cache_control(public=True, max_age=24 * 3600)
def map_outlines(request: HttpRequest) -> JsonResponse:
    """Give land and borders in a part of the map."""
    try:
        return JsonResponse(outlines.within(_viewport(request)))
    except viewport.BadViewport:
        return _refusal()


@require_safe
@cache_control(public=True, max_age=24 * 3600)
def map_towns(request: HttpRequest) -> JsonResponse:
    """Give the names of towns in a part of the map."""
    try:
        return JsonResponse({"towns": towns.within(_viewport(request))})
    except viewport.BadViewport:
        return _refusal()


def _viewport(request: HttpRequest) -> viewport.Viewport:
    return viewport.read(request.GET.get("box", WORLD), request.GET.get("zoom", "1"))


def _refusal() -> JsonResponse:
    words = _("Say which part of the map, as box=west,south,east,north in degrees, and zoom from 0 to 20.")
    return JsonResponse({"error": words}, status=400, headers={"Cache-Control": "no-store"})
