from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GroupsConfig(AppConfig):
    name = "groups"
    verbose_name = _("Groups: what exists and how we know it")
    default_auto_field = "django.db.models.BigAutoField"
