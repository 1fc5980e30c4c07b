"""What a commitment's report and outcome make true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class CommitmentReported(Event):
    """The seller has reported what it achieved; the province is to decide."""

    listing_id: int
    report_id: int
    now: datetime


@dataclass(frozen=True)
class CommitmentDecided(Event):
    """What came of a commitment stands: decided on a report, or because none came in its term (`report_id` None)."""

    listing_id: int
    winner_id: int
    report_id: int | None
    at: datetime
    now: datetime
