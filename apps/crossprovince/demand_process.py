"""The process that what comes from other provinces is a case of (跨省域调剂，调入)."""

from collections.abc import Collection

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_queries import demands_visible_to
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.cases.registry import Called, Process
from kernel.transparency import Told


def _may_see(case_id: int, by: Actor) -> bool:
    return demands_visible_to(by).filter(pk=case_id).exists()


def _called(case_ids: Collection[int]) -> dict[int, Called]:
    found = Demand.objects.filter(pk__in=case_ids).order_by("pk")
    rows = found.values_list("pk", "case__number", "title")
    return {key: Called(number or f"调入草稿{key}", title) for key, number, title in rows}


def _hears(case_id: int, told: Told, least: Told) -> bool:
    """Offices from its first submission on; its own side always."""
    if least is Told.OFFICES:
        return Demand.objects.filter(pk=case_id, submitted_at__isnull=False).exists()
    return least is Told.PARTIES


DEMAND = Process(
    name="demand",
    label="跨省域调入",
    page=lambda case_id: f"/desk/demands/{case_id}/",
    public_page=lambda case_id: f"/cross-province/{case_id}/",
    may_see=_may_see,
    called=_called,
    minded_by=Can.DECIDE_FOR_PROVINCE,
    hears=_hears,
)
