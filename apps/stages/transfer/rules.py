"""Handing quota over (指标划转), and what a retest with less costs the seller (质量退款)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from apps.kinds.quantities import Quantity
from apps.listings.states import LABELS, ListingStatus
from kernel.clock import iso, written
from kernel.errors import Code, Refusal
from kernel.money import ZERO, Yuan
from kernel.transitions import why_not_in

AFTER_TRANSFER = (ListingStatus.TRANSFERRED, ListingStatus.PUBLICISED, ListingStatus.COMPLETED)


def why_not_execute(*, status: ListingStatus, open_objections: int) -> Refusal | None:
    """`wrong_status` until paid, `suspended` while it stands still, `objection_open` meanwhile."""
    if status is ListingStatus.SUSPENDED:
        return Refusal(Code.SUSPENDED, "项目已中止，恢复后方可划转指标。", {"status": str(status)})
    refusal = why_not_in(status, [ListingStatus.PAID], labels=LABELS)
    if refusal is None and open_objections:
        refusal = Refusal(
            Code.OBJECTION_OPEN,
            f"尚有{open_objections}件异议未办结，办结后方可划转。",
            {"open": str(open_objections)},
        )
    return refusal


def why_not_before_remittance(*, remitted: bool) -> Refusal | None:
    """`wrong_status` while the price has not left for its seller."""
    if remitted:
        return None
    return Refusal(Code.WRONG_STATUS, "价款尚未划付出让方收款账户，请先由财政部门办理划付。")


NOTHING = Fraction(0)


@dataclass(frozen=True)
class Measured:
    """What was sold, or what a retest found: area with grade, or grain capacity where that was priced (None else)."""

    area: Quantity | None = None
    grade: int | None = None
    capacity: Quantity | None = None

    @property
    def worth(self) -> Fraction:
        """What the price is spread over: capacity, or area × (16 − grade); the area alone where nothing is graded."""
        if self.capacity is not None:
            return Fraction(self.capacity.amount)
        area = Fraction(self.area.amount) if self.area is not None else Fraction(0)
        return area * (WORST_GRADE - self.grade) if self.grade is not None else area


WORST_GRADE = 16
KG_PER_GRADE_AND_MU = 100


def why_not_claim(
    *,
    status: ListingStatus,
    sold: Measured,
    found: Measured,
    open_claim: bool,
    ends_at: datetime,
    now: datetime,
    decided: bool = False,
) -> Refusal | None:
    """A claim comes after transfer and within its term, one at a time, and only for less than what was sold.

    Where what came of a quality commitment is `decided`, grade and capacity have been settled with it.
    """
    refusal = why_not_in(status, AFTER_TRANSFER, labels=LABELS)
    if refusal is not None:
        return refusal
    if now >= ends_at:
        return Refusal(
            Code.TOO_LATE,
            f"质量退款申请期限已于{written(ends_at)}届满，请依合同约定另行主张。",
            {"ended": iso(ends_at)},
        )
    if open_claim:
        return Refusal(
            Code.DUPLICATE_REQUEST, "本项目已有待确认的质量退款申请，请待其办结后再提出。", {"open": "1"}
        )
    if decided and (found.capacity is not None or found.grade != sold.grade):
        return Refusal(
            Code.DUPLICATE_REQUEST,
            "本项目的质量等别和产能已随质量提升承诺认定并退款，不能就同一事由再次提出质量退款。",
            {"field": "grade"},
        )
    if found.grade is not None and sold.grade is None:
        return Refusal(Code.INVALID, "本项目指标不分质量等别，请只填写复测面积。", {"field": "grade"})
    measured, had = found.capacity or found.area, sold.capacity or sold.area
    if measured is None or had is None:
        return Refusal(
            Code.INVALID, "请填写复测结果：按亩计价的填面积和等别，按公斤计价的填产能。", {"field": "area"}
        )
    if measured > had or found.worth >= sold.worth:
        graded = f"（{found.grade}等）" if found.grade is not None else ""
        return Refusal(
            Code.AMOUNT_EXCEEDS,
            f"复测{measured.text}{graded}须少于或劣于成交{had.text}，方可提出质量退款。",
            {"sold": str(had), "retested": str(measured)},
        )
    return None


def quality_refund(
    *, price: Yuan, sold: Measured, found: Measured, brought: Yuan, promised: Fraction = NOTHING
) -> Yuan:
    """price × (1 − found ÷ sold), half up to 分, less what earlier claims of the deal brought; not below nothing.

    20 亩 of grade 7 found to be of grade 8, at 1,000,000: 111,111.11; then 18 亩 of grade 8: 88,888.89 more. Where the
    price was for more that was `promised` beside what was there, what is missing is a share of both.
    """
    share = max(Fraction(0), (sold.worth - found.worth) / (sold.worth + promised))
    return max(rounded_share(price, share) - brought, ZERO)


def rounded_share(price: Yuan, share: Fraction) -> Yuan:
    """A share of a price, half up to 分."""
    fen = (Fraction(price.amount) * share * 100 + Fraction(1, 2)).__floor__()
    return Yuan(Decimal(fen).scaleb(-2))


def why_not_owed(due: Yuan) -> Refusal | None:
    """`amount_exceeds` when earlier claims brought as much already."""
    if due > ZERO:
        return None
    return Refusal(
        Code.AMOUNT_EXCEEDS, "此前的质量退款已不少于本次复测应退金额，无须再退。", {"due": str(due)}
    )


def why_not_measurer(*, measurer: str, controlled: Collection[str], reports: int) -> Refusal | None:
    """`self_dealing` when the measurer is a side or belongs to one; `missing_document` without a new report of it."""
    if measurer.strip() in controlled:
        return Refusal(
            Code.SELF_DEALING,
            f"复测机构“{measurer.strip()}”与买卖一方有隶属关系，请委托双方均不控制的机构复测。",
            {"measurer": measurer.strip()},
        )
    if not reports:
        return Refusal(
            Code.MISSING_DOCUMENT,
            "请先上传本次复测的复测报告，再提出质量退款。",
            {"missing": "retest_report"},
        )
    return None
