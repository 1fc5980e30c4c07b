from django.apps import AppConfig


class RulebookConfig(AppConfig):
    name = "apps.rulebook"
    label = "rulebook"
    verbose_name = "规则集"
