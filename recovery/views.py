"""Home, help, leaving, plain pages, health, and what is said when something is wrong."""

import logging
import time
import zoneinfo
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from groups import help_lines
from meetings.models import FinderEntry
from meetings.reminders import health
from recovery.context_processors import site
from recovery.templatetags.plain_words import dialled

logger = logging.getLogger(__name__)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html")


@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    """Show who can be reached now in one country: `?country=GB`, else the site's own.

    Nothing is counted or logged here. An unknown country gets what holds everywhere.
    """
    asked = request.GET.get("country", "").strip().upper()
    known = {code for code, _name in help_lines.countries()}
    code = asked if asked in known else settings.DEFAULT_COUNTRY
    return render(
        request,
        "help.html",
        {
            "help": help_lines.for_country(code),
            "countries": help_lines.countries(),
            "is_asked": asked in known,
            "is_unknown": bool(asked) and asked not in known,
        },
    )


@require_safe
@gzip_page
@cache_control(public=True, max_age=86_400)
def help_lines_data(request: HttpRequest) -> JsonResponse:
    """Give the first lines of every country, and the zones each is in, to our own script.

    The browser looks up its own time zone in it, so that nobody has to tell the server
    where they are.
    """
    countries = {code: _first_lines(help_lines.for_country(code)) for code, _name in help_lines.countries()}
    zones = {zone: help_lines.country_of_zone(zone) for zone in sorted(zoneinfo.available_timezones())}
    return JsonResponse(
        {"countries": countries, "zones": {zone: code for zone, code in zones.items() if code in countries}},
        json_dumps_params={"separators": (",", ":")},
    )


def _first_lines(found: help_lines.Help) -> dict[str, Any]:
    lines: dict[str, Any] = {"emergency": found.emergency, "emergency_dialled": dialled(found.emergency)}
    for line in found.crisis[:1]:
        for channel in line.channels[:1]:
            lines["crisis"] = {
                "name": line.name,
                "value": channel["value"],
                "href": {"call": "tel:", "text": "sms:"}.get(channel["type"], "") + dialled(channel["value"]),
            }
    return lines


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "privacy.html")


@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """End the visit: session over, everything we kept in the browser cleared, a blank page.

    The one GET that changes something, on purpose: leaving must work from a plain link,
    with one press, without script. It can only end a visit, never start or reveal one, and
    a request that another site or a prefetch caused is not a person leaving, and ends nothing.
    """
    response = HttpResponse(loader.render_to_string("exit.html", {"exit_url": settings.EXIT_URL}))
    is_prefetch = "prefetch" in request.headers.get("Sec-Purpose", "")
    if request.headers.get("Sec-Fetch-Site") == "cross-site" or is_prefetch:
        return response
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        try:
            auth.logout(request)
        except DatabaseError:
            # Leaving never fails: the cookie goes even when the session's row cannot.
            logger.exception("a session could not be ended")
        response.delete_cookie(settings.SESSION_COOKIE_NAME)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@require_safe
@cache_control(no_store=True)
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers. Asks nothing of the database."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@cache_control(no_store=True)
def readyz(request: HttpRequest) -> JsonResponse:
    """Say in numbers whether this process can serve: milliseconds, seconds; null is no answer.

    `next_start_overdue_seconds` is how long ago a meeting ended whose next start was not yet
    worked out: 0 when there is none, about a minute at most while worker and beat live.
    `messages_…` say how the sending of messages is: `overdue` are still open five minutes after
    their time, `oldest_due_seconds` is how long the first of those due has waited, and
    `beat_seconds` and `worker_seconds` are how long ago each was seen at work.
    Answers 503 when the database or Redis does not answer.
    """
    answer = {
        "database_ms": _milliseconds(_ask_database),
        "redis_ms": _milliseconds(_ask_redis),
        "next_start_overdue_seconds": None,
    }
    if answer["database_ms"] is not None:
        now = timezone.now()
        oldest = FinderEntry.objects.filter(is_listed=True, ends_at__lt=now).aggregate(at=Min("ends_at"))["at"]
        answer["next_start_overdue_seconds"] = round((now - oldest).total_seconds()) if oldest else 0
        answer |= {f"messages_{name}": value for name, value in asdict(health.health(now=now)).items()}
    is_ready = answer["database_ms"] is not None and answer["redis_ms"] is not None
    return JsonResponse(answer, status=200 if is_ready else 503)


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_redis() -> None:
    cache.get("readyz")


def _milliseconds(ask) -> float | None:
    started = time.perf_counter()
    try:
        ask()
    except (DatabaseError, RedisError, OSError):
        return None
    return round((time.perf_counter() - started) * 1000, 2)


# ── When something is wrong ─────────────────────────────────────────────────
# These pages are made without the request: no session, no message, no query, so that they
# stand when the database does not.


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _say("400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _say("403.html", 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _say("403_csrf.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _say("404.html", 404)


def gone(request: HttpRequest) -> HttpResponse:
    return _say("410.html", 410)


def too_many_requests(request: HttpRequest, *, retry_after: int) -> HttpResponse:
    """Ask for patience. `retry_after` is in seconds."""
    response = _say("429.html", 429)
    response.headers["Retry-After"] = str(retry_after)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    try:
        return _say("500.html", 500)
    except Exception:
        # The page itself is broken. A person in need still gets a number to call.
        logger.exception("the error page could not be made")
        return HttpResponse(_BARE, status=500)


def _say(template: str, status: int) -> HttpResponse:
    return HttpResponse(loader.render_to_string(template, site()), status=status)


_BARE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Something went wrong</title>
<h1>Something went wrong on our side</h1>
<p>Please try again in a few minutes.</p>
<p>If you are in danger, call your emergency number: 911 in the United States and Canada,
999 in the United Kingdom, 000 in Australia, 111 in New Zealand, 112 in Europe and India.</p>
"""
