"""What search engines may find: the public pages, and nothing else."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from groups.models import Approach, Fellowship, Group
from meetings import place_page
from meetings.models import Meeting
from meetings.structured_data import absolute

# The protocol allows 50,000 addresses in one file; fewer keep each quick to make.
ADDRESSES_A_FILE = 10_000


class Addresses(Sitemap):
    """Pages by the one address each has, whatever name of the site was asked."""

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: object = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class Listings(Addresses):
    """Rows that know when they were last saved, in files of a size that is quick to make."""

    limit = ADDRESSES_A_FILE

    def lastmod(self, item: Meeting | Group) -> datetime:
        return item.updated_at

    def get_latest_lastmod(self) -> datetime | None:
        # Asked of the database: the rows themselves may be hundreds of thousands.
        return self.items().order_by().aggregate(at=Max("updated_at"))["at"]


class PlainPages(Addresses):
    def items(self) -> list[str]:
        return ["home", "meetings:meeting_list", "groups:approach_list", "groups:group_list", "help", "privacy"]

    def location(self, item: str) -> str:
        return reverse(item)


class Approaches(Addresses):
    def items(self) -> QuerySet:
        return Approach.objects.only("slug").order_by("pk")


class Fellowships(Addresses):
    def items(self) -> QuerySet:
        return Fellowship.objects.only("slug").order_by("pk")


class Groups(Listings):
    def items(self) -> QuerySet:
        return Group.objects.public().only("slug", "updated_at").order_by("pk")


class Meetings(Listings):
    def items(self) -> QuerySet:
        return Meeting.objects.public().only("slug", "updated_at").order_by("pk")


class Places(Addresses):
    """Towns where a meeting is held."""

    limit = ADDRESSES_A_FILE

    def items(self) -> QuerySet:
        return place_page.towns_with_meetings()


SITEMAPS = {
    "pages": PlainPages,
    "approaches": Approaches,
    "fellowships": Fellowships,
    "groups": Groups,
    "meetings": Meetings,
    "places": Places,
}


def index(request: HttpRequest) -> HttpResponse:
    response = views.index(request, sitemaps=SITEMAPS, sitemap_url_name="meetings:sitemap")
    for item in response.context_data["sitemaps"]:
        item.location = absolute(urlsplit(item.location)._replace(scheme="", netloc="").geturl())
    return response


def section(request: HttpRequest, section: str) -> HttpResponse:
    return views.sitemap(request, sitemaps=SITEMAPS, section=section)
