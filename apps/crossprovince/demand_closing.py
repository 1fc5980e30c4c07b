"""Money and quota of a demand: what is paid in is booked, what the national system hands over is received."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.crossprovince import demand_queries as queries
from apps.crossprovince import demand_rules
from apps.crossprovince.closing import Receipted, enter_receipts
from apps.crossprovince.demand_decisions import held_by_two
from apps.crossprovince.demand_events import DemandAdvanced, DemandPaidIn, DemandReceived
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_progress import advance
from apps.crossprovince.demand_states import DemandStatus as S
from apps.crossprovince.models import SchemeRow
from apps.crossprovince.names import (
    DEMAND_CLOSE,
    DEMAND_PAY_IN,
    DEMAND_PAY_IN_DEADLINE,
    DEMAND_RECEIVE,
)
from apps.crossprovince.queries import KIND, require_apart
from apps.documents.incoming import Incoming, enter
from apps.funds import pay_ins
from apps.funds.ledger import Source
from apps.funds.models import PayIn
from apps.funds.pay_ins import Voucher
from apps.parties.commands import external_province
from apps.parties.roles import Can
from apps.quota import received as quota
from apps.quota.received import ReceivedBatch
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.errors import not_found, refuse
from kernel.events import emit
from kernel.money import Yuan


def _price(found: Demand) -> Yuan:
    price: Yuan | None = found.price
    if price is None:
        raise not_found("调剂方案")
    return price


@transaction.atomic
def pay_in(
    *,
    demand_id: int,
    payer: str,
    voucher_no: str,
    amount: Yuan,
    paid_at: datetime,
    by: Actor,
    now: datetime,
) -> PayIn:
    """Enter what was paid into the central account (缴入中央财政专户) for a demand, whole or in parts, by its voucher.

    The payment that completes P ends the period for it. One person prepares, another releases. Refuses: not_permitted,
    same_person, not_found, objection_open, wrong_status, invalid, amount_exceeds, payer_mismatch, voucher_used,
    missing_document.
    """
    require_capability(by, Can.BOOK_MONEY)
    access.release(act=DEMAND_PAY_IN, subject_id=demand_id, by=by, now=now)
    found = queries.held(demand_id, by=by, now=now)
    require_province(by, found.province)
    refuse(demand_rules.why_not_pay_in(status=found.state, holds=queries.open_objections(found)))
    lanes.hold(lanes.ORGANISATION, by.organisation_id)
    price, before = _price(found), pay_ins.paid_of(found.pk)
    refuse(demand_rules.why_not_payment(amount=amount, before=before, price=price))
    refuse(demand_rules.why_not_payer(payer, payers=queries.payers_of(found)))
    since = found.paying_at or now
    refuse(demand_rules.why_not_paid_so(paid_at=paid_at, now=now, since=since))
    made = pay_ins.enter(
        Voucher(found.province, payer, voucher_no, amount, paid_at),
        of=Source(found.holder_id, found.pk),
        by=by,
        now=now,
    )
    whole = before + amount == price
    if whole:
        found.paid_in_at = paid_at
        deadlines.meet(kind=DEMAND_PAY_IN_DEADLINE, case_id=found.pk, at=paid_at)
        advance(found, S.PAID_IN, now=now)
    said = {"amount": str(amount), "payer": payer, "voucher_no": voucher_no, "paid_at": paid_at.isoformat()}
    audit.record(verb=DEMAND_PAY_IN, by=by, now=now, case_id=found.pk, subject=made, after=said)
    emit(DemandPaidIn(demand_id=found.pk, payment_id=made.pk, whole=whole, now=now))
    return made


@transaction.atomic
def receive(
    *, demand_id: int, rows: Sequence[Receipted], incoming: Incoming, by: Actor, now: datetime
) -> Demand:
    """Receive the quota (指标调入), with the national system's receipt of every row.

    It comes from the giving provinces, and is a batch of its holder's that circulates in its county alone. One person
    prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, self_dealing, invalid
    (rows), duplicate_request (a receipt's number is another row's), missing_document.
    """
    found = held_by_two(DEMAND_RECEIVE, demand_id, by=by, now=now)
    refuse(demand_rules.why_not_at(found.state, {S.PAID_IN}))
    require_apart(found, by=by)
    matched = list(queries.rows_of(found))
    enter_receipts(matched, rows, since=found.paying_at or now, now=now)
    enter(incoming, act=DEMAND_RECEIVE, case_id=found.pk, by=by, now=now)
    movements = _booked(found, matched, now=now)
    found.received_at = now
    advance(found, S.RECEIVED, now=now)
    said = {"national_no": ",".join(each.national_no for each in rows), **incoming.as_said()}
    audit.record(verb=DEMAND_RECEIVE, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(DemandReceived(demand_id=found.pk, movement_ids=movements, now=now))
    return found


def _booked(found: Demand, matched: Sequence[SchemeRow], *, now: datetime) -> tuple[int, ...]:
    """A batch of what its rows bring, issued by each province that gives as much as its rows say."""
    sums: dict[str, Decimal] = {}
    for each in matched:
        giver = f"{each.out_county[:2]}0000"
        sums[giver] = sums.get(giver, Decimal(0)) + each.area_mu
    made = quota.book(
        ReceivedBatch(
            owner_id=found.holder_id,
            region_id=found.region_id,
            title=f"跨省域调入：{found.title}"[:200],
            certificate_no=str(found.case.number),
            source_id=found.pk,
            kind=KIND,
            from_holders={
                external_province(region=giver, now=now).pk: amount for giver, amount in sorted(sums.items())
            },
        ),
        now=now,
    )
    return tuple(each.pk for each in made)


@transaction.atomic
def close(*, demand_id: int, by: Actor, now: datetime) -> Demand:
    """Close a demand (办结) once P is paid in and all its quota has come.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, self_dealing,
    objection_open.
    """
    found = held_by_two(DEMAND_CLOSE, demand_id, by=by, now=now)
    refuse(demand_rules.why_not_at(found.state, {S.RECEIVED}))
    require_apart(found, by=by)
    refuse(
        demand_rules.why_not_close(
            holds=found.case.holds,
            price=_price(found),
            paid=pay_ins.paid_of(found.pk),
            matched=found.amount,
            booked=queries.booked_of(found),
        )
    )
    advance(found, S.CLOSED, now=now)
    audit.record(verb=DEMAND_CLOSE, by=by, now=now, case_id=found.pk, subject=found)
    emit(DemandAdvanced(demand_id=found.pk, act=DEMAND_CLOSE, said="", now=now))
    return found
