from django.apps import AppConfig


class ProcessConfig(AppConfig):
    name = "apps.process"
    label = "process"
    verbose_name = "流程"

    def ready(self) -> None:
        """Everything is declared when all models are there."""
        from apps.process.assembly import assemble  # noqa: PLC0415 - models exist only now

        assemble()
