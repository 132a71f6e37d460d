from django.apps import AppConfig


class RecoveryConfig(AppConfig):
    name = "recovery"
    verbose_name = "Open Chair"

    def ready(self) -> None:
        from recovery import checks  # noqa: F401  (registers the deploy checks)
