"""What the worker is asked to do. Domain modules know nothing of Celery."""

from celery import shared_task
from django.utils import timezone

from meetings.finder import index


@shared_task
def refresh_next_starts(**_kwargs) -> int:
    """Move on the meetings whose date has passed; beat asks every minute."""
    return index.refresh_due(now=timezone.now())
