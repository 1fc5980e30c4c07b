from django.apps import AppConfig


class FilingConfig(AppConfig):
    name = "apps.stages.filing"
    label = "filing"
    verbose_name = "备案"
