from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "apps.parties"
    label = "parties"
    verbose_name = "主体"

    def ready(self) -> None:
        """Listen at the doors."""
        # Models can be imported only when the apps are loaded.
        from apps.parties import entrance  # noqa: PLC0415

        entrance.connect()
