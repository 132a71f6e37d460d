from django.apps import AppConfig
from django.contrib import auth
from django.contrib.admin import apps as admin_apps


class RecoveryConfig(AppConfig):
    default = True
    name = "recovery"
    verbose_name = "Open Chair"

    def ready(self) -> None:
        # The Celery app must exist before a task is asked for; the checks register themselves.
        from recovery import celery, checks  # noqa: F401
        from recovery.accounts import second_step, signing_in  # noqa: F401 (listens for new factors)

        # Wherever staff read of an account, it is its address: the name is a random one.
        auth.get_user_model().add_to_class("__str__", signing_in.shown_name)


class AdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "recovery.admin_site.Site"
