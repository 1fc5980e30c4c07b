from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "apps.funds"
    label = "funds"
    verbose_name = "收益资金"

    def ready(self) -> None:
        """Proceeds of lots are shared out by the rules of each lot."""
        # Models exist only now.
        from apps.funds import sources  # noqa: PLC0415
        from apps.funds.lots import terms_of_lot  # noqa: PLC0415

        sources.register("listing", terms_of_lot)
