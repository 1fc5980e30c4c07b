"""Where quota stands that this province gives to others (调出), and its moves (spec: cross-province, "Statuses")."""

from enum import StrEnum

from apps.funds.states import OUTCOME_LABELS as FINDING_LABELS
from apps.funds.states import Outcome as FindingOutcome
from apps.rulebook.cross_province import FARMERS
from kernel.transitions import Moves


class AdjustmentStatus(StrEnum):
    """Where an adjustment stands."""

    DRAFT = "draft"
    PROVINCE_REVIEW = "province_review"
    RETURNED = "returned"
    PASSED = "passed"
    CONSENTED = "consented"
    WITH_MINISTRY = "with_ministry"
    UNMATCHED = "unmatched"
    MATCHED = "matched"
    PUBLICISED = "publicised"
    DISPUTED = "disputed"
    IMPLEMENTING = "implementing"
    TRANSFERRED = "transferred"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


LABELS: dict[AdjustmentStatus, str] = {
    AdjustmentStatus.DRAFT: "草稿",
    AdjustmentStatus.PROVINCE_REVIEW: "省厅审核",
    AdjustmentStatus.RETURNED: "退回补正",
    AdjustmentStatus.PASSED: "厅审通过",
    AdjustmentStatus.CONSENTED: "省政府同意",
    AdjustmentStatus.WITH_MINISTRY: "已报部",
    AdjustmentStatus.UNMATCHED: "未匹配",
    AdjustmentStatus.MATCHED: "方案下达",
    AdjustmentStatus.PUBLICISED: "方案公示",
    AdjustmentStatus.DISPUTED: "异议成立",
    AdjustmentStatus.IMPLEMENTING: "资金指标办理",
    AdjustmentStatus.TRANSFERRED: "指标已划转",
    AdjustmentStatus.CLOSED: "已办结",
    AdjustmentStatus.WITHDRAWN: "已撤回",
}

S = AdjustmentStatus
MOVES: Moves[AdjustmentStatus] = Moves(
    {
        S.DRAFT: {S.PROVINCE_REVIEW, S.WITHDRAWN},
        S.PROVINCE_REVIEW: {S.PASSED, S.RETURNED, S.WITHDRAWN},
        S.RETURNED: {S.PROVINCE_REVIEW, S.WITHDRAWN},
        S.PASSED: {S.CONSENTED, S.RETURNED, S.WITHDRAWN},
        S.CONSENTED: {S.WITH_MINISTRY, S.RETURNED, S.WITHDRAWN},
        S.WITH_MINISTRY: {S.MATCHED, S.UNMATCHED, S.RETURNED, S.WITHDRAWN},
        S.UNMATCHED: {S.WITH_MINISTRY, S.RETURNED, S.WITHDRAWN},
        S.MATCHED: {S.PUBLICISED, S.WITH_MINISTRY},
        S.PUBLICISED: {S.IMPLEMENTING, S.DISPUTED, S.WITH_MINISTRY},
        S.DISPUTED: {S.PUBLICISED, S.WITH_MINISTRY},
        S.IMPLEMENTING: {S.TRANSFERRED, S.WITH_MINISTRY},
        S.TRANSFERRED: {S.CLOSED},
    }
)

ENDED = frozenset({S.WITHDRAWN, S.CLOSED})
"""Nothing more is done on it."""
EDITABLE = frozenset({S.DRAFT, S.RETURNED})
WITHDRAWABLE = frozenset(
    {
        *(S.DRAFT, S.PROVINCE_REVIEW, S.RETURNED, S.PASSED, S.CONSENTED),
        *(S.WITH_MINISTRY, S.UNMATCHED),
    }
)
REOPENABLE = frozenset({S.PASSED, S.CONSENTED, S.WITH_MINISTRY})
REDUCIBLE = frozenset({S.PROVINCE_REVIEW, S.PASSED, S.CONSENTED, S.WITH_MINISTRY, S.UNMATCHED})
"""It is returned where a re-check finds less of its quota than stands free."""
REPORTABLE = frozenset({S.CONSENTED, S.UNMATCHED})
REPORTING = frozenset({S.IMPLEMENTING, S.TRANSFERRED})
"""Its money is on its way: every quarter is reported, every year audited."""
AMENDABLE = frozenset(
    {
        *(S.CONSENTED, S.WITH_MINISTRY, S.UNMATCHED, S.MATCHED, S.PUBLICISED, S.DISPUTED),
        *(S.IMPLEMENTING, S.TRANSFERRED),
    }
)
"""Its plan of use is amended by a version that the province accepts."""
REVOCABLE = frozenset({S.MATCHED, S.PUBLICISED, S.DISPUTED, S.IMPLEMENTING})
PUBLIC = frozenset({S.PUBLICISED, S.DISPUTED, S.IMPLEMENTING, S.TRANSFERRED, S.CLOSED})
"""Everybody may know of it: its scheme is or was published."""


class Outcome(StrEnum):
    """What the province decides."""

    PASS = "pass"
    CORRECT = "correct"
    FAIL = "fail"


OUTCOME_LABELS: dict[Outcome, str] = {
    Outcome.PASS: "通过",
    Outcome.CORRECT: "退回补正",
    Outcome.FAIL: "不通过",
}


class Settlement(StrEnum):
    """What the ministry makes of a scheme that was rightly objected to."""

    REPUBLISH = "republish"
    REMATCH = "rematch"


SETTLEMENT_LABELS: dict[Settlement, str] = {
    Settlement.REPUBLISH: "维持方案，重新公示",
    Settlement.REMATCH: "收回方案，重新匹配",
}


class Remainder(StrEnum):
    """What becomes of what the ministry does not match."""

    KEEP = "keep"
    RELEASE = "release"


REMAINDER_LABELS: dict[Remainder, str] = {
    Remainder.KEEP: "保留，继续等待匹配",
    Remainder.RELEASE: "解冻，退回可用",
}

PLAN_CATEGORIES: dict[str, str] = {
    "farmers": FARMERS,
    "infrastructure": "基础设施建设",
    "aftercare": "管理与后期管护",
}
"""What a line of the plan of use is for; what is distributed has the same names."""

NO_OPINION = "none"
"""How an audit ended of whose drawn vouchers none stands: nobody of the auditor has said anything."""

AUDIT_LABELS: dict[str, str] = {**FINDING_LABELS, NO_OPINION: "没有仍有效的抽中凭证，审计机关未作结论"}
"""How an audit may end, as users see it."""

ENDS_WELL = frozenset({str(FindingOutcome.IN_ORDER), NO_OPINION})
"""How the audit of all that was spent may end; a worse one has its vouchers taken back first."""
