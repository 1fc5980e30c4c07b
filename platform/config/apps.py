from django.apps import AppConfig
from django.db.backends.signals import connection_created

from config.celery import app as celery_app


class SiteConfig(AppConfig):
    name = "config"
    label = "config"
    verbose_name = "站点"
    # Kept here so that every process that loads Django sends its tasks to this broker.
    celery_app = celery_app

    def ready(self) -> None:
        """Register the start-up checks, the one of every new connection among them."""
        # Checks may be imported only when the apps are loaded.
        from config import checks  # noqa: PLC0415

        connection_created.connect(checks.look_at_connection, dispatch_uid="config.look_at_connection")
