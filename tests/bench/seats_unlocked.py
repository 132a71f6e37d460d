"""Keeping a seat without the lock on the date: what would be, to show that the measuring sees it."""

from django.apps import AppConfig


class WithoutLock(AppConfig):
    name = "tests.bench"

    def ready(self) -> None:
        from meetings import occurrences
        from meetings.models import Occurrence

        def unlocked(pk, *, meeting=None):
            row = Occurrence.objects.select_related("meeting").get(pk=pk)
            row.meeting = meeting or row.meeting
            return row

        occurrences.locked = unlocked
