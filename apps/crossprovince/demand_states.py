"""Where a demand for quota of other provinces (调入) stands, and its moves (spec: cross-province, "Statuses")."""

from enum import StrEnum

from apps.crossprovince.states import Remainder
from kernel.transitions import Moves


class DemandStatus(StrEnum):
    """Where a demand stands."""

    DRAFT = "draft"
    PROVINCE_REVIEW = "province_review"
    RETURNED = "returned"
    PASSED = "passed"
    WITH_MINISTRY = "with_ministry"
    UNMATCHED = "unmatched"
    MATCHED = "matched"
    PUBLICISED = "publicised"
    DISPUTED = "disputed"
    PAYING = "paying"
    PAID_IN = "paid_in"
    RECEIVED = "received"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


LABELS: dict[DemandStatus, str] = {
    DemandStatus.DRAFT: "草稿",
    DemandStatus.PROVINCE_REVIEW: "省厅审核",
    DemandStatus.RETURNED: "退回补正",
    DemandStatus.PASSED: "厅审通过",
    DemandStatus.WITH_MINISTRY: "已报部",
    DemandStatus.UNMATCHED: "未匹配",
    DemandStatus.MATCHED: "方案下达",
    DemandStatus.PUBLICISED: "方案公示",
    DemandStatus.DISPUTED: "异议成立",
    DemandStatus.PAYING: "缴款",
    DemandStatus.PAID_IN: "已足额缴款",
    DemandStatus.RECEIVED: "指标已调入",
    DemandStatus.CLOSED: "已办结",
    DemandStatus.WITHDRAWN: "已撤回",
}

S = DemandStatus
MOVES: Moves[DemandStatus] = Moves(
    {
        S.DRAFT: {S.PROVINCE_REVIEW, S.WITHDRAWN},
        S.PROVINCE_REVIEW: {S.PASSED, S.RETURNED, S.WITHDRAWN},
        S.RETURNED: {S.PROVINCE_REVIEW, S.WITHDRAWN},
        S.PASSED: {S.WITH_MINISTRY, S.RETURNED, S.WITHDRAWN},
        S.WITH_MINISTRY: {S.MATCHED, S.UNMATCHED, S.RETURNED, S.WITHDRAWN},
        S.UNMATCHED: {S.WITH_MINISTRY, S.WITHDRAWN},
        S.MATCHED: {S.PUBLICISED, S.WITH_MINISTRY},
        S.PUBLICISED: {S.PAYING, S.DISPUTED, S.WITH_MINISTRY},
        S.DISPUTED: {S.PUBLICISED, S.WITH_MINISTRY},
        S.PAYING: {S.PAID_IN, S.WITH_MINISTRY},
        S.PAID_IN: {S.RECEIVED},
        S.RECEIVED: {S.CLOSED},
    }
)

ENDED = frozenset({S.CLOSED, S.WITHDRAWN})
"""Nothing more is done."""
EDITABLE = frozenset({S.DRAFT, S.RETURNED})
WITHDRAWABLE = frozenset({S.DRAFT, S.PROVINCE_REVIEW, S.RETURNED, S.PASSED, S.WITH_MINISTRY, S.UNMATCHED})
REOPENABLE = frozenset({S.PASSED, S.WITH_MINISTRY})
REPORTABLE = frozenset({S.PASSED, S.UNMATCHED})
REVOCABLE = frozenset({S.MATCHED, S.PUBLICISED, S.DISPUTED, S.PAYING})
PUBLIC = frozenset({S.PUBLICISED, S.DISPUTED, S.PAYING, S.PAID_IN, S.RECEIVED, S.CLOSED})
"""Everybody may know of it: its scheme is or was published."""

REST_LABELS: dict[Remainder, str] = {
    Remainder.KEEP: "保留，继续等待匹配",
    Remainder.RELEASE: "不再保留",
}
"""What becomes of what the ministry does not match."""
