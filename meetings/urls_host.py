"""Addresses of those who keep groups, mounted at /host/ in the namespace `host`."""

from django.urls import path

# Dates in addresses are registered there.
from meetings import urls as meetings_urls  # noqa: F401
from meetings.views.hosting import board, claiming, dates, editing, groups, keepers, posters

app_name = "host"

urlpatterns = [
    path("", groups.home, name="home"),
    # Saying that one keeps a group
    path("claim/<slug:slug>/", claiming.claim, name="claim"),
    path("claims/<slug:claim>/", claiming.claim_detail, name="claim_detail"),
    path("invitation/<slug:token>/", keepers.invitation, name="invitation"),
    path("undo/<slug:decision>/", editing.undo, name="undo"),
    # One group
    path("groups/<slug:slug>/", groups.group, name="group"),
    path("groups/<slug:slug>/true/", groups.group_true, name="group_true"),
    path("groups/<slug:slug>/edit/", editing.group_edit, name="group_edit"),
    path("groups/<slug:slug>/state/", editing.group_state, name="group_state"),
    path("groups/<slug:slug>/welcome/", board.welcome, name="welcome"),
    path("groups/<slug:slug>/notices/", board.notices, name="notices"),
    path("groups/<slug:slug>/hosts/", keepers.hosts, name="hosts"),
    path("groups/<slug:slug>/suggestions/", groups.suggestions, name="suggestions"),
    path("groups/<slug:slug>/poster/", posters.poster, name="poster"),
    path("groups/<slug:slug>/poster.pdf", posters.poster_pdf, name="poster_pdf"),
    path("groups/<slug:slug>/new/", editing.meeting_new, name="meeting_new"),
    # One meeting
    path("meetings/<slug:slug>/", dates.meeting, name="meeting"),
    path("meetings/<slug:slug>/true/", groups.meeting_true, name="meeting_true"),
    path("meetings/<slug:slug>/reports/", groups.answer_reports, name="answer_reports"),
    path("meetings/<slug:slug>/edit/<slug:part>/", editing.meeting_edit, name="meeting_edit"),
    path("meetings/<slug:slug>/copy/", editing.meeting_copy, name="meeting_copy"),
    path("meetings/<slug:slug>/state/", editing.meeting_state, name="meeting_state"),
    path("meetings/<slug:slug>/pauses/", dates.pauses, name="pauses"),
    path("meetings/<slug:slug>/<date:on>/", dates.date_detail, name="date"),
]
