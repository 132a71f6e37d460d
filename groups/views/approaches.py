"""The catalogue's pages: every approach, one approach, one fellowship."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from groups import catalogue
from groups.models import Approach, Fellowship


@require_safe
def approach_list(request: HttpRequest) -> HttpResponse:
    return render(request, "groups/approach_list.html", {"page": catalogue.approach_list()})


@require_safe
def approach_detail(request: HttpRequest, slug: str) -> HttpResponse:
    approach = get_object_or_404(Approach, slug=slug)
    return render(request, "groups/approach_detail.html", {"page": catalogue.approach_page(approach)})


@require_safe
def fellowship_detail(request: HttpRequest, slug: str) -> HttpResponse:
    fellowship = get_object_or_404(Fellowship.objects.select_related("approach"), slug=slug)
    return render(request, "groups/fellowship_detail.html", {"page": catalogue.fellowship_page(fellowship)})
