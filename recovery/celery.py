"""The Celery app and, in code, what beat asks for and when."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recovery.settings")

app = Celery("recovery")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    # Often, so that what is due goes within the minute: one look at an index when nothing is.
    "send-due-messages": {
        "task": "meetings.tasks.send_due_messages",
        "schedule": 10.0,
        "kwargs": {"by_beat": True},
        "options": {"expires": 9},
    },
    "forget-old-messages": {
        "task": "meetings.tasks.forget_old_messages",
        "schedule": 3600.0,
        "options": {"expires": 3500},
    },
    "refresh-next-starts": {
        "task": "meetings.tasks.refresh_next_starts",
        "schedule": 60.0,
        # A wake-up that was not taken within the minute is worth nothing: the next one is there.
        "options": {"expires": 55},
    },
    "follow-changed-meetings": {
        "task": "meetings.tasks.follow_changed_meetings",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "keep-seats-moving": {
        "task": "meetings.tasks.keep_seats_moving",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "forget-past-people": {
        "task": "meetings.tasks.forget_past_people",
        "schedule": 600.0,
        "options": {"expires": 590},
    },
    "close-old-claims": {
        "task": "meetings.tasks.close_old_claims",
        "schedule": 3600.0,
        "options": {"expires": 3500},
    },
    # Often, so that somebody who asked for a preview soon sees it begin.
    "read-feeds": {
        "task": "meetings.tasks.read_feeds",
        "schedule": 20.0,
        "options": {"expires": 19},
    },
    "look-after-sources": {
        "task": "meetings.tasks.look_after_sources",
        "schedule": 3600.0,
        "options": {"expires": 3500},
    },
    "change-listings": {
        "task": "meetings.tasks.change_listings",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "find-twins": {
        "task": "meetings.tasks.find_twins",
        "schedule": crontab(hour=4, minute=20),
    },
    "keep-listings-true": {
        "task": "meetings.tasks.keep_listings_true",
        "schedule": 3600.0,
        "options": {"expires": 3500},
    },
    "forget-ended-sessions": {
        "task": "recovery.tasks.forget_ended_sessions",
        "schedule": 3600.0,
        "options": {"expires": 3500},
    },
}
