from django.apps import AppConfig

from apps.crossprovince.states import PLAN_CATEGORIES


class CrossProvinceConfig(AppConfig):
    name = "apps.crossprovince"
    label = "crossprovince"
    verbose_name = "跨省域调剂"

    def ready(self) -> None:
        """What is allocated of an adjustment is shared out by its own rules; what it takes of a batch stands frozen."""
        # Models exist only now.
        from apps.crossprovince.queries import fund_plan, fund_terms, is_closed, taking  # noqa: PLC0415
        from apps.funds import sources  # noqa: PLC0415
        from apps.quota import takers  # noqa: PLC0415

        takers.register("adjustment", taking)

        sources.register(
            "adjustment",
            fund_terms,
            plan=fund_plan,
            is_closed=is_closed,
            refunds_buyers=False,
            called=PLAN_CATEGORIES,
        )
