"""What waits for a curator."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from groups.access import for_curators


@require_GET
@for_curators
def queue(request: HttpRequest) -> HttpResponse:
    return render(request, "curate/queue.html", {"part": "queue"})
