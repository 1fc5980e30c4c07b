from django.apps import AppConfig

from apps.rulebook.cross_province import CROSS_PROVINCE
from apps.rulebook.price_tables import PRICES
from apps.rulebook.subjects import SUPPLEMENTARY, register
from apps.rulebook.surplus import SURPLUS


class RulebookConfig(AppConfig):
    name = "apps.rulebook"
    label = "rulebook"
    verbose_name = "规则集"

    def ready(self) -> None:
        """Make the rules on each class of quota, on prices and on what crosses provinces known."""
        register(SUPPLEMENTARY)
        register(SURPLUS)
        register(PRICES)
        register(CROSS_PROVINCE)
