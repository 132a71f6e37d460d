"""What waits for a curator."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from groups.access import for_curators
from meetings.curation import queue as waiting


@require_GET
@for_curators
def queue(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    said = request.GET.get("kind", "")
    chosen = waiting.Kind(said) if said in waiting.Kind.values else None
    found = waiting.waiting(request.scope, now=now, kind=chosen, number=request.GET.get("page", 1))
    kinds = [(kind.value, kind.label, found.counts[kind]) for kind in waiting.Kind]
    return render(request, "curate/queue.html", {"part": "queue", "queue": found, "kinds": kinds, "now": now})
