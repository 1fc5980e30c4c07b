"""The parcels of a project (地块清单) as approvers read them: one line a parcel, with the grade that it has now."""

import hashlib
from dataclasses import dataclass

from apps.kinds.table import QuotaKind
from apps.land.models import Part, Project
from kernel.acts import bound
from kernel.acts.bound import BETWEEN, Fact, Reading

_COLUMNS = ("地块编号", "指标种类", "面积（亩）", "治理前等别", "治理后等别", "界址")


@dataclass(frozen=True)
class ParcelList:
    """Every parcel of a project in words, and the SHA-256 of just these words."""

    text: str

    @property
    def reading(self) -> Reading:
        """To be read whole on the approval page."""
        return Reading("地块清单", self.text)

    @property
    def digest(self) -> Fact:
        """What binds it."""
        return bound.digest("地块清单摘要", hashlib.sha256(self.text.encode()).hexdigest())


def of_project(project: Project) -> ParcelList:
    """Of the parts that its acceptance report lists, in their order."""
    parts = project.parts.prefetch_related("regrades").order_by("id")
    return ParcelList("\n".join((BETWEEN.join(_COLUMNS), *(_line(each) for each in parts))))


def _line(part: Part) -> str:
    after = "；".join(f"{each.area_mu:,.4f}亩{each.grade_after}等" for each in part.grounds)
    return BETWEEN.join(
        (
            part.parcel_no or str(part.pk),
            QuotaKind(part.kind).label,
            f"{part.quantity:.4f}",
            f"{part.grade_before}等",
            after if part.regrades.all() else f"{part.grade_after}等",
            "已上图" if part.geometry else "未上图",
        )
    )
