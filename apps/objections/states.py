"""Where an objection stands (异议、投诉)."""

from enum import StrEnum


class ObjectionStatus(StrEnum):
    """The status of an objection; open until refused or decided."""

    RAISED = "raised"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


LABELS: dict[ObjectionStatus, str] = {
    ObjectionStatus.RAISED: "待受理",
    ObjectionStatus.ACCEPTED: "已受理",
    ObjectionStatus.REFUSED: "不予受理",
    ObjectionStatus.UPHELD: "异议成立",
    ObjectionStatus.DISMISSED: "异议不成立",
}

OPEN = frozenset({ObjectionStatus.RAISED, ObjectionStatus.ACCEPTED})
