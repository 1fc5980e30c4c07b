"""Where an application to bid stands (竞买申请)."""

from enum import StrEnum


class RegistrationStatus(StrEnum):
    """The status of an application to bid."""

    SUBMITTED = "submitted"
    QUALIFIED = "qualified"
    CORRECT = "correct"
    REJECTED = "rejected"


LABELS: dict[RegistrationStatus, str] = {
    RegistrationStatus.SUBMITTED: "待审核",
    RegistrationStatus.QUALIFIED: "审核通过",
    RegistrationStatus.CORRECT: "补正",
    RegistrationStatus.REJECTED: "不予通过",
}

DECISIONS = frozenset({RegistrationStatus.QUALIFIED, RegistrationStatus.CORRECT, RegistrationStatus.REJECTED})
