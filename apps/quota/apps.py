from django.apps import AppConfig


class QuotaConfig(AppConfig):
    name = "apps.quota"
    label = "quota"
    verbose_name = "指标"
