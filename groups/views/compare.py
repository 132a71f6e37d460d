"""Up to three approaches side by side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups import comparison


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Show the approaches named by `?a=…&a=…`; with more than three, ask which to leave out."""
    page = comparison.compare(request.GET.getlist("a"))
    crumbs = [(_("Approaches"), reverse("groups:approach_list")), (_("Side by side"), "")]
    context = {"page": page, "most": comparison.MOST, "crumbs": crumbs, "section": "approaches"}
    return render(request, "groups/compare.html", context, status=422 if page.is_too_many else 200)
