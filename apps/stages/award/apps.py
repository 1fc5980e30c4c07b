from django.apps import AppConfig


class AwardConfig(AppConfig):
    name = "apps.stages.award"
    label = "award"
    verbose_name = "成交"
