from django.apps import AppConfig


class MoneyConfig(AppConfig):
    name = "apps.money"
    label = "money"
    verbose_name = "资金"
