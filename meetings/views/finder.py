"""The finder's pages."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from meetings import places
from meetings.models import Meeting


@require_safe
def meeting_list(request: HttpRequest) -> HttpResponse:
    meetings = Meeting.objects.public().with_card_details().order_by("next_starts_at", "pk")[:50]
    return render(request, "meetings/meeting_list.html", {"meetings": meetings, "section": "meetings"})


@require_safe
def place_suggest(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"places": [match.label for match in places.suggest(request.GET.get("q", ""))]})
