"""When something is wrong it is said on a page of the product: the help line, the way out, and a way on."""

import re

import pytest
import redis
import time_machine
from django.conf import settings as django_settings
from django.test import Client, override_settings
from django.urls import reverse

from groups.enums import ListingState
from meetings import limits
from tests.factories import MeetingFactory
from tests.helpers import instant, words

NOW = instant("2026-11-20 12:00", "America/New_York")
NO_SUCH_LINK = "x" * 32


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def emptied_buckets():
    found = redis.Redis.from_url(django_settings.REDIS_URL)

    def empty():
        for name in found.scan_iter("limit*"):
            found.delete(name)

    empty()
    yield
    empty()
    found.close()


def cause_400():
    return Client(raise_request_exception=False).get("/suspicious/")


def cause_403():
    return Client().post(
        reverse("meetings:join", args=[MeetingFactory(is_online=True).slug]), headers={"Sec-Fetch-Site": "cross-site"}
    )


def cause_403_of_a_form():
    return Client(enforce_csrf_checks=True).post("/account/login/", {"login": "somebody@example.org"})


def cause_404():
    return Client().get("/no-such-page/")


def cause_410():
    return Client().get(MeetingFactory(state=ListingState.GONE).get_absolute_url())


def cause_429():
    client = Client()
    address = reverse("meetings:rsvp_place", args=[NO_SUCH_LINK])
    for _time in range(limits.UNKNOWN_LINKS_FROM_NETWORK.burst):
        assert client.get(address).status_code == 404
    return client.get(address)


def cause_500():
    return Client(raise_request_exception=False).get("/failing/")


def cause_link_expired():
    return Client().get(reverse("meetings:rsvp_place", args=[NO_SUCH_LINK]))


def cause_offline():
    return Client().get(reverse("meetings:offline"))


CAUSES = {
    cause_400: (400, "That request did not make sense to us"),
    cause_403: (403, "This page is not open to you"),
    cause_403_of_a_form: (403, "Please send that once more"),
    cause_404: (404, "We did not find that page"),
    cause_410: (410, "This meeting is no longer listed"),
    cause_429: (429, "Please wait a moment"),
    cause_500: (500, "Something went wrong on our side"),
    cause_link_expired: (404, "This link opens nothing"),
    cause_offline: (200, "You are offline"),
}


@pytest.mark.django_db
@override_settings(ROOT_URLCONF="tests.recovery.failing_urls")
@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.__name__)
def test_whatever_is_wrong_there_is_help_the_way_out_and_a_way_on(emptied_buckets, cause):
    status, title = CAUSES[cause]

    response = cause()

    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    strip = html[html.index("data-help-strip") : html.index("<main")]
    assert response.status_code == status
    assert re.search(r"<h1[^>]*>(.*?)</h1>", main)[1] == title
    assert 'href="tel:988"' in strip
    assert 'href="tel:911"' in strip
    assert 'href="/exit/"' in html
    assert f'href="{reverse("meetings:now")}"' in html
    assert re.search(r'<a[^>]* href="/(meetings|mine)/', main)
    assert re.search(r'<meta name="robots" content="noindex', html)


@pytest.mark.django_db
@override_settings(ROOT_URLCONF="tests.recovery.failing_urls")
def test_what_a_stranger_typed_is_not_repeated_by_an_error(client):
    broken = Client(raise_request_exception=False)

    pages = [
        client.get("/no-such-zebra/?near=zebra"),
        broken.get("/failing/?near=zebra"),
        broken.get("/suspicious/?near=zebra"),
    ]

    assert [page.status_code for page in pages] == [404, 500, 400]
    # The form for another language leads back to the page, and to nothing else.
    assert not [page for page in pages if "zebra" in words(page)]


@pytest.mark.django_db
def test_too_many_says_when_and_offers_the_same_once_more(emptied_buckets):
    response = cause_429()

    assert int(response.headers["Retry-After"]) > 0
    assert '<a class="button button-quiet" href="">Try again</a>' in response.content.decode()
