from django.apps import AppConfig


class DepositConfig(AppConfig):
    name = "apps.stages.deposit"
    label = "deposit"
    verbose_name = "保证金"
