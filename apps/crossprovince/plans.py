"""The versions of a plan of use (资金使用方案), each with its lines: which is in force, and which waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from apps.crossprovince.models import Plan, PlanLine
from apps.crossprovince.rules import PlanItem
from apps.crossprovince.states import AMENDABLE, AdjustmentStatus


@dataclass(frozen=True)
class Version:
    """One version of a plan of use with its lines, by their numbers."""

    plan: Plan
    items: tuple[PlanItem, ...]


def versions_of(case_id: int) -> list[Version]:
    """Every version of the plan of an adjustment, the oldest first; none is without lines. One query."""
    found = PlanLine.objects.filter(plan__adjustment_id=case_id).select_related("plan__acceptance")
    by_plan = groupby(found.order_by("plan__version", "no"), key=lambda each: each.plan)
    return [Version(plan, tuple(each.planned for each in lines)) for plan, lines in by_plan]


def in_force(versions: Sequence[Version]) -> Version | None:
    """The newest version, a proposed one only once it was accepted."""
    standing = [each for each in versions if not each.plan.proposed or each.plan.is_accepted]
    return standing[-1] if standing else None


def waiting_in(versions: Sequence[Version], *, status: AdjustmentStatus) -> Version | None:
    """The newest version, where that waits for the province's acceptance; of a closed case none does."""
    newest = versions[-1] if versions else None
    if newest is None or status not in AMENDABLE or not newest.plan.proposed or newest.plan.is_accepted:
        return None
    return newest
