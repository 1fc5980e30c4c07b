from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "apps.stages.consent"
    label = "consent"
    verbose_name = "协议同意"
