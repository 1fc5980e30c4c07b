from django.apps import AppConfig

from apps.rulebook.price_tables import PRICES
from apps.rulebook.subjects import SUPPLEMENTARY, register
from apps.rulebook.surplus import SURPLUS


class RulebookConfig(AppConfig):
    name = "apps.rulebook"
    label = "rulebook"
    verbose_name = "规则集"

    def ready(self) -> None:
        """Make the rules on each class of quota, and on prices, known."""
        register(SUPPLEMENTARY)
        register(SURPLUS)
        register(PRICES)
