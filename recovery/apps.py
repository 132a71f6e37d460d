from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class RecoveryConfig(AppConfig):
    default = True
    name = "recovery"
    verbose_name = "Open Chair"

    def ready(self) -> None:
        # The Celery app must exist before a task is asked for; the checks register themselves.
        from recovery import celery, checks  # noqa: F401
        from recovery.accounts import second_step  # noqa: F401 (listens for new factors)


class AdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "recovery.admin_site.Site"
