"""What robots are asked."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from meetings.structured_data import absolute

# Pages behind a sign-in or a token, the way out, and the endless combinations of a search.
KEPT_OUT = [
    "/rsvp/",
    "/host/",
    "/curate/",
    "/admin/",
    "/account/",
    "/exit/",
    "/meetings/?",
    "/groups/?",
    "/places/suggest",
]


@require_safe
@cache_control(public=True, max_age=86_400)
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in KEPT_OUT),
        "",
        f"Sitemap: {absolute('/sitemap.xml')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
