"""A search on paper: choosing how, waiting for large ones, and the file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings import limits, tasks
from meetings.hosting.poster import PAPER_NAMES
from meetings.printing import orders
from meetings.printing.entries import BOOKLET, LIST, TRIFOLD
from meetings.views.private import count, open_form, secret, see_other
from recovery import views as plain


@require_http_methods(["GET", "HEAD", "POST"])
@open_form
def print_choice(request: HttpRequest) -> HttpResponse:
    """Ask how a search is to be printed. A POST orders a large one, and leads to the page that says how far it is."""
    now = timezone.now()
    given = request.POST if request.method == "POST" else request.GET
    wish = orders.wish_of(given, language=get_language() or "en")
    total = len(orders.found(wish, now=now))
    if request.method == "POST" and total:
        token = request.POST.get("order", "")
        if not (token.isascii() and token.isalnum() and len(token) == orders.TOKEN_LENGTH):
            token = orders.new_token()
        count(request, limits.PRINT_FROM_NETWORK, now=now)
        if orders.place(token, wish, total=total):
            tasks.make_print.delay(token=token)
        return see_other("meetings:print_progress", token)
    context = {
        "section": "meetings",
        "wish": wish,
        "asked": [(name, value) for name, values in orders.search_of(wish).lists() for value in values],
        "total": total,
        "is_cut": total >= orders.MOST,
        "is_large": total > orders.AT_ONCE,
        "token": orders.new_token(),
        "layouts": [
            (LIST, _("List"), _("Pages in two columns, for a folder or the wall.")),
            (
                TRIFOLD,
                _("Leaflet folded in three"),
                _("Print on both sides, turned over the short edge, and fold twice."),
            ),
            (BOOKLET, _("Booklet"), _("Print on both sides, turned over the short edge, fold once and staple.")),
        ],
        "papers": PAPER_NAMES.items(),
    }
    return render(request, "meetings/print_choice.html", context)


@require_safe
def print_now(request: HttpRequest) -> HttpResponse:
    """Give a small print at once; a large one is ordered on the page before."""
    now = timezone.now()
    wish = orders.wish_of(request.GET, language=get_language() or "en")
    total = len(orders.found(wish, now=now))
    if not 0 < total <= orders.AT_ONCE:
        return redirect(f"{reverse('meetings:print_choice')}?{request.GET.urlencode()}")
    try:
        count(request, limits.PRINT_FROM_NETWORK, now=now)
    except limits.TooMany as refused:
        return plain.too_many_requests(request, retry_after=refused.retry_after)
    return _pdf(orders.make(wish, now=now))


@require_safe
def print_progress(request: HttpRequest, token: str) -> HttpResponse:
    """Say how far an order is; to htmx that part alone."""
    try:
        order = orders.get(token)
    except orders.NoSuchOrder:
        return plain.not_found(request, None)
    template = "meetings/print_progress.html" + ("#progress" if request.htmx else "")
    again = f"{reverse('meetings:print_choice')}?{order.wish.search}"
    context = {"section": "meetings", "order": order, "token": token, "again": again}
    return secret(render(request, template, context))


@require_safe
def print_file(request: HttpRequest, token: str) -> HttpResponse:
    """Give what was ordered, as long as it is kept."""
    try:
        return _pdf(orders.file(token))
    except orders.NoSuchOrder:
        return plain.not_found(request, None)


def _pdf(made: bytes) -> HttpResponse:
    # A name that says nothing in a list of downloads.
    headers = {"Content-Disposition": 'inline; filename="meetings.pdf"'}
    return secret(HttpResponse(made, content_type="application/pdf", headers=headers))
