"""What a county's finance pays out of a share, under a voucher to the payees of a sheet, and what it gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from apps.documents.models import Attachment
from apps.funds import duties, ledger, payees, queries, rules
from apps.funds.events import FundsReturned, FundsSpent
from apps.funds.models import Account, Restitution, Spending
from apps.funds.names import FUNDS_RETURN, FUNDS_SPEND
from apps.funds.payees import Paid
from apps.funds.sources import bucket_labels, is_closed, plan_of
from apps.funds.states import POOL, RETURNED, Reason, share_of, spent_on
from apps.parties.roles import Can
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.acts.act import MOST_SLOT_SIGNS
from kernel.audit import commands as audit
from kernel.errors import refuse
from kernel.events import emit
from kernel.money import Yuan


@dataclass(frozen=True)
class SpendingFacts:
    """What is paid for what, to whom, with which copy of its voucher; `declared` are the statements against misuse.

    `plan_line` is the line of the plan of use that it is of, where the case has one.
    """

    category: str
    purpose: str
    project: str
    attachment_id: int
    payees: Sequence[Paid]
    declared: Mapping[str, bool]
    plan_line: int | None = None


@transaction.atomic
def spend(*, fund_id: int, voucher_no: str, facts: SpendingFacts, by: Actor, now: datetime) -> Spending:
    """Pay a sheet of payees out of a share, whole or not at all. One person prepares, another releases.

    Natural persons among the payees are sealed. Refuses: not_permitted, same_person, not_found (another county's),
    invalid, missing_document (the voucher's copy), use_banned (a statement against misuse answered with yes),
    amount_exceeds (more than is left of the share, or of the line of the plan), wrong_status (closed),
    voucher_used (the holder's voucher in another act, a payee's invoice over the same amount).
    """
    require_capability(by, Can.BOOK_FUNDS)
    access.release(act=FUNDS_SPEND, slot=voucher_no[:MOST_SLOT_SIGNS], subject_id=fund_id, by=by, now=now)
    pool = _held(fund_id, by=by)
    of = queries.source_of(pool)
    lanes.hold(lanes.ORGANISATION, of.holder_id)
    whole = payees.total_of(facts.payees)
    _refuse_facts(facts, of=of, whole=whole, labels=bucket_labels(pool.source.process))
    voucher = queries.voucher_copy(facts.attachment_id, case_id=of.case_id, by=by)
    used = queries.is_voucher_used(voucher_no, holder_id=of.holder_id)
    refuse(rules.why_not_voucher(voucher_no, used=used))
    _refuse_invoices(facts.payees)
    made = _booked(pool, voucher_no, facts, whole=whole, voucher=voucher, by=by, now=now)
    said = {
        "category": facts.category,
        "voucher": voucher_no,
        "amount": str(whole),
        "payees": str(len(facts.payees)),
        **({"plan_line": str(facts.plan_line)} if facts.plan_line is not None else {}),
        "sheet_sha256": made.sheet_sha256,
    }
    audit.record(verb=FUNDS_SPEND, by=by, now=now, case_id=of.case_id, subject=made, after=said)
    emit(FundsSpent(spending_id=made.pk, case_id=of.case_id, holder_id=of.holder_id, now=now))
    return made


def _refuse_facts(facts: SpendingFacts, *, of: ledger.Source, whole: Yuan, labels: Mapping[str, str]) -> None:
    """Refuses: wrong_status (the case is closed), use_banned, invalid, amount_exceeds (share, line of the plan)."""
    refuse(rules.why_not_closed(closed=is_closed(of.case_id)))
    refuse(rules.why_not_declared(facts.declared))
    refuse(rules.why_not_category(facts.category, queries.shares_of(of.case_id)))
    share = share_of(facts.category)
    held = queries.balance(share, of=of)
    refuse(rules.why_not_pay_out(label=labels[share], held=held, wanted=whole))
    refuse(
        rules.why_not_planned(
            facts.plan_line,
            category=facts.category,
            wanted=whole,
            plan=plan_of(of.case_id),
            spent=queries.spent_by_plan_line(of),
        )
    )


def _booked(
    pool: Account,
    voucher_no: str,
    facts: SpendingFacts,
    *,
    whole: Yuan,
    voucher: Attachment,
    by: Actor,
    now: datetime,
) -> Spending:
    of = queries.source_of(pool)
    movement = ledger.move(
        {share_of(facts.category): -whole, spent_on(facts.category): whole},
        of=of,
        reason=Reason.SPEND,
        once=f"spend:{pool.pk}:{queries.count_of(Reason.SPEND, of=of) + 1}",
        now=now,
    )
    made = Spending.objects.create(
        movement=movement,
        holder_id=of.holder_id,
        category=facts.category,
        voucher_no=voucher_no,
        purpose=facts.purpose,
        project=facts.project,
        amount=whole,
        plan_line=facts.plan_line,
        attachment=voucher,
        sheet_sha256=payees.sheet_of(facts.payees).sha256,
        organisation_id=by.organisation_id,
        released_by_id=by.person_id,
        at=now,
    )
    try:
        with transaction.atomic():
            payees.keep(made, facts.payees)
    except IntegrityError:  # another county has paid the same invoice at this moment
        _refuse_invoices(facts.payees)
        raise
    return made


def _refuse_invoices(rows: Sequence[Paid]) -> None:
    vouchers = [each.voucher for each in rows]
    paid = queries.invoices_paid(each for each in vouchers if each is not None)
    refuse(rules.why_not_invoices(vouchers, numbers=[each.invoice_no for each in rows], paid=paid))


@dataclass(frozen=True)
class ReturnFacts:
    """Out of which bucket how much is given back, to whom, why, with which copy of its voucher."""

    bucket: str
    amount: Yuan
    recipient: str
    reason: str
    attachment_id: int


@transaction.atomic
def give_back(*, fund_id: int, facts: ReturnFacts, by: Actor, now: datetime) -> Restitution:
    """Give money back out of the pool or a share: a price refunded, an allocation taken back.

    One person prepares, another releases. An empty pool waits for no distribution. Refuses: not_permitted, same_person,
    not_found (another county's), invalid (also for who takes nothing back of proceeds), amount_exceeds,
    missing_document and voucher_used (the voucher's copy).
    """
    require_capability(by, Can.BOOK_FUNDS)
    access.release(act=FUNDS_RETURN, subject_id=fund_id, by=by, now=now)
    pool = _held(fund_id, by=by)
    of = queries.source_of(pool)
    held = queries.balance(facts.bucket, of=of)
    label = bucket_labels(pool.source.process)[facts.bucket]
    refuse(rules.why_not_pay_out(label=label, held=held, wanted=facts.amount))
    refuse(rules.why_not_recipient(facts.recipient, known=queries.takes_back(facts.recipient, pool=pool)))
    voucher = queries.voucher_copy(facts.attachment_id, case_id=of.case_id, by=by)
    made = Restitution.objects.create(
        movement=ledger.move(
            {facts.bucket: -facts.amount, RETURNED: facts.amount},
            of=of,
            reason=Reason.RETURN,
            once=f"return:{pool.pk}:{queries.count_of(Reason.RETURN, of=of) + 1}",
            now=now,
        ),
        bucket=facts.bucket,
        amount=facts.amount,
        recipient=facts.recipient,
        reason=facts.reason,
        attachment=voucher,
        organisation_id=by.organisation_id,
        released_by_id=by.person_id,
        at=now,
    )
    if facts.bucket == POOL:
        duties.recount(of)
    said = {"amount": str(facts.amount), "reason": facts.reason}
    audit.record(verb=FUNDS_RETURN, by=by, now=now, case_id=of.case_id, subject=made, after=said)
    emit(FundsReturned(restitution_id=made.pk, case_id=of.case_id, holder_id=of.holder_id, now=now))
    return made


def _held(fund_id: int, *, by: Actor) -> Account:
    """A pool under the lane of its case, as it stands. Refuses: not_found, also for another county's."""
    lanes.hold(lanes.CASE, queries.pool_for(fund_id, by=by).source_id)
    return queries.pool_for(fund_id, by=by)
