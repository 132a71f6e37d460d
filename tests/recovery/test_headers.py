"""What a page tells browsers and caches, and the visitor's zone."""

from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import RequestFactory

from groups import help_lines
from recovery.middleware import PrivacyHeaders, VisitorZone

PUBLIC = ["/", "/help/", "/help/?country=GB", "/help/lines.json", "/privacy/", "/exit/", "/healthz", "/no-such-page/"]


@pytest.fixture(autouse=True)
def lines_of_the_file():
    help_lines.keep_file()
    yield
    help_lines.forget()


@pytest.mark.django_db
def test_a_visitor_who_only_looks_gets_no_cookie(client):
    # A form that writes does set one: the look below can fail.
    assert "csrftoken" in client.get("/account/login/").cookies
    client.cookies.clear()

    cookies = {page: list(client.get(page).cookies) for page in PUBLIC}

    assert cookies == {page: [] for page in PUBLIC}


@pytest.mark.parametrize("page", PUBLIC)
def test_every_answer_allows_this_site_alone(client, page):
    headers = client.get(page).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("page", ["/", "/help/", "/privacy/", "/no-such-page/"])
def test_pages_are_kept_by_the_visitors_own_browser_alone(client, page):
    assert client.get(page).headers["Cache-Control"] == "private, no-cache"


@pytest.mark.django_db
def test_nothing_is_kept_of_pages_seen_while_signed_in(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("host", password="a long enough one"))
    assert Session.objects.count() == 1

    assert client.get("/").headers["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("page", ["/admin/", "/host/", "/curate/", "/rsvp/abc/", "/exit/"])
def test_private_pages_are_neither_kept_nor_indexed(page):
    response = PrivacyHeaders(lambda _request: HttpResponse())(RequestFactory().get(page))

    assert response.headers["Cache-Control"] == "no-store, private"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_public_pages_may_be_indexed(client):
    assert "X-Robots-Tag" not in client.get("/").headers


def test_a_view_that_says_who_may_keep_it_is_left_alone():
    feed = HttpResponse(headers={"Cache-Control": "public, max-age=300"})

    response = PrivacyHeaders(lambda _request: feed)(RequestFactory().get("/feeds/"))

    assert response.headers["Cache-Control"] == "public, max-age=300"


def _zone_seen(asked: str) -> ZoneInfo | None:
    request = RequestFactory().get("/", {"tz": asked})
    VisitorZone(lambda _request: HttpResponse())(request)
    return request.visitor_zone


def test_the_visitors_zone_is_what_they_say():
    assert _zone_seen("Asia/Kathmandu") == ZoneInfo("Asia/Kathmandu")


@pytest.mark.parametrize("asked", ["", "Nowhere/Here", "../../etc/passwd", "europe/dublin ", "\x00", "A" * 5000])
def test_a_zone_that_is_none_is_ignored(asked):
    assert _zone_seen(asked) is None
