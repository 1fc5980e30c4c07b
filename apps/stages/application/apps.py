from django.apps import AppConfig


class ApplicationConfig(AppConfig):
    name = "apps.stages.application"
    label = "application"
    verbose_name = "出让申请"
