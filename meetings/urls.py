"""Addresses of the finder, meetings, groups with their meetings, places, and what robots read.

The pages of groups are about their meetings, so their views live here; `recovery.urls` mounts
them in the namespace `groups`, because `groups` itself knows nothing of meetings.
"""

from django.urls import path
from django.views.decorators.cache import cache_control

from meetings import sitemaps
from meetings.views import calendars, finder, groups, meetings, places, robots

app_name = "meetings"

urlpatterns = [
    path("meetings/", finder.meeting_list, name="meeting_list"),
    path("meetings/<slug:slug>/", meetings.meeting_detail, name="meeting_detail"),
    path("meetings/<slug:slug>/<str:on>.ics", calendars.occurrence_calendar, name="occurrence_calendar"),
    path("feeds/meetings.ics", calendars.search_calendar, name="search_calendar"),
    path("feeds/meetings/<slug:slug>.ics", calendars.meeting_calendar, name="meeting_calendar"),
    path("feeds/groups/<slug:slug>.ics", calendars.group_calendar, name="group_calendar"),
    path("feeds/mine/<slug:secret>.ics", calendars.my_calendar, name="my_calendar"),
    path("rsvp/<slug:secret>.ics", calendars.place_calendar, name="place_calendar"),
    path("places/suggest", finder.place_suggest, name="place_suggest"),
    path("places/<str:country>/<str:region>/<slug:town>/", places.place_detail, name="place_detail"),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", cache_control(public=True, max_age=3600)(sitemaps.index), name="sitemap_index"),
    path("sitemap-<section>.xml", cache_control(public=True, max_age=3600)(sitemaps.section), name="sitemap"),
]

group_urlpatterns = [
    path("groups/", groups.group_list, name="group_list"),
    path("groups/<slug:slug>/", groups.group_detail, name="group_detail"),
]
