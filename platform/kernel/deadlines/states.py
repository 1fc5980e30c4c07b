"""How a deadline stands, and how it is counted."""

from enum import StrEnum


class DeadlineStatus(StrEnum):
    """A deadline has at most one effect: it is met in time, or it is handled when due, or it falls away."""

    PENDING = "pending"
    MET = "met"
    HANDLED = "handled"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Unit(StrEnum):
    """How a period is counted: an instant, working days, or calendar days."""

    INSTANT = "instant"
    WORKING_DAYS = "wd"
    CALENDAR_DAYS = "cd"


STATUS_LABELS: dict[DeadlineStatus, str] = {
    DeadlineStatus.PENDING: "进行中",
    DeadlineStatus.MET: "按期办结",
    DeadlineStatus.HANDLED: "到期处理",
    DeadlineStatus.CANCELLED: "已取消",
    DeadlineStatus.FAILED: "处理失败",
}
