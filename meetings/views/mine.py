"""My things: kept on the person's own device. What is here shows the page and answers the device."""

import logging

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from meetings import mine as kept
from meetings.views.private import open_form

logger = logging.getLogger(__name__)

LONGEST_SLUG = 200


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show the page that the device fills with what it keeps. `?name=plain` installs under a name that says nothing.

    It is shown without the database too, then without what somebody may like.
    """
    try:
        preferences = kept.preferences()
    except DatabaseError:
        logger.exception("what people may like is left out: the database does not answer")
        preferences = []
    context = {"preferences": preferences, "is_plain": request.GET.get("name") == "plain"}
    return render(request, "meetings/mine.html", context)


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
def mine_dates(request: HttpRequest) -> JsonResponse:
    """Tell a device the week ahead of the meetings it keeps.

    They are named in a POST, so that no address holds them; nobody notes which.
    """
    slugs = [slug[:LONGEST_SLUG] for slug in request.POST.getlist("m")]
    return JsonResponse({"meetings": kept.coming(slugs, now=timezone.now())})


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show what a device that keeps things shows without a network."""
    return render(request, "meetings/offline.html")


@require_safe
@cache_control(max_age=3600, private=True)
def manifest(request: HttpRequest) -> JsonResponse:
    """Give what a device needs to put the site among its apps, `?name=plain` under a name that says nothing."""
    is_plain = request.GET.get("name") == "plain"
    name, drawn = (_("My week"), "plain") if is_plain else (settings.SITE_NAME, "chair")
    content = {
        "id": reverse("meetings:mine"),
        "name": name,
        "short_name": name,
        "start_url": reverse("meetings:mine"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f7f2e7",
        "theme_color": "#f7f2e7",
        "icons": [
            {
                "src": staticfiles_storage.url(f"img/app/{drawn}-{size}.png"),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for size, purpose in ((192, "any"), (512, "any"), (512, "maskable"))
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json")
