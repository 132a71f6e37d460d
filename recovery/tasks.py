"""What the project itself has to do now and then."""

from importlib import import_module

from celery import shared_task
from django.conf import settings


@shared_task
def forget_ended_sessions(**_kwargs):
    """Delete sessions that ended: those of a sign-in under way hold an address nobody confirmed."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
