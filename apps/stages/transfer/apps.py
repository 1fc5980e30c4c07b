from django.apps import AppConfig


class TransferConfig(AppConfig):
    name = "apps.stages.transfer"
    label = "transfer"
    verbose_name = "指标划转"
