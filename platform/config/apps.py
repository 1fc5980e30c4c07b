from django.apps import AppConfig

from config.celery import app as celery_app


class SiteConfig(AppConfig):
    name = "config"
    label = "config"
    verbose_name = "站点"
    # Kept here so that every process that loads Django sends its tasks to this broker.
    celery_app = celery_app

    def ready(self) -> None:
        """Register the start-up checks."""
        # Checks may be imported only when the apps are loaded.
        from config import checks  # noqa: F401, PLC0415
