"""Periods of proceeds: a pool with something in it is to be distributed (分配时限)."""

from datetime import datetime

from apps.funds import ledger, queries
from apps.funds.ledger import Source
from apps.funds.names import DISTRIBUTE_DEADLINE
from apps.funds.sources import terms_of
from apps.funds.states import POOL
from kernel.deadlines import commands as deadlines
from kernel.money import ZERO


def expect_distribution(of: Source, *, arrived_at: datetime) -> None:
    """The pool is to be distributed; what comes while it waits already is distributed with it, by the earlier date."""
    pool = ledger.account(POOL, of=of)
    if deadlines.pending(kind=DISTRIBUTE_DEADLINE, case_id=of.case_id, subject_id=pool.pk) is not None:
        return
    finance = queries.finance_of(pool.holder)
    deadlines.start(
        kind=DISTRIBUTE_DEADLINE,
        case_id=of.case_id,
        subject_id=pool.pk,
        concerns_id=finance.pk if finance else of.holder_id,
        triggered_at=arrived_at,
        period=terms_of(of.case_id).to_distribute,
    )


def recount(of: Source) -> None:
    """After a change that is no distribution: a pool that is empty waits for nothing, another one since its arrival."""
    pool = ledger.account(POOL, of=of)
    if queries.balance(POOL, of=of) == ZERO:
        deadlines.cancel(kind=DISTRIBUTE_DEADLINE, case_id=of.case_id, subject_id=pool.pk)
        return
    expect_distribution(of, arrived_at=queries.arrivals_of(of)[-1])
