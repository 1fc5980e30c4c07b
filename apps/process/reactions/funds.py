"""Event → who acts next, for the proceeds of quota (收益资金), in the same transaction."""

from apps.crossprovince import auditing, reporting
from apps.crossprovince.process import ADJUSTMENT
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
from apps.funds.ledger import Source
from apps.funds.queries import distributions_of
from apps.money.events import PaymentRejected, RemittancePaid
from apps.process import fund_notices as notices
from kernel.cases.models import Case
from kernel.events import Event, Reaction


def receive(event: RemittancePaid) -> None:
    """What the bank has paid stands in the seller's pool where proceeds of its class are booked."""
    funds.receive(remittance_id=event.remittance_id, arrived_at=event.at, now=event.now)


def take_back(event: PaymentRejected) -> None:
    """What the bank sent back after all leaves the pool."""
    funds.take_back(request_id=event.request_id, at=event.at, now=event.now)


def begin_reporting(event: FundsDistributed) -> None:
    """The first distribution of an adjustment: quarters are reported, years audited from now on."""
    if _is_first(event) and _is_adjustment(event.case_id):
        reporting.begin(adjustment_id=event.case_id, now=event.now)
        auditing.begin(adjustment_id=event.case_id, now=event.now)


def _is_first(event: FundsDistributed) -> bool:
    return distributions_of(Source(event.holder_id, event.case_id)).count() == 1


def follow_money(
    event: FundsDistributed | FundsSpent | FundsReturned | FundsReversed | FundsAllocated,
) -> None:
    """What is left of an adjustment's money decides on its final audit."""
    if _is_adjustment(event.case_id):
        auditing.follow_money(adjustment_id=event.case_id, now=event.now)


def follow_audit(event: FindingConcluded) -> None:
    """The last finding on the vouchers of an audit ends it."""
    if _is_adjustment(event.case_id):
        auditing.conclude_if_done(adjustment_id=event.case_id, now=event.now)


def _is_adjustment(case_id: int) -> bool:
    return Case.objects.filter(pk=case_id, process=ADJUSTMENT.name).exists()


REACTIONS: dict[type[Event], tuple[Reaction, ...]] = {
    FundsReceived: (notices.received,),
    FundsAllocated: (follow_money, notices.allocated),
    FundsTakenBack: (notices.taken_back,),
    FundsDistributed: (begin_reporting, follow_money, notices.distributed),
    FundsReversed: (follow_money, notices.reversed_),
    FundsSpent: (follow_money, notices.spent),
    FundsReturned: (follow_money, notices.returned),
    FindingRaised: (notices.finding_raised,),
    FindingAnswered: (notices.finding_answered,),
    FindingConcluded: (notices.finding_concluded, follow_audit),
}
