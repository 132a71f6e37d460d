"""The site's addresses, and each measured page once more with its data ready."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from meetings import calendars
from meetings.finder import reach
from meetings.finder.page import Page
from recovery import urls

ready: dict[str, Page] = {}


def ready_page(request: HttpRequest, name: str) -> HttpResponse:
    page = ready[name]
    context = {
        "page": page,
        "reaches": reach.choices(page.unit, page.within),
        "section": "meetings",
        "shows_demo": page.shows_demo,
        "most_in_calendar": calendars.MOST_MEETINGS,
    }
    return render(request, "meetings/meeting_list.html", context)


urlpatterns = [*urls.urlpatterns, path("ready/<str:name>/", ready_page)]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
