from django.apps import AppConfig
from django.urls import register_converter


class WebConfig(AppConfig):
    name = "kernel.web"
    label = "web"
    verbose_name = "网络"

    def ready(self) -> None:
        """Addresses can name rows by what is shown of their ids."""
        # Settings are complete only now.
        from kernel.web.opaque import converters  # noqa: PLC0415

        for name, converter in converters().items():
            register_converter(converter, name)
