"""The working days as a Django app."""

from django.apps import AppConfig


class WorkdaysConfig(AppConfig):
    """Official calendar years and the periods counted by them."""

    name = "kernel.workdays"
    label = "workdays"
    verbose_name = "工作日历"
    default_auto_field = "django.db.models.BigAutoField"
