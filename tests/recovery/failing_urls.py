"""Pages that fail with what the visitor sent, for tests of what is logged then."""

from django.core.exceptions import SuspiciousOperation
from django.http import StreamingHttpResponse
from django.urls import path

from recovery import urls


def failing(request, token=""):
    """Fail as carelessly written code would: with words the visitor typed."""
    raise ValueError(f"no town is called {request.GET.get('near')} for {token}")


def suspicious(request):
    raise SuspiciousOperation(f"what is {request.GET.get('near')}")


def breaking_off(request):
    """Fail while the answer is under way, where only the web server notices."""

    def pieces():
        yield b"so far"
        raise ValueError(f"no town is called {request.GET.get('near')}")

    return StreamingHttpResponse(pieces())


urlpatterns = [
    path("rsvp/<str:token>/failing/", failing),
    path("failing/", failing),
    path("suspicious/", suspicious),
    path("breaking-off/", breaking_off),
    *urls.urlpatterns,
]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
