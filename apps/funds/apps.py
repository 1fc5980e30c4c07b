from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "apps.funds"
    label = "funds"
    verbose_name = "收益资金"
