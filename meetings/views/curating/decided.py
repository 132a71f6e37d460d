"""What was decided, and taking it back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from groups.access import for_curators
from meetings import decisions, tasks
from meetings.curation import bulk, decided
from meetings.enums import DecisionKind
from meetings.models import Decision
from meetings.views.private import see_other

PER_PAGE = 50


@require_GET
@for_curators
def decision_list(request: HttpRequest) -> HttpResponse:
    found = decided.decisions_of(request.scope, request.user).select_related("meeting", "group")
    page = Paginator(found.order_by("-made_at", "-pk"), PER_PAGE).get_page(request.GET.get("page", 1))
    return render(request, "curate/decision_list.html", {"part": "decisions", "page": page, "now": timezone.now()})


@require_GET
@never_cache
@for_curators
def decision(request: HttpRequest, public_id: str) -> HttpResponse:
    found = decided.get_decision(request.scope, request.user, public_id)
    is_at_work = bulk.is_at_work(found)
    if request.htmx and not is_at_work:
        # The page itself says what came of it.
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "part": "decisions",
        "decision": found,
        "is_at_work": is_at_work,
        "told": decided.told(found),
        "can_undo": decisions.can_undo(found, now=timezone.now()),
        "progress": bulk.progress(found) if found.kind == DecisionKind.BULK else None,
        "taking_back": bulk.taking_back(found) if found.kind == DecisionKind.BULK else None,
    }
    return render(request, "curate/decision.html#progress" if request.htmx else "curate/decision.html", context)


@require_POST
@for_curators
def undo(request: HttpRequest, public_id: str) -> HttpResponse:
    found = decided.get_decision(request.scope, request.user, public_id)
    now = timezone.now()
    try:
        if found.kind == DecisionKind.BULK and not bulk.is_taken_back_at_once(found):
            bulk.begin_undo(found, by=request.user, now=now)
            tasks.nudge_listings()
            return see_other(reverse("curate:decision", args=[public_id]))
        undone = decisions.undo(found, by=request.user, now=now)
    except decisions.CannotUndo as refusal:
        messages.error(request, str(refusal))
        return see_other(reverse("curate:decision", args=[public_id]))
    messages.success(request, _("Taken back."))
    for sentence in undone.kept[:20]:
        messages.warning(request, sentence)
    return see_other(reverse("curate:decision", args=[public_id]))


def say_done(request: HttpRequest, made: Decision, words: str) -> None:
    """Say what was done, with the way back to it."""
    url = reverse("curate:decision", args=[made.public_id])
    messages.success(request, format_html('{} <a href="{}">{}</a>', words, url, _("Look at it, or take it back")))
