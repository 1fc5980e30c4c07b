from django.apps import AppConfig


class ActsConfig(AppConfig):
    name = "kernel.acts"
    label = "acts"
    verbose_name = "办理"
