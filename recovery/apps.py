from django.apps import AppConfig


class RecoveryConfig(AppConfig):
    name = "recovery"
    verbose_name = "Open Chair"

    def ready(self) -> None:
        # The Celery app must exist before a task is asked for; the checks register themselves.
        from recovery import celery, checks  # noqa: F401
