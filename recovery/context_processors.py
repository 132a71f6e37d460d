"""What every page needs: the site's name, and help close at hand."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from groups import help_lines


def site(request: HttpRequest | None = None) -> dict[str, Any]:
    """Return `site_name`, `site_url`, `help` and `has_session`.

    `help` are the help lines of the site's own country; a page that knows the visitor's country
    better puts its own into its context. `has_session` tells whether this browser came with the
    cookie of somebody signed in: pages are then kept nowhere (recovery.middleware.PrivacyHeaders),
    so the foot may lead to their groups. Whether the session still lives is not asked: this reads
    no database, so error pages use it too.
    """
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "help": help_lines.for_country(settings.DEFAULT_COUNTRY),
        "has_session": request is not None and settings.SESSION_COOKIE_NAME in request.COOKIES,
    }
