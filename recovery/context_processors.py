"""What every page needs: the site's name, and help close at hand."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from groups import help_lines


def site(request: HttpRequest | None = None) -> dict[str, Any]:
    """Return `site_name`, `site_url` and `help`, the help lines of the site's own country.

    Reads no database and no cookie, so error pages use it too. A page that knows the
    visitor's country better puts its own `help` into its context.
    """
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "help": help_lines.for_country(settings.DEFAULT_COUNTRY),
    }
