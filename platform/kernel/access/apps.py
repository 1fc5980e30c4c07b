from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "kernel.access"
    label = "access"
    verbose_name = "经办与审核"
