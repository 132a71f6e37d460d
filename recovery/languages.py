"""The language of the pages: the browser's own wish, or the one whose name somebody pressed.

The language of a meeting is another thing: `language` among the finder's parameters.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from meetings import languages
from meetings.views.private import open_form


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the pages in the language that was pressed until the browser is closed, and go back to the page.

    Messages to somebody who is signed in are in that language from then on.

    An unknown language changes nothing. `next` leads to a page of this site or to the home page.
    Whoever opens the address itself gets the home page: a browser shows its own error else.
    """
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if is_ours else "/", status=303)
    code = request.POST.get("language", "")
    if code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            secure=settings.IS_HTTPS,
            httponly=True,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
        if request.user.is_authenticated:
            languages.keep(request.user, code)
    return response
