"""What the pages of an account are wrapped in, and how they are found when somebody first asks for one."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache

from meetings import limits

View = Callable[..., HttpResponseBase]


def later(path: str) -> View:
    """Return a view by its dotted path, loaded when it is first asked for.

    Few people have an account; what signs them in would take 4 MB of every worker.
    """

    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return import_string(path)(request, *args, **kwargs)

    return view


def limited(bucket: limits.Bucket) -> Callable[[View], View]:
    """Let so many presses of a network through; the rest are asked to wait (429)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method == "POST":
                try:
                    limits.take(bucket, limits.network(request), now=timezone.now())
                except limits.TooMany as reason:
                    response = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
                    response.headers["Retry-After"] = str(reason.retry_after)
                    return response
            return view(request, *args, **kwargs)

        return counted

    return decorate


def ours(view: View) -> View:
    """Wrap a view of django-allauth: a form that comes back says 422, and nothing is cached."""

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if (
            request.method == "POST"
            and response.status_code == HTTPStatus.OK
            and isinstance(response, TemplateResponse)
        ):
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response

    return wrapped
