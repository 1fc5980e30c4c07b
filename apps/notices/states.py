"""How long before a deadline people are reminded (提醒)."""

from datetime import timedelta
from enum import StrEnum


class Lead(StrEnum):
    """One of the three reminders."""

    DAY = "day"
    HOUR = "hour"
    TEN_MINUTES = "ten_minutes"


LEADS: dict[Lead, timedelta] = {
    Lead.DAY: timedelta(days=1),
    Lead.HOUR: timedelta(hours=1),
    Lead.TEN_MINUTES: timedelta(minutes=10),
}
LEAD_LABELS: dict[Lead, str] = {Lead.DAY: "一天", Lead.HOUR: "一小时", Lead.TEN_MINUTES: "十分钟"}
