"""What parcels make, and whether they add up and lie on ground of their own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from apps.kinds.formulas import new_farmland
from apps.kinds.quantities import Quantities, Quantity
from apps.kinds.table import QuotaKind
from kernel.errors import Code, Refusal


@dataclass(frozen=True)
class Ground:
    """A part as the formulas see it: what it makes, of which land class, how large, its grades before and after."""

    kind: QuotaKind
    land_class: str
    area_mu: Decimal
    grade_before: int
    grade_after: int


_AREA_KINDS = (QuotaKind.FARMLAND_AREA, QuotaKind.PADDY_AREA)

_CAPACITY_KINDS = (QuotaKind.FARMLAND_AREA, QuotaKind.GRAIN_CAPACITY)

_KG_PER_GRADE_AND_MU = 100


def made_by(parts: Sequence[Ground]) -> Quantities:
    """What a project's parts make, by the formulas of 三(一)2: area, paddy and capacity.

    Paddy is every part of class paddy, within new farmland or converted (旱改水). Capacity is area × grades gained ×
    100 over new farmland and 提质改造 parts, rounded half up to whole 公斤 once, not part by part. Areas are in 亩.
    """
    farmland = sum((each.area_mu for each in parts if each.kind is QuotaKind.FARMLAND_AREA), Decimal(0))
    paddy = sum(
        (each.area_mu for each in parts if each.kind in _AREA_KINDS and each.land_class == "paddy"),
        Decimal(0),
    )
    exact = sum(
        (
            each.area_mu * max(0, each.grade_before - each.grade_after) * _KG_PER_GRADE_AND_MU
            for each in parts
            if each.kind in _CAPACITY_KINDS
        ),
        Decimal(0),
    )
    return Quantities.taken(
        {
            QuotaKind.FARMLAND_AREA: farmland,
            QuotaKind.PADDY_AREA: paddy,
            QuotaKind.GRAIN_CAPACITY: exact.quantize(Decimal(1), rounding=ROUND_HALF_UP),
        }
    )


def regraded(ground: Ground, moves: Sequence[tuple[Decimal, int, int]]) -> list[Ground]:
    """A part by the grades it has after areas of it moved from one to another, in order; the best grade last."""
    areas = {ground.grade_after: ground.area_mu}
    for area, grade_from, grade_to in moves:
        areas[grade_from] = areas.get(grade_from, Decimal(0)) - area
        areas[grade_to] = areas.get(grade_to, Decimal(0)) + area
    return [
        replace(ground, area_mu=area, grade_after=grade)
        for grade, area in sorted(areas.items(), reverse=True)
        if area
    ]


def improvable(grounds: Sequence[Ground], *, grade: int) -> Decimal:
    """So much area in 亩 of a grade makes capacity, and would make more at a better one."""
    return sum(
        (
            each.area_mu
            for each in grounds
            if each.kind in _CAPACITY_KINDS and each.grade_after == grade <= each.grade_before
        ),
        Decimal(0),
    )


def grade_made_by(parts: Sequence[Ground]) -> int:
    """The grade of a batch: the area-weighted mean of the farmland parts, rounded half up.

    A project without new farmland has that of all its parts.
    """
    graded = [each for each in parts if each.kind is QuotaKind.FARMLAND_AREA] or list(parts)
    area = sum((each.area_mu for each in graded), Decimal(0))
    weighted = sum((each.area_mu * each.grade_after for each in graded), Decimal(0))
    return int((2 * weighted + area) // (2 * area))


def as_reported(parts: Sequence[Ground]) -> dict[str, str]:
    """What an acceptance report of just these parts, on land without farmland before, states: the form's own facts."""
    made = made_by(parts)
    after = str(made.of(QuotaKind.FARMLAND_AREA))
    return {**made.as_strings(), "farmland_before": "0.0000", "farmland_after": after}


def why_not_part(part: Ground) -> Refusal | None:
    """A paddy part is paddy; a part that only raises capacity (提质改造) had some before (治理前等别 1 至 15)."""
    if part.kind is QuotaKind.PADDY_AREA and part.land_class != "paddy":
        return Refusal(Code.INVALID, "水田规模的地块，地类须为水田。", {"field": "land_class"})
    if part.kind is QuotaKind.GRAIN_CAPACITY and part.grade_before > _WORST_OF_FARMLAND:
        return Refusal(
            Code.INVALID,
            "提质改造地块治理前须为耕地，治理前等别须为1至15；新增耕地请按耕地数量登记，产能由系统计算。",
            {"field": "grade_before"},
        )
    return None


_WORST_OF_FARMLAND = 15


def why_not_over(
    *, new: Ground, old: Ground, same_project: bool, overlap_mu: Decimal, where: str
) -> Refusal | None:
    """`parcel_conflict` when a part may not lie on the ground of an older one, `where` in words.

    Across projects: never on the same kind, new farmland on nothing that is recorded, paddy and capacity on older
    farmland only as 旱改水 or 提质改造 (some grade before). Within a project different kinds share a parcel, but paddy
    that is farmland of the project already counts once.
    """
    if not overlap_mu:
        return None
    counted_twice = {new.kind, old.kind} == set(_AREA_KINDS) and new.land_class == old.land_class == "paddy"
    if same_project:
        allowed = new.kind is not old.kind and not counted_twice
    elif new.kind is old.kind or new.kind is QuotaKind.FARMLAND_AREA:
        allowed = False
    else:
        allowed = old.kind is not QuotaKind.FARMLAND_AREA or new.grade_before <= _WORST_OF_FARMLAND
    if allowed:
        return None
    return Refusal(
        Code.PARCEL_CONFLICT,
        f"{new.kind.label}地块与{where}重叠{overlap_mu:,}亩，同一土地不能重复产生指标，请核对界址。",
        {"overlap_mu": str(overlap_mu), "kind": str(new.kind), "where": where},
    )


def why_not_report(*, made: Quantities, stated: Quantities) -> Refusal | None:
    """`totals_mismatch` when the acceptance report states another total of a kind than its parts make."""
    for kind in made.amounts:
        parts, report = made.of(kind), stated.of(kind)
        if parts != report:
            difference = Quantity(kind, abs(parts.amount - report.amount))
            return Refusal(
                Code.TOTALS_MISMATCH,
                f"{kind.label}：各地块合计{parts.text}，验收报告载明{report.text}，相差{difference.text}，请核对后重新登记。",
                {
                    "kind": str(kind),
                    "parts": str(parts),
                    "declared": str(report),
                    "difference": str(difference),
                },
            )
    return None


def why_not_farmland(*, before: Decimal, after: Decimal, made: Quantities) -> Refusal | None:
    """New farmland = farmland after completion − farmland before, and the farmland parts are just that."""
    kind, parts = QuotaKind.FARMLAND_AREA, made.of(QuotaKind.FARMLAND_AREA)
    try:
        gained = Quantity(kind, new_farmland(before_mu=before, after_mu=after))
    except ValueError as error:
        return Refusal(Code.TOTALS_MISMATCH, str(error), {"before": str(before), "after": str(after)})
    if gained != parts:
        difference = Quantity(kind, abs(gained.amount - parts.amount))
        return Refusal(
            Code.TOTALS_MISMATCH,
            f"竣工后耕地减实施前耕地为{gained.text}，新增耕地各地块合计{parts.text}，相差{difference.text}，请核对后重新登记。",
            {
                "kind": str(kind),
                "parts": str(parts),
                "declared": str(gained),
                "difference": str(difference),
            },
        )
    return None
