"""What happens to proceeds."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class FundsReceived(Event):
    """A remittance that was paid stands in its seller's pool; it is to be distributed."""

    receipt_id: int
    case_id: int
    holder_id: int
    now: datetime


@dataclass(frozen=True)
class FundsTakenBack(Event):
    """The bank sent a remittance back after it was paid: what was booked of it has left the pool again."""

    receipt_id: int
    case_id: int
    holder_id: int
    now: datetime


@dataclass(frozen=True)
class FundsAllocated(Event):
    """The centre allocated money of a case; it stands in the holder's pool and is to be distributed."""

    allocation_id: int
    case_id: int
    holder_id: int
    now: datetime


@dataclass(frozen=True)
class FundsDistributed(Event):
    """A pool was distributed into its shares."""

    distribution_id: int
    case_id: int
    holder_id: int
    now: datetime


@dataclass(frozen=True)
class FundsReversed(Event):
    """A booking of proceeds was taken back by opposite lines."""

    reversal_id: int
    case_id: int
    holder_id: int
    now: datetime


@dataclass(frozen=True)
class FundsSpent(Event):
    """Money was paid out of a share."""

    spending_id: int
    case_id: int
    holder_id: int
    now: datetime


@dataclass(frozen=True)
class FundsReturned(Event):
    """Money was given back out of a pool or a share."""

    restitution_id: int
    case_id: int
    holder_id: int
    now: datetime


@dataclass(frozen=True)
class FindingRaised(Event):
    """An auditor has found something wanting; the county's finance is to answer."""

    finding_id: int
    case_id: int
    now: datetime


@dataclass(frozen=True)
class FindingAnswered(Event):
    """The county's finance has answered a finding; its auditor is to conclude."""

    finding_id: int
    case_id: int
    now: datetime


@dataclass(frozen=True)
class FindingConcluded(Event):
    """An auditor has concluded what comes of a finding."""

    finding_id: int
    case_id: int
    now: datetime
