from django.apps import AppConfig


class LandConfig(AppConfig):
    name = "apps.land"
    label = "land"
    verbose_name = "土地整治项目"
