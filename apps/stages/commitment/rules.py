"""When a commitment is reported on and decided. Plain values only; its figures: `apps.kinds.commitments`."""

from collections.abc import Collection
from datetime import datetime

from apps.listings.states import LABELS, ListingStatus
from kernel.clock import iso, written
from kernel.errors import Code, Refusal
from kernel.transitions import why_not_in

AFTER_TRANSFER = (ListingStatus.TRANSFERRED, ListingStatus.PUBLICISED, ListingStatus.COMPLETED)
WORST_GRADE = 15


def why_not_report(
    *,
    status: ListingStatus,
    promised: bool,
    decided_at: datetime | None,
    due_at: datetime | None,
    now: datetime,
) -> Refusal | None:
    """`wrong_status` without a commitment or before the transfer, `too_late` after its term.

    `duplicate_request` when it was decided before its end.
    """
    refusal = why_not_in(status, AFTER_TRANSFER, labels=LABELS)
    if refusal is not None:
        return refusal
    if not promised or due_at is None:
        return Refusal(Code.WRONG_STATUS, "本项目未附质量提升承诺，无需报告。", {"status": str(status)})
    if now >= due_at:
        return Refusal(
            Code.TOO_LATE,
            f"质量提升承诺的期限已于{written(due_at)}届满，逾期报告不予受理。",
            {"ended": iso(due_at)},
        )
    if decided_at is not None:
        return Refusal(
            Code.DUPLICATE_REQUEST,
            f"本项目的质量提升承诺已于{written(decided_at)}认定，不能再报告。",
            {"decided": iso(decided_at)},
        )
    return None


def why_not_measured(*, measurer: str, controlled: Collection[str], reports: int) -> Refusal | None:
    """`self_dealing` when the measurer is a side or belongs to one; `missing_document` without a new report of it."""
    name = measurer.strip()
    if name in controlled:
        return Refusal(
            Code.SELF_DEALING,
            f"复评机构“{name}”与买卖一方有隶属关系，请委托双方均不控制的机构复评。",
            {"measurer": name},
        )
    if not reports:
        return Refusal(
            Code.MISSING_DOCUMENT,
            "请先上传本次的质量等别复评报告，再报告承诺完成情况。",
            {"missing": "regrading_report"},
        )
    return None


def why_not_open(*, status: ListingStatus, decided_at: datetime | None, reported: bool) -> Refusal | None:
    """`duplicate_request` once decided, `wrong_status` without a report to decide on."""
    refusal = why_not_in(status, AFTER_TRANSFER, labels=LABELS)
    if refusal is not None:
        return refusal
    if decided_at is not None:
        return Refusal(
            Code.DUPLICATE_REQUEST,
            f"本项目的质量提升承诺已于{written(decided_at)}认定，不能重复认定。",
            {"decided": iso(decided_at)},
        )
    if not reported:
        return Refusal(
            Code.WRONG_STATUS, "出让方尚未报告质量提升情况，待其报告后认定。", {"status": str(status)}
        )
    return None


def why_not_decide(*, grade: int, reason: str) -> Refusal | None:
    """`invalid` for no grade, and without reasons."""
    if not 1 <= grade <= WORST_GRADE:
        return Refusal(Code.INVALID, "认定等别须为1至15。", {"field": "grade"})
    if not reason.strip():
        return Refusal(Code.INVALID, "请写明认定意见。", {"field": "reason"})
    return None
