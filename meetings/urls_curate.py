"""Addresses of the curators' desk, mounted at /curate/ in the namespace `curate`."""

from django.urls import path

from meetings.views.curating import answers, decided, listings, meetings, queue, sources, twins, venues

app_name = "curate"

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("suggestions/<slug:public_id>/", answers.suggestion, name="suggestion"),
    path("reports/<slug:slug>/", answers.reports_of, name="reports"),
    path("claims/<slug:public_id>/", answers.claim, name="claim"),
    path("listings/", listings.listing_table, name="listing_table"),
    path("listings/change/", listings.bulk_change, name="bulk_change"),
    path("meetings/<slug:slug>/", meetings.meeting, name="meeting"),
    path("meetings/<slug:slug>/do/", meetings.meeting_do, name="meeting_do"),
    path("meetings/<slug:slug>/edit/", meetings.meeting_edit, name="meeting_edit"),
    path("meetings/<slug:slug>/days/", meetings.meeting_days, name="meeting_days"),
    path("meetings/<slug:slug>/history/", meetings.meeting_history, name="meeting_history"),
    path("groups/<slug:slug>/edit/", meetings.group_edit, name="group_edit"),
    path("groups/<slug:slug>/history/", meetings.group_history, name="group_history"),
    path("places/", venues.venue_list, name="venue_list"),
    path("places/<slug:public_id>/", venues.venue, name="venue"),
    path("places/<slug:public_id>/history/", meetings.venue_history, name="venue_history"),
    path("decided/", decided.decision_list, name="decision_list"),
    path("decided/<slug:public_id>/", decided.decision, name="decision"),
    path("decided/<slug:public_id>/undo/", decided.undo, name="undo"),
    path("sources/", sources.sources, name="sources"),
    path("sources/new/", sources.source_new, name="source_new"),
    path("sources/<slug:slug>/", sources.source, name="source"),
    path("sources/<slug:slug>/edit/", sources.source_edit, name="source_edit"),
    path("sources/<slug:slug>/read/", sources.source_read, name="source_read"),
    path("sources/<slug:slug>/conflicts/", sources.source_conflicts, name="source_conflicts"),
    path("sources/<slug:slug>/rows/", sources.source_rows, name="source_rows"),
    path("sources/<slug:slug>/readings/<slug:public_id>/", sources.source_reading, name="source_reading"),
    path("sources/<slug:slug>/runs/<int:run>/", sources.source_run, name="source_run"),
    path("twins/", twins.twins_list, name="twins"),
    path("twins/<int:pair>/", twins.twins_detail, name="twins_detail"),
]
