from django.apps import AppConfig


class RehearsalConfig(AppConfig):
    name = "apps.rehearsal"
    label = "rehearsal"
    verbose_name = "演练"

    def ready(self) -> None:
        """Its own act and handler: the process below knows no rehearsal."""
        from apps.rehearsal.forms import ACTS  # noqa: PLC0415
        from apps.rehearsal.handlers import ask_trial  # noqa: PLC0415 - models exist only now
        from kernel.acts.act import declare  # noqa: PLC0415
        from kernel.outbox.commands import register_handler  # noqa: PLC0415

        declare(*ACTS)
        register_handler("trial", ask_trial)
