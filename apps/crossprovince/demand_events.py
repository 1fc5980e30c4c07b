"""What taking quota of other provinces makes true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class DemandSubmitted(Event):
    """A county or a development zone said what it needs."""

    demand_id: int
    now: datetime


@dataclass(frozen=True)
class DemandReviewed(Event):
    """The province gave its opinion."""

    demand_id: int
    outcome: str
    now: datetime


@dataclass(frozen=True)
class DemandReturned(Event):
    """It is its holder's again, with written reasons or by a document of a body outside."""

    demand_id: int
    reason: str
    now: datetime


@dataclass(frozen=True)
class DemandAdvanced(Event):
    """It was sent to the ministry, or what the ministry said of it was entered, or it is closed."""

    demand_id: int
    act: str
    said: str
    now: datetime


@dataclass(frozen=True)
class DemandMatched(Event):
    """The ministry's scheme came down for it. `remainder_id` is the new demand of what was not matched, or 0."""

    demand_id: int
    scheme_no: str
    remainder_id: int
    now: datetime


@dataclass(frozen=True)
class DemandPublished(Event):
    """Its scheme is published until `ends_at`."""

    demand_id: int
    ends_at: datetime
    now: datetime


@dataclass(frozen=True)
class DemandDisputed(Event):
    """An objection to its published scheme was found right."""

    demand_id: int
    reason: str
    now: datetime


@dataclass(frozen=True)
class DemandRevoked(Event):
    """The ministry took its scheme back; it waits to be matched again."""

    demand_id: int
    scheme_no: str
    reason: str
    now: datetime


@dataclass(frozen=True)
class DemandToPay(Event):
    """The publication is over and nothing holds it: what its scheme asks is to be paid in."""

    demand_id: int
    at: datetime
    now: datetime


@dataclass(frozen=True)
class DemandPaidIn(Event):
    """Money was paid into the central account; `whole` when that was the last of it."""

    demand_id: int
    payment_id: int
    whole: bool
    now: datetime


@dataclass(frozen=True)
class DemandReceived(Event):
    """The quota has come."""

    demand_id: int
    movement_ids: tuple[int, ...]
    now: datetime


@dataclass(frozen=True)
class DemandWithdrawn(Event):
    """Its holder took it back."""

    demand_id: int
    reason: str
    now: datetime
