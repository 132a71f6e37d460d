"""A sheet for the wall: chosen on a page, printed from a PDF."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from groups.models import Group
from meetings.hosting import desk
from meetings.hosting import poster as sheets
from meetings.views.hosting.shared import of_group, page


@require_safe
@of_group
def poster(request: HttpRequest, group: Group) -> HttpResponse:
    """Choose paper and words."""
    context = {"group": group, "papers": sheets.PAPER_NAMES, "wordings": sheets.WORDINGS}
    return page(request, "poster", context)


@require_safe
@of_group
def poster_pdf(request: HttpRequest, group: Group) -> HttpResponse:
    """Give the sheet: `?paper=a4|letter&words=plain|neutral`."""
    now = timezone.now()
    paper = request.GET.get("paper", "")
    words = request.GET.get("words", "")
    made = sheets.make(
        group,
        [line.meeting for line in desk.group_desk(group, request.user, now=now).lines],
        paper=paper if paper in sheets.PAPERS else next(iter(sheets.PAPERS)),
        is_neutral=words == "neutral",
        now=now,
    )
    response = HttpResponse(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="poster-{group.slug}.pdf"'
    return response
