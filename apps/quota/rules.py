"""Whether parts add up, and whether quota is there to be moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from apps.kinds.formulas import new_farmland
from apps.kinds.quantities import Quantities, Quantity, QuotaKind
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
    return Quantities(farmland, paddy, exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


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


def why_not_void(*, voided: bool, booked: Quantities, reason: str) -> Refusal | None:
    """A project is given up once, with a reason, while nothing of it is booked."""
    if voided:
        return Refusal(Code.WRONG_STATUS, "该项目已撤销登记，不能重复办理。", {"status": "voided"})
    if not booked.is_zero:
        return Refusal(
            Code.WRONG_STATUS,
            "该项目已有指标入库，不能撤销登记；确有错误的请以相反分录更正。",
            booked.as_strings(),
        )
    if not reason.strip():
        return Refusal(Code.INVALID, "请写明撤销登记的理由。", {"field": "reason"})
    return None


def why_not_report(*, made: Quantities, stated: Quantities) -> Refusal | None:
    """`totals_mismatch` when the acceptance report states another total of a kind than its parts make."""
    for kind in QuotaKind:
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


def why_not_book(*, made: Quantities, booked: Quantities, wanted: Quantities) -> Refusal | None:
    """`totals_mismatch` when more of a kind would be booked than a project's parts make; figures: booked, wanted, left.

    Several batches may be booked of one project, and a batch may leave a kind out.
    """
    for kind in QuotaKind:
        total, before, more = made.of(kind), booked.of(kind), wanted.of(kind)
        left = total - before
        if more > left:
            return Refusal(
                Code.TOTALS_MISMATCH,
                f"{kind.label}：项目各地块合计{total.text}，已入库{before.text}，尚可入库{left.text}，"
                f"本次{more.text}超出{(more - left).text}，请核对后重新办理。",
                {
                    "kind": str(kind),
                    "parts": str(total),
                    "booked": str(before),
                    "wanted": str(more),
                    "left": str(left),
                    "difference": str(more - left),
                },
            )
    return None


def why_not_grade(*, made: int, stated: int) -> Refusal | None:
    """`totals_mismatch` when a batch states another grade than its project's parts have on average."""
    if made == stated:
        return None
    return Refusal(
        Code.TOTALS_MISMATCH,
        f"质量等别按各地块面积加权平均为{made}等，申报{stated}等，请核对后重新办理。",
        {"field": "grade", "parts": str(made), "declared": str(stated)},
    )


def why_not_use(
    *, yearly: bool, project_name: str, project_approval_no: str, year: int | None, this_year: int
) -> Refusal | None:
    """Use names a construction project, or a year that has begun; which, the rules say."""
    if not yearly:
        if not project_name.strip() or not project_approval_no.strip():
            return Refusal(Code.INVALID, "请填写建设项目名称和建设用地批准文号。", {"field": "project_name"})
        if year is not None:
            return Refusal(Code.INVALID, "现行规则按建设项目挂钩，不填写核销年度。", {"field": "year"})
        return None
    if year is not None and year > this_year:
        return Refusal(Code.INVALID, f"核销年度不得晚于{this_year}年。", {"field": "year"})
    return None


def why_not_year_open(*, year: int, closed: bool) -> Refusal | None:
    """`too_late` for a year that the province has closed."""
    if closed:
        return Refusal(
            Code.TOO_LATE, f"{year}年已结清，不能再记入该年度，请记入本年度。", {"year": str(year)}
        )
    return None


def why_not_close(*, yearly: bool, year: int, this_year: int, closed: bool) -> Refusal | None:
    """A year is closed once, after its end, where the rules keep a yearly account."""
    if not yearly:
        return Refusal(Code.WRONG_STATUS, "现行规则按建设项目挂钩，不作年度结清。", {"use_mode": "project"})
    if year >= this_year:
        return Refusal(
            Code.TOO_EARLY, f"{year}年尚未结束，最早于{year + 1}年1月1日办理年度结清。", {"year": str(year)}
        )
    if closed:
        return Refusal(Code.DUPLICATE_REQUEST, f"{year}年已结清，不能重复办理。", {"year": str(year)})
    return None


def why_not_draw(
    *, kind: QuotaKind, wanted: Decimal, available: Decimal, frozen: Decimal, what: str
) -> Refusal | None:
    """`quota_frozen` when other listings hold what is wanted, `quota_insufficient` when it is not there at all."""
    if wanted <= available:
        return None
    figures = {
        "kind": str(kind),
        "wanted": str(Quantity(kind, wanted)),
        "available": str(Quantity(kind, available)),
        "frozen": str(Quantity(kind, frozen)),
    }
    if wanted <= available + frozen:
        return Refusal(
            Code.QUOTA_FROZEN,
            f"{what}的{kind.label}可用{available:,.{kind.places}f}{kind.unit}，另有{frozen:,.{kind.places}f}{kind.unit}已被其他挂牌项目冻结，"
            "请减少数量或待其解冻。",
            figures,
        )
    return Refusal(
        Code.QUOTA_INSUFFICIENT,
        f"{what}的{kind.label}可用{available:,.{kind.places}f}{kind.unit}，不足{wanted:,.{kind.places}f}{kind.unit}，请减少数量。",
        figures,
    )


def shortfall_share(*, sold: Quantity, retested: Quantity) -> Decimal:
    """The share by which a retest falls short of what was sold, from 0 to 1, exact."""
    return (sold.amount - retested.amount) / sold.amount
