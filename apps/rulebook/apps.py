from django.apps import AppConfig

from apps.rulebook.subjects import SUPPLEMENTARY, register


class RulebookConfig(AppConfig):
    name = "apps.rulebook"
    label = "rulebook"
    verbose_name = "规则集"

    def ready(self) -> None:
        """Make the listing's own rules known."""
        register(SUPPLEMENTARY)
