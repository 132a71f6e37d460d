"""Addresses of the curators' desk, mounted at /curate/ in the namespace `curate`."""

from django.urls import path

from meetings.views.curating import queue

app_name = "curate"

urlpatterns = [
    path("", queue.queue, name="queue"),
]
