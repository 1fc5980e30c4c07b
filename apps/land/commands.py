"""Recording land."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind
from apps.land import grounds, parcels, queries, rules
from apps.land.lanes import LAND_LANE
from apps.land.models import Part, Project, Regrade
from apps.land.names import PROJECT_RECORD
from apps.parties.roles import Can
from kernel import lanes
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor, Duty
from kernel.audit import commands as audit
from kernel.errors import Code, Refused, refuse
from kernel.text import folded


@dataclass(frozen=True)
class PartFacts:
    """A part as it is declared: kind, land class, area in 亩, grades before and after, its polygon."""

    kind: QuotaKind
    land_class: str
    quantity: Decimal
    grade_before: int
    grade_after: int
    parcel_no: str = ""
    geometry: dict[str, Any] | None = None

    @property
    def ground(self) -> rules.Ground:
        """As the formulas see it."""
        return rules.Ground(self.kind, self.land_class, self.quantity, self.grade_before, self.grade_after)


@transaction.atomic
def record_project(
    *,
    name: str,
    approval_no: str,
    acceptance_no: str,
    region: str,
    parts: list[PartFacts],
    report: Quantities,
    farmland_before: Decimal,
    farmland_after: Decimal,
    by: Actor,
    now: datetime,
) -> Project:
    """Record a consolidation project with its approval, acceptance report and parts.

    `report` are the totals of each kind that the acceptance report states, `farmland_before` and `farmland_after` the
    farmland of the site in 亩. Refuses: not_permitted (a seller's operator records its own province's), invalid (no
    parts, the report recorded before, a polygon that is none, lies elsewhere or is not as large as its part),
    totals_mismatch, parcel_conflict (ground that another project, or another part of this one, has already).
    """
    require_capability(by, Can.SELL, duty=Duty.OPERATOR)
    require_province(by, region)
    if not parts:
        raise Refused.because(Code.INVALID, "请至少登记一个地块。", field="parts")
    if Project.objects.filter(
        region_id=region, acceptance_key=folded(acceptance_no), voided_at=None
    ).exists():
        raise Refused.because(
            Code.INVALID, f"验收文号“{acceptance_no}”已登记项目，请勿重复登记。", field="acceptance_no"
        )
    _refuse_facts(parts, report, before=farmland_before, after=farmland_after)
    required = queries.geometry_required(region, now=now)
    placed = [_on_the_map(part, region, required=required) for part in parts]
    _refuse_conflicts(placed)
    project = Project.objects.create(
        owner_id=by.organisation_id,
        region_id=region,
        name=name,
        approval_no=approval_no,
        acceptance_no=acceptance_no,
        farmland_before=farmland_before,
        farmland_after=farmland_after,
        part_count=len(placed),
        recorded_at=now,
    )
    Part.objects.bulk_create([Part(project=project, **vars(part)) for part, _ in placed])
    audit.record(
        verb=PROJECT_RECORD,
        by=by,
        now=now,
        subject=project,
        after={"acceptance_no": acceptance_no, **report.as_strings()},
    )
    return project


def regrade(
    project: Project, *, case_id: int, area: Decimal, grade_from: int, grade_to: int, now: datetime
) -> None:
    """Give an area of a project's parts a better grade (等别提升), in their order: what the project makes counts it.

    Called under the lanes of the case and the project. An area that is not there at `grade_from` is a programming
    error: whoever promises it was held to it.
    """
    left = area
    for part in project.parts.defer("geometry").prefetch_related("regrades").order_by("id"):
        taken = min(left, rules.improvable(part.grounds, grade=grade_from))
        if taken > 0:
            Regrade.objects.create(
                part=part, case_id=case_id, area=taken, grade_from=grade_from, grade_to=grade_to, at=now
            )
            left -= taken
    if left:
        raise ValueError(f"{project}: {left} of grade {grade_from} is not there")


def _refuse_facts(parts: Sequence[PartFacts], report: Quantities, *, before: Decimal, after: Decimal) -> None:
    grounds = [each.ground for each in parts]
    for ground in grounds:
        refuse(rules.why_not_part(ground))
    made = rules.made_by(grounds)
    refuse(rules.why_not_report(made=made, stated=report))
    refuse(rules.why_not_farmland(before=before, after=after, made=made))


def _refuse_conflicts(placed: Sequence[tuple[PartFacts, parcels.Parcel | None]]) -> None:
    """No ground twice: held under the lanes of the cells that the parts touch, looked at, then written."""
    drawn = [(part, found) for part, found in placed if found is not None]
    lanes.hold_all(LAND_LANE, parcels.cells_of(*(parcels.bounds_of(found.polygon) for _, found in drawn)))
    for place, (part, found) in enumerate(drawn):
        for other, earlier in drawn[:place]:
            refuse(
                rules.why_not_over(
                    new=part.ground,
                    old=other.ground,
                    same_project=True,
                    overlap_mu=parcels.overlap_mu(found.polygon, earlier.polygon),
                    where=f"本项目地块{other.parcel_no or '（未编号）'}",
                )
            )
        refuse(queries.conflict_on(part.ground, found.polygon))
        refuse(grounds.conflict_with_cases(found.polygon, mine=f"地块{part.parcel_no or '（未编号）'}"))


def _on_the_map(part: PartFacts, region: str, *, required: bool) -> tuple[PartFacts, parcels.Parcel | None]:
    """The part with its polygon checked and put in order, and the parcel on the map. Refuses: invalid."""
    if part.geometry is None:
        if required:
            raise Refused.because(
                Code.INVALID,
                f"地块{part.parcel_no or ''}没有界址。依现行规则，每个地块须提供界址（GeoJSON面，CGCS2000经纬度）。",
                field="geometry",
            )
        return part, None
    try:
        found = parcels.parcel(part.geometry)
    except parcels.BadLand as bad:
        raise Refused.because(Code.INVALID, str(bad), field="geometry") from bad
    wrong = parcels.why_not_there(found, region=region)
    if not wrong:
        wrong = parcels.why_not_as_large(found, stated_mu=part.quantity)
    if wrong:
        raise Refused.because(Code.INVALID, wrong, field="geometry")
    return replace(part, geometry=found.geometry), found
