from django.apps import AppConfig


class ConfirmationConfig(AppConfig):
    name = "apps.stages.confirmation"
    label = "confirmation"
    verbose_name = "成交确认"
