"""What the centre allocates (中央下达) of what another province paid: the payment as a whole, then each notice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum

from apps.documents.models import IncomingDocument
from apps.funds import ledger
from apps.funds.duties import expect_distribution
from apps.funds.events import FundsAllocated
from apps.funds.ledger import Source
from apps.funds.models import Allocation
from apps.funds.states import CENTRAL, EXTERNAL, MARGIN, POOL, RETAINED
from kernel.events import emit
from kernel.money import ZERO, Yuan


@dataclass(frozen=True)
class PaidIn:
    """What was paid in for a case: P, of which the centre retains R, and M = P − G goes to the national balance."""

    price: Yuan
    retained: Yuan
    margin: Yuan

    @property
    def allocated(self) -> Yuan:
        """A = P − R − M: all that the notices may come to."""
        return self.price - self.retained - self.margin


def of_case(case_id: int) -> QuerySet[Allocation]:
    """The notices of a case, the earliest first."""
    return Allocation.objects.filter(movement__source_id=case_id).order_by("id")


def noticed_by(entered: Iterable[IncomingDocument]) -> list[Allocation]:
    """The notices of a case, the earliest first, by what was entered on it, which was read with its `allocation`."""
    found = [each.allocation for each in entered if hasattr(each, "allocation")]
    return sorted(found, key=lambda each: each.pk)


def allocated_of(case_id: int) -> Yuan:
    """What the notices of a case come to."""
    return of_case(case_id).order_by().aggregate(total=Sum("amount"))["total"] or ZERO


def allocate(
    *, of: Source, paid: PaidIn, notice: IncomingDocument, amount: Yuan, arrived_at: datetime, now: datetime
) -> Allocation:
    """Book one notice: what it brings leaves the central account for the holder's pool, to be distributed.

    The first notice books the payment before: all of it arrives in the central account, from which R and M leave. The
    caller holds the case's lane and has refused what goes beyond A; the ledger refuses it too (IntegrityError).
    """
    earlier = of_case(of.case_id).count()
    if not earlier:
        _pay_in(of, paid, now=now)
    movement = ledger.move(
        {CENTRAL: -amount, POOL: amount},
        of=of,
        reason="allocate",
        once=f"allocate:{of.case_id}:{earlier + 1}",
        now=now,
    )
    made = Allocation.objects.create(
        movement=movement,
        notice=notice,
        amount=amount,
        paid_in=ZERO if earlier else paid.price,
        arrived_at=arrived_at,
    )
    expect_distribution(of, arrived_at=arrived_at)
    emit(FundsAllocated(allocation_id=made.pk, case_id=of.case_id, holder_id=of.holder_id, now=now))
    return made


def _pay_in(of: Source, paid: PaidIn, *, now: datetime) -> None:
    ledger.move(
        {EXTERNAL: -paid.price, CENTRAL: paid.price},
        of=of,
        reason="pay_in",
        once=f"pay_in:{of.case_id}",
        now=now,
    )
    ledger.move(
        {CENTRAL: -(paid.retained + paid.margin), RETAINED: paid.retained, MARGIN: paid.margin},
        of=of,
        reason="retain",
        once=f"retain:{of.case_id}",
        now=now,
    )
