from django.apps import AppConfig


class PublicationConfig(AppConfig):
    name = "apps.stages.publication"
    label = "publication"
    verbose_name = "结果公示"
