"""The catalogue's pages: every approach, one approach, one fellowship."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import catalogue
from groups.models import Approach, Fellowship

# The part of the menu these pages are in.
_SECTION = "approaches"


@require_safe
def approach_list(request: HttpRequest) -> HttpResponse:
    return render(request, "groups/approach_list.html", {"page": catalogue.approach_list(), "section": _SECTION})


@require_safe
def approach_detail(request: HttpRequest, slug: str) -> HttpResponse:
    approach = get_object_or_404(Approach, slug=slug)
    page = catalogue.approach_page(approach)
    approach = page.approach
    crumbs = [(_("Approaches"), reverse("groups:approach_list")), (approach.name, "")]
    return render(
        request,
        "groups/approach_detail.html",
        {"page": page, "approach": approach, "crumbs": crumbs, "section": _SECTION},
    )


@require_safe
def fellowship_detail(request: HttpRequest, slug: str) -> HttpResponse:
    fellowship = get_object_or_404(Fellowship.objects.select_related("approach"), slug=slug)
    page = catalogue.fellowship_page(fellowship)
    fellowship = page.fellowship
    crumbs = [
        (_("Approaches"), reverse("groups:approach_list")),
        (page.approach.name, fellowship.approach.get_absolute_url()),
        (fellowship.name, ""),
    ]
    return render(
        request,
        "groups/fellowship_detail.html",
        {"page": page, "fellowship": fellowship, "crumbs": crumbs, "section": _SECTION},
    )
