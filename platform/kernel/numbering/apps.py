from django.apps import AppConfig


class NumberingConfig(AppConfig):
    name = "kernel.numbering"
    label = "numbering"
    verbose_name = "编号"
