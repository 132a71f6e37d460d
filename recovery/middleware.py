"""Headers that keep a visit private, and the visitor's time zone.

The content security policy, permissions policy and referrer policy are set in `settings`
and sent by the packages named there.
"""

import zoneinfo
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from recovery.accounts import second_step

# Pages that are nobody else's business: never kept, never indexed.
PRIVATE_PATHS = ("/admin/", "/host/", "/curate/", "/account/", "/rsvp/", "/exit/")


class PrivacyHeaders:
    """Say who may keep a page, and that no other site may look into it.

    - A page somebody is signed in to, or reached by a token: `no-store`, `noindex`.
    - Any other page: `private, no-cache`. A shared cache keeps nothing, so no record of
      what was read is left on the way; the visitor's own browser may keep it, and so Back
      is instant on a bad line, but asks again before it shows it as new.
    - A view that sets `Cache-Control` itself is left alone: feeds, health, public data.

    `Cross-Origin-Opener-Policy` comes from Django's SecurityMiddleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_private = request.path.startswith(PRIVATE_PATHS)
        is_signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
        if is_private:
            response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        if is_private or is_signed_in:
            response.headers["Cache-Control"] = "no-store, private"
        elif "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-cache"
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class SecondStep:
    """Ask curators and admins for a second factor before their desks open, whatever the page there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if second_step.is_missing(request):
            return redirect_to_login(request.get_full_path(), reverse("account_second_step"))
        return self.get_response(request)


class VisitorZone:
    """Set `request.visitor_zone` from `?tz=`, an IANA name such as `Europe/Dublin`.

    None when nothing is said or no such zone is known. The zone is the visitor's own word,
    never guessed from an address, and never kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.visitor_zone = named_zone(request.GET.get("tz", ""))  # type: ignore[attr-defined]
        return self.get_response(request)


def named_zone(name: str) -> zoneinfo.ZoneInfo | None:
    """Return the zone of this IANA name, or None if there is none such."""
    return zoneinfo.ZoneInfo(name) if name in _zone_names() else None


@cache
def _zone_names() -> frozenset[str]:
    # A name is looked up in this list and never as a file: it comes from a stranger.
    return frozenset(zoneinfo.available_timezones())
