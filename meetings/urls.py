"""Addresses of the finder, meetings, groups with their meetings, places, and what robots read.

The pages of groups are about their meetings, so their views live here; `recovery.urls` mounts
them in the namespace `groups`, because `groups` itself knows nothing of meetings.
"""

from django.urls import path
from django.views.decorators.cache import cache_control

from meetings import converters, sitemaps  # noqa: F401 (dates in addresses)
from meetings.views import (
    about_me,
    calendars,
    finder,
    groups,
    maps,
    meetings,
    messages,
    mine,
    now,
    occurrences,
    places,
    printing,
    robots,
    rsvps,
    sending,
    suggesting,
)

app_name = "meetings"

urlpatterns = [
    path("meetings/", finder.meeting_list, name="meeting_list"),
    path("meetings/map.json", maps.map_data, name="map_data"),
    path("meetings/print/", printing.print_choice, name="print_choice"),
    path("meetings/print/meetings.pdf", printing.print_now, name="print_now"),
    path("meetings/print/<slug:token>/", printing.print_progress, name="print_progress"),
    path("meetings/print/<slug:token>/meetings.pdf", printing.print_file, name="print_file"),
    path("meetings/<slug:slug>/", meetings.meeting_detail, name="meeting_detail"),
    path("meetings/<slug:slug>/join/", occurrences.join, name="join"),
    path("meetings/<slug:slug>/ask/", occurrences.ask, name="ask"),
    path("meetings/<slug:slug>/<date:on>/", occurrences.occurrence_detail, name="occurrence_detail"),
    path("meetings/<slug:slug>/<date:on>/rsvp/", rsvps.rsvp_new, name="rsvp_new"),
    path("mine/", mine.mine, name="mine"),
    path("mine/dates.json", mine.mine_dates, name="mine_dates"),
    path("mine/app.webmanifest", mine.manifest, name="manifest"),
    path("offline/", mine.offline, name="offline"),
    path("now/", now.now, name="now"),
    path("suggest/", suggesting.suggest, name="suggest"),
    path("suggest/<slug:slug>/", suggesting.suggest_change, name="suggest_change"),
    path("suggest/<slug:slug>/report/", suggesting.report, name="report"),
    path("suggestion/<slug:token>/", suggesting.suggestion, name="suggestion"),
    path("still-true/<slug:token>/", suggesting.still_true_page, name="still_true"),
    path("rsvp/sent/", rsvps.rsvp_sent, name="rsvp_sent"),
    path("rsvp/code/<slug:token>/", rsvps.rsvp_code, name="rsvp_code"),
    path("rsvp/about-me/", about_me.about_me, name="about_me"),
    path("rsvp/about-me/<slug:token>/", about_me.about_me_kept, name="about_me_kept"),
    path("rsvp/about-me/<slug:token>/about-me.json", about_me.about_me_download, name="about_me_download"),
    path("rsvp/answer/<slug:token>/", about_me.answer, name="answer"),
    path("rsvp/<slug:token>/", rsvps.rsvp_place, name="rsvp_place"),
    path("meetings/<slug:slug>/<str:on>.ics", calendars.occurrence_calendar, name="occurrence_calendar"),
    path("feeds/meetings.ics", calendars.search_calendar, name="search_calendar"),
    path("feeds/meetings/<slug:slug>.ics", calendars.meeting_calendar, name="meeting_calendar"),
    path("feeds/groups/<slug:slug>.ics", calendars.group_calendar, name="group_calendar"),
    path("feeds/mine/<slug:secret>.ics", calendars.my_calendar, name="my_calendar"),
    path("rsvp/<slug:secret>.ics", calendars.place_calendar, name="place_calendar"),
    path("stop/<slug:token>/", messages.messages_stop, name="messages_stop"),
    path("after/<slug:token>/", messages.after_date, name="after"),
    path("hooks/texts/", messages.text_came_in, name="text_came_in"),
    path("hooks/mail/", messages.mail_came_back, name="mail_came_back"),
    path("notify.js", messages.notifications_worker, name="notifications_worker"),
    path("curate/sending/", sending.sending, name="sending"),
    path("outbox/", messages.outbox_list, name="outbox"),
    path("places/suggest", finder.place_suggest, name="place_suggest"),
    path("places/outlines.json", maps.map_outlines, name="map_outlines"),
    path("places/towns.json", maps.map_towns, name="map_towns"),
    path("places/<str:country>/<str:region>/<slug:town>/", places.place_detail, name="place_detail"),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", cache_control(public=True, max_age=3600)(sitemaps.index), name="sitemap_index"),
    path("sitemap-<section>.xml", cache_control(public=True, max_age=3600)(sitemaps.section), name="sitemap"),
]

group_urlpatterns = [
    path("groups/", groups.group_list, name="group_list"),
    path("groups/<slug:slug>/", groups.group_detail, name="group_detail"),
]
