from django.apps import AppConfig


class AgreementConfig(AppConfig):
    name = "apps.stages.agreement"
    label = "agreement"
    verbose_name = "协议公示"
