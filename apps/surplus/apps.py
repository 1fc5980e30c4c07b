from django.apps import AppConfig


class SurplusConfig(AppConfig):
    name = "apps.surplus"
    label = "surplus"
    verbose_name = "节余指标核定"
