from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "kernel.web"
    label = "web"
    verbose_name = "网络"
