from django.apps import AppConfig


class RehearsalConfig(AppConfig):
    name = "apps.rehearsal"
    label = "rehearsal"
    verbose_name = "演练"

    def ready(self) -> None:
        """Its own act and carrier: the process below knows no rehearsal."""
        from apps.rehearsal.carriers import ask_trial  # noqa: PLC0415 - models exist only now
        from apps.rehearsal.forms import ACTS  # noqa: PLC0415
        from kernel.acts.act import declare  # noqa: PLC0415
        from kernel.outbox.commands import carry  # noqa: PLC0415

        declare(*ACTS)
        carry("trial", ask_trial)
