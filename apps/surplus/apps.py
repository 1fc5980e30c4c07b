from django.apps import AppConfig


class SurplusConfig(AppConfig):
    name = "apps.surplus"
    label = "surplus"
    verbose_name = "节余指标核定"

    def ready(self) -> None:
        """Nobody is given a place with who declares and who measures one area."""
        # Models exist only now.
        from apps.parties import rivals  # noqa: PLC0415
        from apps.surplus.ties import on_one_running_verification  # noqa: PLC0415

        rivals.ask(on_one_running_verification)
