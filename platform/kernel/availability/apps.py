from django.apps import AppConfig


class AvailabilityConfig(AppConfig):
    name = "kernel.availability"
    label = "availability"
    verbose_name = "运行"
