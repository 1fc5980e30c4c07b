from django.apps import AppConfig


class QualificationConfig(AppConfig):
    name = "apps.stages.qualification"
    label = "qualification"
    verbose_name = "竞买申请"

    def ready(self) -> None:
        """Nobody is given a place with two that meet on one lot."""
        # Models exist only now.
        from apps.parties import rivals  # noqa: PLC0415
        from apps.stages.qualification.queries import on_one_running_lot  # noqa: PLC0415

        rivals.ask(on_one_running_lot)
