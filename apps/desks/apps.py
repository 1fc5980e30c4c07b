from django.apps import AppConfig


class DesksConfig(AppConfig):
    name = "apps.desks"
    label = "desks"
    verbose_name = "工作台"
