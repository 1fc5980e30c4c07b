from django.apps import AppConfig


class PricesConfig(AppConfig):
    name = "apps.prices"
    label = "prices"
    verbose_name = "价格"
