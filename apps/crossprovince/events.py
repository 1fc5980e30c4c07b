"""What giving quota to other provinces makes true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class AdjustmentSubmitted(Event):
    """The county applied; its quota is frozen."""

    adjustment_id: int
    now: datetime


@dataclass(frozen=True)
class AdjustmentReviewed(Event):
    """The province gave its opinion."""

    adjustment_id: int
    outcome: str
    now: datetime


@dataclass(frozen=True)
class AdjustmentReturned(Event):
    """It is the county's again, with written reasons or by a document of a body outside."""

    adjustment_id: int
    reason: str
    now: datetime


@dataclass(frozen=True)
class AdjustmentAdvanced(Event):
    """A body outside said something that was entered: consent, receipt, no match; or it was sent there."""

    adjustment_id: int
    act: str
    said: str
    now: datetime


@dataclass(frozen=True)
class AdjustmentMatched(Event):
    """The ministry's scheme came down for it. `remainder_id` is the new adjustment of what was not matched, or 0."""

    adjustment_id: int
    scheme_no: str
    remainder_id: int
    now: datetime


@dataclass(frozen=True)
class SchemePublished(Event):
    """Its scheme is published until `ends_at`."""

    adjustment_id: int
    ends_at: datetime
    now: datetime


@dataclass(frozen=True)
class SchemeDisputed(Event):
    """An objection to its published scheme was found right."""

    adjustment_id: int
    reason: str
    now: datetime


@dataclass(frozen=True)
class SchemeRevoked(Event):
    """The ministry took its scheme back; it waits to be matched again."""

    adjustment_id: int
    scheme_no: str
    reason: str
    now: datetime


@dataclass(frozen=True)
class SchemeImplementing(Event):
    """The publication is over and nothing holds it: money and quota move now."""

    adjustment_id: int
    at: datetime
    now: datetime


@dataclass(frozen=True)
class AdjustmentTransferred(Event):
    """The quota has left for the other provinces."""

    adjustment_id: int
    movement_ids: tuple[int, ...]
    now: datetime


@dataclass(frozen=True)
class AdjustmentWithdrawn(Event):
    """The county took it back; its quota is its own again."""

    adjustment_id: int
    reason: str
    now: datetime


@dataclass(frozen=True)
class PlanProposed(Event):
    """The county wants its plan of use otherwise; the province is to accept that."""

    adjustment_id: int
    version: int
    now: datetime


@dataclass(frozen=True)
class PlanAccepted(Event):
    """A new version of the plan of use is in force."""

    adjustment_id: int
    version: int
    now: datetime


@dataclass(frozen=True)
class QuarterReported(Event):
    """The county has reported what became of the money in a quarter."""

    adjustment_id: int
    report_id: int
    now: datetime


@dataclass(frozen=True)
class AuditDrawn(Event):
    """A period of an audit is over: its secret is revealed, the vouchers to be audited are drawn."""

    adjustment_id: int
    round_id: int
    now: datetime


@dataclass(frozen=True)
class AuditConcluded(Event):
    """All vouchers that were drawn are audited."""

    adjustment_id: int
    round_id: int
    now: datetime


@dataclass(frozen=True)
class AdjustmentClosed(Event):
    """All is done: the quota has left, the money is spent and audited."""

    adjustment_id: int
    now: datetime
