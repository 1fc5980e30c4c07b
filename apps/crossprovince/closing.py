"""Money and quota of a scheme: what the centre allocates is booked, and the quota leaves for the other provinces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.crossprovince import auditing, queries, rules
from apps.crossprovince.events import AdjustmentClosed, AdjustmentTransferred
from apps.crossprovince.models import Adjustment, AuditRound, NationalReceipt, SchemeRow
from apps.crossprovince.names import (
    ADJUSTMENT_ALLOCATE,
    ADJUSTMENT_CLOSE,
    ADJUSTMENT_TRANSFER,
    ADJUSTMENT_TRANSFER_DEADLINE,
    PAY_IN_DEADLINE,
)
from apps.crossprovince.open_ends import OpenEnds, open_ends_of
from apps.crossprovince.progress import advance
from apps.crossprovince.rules import Amounts
from apps.crossprovince.states import ENDS_WELL
from apps.crossprovince.states import AdjustmentStatus as S
from apps.documents.incoming import Incoming, enter
from apps.funds import allocations
from apps.funds.allocations import PaidIn
from apps.funds.ledger import Source
from apps.funds.models import Allocation
from apps.funds.queries import restitutions_of
from apps.parties.commands import external_province
from apps.parties.roles import Can
from apps.quota import commands as quota
from apps.quota.ledger import Line
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.clock import written
from kernel.deadlines import commands as deadlines
from kernel.errors import Code, Refusal, Refused, not_found, refuse
from kernel.events import emit
from kernel.money import ZERO, Yuan
from kernel.text import folded


@dataclass(frozen=True)
class Receipted:
    """One row of the national system's receipt."""

    scheme_no: str
    row_no: str
    national_no: str
    transferred_at: datetime


def _amounts(found: Adjustment) -> Amounts:
    amounts = found.amounts
    if amounts is None:
        raise not_found("调剂方案")
    return amounts


@transaction.atomic
def allocate(
    *, adjustment_id: int, amount: Yuan, arrived_at: datetime, incoming: Incoming, by: Actor, now: datetime
) -> Allocation:
    """Enter a notice by which the centre allocated money (资金下达), as its document says.

    The first books what was paid in: R stays with the centre, M goes to the national balance. What the notices have
    not brought of A stays in `central`. The one that completes A opens the period for the transfer. One person
    prepares, another releases. Refuses: not_permitted, same_person, not_found, objection_open, wrong_status, invalid,
    amount_exceeds, missing_document, duplicate_request.
    """
    require_capability(by, Can.BOOK_MONEY)
    access.release(act=ADJUSTMENT_ALLOCATE, subject_id=adjustment_id, by=by, now=now)
    found = queries.held(adjustment_id, by=by, now=now)
    require_province(by, found.province)
    refuse(rules.why_not_allocate(status=found.state, holds=queries.open_objections(found)))
    paid, before = _amounts(found), allocations.allocated_of(found.pk)
    refuse(rules.why_not_amount(amount=amount, before=before, allocated=paid.allocated))
    since = found.implementing_at or now
    refuse(rules.why_not_arrived_so(arrived_at=arrived_at, now=now, since=since))
    notice = enter(incoming, act=ADJUSTMENT_ALLOCATE, case_id=found.pk, by=by, now=now)
    made = allocations.allocate(
        of=Source(found.holder_id, found.pk),
        paid=PaidIn(paid.price, paid.retained, paid.margin),
        notice=notice,
        amount=amount,
        arrived_at=arrived_at,
        now=now,
    )
    deadlines.meet(kind=PAY_IN_DEADLINE, case_id=found.pk, at=arrived_at)
    if before + amount == paid.allocated:
        deadlines.start(
            kind=ADJUSTMENT_TRANSFER_DEADLINE,
            case_id=found.pk,
            triggered_at=now,
            period=queries.days(found, queries.parameters_of(found).transfer_wd),
            concerns_id=queries.province_office_id(found),
        )
    said = {"amount": str(amount), "arrived_at": arrived_at.isoformat(), **incoming.as_said()}
    audit.record(verb=ADJUSTMENT_ALLOCATE, by=by, now=now, case_id=found.pk, subject=made, after=said)
    return made


@transaction.atomic
def transfer(
    *, adjustment_id: int, rows: Sequence[Receipted], incoming: Incoming, by: Actor, now: datetime
) -> Adjustment:
    """Hand the quota over (指标划转), with the national system's receipt of every row: it leaves for the provinces.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status (also while A is
    not allocated in full), self_dealing, invalid (rows), duplicate_request (a receipt's number is another row's),
    missing_document, quota_encumbered.
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=ADJUSTMENT_TRANSFER, subject_id=adjustment_id, by=by, now=now)
    found = queries.held(adjustment_id, by=by, now=now)
    require_province(by, found.province)
    refuse(rules.why_not_at(found.state, {S.IMPLEMENTING}))
    queries.require_apart(found, by=by)
    before, back, allocated = allocations.allocated_of(found.pk), given_back(found), _amounts(found).allocated
    refuse(rules.why_not_all_allocated(before=before, given_back=back, allocated=allocated))
    matched = list(found.rows.filter(scheme=found.scheme).select_related("scheme").order_by("id"))
    enter_receipts(matched, rows, since=found.implementing_at or now, now=now)
    enter(incoming, act=ADJUSTMENT_TRANSFER, case_id=found.pk, by=by, now=now)
    for line in found.lines.order_by("id"):
        line.handed, line.frozen = line.frozen, Decimal(0)
        line.save(update_fields=["handed", "frozen"])
    movements = _moved(found, matched, now=now)
    found.transferred_at = now
    deadlines.meet(kind=ADJUSTMENT_TRANSFER_DEADLINE, case_id=found.pk, at=now)
    advance(found, S.TRANSFERRED, now=now)
    said = {"national_no": ",".join(each.national_no for each in rows), **incoming.as_said()}
    audit.record(verb=ADJUSTMENT_TRANSFER, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(AdjustmentTransferred(adjustment_id=found.pk, movement_ids=movements, now=now))
    return found


@transaction.atomic
def close(*, adjustment_id: int, by: Actor, now: datetime) -> Adjustment:
    """Close it (办结): the final audit was in order, and nothing is left in the pool or a share.

    Nothing of it is distributed or spent after that. One person prepares, another releases. Refuses: not_permitted,
    same_person, not_found, self_dealing, wrong_status (with what is missing).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=ADJUSTMENT_CLOSE, subject_id=adjustment_id, by=by, now=now)
    found = queries.held(adjustment_id, by=by, now=now)
    require_province(by, found.province)
    queries.require_apart(found, by=by)
    refuse(why_not_close(found, rounds=auditing.rounds_of(found), ends=open_ends_of(found)))
    found.closed_at = now
    deadlines.cancel_all(case_id=found.pk)
    advance(found, S.CLOSED, now=now)
    audit.record(verb=ADJUSTMENT_CLOSE, by=by, now=now, case_id=found.pk, subject=found)
    emit(AdjustmentClosed(adjustment_id=found.pk, now=now))
    return found


def given_back(found: Adjustment) -> Yuan:
    """What was taken back of what was allocated, as it stands."""
    of = Source(found.holder_id, found.pk)
    return sum((each.amount for each in restitutions_of(of)), ZERO)


def why_not_close(found: Adjustment, *, rounds: Sequence[AuditRound], ends: OpenEnds) -> Refusal | None:
    """Why it is not closed yet, by its audits that are not void and what is open; None once all that is done."""
    final = auditing.final_of(rounds)
    return rules.why_not_close(
        status=found.state,
        left=ends.left,
        audited=final is not None and final.outcome in ENDS_WELL,
        findings=ends.findings,
        audits=auditing.open_rounds(rounds),
        owed=ends.debts,
    )


def enter_receipts(
    matched: Sequence[SchemeRow], given: Sequence[Receipted], *, since: datetime, now: datetime
) -> None:
    """Keep the receipt of every row of one case, each row and each number once.

    The other side of a row enters the same number, where it is a province of this platform. Refuses: invalid (rows
    missing, twice, of another case, of the future, or before `since`, when the scheme took effect), duplicate_request
    (a number is another row's).
    """
    of = folded(matched[0].scheme.scheme_no)
    by_key = {each.row_key: each for each in matched}
    named = [
        folded(each.row_no) if folded(each.scheme_no) == of else f"{each.scheme_no}/{each.row_no}"
        for each in given
    ]
    refuse(rules.why_not_every_row(wanted=list(by_key), given=named))
    for each in given:
        if each.transferred_at > now:
            raise Refused.because(
                Code.INVALID, f"第{each.row_no}行划转时间晚于现在，请核对回执。", field="rows"
            )
        if each.transferred_at < since:
            raise Refused.because(
                Code.INVALID,
                f"第{each.row_no}行划转时间{written(each.transferred_at)}早于方案生效的{written(since)}，请核对回执。",
                field="rows",
            )
        row = by_key[folded(each.row_no)]
        if _used_elsewhere(each.national_no, row):
            raise Refused.because(
                Code.DUPLICATE_REQUEST,
                f"国家系统回执号“{each.national_no}”已登记，请核对回执。",
                national_no=each.national_no,
            )
        NationalReceipt.objects.create(
            row=row,
            comes_in=row.comes_in,
            national_no=each.national_no,
            transferred_at=each.transferred_at,
            entered_at=now,
        )


def _used_elsewhere(national_no: str, row: SchemeRow) -> bool:
    """Whether a number is another row's, or this row's on the same side already."""
    found = NationalReceipt.objects.filter(national_key=folded(national_no))
    other_side = found.filter(
        row__scheme__scheme_key=row.scheme.scheme_key, row__row_key=row.row_key, comes_in=not row.comes_in
    )
    return found.exclude(pk__in=other_side.values("pk")).exists()


def _moved(found: Adjustment, matched: Sequence[SchemeRow], *, now: datetime) -> tuple[int, ...]:
    """Its frozen quota is the taking provinces', each what its rows say."""
    sums: dict[str, dict[int, Decimal]] = {}
    for each in matched:
        of = sums.setdefault(each.in_province, {})
        batch_id = each.batch_id or 0
        of[batch_id] = of.get(batch_id, Decimal(0)) + each.area_mu
    made = [
        quota.transfer(
            [Line(batch_id, queries.KIND, amount) for batch_id, amount in sorted(of.items())],
            seller_id=found.holder_id,
            buyer_id=external_province(region=province, now=now).pk,
            case_id=found.pk,
            now=now,
        )
        for province, of in sorted(sums.items())
    ]
    return tuple(each.pk for each in made)
