"""The chain of a verification of surplus quota (节余指标核定) and its moves (spec: surplus, "Chain")."""

from enum import StrEnum

from kernel.transitions import Moves


class VerificationStatus(StrEnum):
    """Where a verification stands."""

    DRAFT = "draft"
    COMMISSIONED = "commissioned"
    MEASURED = "measured"
    CITY_REVIEW = "city_review"
    PROVINCE_REVIEW = "province_review"
    RETURNED = "returned"
    VERIFIED = "verified"
    RECORDED = "recorded"
    CERTIFIED = "certified"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


LABELS: dict[VerificationStatus, str] = {
    VerificationStatus.DRAFT: "草稿",
    VerificationStatus.COMMISSIONED: "核定中",
    VerificationStatus.MEASURED: "已出核定报告",
    VerificationStatus.CITY_REVIEW: "市级初审",
    VerificationStatus.PROVINCE_REVIEW: "省级终审",
    VerificationStatus.RETURNED: "退回补正",
    VerificationStatus.VERIFIED: "已核定待备案",
    VerificationStatus.RECORDED: "已报部备案",
    VerificationStatus.CERTIFIED: "已发证入库",
    VerificationStatus.WITHDRAWN: "已撤回",
    VerificationStatus.REVOKED: "已撤销",
}

S = VerificationStatus
MOVES: Moves[VerificationStatus] = Moves(
    {
        S.DRAFT: {S.COMMISSIONED, S.WITHDRAWN},
        S.COMMISSIONED: {S.COMMISSIONED, S.MEASURED, S.WITHDRAWN},
        S.MEASURED: {S.MEASURED, S.COMMISSIONED, S.CITY_REVIEW, S.PROVINCE_REVIEW, S.WITHDRAWN},
        S.CITY_REVIEW: {S.PROVINCE_REVIEW, S.RETURNED, S.WITHDRAWN},
        S.PROVINCE_REVIEW: {S.VERIFIED, S.RETURNED, S.WITHDRAWN},
        S.RETURNED: {S.COMMISSIONED, S.MEASURED, S.CITY_REVIEW, S.PROVINCE_REVIEW, S.WITHDRAWN},
        S.VERIFIED: {S.RECORDED, S.RETURNED, S.REVOKED},
        S.RECORDED: {S.CERTIFIED, S.REVOKED},
        S.CERTIFIED: {S.REVOKED},
    }
)

ENDED = frozenset({S.WITHDRAWN, S.REVOKED})
"""Its ground and its acceptance number are free again."""

EDITABLE = frozenset({S.DRAFT, S.MEASURED, S.RETURNED})
COMMISSIONABLE = frozenset({S.DRAFT, S.COMMISSIONED, S.MEASURED, S.RETURNED})
REPORTABLE = frozenset({S.COMMISSIONED, S.MEASURED, S.RETURNED})
SUBMITTABLE = frozenset({S.MEASURED, S.RETURNED})
WITHDRAWABLE = frozenset({S.DRAFT, S.COMMISSIONED, S.MEASURED, S.CITY_REVIEW, S.PROVINCE_REVIEW, S.RETURNED})
REVOCABLE = frozenset({S.VERIFIED, S.RECORDED, S.CERTIFIED})
SENDABLE = frozenset({S.VERIFIED, S.RECORDED, S.CERTIFIED})
"""Passed by the province: what goes to the ministry, or went there, does not change any more."""


class Level(StrEnum):
    """Who reviews."""

    CITY = "city"
    PROVINCE = "province"


LEVEL_LABELS: dict[Level, str] = {Level.CITY: "市级初审", Level.PROVINCE: "省级终审"}


class Outcome(StrEnum):
    """What a reviewer decides."""

    PASS = "pass"
    CORRECT = "correct"
    FAIL = "fail"


OUTCOME_LABELS: dict[Outcome, str] = {
    Outcome.PASS: "通过",
    Outcome.CORRECT: "退回补正",
    Outcome.FAIL: "不通过",
}


class Origin(StrEnum):
    """Whose figures a set of parts are."""

    DRAFT = "draft"
    REPORT = "report"
