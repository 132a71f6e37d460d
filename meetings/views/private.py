"""What the views of forms without an account share: same-site only, counted, never kept."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt

from meetings import limits, rsvp_forms
from recovery import views as plain


def open_form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a form work without a cookie, refuse one sent from another site, and keep nothing of the page.

    A cookie against forged requests protects what a browser is signed in to. These pages look
    at no cookie: who may do what is decided by the secret in the address, which a stranger's
    page does not know, or anybody may do it. So none is set.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.method == "POST" and not _is_our_own(request):
            return plain.forbidden(request)
        try:
            response = view(request, *args, **kwargs)
        except limits.TooMany as refused:
            response = plain.too_many_requests(request, retry_after=refused.retry_after)
        except rsvp_forms.NotAPerson:
            response = render(request, "meetings/rsvp_refused.html", {"section": "meetings"}, status=400)
        return secret(response)

    return csrf_exempt(checked)


def secret(response: HttpResponse) -> HttpResponse:
    """Say that nobody keeps the page, lists it, or is told its address."""
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def count(request: HttpRequest, bucket: limits.Bucket, *, now: datetime) -> None:
    """Take one try out of the bucket of the visitor's network. Raises limits.TooMany."""
    limits.take(bucket, limits.network(request), now=now)


def see_other(to: str, *args) -> HttpResponse:
    """Answer a POST that was done with the page to look at next."""
    response = redirect(to, *args)
    response.status_code = 303
    return response


def _is_our_own(request: HttpRequest) -> bool:
    """Tell whether a form of ours was sent. What browsers say cannot be set by a page of another site."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin", "null")
    # Browsers leave the origin out, as "null", where pages send no referrer.
    return origin == "null" or urlsplit(origin).netloc == request.get_host()
