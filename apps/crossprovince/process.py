"""The process that what leaves the province is a case of (跨省域调剂，调出)."""

from collections.abc import Collection

from apps.crossprovince.models import Adjustment
from apps.crossprovince.queries import visible_to
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.cases.registry import Called, Process
from kernel.transparency import Told


def _may_see(case_id: int, by: Actor) -> bool:
    return visible_to(by).filter(pk=case_id).exists()


def _called(case_ids: Collection[int]) -> dict[int, Called]:
    found = Adjustment.objects.filter(pk__in=case_ids).order_by("pk")
    rows = found.values_list("pk", "case__number", "title")
    return {key: Called(number or f"调剂草稿{key}", title) for key, number, title in rows}


def _hears(case_id: int, told: Told, least: Told) -> bool:
    """Offices from its first submission on; its own side always."""
    if least is Told.OFFICES:
        return Adjustment.objects.filter(pk=case_id, submitted_at__isnull=False).exists()
    return least is Told.PARTIES


ADJUSTMENT = Process(
    name="adjustment",
    label="跨省域调剂",
    page=lambda case_id: f"/desk/adjustments/{case_id}/",
    public_page=lambda case_id: f"/cross-province/{case_id}/",
    may_see=_may_see,
    called=_called,
    minded_by=Can.DECIDE_FOR_PROVINCE,
    hears=_hears,
)
