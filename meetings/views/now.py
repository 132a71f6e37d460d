"""A rough moment: a page that stands whatever else is down."""

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils import timezone
from django.views.decorators.http import require_safe

from meetings import now_page
from recovery.context_processors import site


@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """Show whom to call, something to hold on to, and what can be joined within the hour.

    Made without session and messages: those ask a database that may not answer.
    """
    page = now_page.prepare(now=timezone.now())
    context = {**site(request), "request": request, "page": page, "section": "help", "shows_demo": page.shows_demo}
    return HttpResponse(loader.render_to_string("meetings/now.html", context))
