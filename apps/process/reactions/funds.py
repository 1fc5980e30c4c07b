"""Event → who acts next, for the proceeds of quota (收益资金), in the same transaction."""

from apps.funds import commands as funds
from apps.funds.events import (
    FindingAnswered,
    FindingConcluded,
    FindingRaised,
    FundsAllocated,
    FundsDistributed,
    FundsReceived,
    FundsReturned,
    FundsReversed,
    FundsSpent,
    FundsTakenBack,
)
from apps.money.events import PaymentRejected, RemittancePaid
from apps.process import fund_notices as notices
from kernel.events import Event, Reaction


def receive(event: RemittancePaid) -> None:
    """What the bank has paid stands in the seller's pool where proceeds of its class are booked."""
    funds.receive(remittance_id=event.remittance_id, arrived_at=event.at, now=event.now)


def take_back(event: PaymentRejected) -> None:
    """What the bank sent back after all leaves the pool."""
    funds.take_back(request_id=event.request_id, at=event.at, now=event.now)


REACTIONS: dict[type[Event], tuple[Reaction, ...]] = {
    FundsReceived: (notices.received,),
    FundsAllocated: (notices.allocated,),
    FundsTakenBack: (notices.taken_back,),
    FundsDistributed: (notices.distributed,),
    FundsReversed: (notices.reversed_,),
    FundsSpent: (notices.spent,),
    FundsReturned: (notices.returned,),
    FindingRaised: (notices.finding_raised,),
    FindingAnswered: (notices.finding_answered,),
    FindingConcluded: (notices.finding_concluded,),
}
