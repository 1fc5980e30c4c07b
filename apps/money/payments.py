"""What leaves (付款): refunds and remittances, owed, released by two persons, answered by the bank, owed again."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, Sum

from apps.money import accounts, ledger, queries
from apps.money.events import PaymentRejected, RefundReleased, RemittancePaid, RemittanceReleased
from apps.money.gate import province_of, require_here
from apps.money.lanes import BANK_ENTRY_LANE
from apps.money.models import (
    Account,
    Answered,
    BankEntry,
    Bucket,
    CountedAnswer,
    Entry,
    FiscalAccount,
    OutgoingLine,
    Payment,
    Purpose,
    Purse,
    Refund,
    Remittance,
    Statement,
    SubAccount,
)
from apps.money.names import MONEY_ANSWER, REFUND_RELEASE, REFUND_RELEASE_ONE, REMITTANCE_RELEASE
from apps.money.queries import lot_of_payment, payment_of, refunds_due, remittance_due, times_paid
from apps.parties.roles import Can
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.access.queries import waiting, waiting_for
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.errors import Code, Refused, not_found
from kernel.events import emit
from kernel.money import ZERO, Yuan
from kernel.outbox import commands as outbox

REFUND_SPACE = uuid.UUID("6f0d3f0a-5b0e-4f39-9f6c-1f1c9e3b7a10")
_REMIT_SPACE = uuid.UUID("0a7c1b52-9c0e-4b7e-8a35-5d2f6f3c1e44")

_OUT_OF = {
    Purse.PRICE: (Bucket.APPLIED, Bucket.RECEIVED),
    Purse.HELD_BACK: (Bucket.HELD_BACK,),
    Purse.FORFEITED: (Bucket.FORFEITED,),
}


# --- refunds


def owe_refund(entry: BankEntry, amount: Yuan, *, source: Bucket, reason: str, now: datetime) -> Refund:
    """Note that money of an entry is to be sent back, once per entry and bucket. Its request id is chosen here."""
    refund, _ = Refund.objects.get_or_create(
        entry=entry,
        source=source,
        attempt=1,
        defaults={
            "amount": amount,
            "reason": reason[:100],
            "request_id": uuid.uuid5(REFUND_SPACE, f"{entry.pk}:{entry.reference}:{source}"),
            "due_since": now,
        },
    )
    return refund


@transaction.atomic
def release_refunds(*, case_id: int, organisation_id: int, by: Actor, now: datetime) -> list[Refund]:
    """Release every refund due to one organisation on one lot: one person makes, another checks.

    Refuses: not_permitted, same_person, not_found (nothing is due to it, or the lot is another province's); prepared,
    duplicate_request (one of them waits by itself).
    """
    require_capability(by, Can.BOOK_MONEY)
    access.release(act=REFUND_RELEASE, slot=str(organisation_id), subject_id=case_id, by=by, now=now)
    lanes.hold(lanes.CASE, case_id)
    due = list(
        refunds_due(by)
        .filter(entry__sub_account__case_id=case_id, entry__sub_account__organisation_id=organisation_id)
        .order_by("id")
    )
    if not due:
        raise not_found("待退款项")
    singly = Q(act=REFUND_RELEASE_ONE, subject_id__in=[each.pk for each in due])
    _require_waits_nowhere(singly, act=REFUND_RELEASE, slot=str(organisation_id), subject_id=case_id, by=by)
    for refund in due:
        _release_refund(refund, by=by, now=now)
    return due


@transaction.atomic
def release_refund(*, refund_id: int, by: Actor, now: datetime) -> Refund:
    """Release one refund: one person makes, another checks. A refund is released once.

    Refuses: not_permitted, same_person, not_found (no such refund is due in the actor's province); prepared,
    duplicate_request (all of its payee wait together).
    """
    require_capability(by, Can.BOOK_MONEY)
    access.release(act=REFUND_RELEASE_ONE, subject_id=refund_id, by=by, now=now)
    account = SubAccount.objects.filter(bank_entries__refunds=refund_id).first()
    if account is not None:
        lanes.hold(lanes.CASE, account.case_id)
    refund = Refund.objects.select_for_update().filter(pk=refund_id, released_at=None).first()
    if refund is None:
        raise not_found("待退款项")
    require_here(by, refund.province, what="待退款项")
    if account is not None:
        together = Q(act=REFUND_RELEASE, subject_id=account.case_id, slot=str(account.organisation_id))
        _require_waits_nowhere(together, act=REFUND_RELEASE_ONE, subject_id=refund_id, by=by)
    _release_refund(refund, by=by, now=now)
    return refund


def _require_waits_nowhere(elsewhere: Q, *, act: str, slot: str = "", subject_id: int, by: Actor) -> None:
    """Money waits for its second person in one preparation: a second one would be void by the first's release.

    Looked at when it is prepared or read, not when it is released. Of two that wait nevertheless the first may go on.
    """
    if not by.dry_run:
        return
    own = waiting_for(act=act, slot=slot, subject_id=subject_id, by=by)
    others = waiting(by).filter(elsewhere)
    first = (others if own is None else others.filter(pk__lt=own.pk)).first()
    if first is not None:
        raise Refused.because(
            Code.DUPLICATE_REQUEST,
            f"该退款已由{first.prepared_by_name}提交审核，请待审核人员处理，或先撤回审核后重新办理。",
            prepared_by=first.prepared_by_name,
        )


def _release_refund(refund: Refund, *, by: Actor, now: datetime) -> None:
    source = Bucket(refund.source)
    entry = refund.entry
    if not entry.payer_account:
        raise Refused.because(
            Code.INVALID,
            f"流水{entry.reference}没有付款账号，银行未载明的账户不能退款，请先向银行核实。",
            reference=entry.reference,
        )
    ledger.move(
        refund.amount,
        sub_account_id=entry.sub_account_id,
        source=source,
        target=_refunded_into(source),
        once=f"refund:{refund.request_id}",
        reason="refund",
        now=now,
    )
    _note_release(refund, by=by, now=now)
    account = entry.sub_account
    audit.record(
        verb=REFUND_RELEASE,
        by=by,
        now=now,
        case_id=account.case_id if account else None,
        subject=refund,
        after={"amount": str(refund.amount), "request_id": str(refund.request_id)},
    )
    outbox.enqueue(topic="bank", key=str(refund.request_id), payload={"refund_id": refund.pk}, now=now)
    if account is not None:
        emit(
            RefundReleased(
                refund_id=refund.pk,
                sub_account_id=account.pk,
                purpose=account.purpose,
                case_id=account.case_id,
                organisation_id=account.organisation_id,
                source=refund.source,
                at=now,
            )
        )


def _refunded_into(source: Bucket) -> Bucket:
    return Bucket.RETURNED if source is Bucket.SUSPENSE else Bucket.REFUNDED


def _note_release(payment: Payment, *, by: Actor, now: datetime) -> None:
    payment.released_by_id, payment.released_at = by.person_id, now
    payment.save()


# --- remittances


def standing(case_id: int, purse: Purse) -> list[tuple[int, Bucket, Yuan]]:
    """What stands in a lot's sub-accounts for a remittance: (sub-account, bucket, amount), in order.

    What is owed back out of what was held back stands for its payer.
    """
    found = Account.objects.filter(
        sub_account__case_id=case_id,
        bucket__in=[str(each) for each in _OUT_OF[purse]],
        balance__gt=ZERO,
    ).order_by("sub_account_id", "bucket")
    owed_back = _owed_back(case_id) if purse is Purse.HELD_BACK else {}
    there = [
        (row.sub_account_id, Bucket(row.bucket), row.balance - owed_back.get(row.sub_account_id, ZERO))
        for row in found
        if row.sub_account_id
    ]
    return [each for each in there if each[2] > ZERO]


def _owed_back(case_id: int) -> dict[int, Yuan]:
    """By sub-account, what of a lot's money held back is to be refunded and was not released."""
    owed = Refund.objects.filter(
        entry__sub_account__case_id=case_id, source=Bucket.HELD_BACK, released_at=None
    )
    sums = owed.order_by().values("entry__sub_account_id").annotate(total=Sum("amount"))
    return {row["entry__sub_account_id"]: row["total"] for row in sums}


_CAME_AS = {Purpose.PRICE: Bucket.RECEIVED, Purpose.DEPOSIT: Bucket.HELD}


def refund_held_back(case_id: int, amount: Yuan, *, reason: str, now: datetime) -> None:
    """So much of what was held back of a lot's price is to go back to the accounts that it came from, by arrival.

    The price's instalments first, as they were held back first. More than is held back is a programming error.
    """
    left, there = amount, standing(case_id, Purse.HELD_BACK)
    found = SubAccount.objects.in_bulk([pk for pk, _, _ in there])
    for sub_account_id, _, balance in sorted(there, key=lambda each: found[each[0]].purpose, reverse=True):
        share = min(left, balance)
        left -= share
        bucket = _CAME_AS[Purpose(found[sub_account_id].purpose)]
        for entry in queries.entries_into(sub_account_id, bucket):
            part = min(share, queries.booked_from(entry, bucket))
            if part > ZERO:
                owe_refund(entry, part, source=Bucket.HELD_BACK, reason=reason, now=now)
                share -= part
        left += share
    if left:
        raise ValueError(f"case {case_id}: {left} more is to be refunded than was held back")


def hold_back(case_id: int, amount: Yuan, *, now: datetime) -> None:
    """Keep a part of the price back, out of the instalments first; it is paid out later, on its own."""
    left = amount
    by_price_first = sorted(standing(case_id, Purse.PRICE), key=lambda each: each[1] != Bucket.RECEIVED)
    for sub_account_id, bucket, there in by_price_first:
        part = min(left, there)
        if part > ZERO:
            ledger.move(
                part,
                sub_account_id=sub_account_id,
                source=bucket,
                target=Bucket.HELD_BACK,
                once=f"hold_back:{sub_account_id}",
                reason="hold_back",
                now=now,
            )
            left -= part


def owe(
    *,
    case_id: int,
    province: str,
    purse: Purse,
    account: FiscalAccount | None,
    reason: str,
    now: datetime,
    attempt: int = 1,
) -> Remittance | None:
    """An order over all that stands for it is owed, once; None when nothing stands there. Its request id is chosen."""
    amount = sum((each for _, _, each in standing(case_id, purse)), ZERO)
    if amount == ZERO:
        return None
    made, _ = Remittance.objects.get_or_create(
        case_id=case_id,
        purse=purse,
        attempt=attempt,
        defaults={
            "province": province,
            "account": account,
            "amount": amount,
            "reason": reason[:100],
            "request_id": uuid.uuid5(_REMIT_SPACE, f"{case_id}:{purse}:{attempt}"),
            "due_since": now,
        },
    )
    return made


def release_remittance(*, case_id: int, by: Actor, now: datetime) -> Remittance:
    """Release the order that is owed on a lot, once, as it was owed. The lot's lane is held by the caller.

    Refuses: not_found (nothing is owed, or another province's), missing_document (no treasury account),
    totals_mismatch (what stands is not what is owed).
    """
    found = remittance_due(case_id)
    if found is None:
        raise not_found("待划付款项")
    require_here(by, found.province, what="待划付款项")
    remittance = Remittance.objects.select_for_update(of=("self",)).get(pk=found.pk)
    remittance.account = payee_of(found)
    purse = Purse(remittance.purse)
    parts = standing(case_id, purse)
    total = sum((each for _, _, each in parts), ZERO)
    if total != remittance.amount:
        raise Refused.because(
            Code.TOTALS_MISMATCH,
            f"账上可划付{total:,}元，与应划付{remittance.amount:,}元不符，请先核对资金账目。",
            difference=str(total - remittance.amount),
        )
    for sub_account_id, bucket, amount in parts:
        ledger.move(
            amount,
            sub_account_id=sub_account_id,
            source=bucket,
            target=Bucket.REMITTED,
            once=f"remit:{remittance.request_id}:{sub_account_id}:{bucket}",
            reason="remit",
            now=now,
        )
    _note_release(remittance, by=by, now=now)
    name, bank, number = remittance.payee
    audit.record(
        verb=REMITTANCE_RELEASE,
        by=by,
        now=now,
        case_id=case_id,
        subject=remittance,
        after={
            "amount": str(remittance.amount),
            "request_id": str(remittance.request_id),
            "account": f"{name} {bank} {number}",
        },
    )
    outbox.enqueue(
        topic="bank", key=str(remittance.request_id), payload={"remittance_id": remittance.pk}, now=now
    )
    emit(RemittanceReleased(remittance_id=remittance.pk, case_id=case_id, purse=remittance.purse, at=now))
    return remittance


def payee_of(remittance: Remittance) -> FiscalAccount:
    """Where an order goes: the account it was owed to, or the treasury's of today. Refuses: missing_document."""
    account = remittance.account or accounts.treasury(remittance.province)
    if account is None:
        raise Refused.because(
            Code.MISSING_DOCUMENT, "财政部门尚未登记并核验缴库账户，请先办理“登记收款账户”。"
        )
    return account


def cancel_remittance(*, case_id: int, now: datetime) -> None:
    """What is owed on a lot and was not released falls away: the deal has ended."""
    Remittance.objects.filter(case_id=case_id, released_at=None, cancelled_at=None).update(cancelled_at=now)


# --- what the bank answers


@transaction.atomic
def note_answer(
    *,
    reference: str,
    account: str,
    request_id: str,
    outcome: Answered,
    amount: Yuan,
    at: datetime,
    by: Actor,
    now: datetime,
) -> OutgoingLine:
    """Take one outgoing line of the bank in: a payment was paid, or it came back rejected; once by its reference.

    Like every line of the bank it counts when a statement that closes holds it (`count_answers`), so that no one person
    makes a payment due again. A line that nobody ordered, or of another amount, is kept and changes nothing:
    reconciliation raises the alarm. Refuses: not_permitted, invalid, not_found (no account of ours), duplicate_request.
    """
    require_capability(by, Can.BOOK_MONEY)
    if amount <= ZERO:
        raise Refused.because(Code.INVALID, "银行付款流水的金额须大于零。", field="amount")
    if at > now:
        raise Refused.because(Code.INVALID, "银行处理时间不得晚于当前时间。", field="at")
    accounts.require_ours(account, by=by)
    payment = payment_of(request_id)
    if payment is not None:
        require_here(by, payment.province, what="付款指令")
        request_id = payment.request_id.hex  # one order is one, however the bank writes its number
    lanes.hold(BANK_ENTRY_LANE, 0)
    known = OutgoingLine.objects.filter(reference=reference).first()
    if known is not None:
        if (known.request_id, known.outcome, known.amount) != (request_id, outcome, amount):
            raise Refused.because(
                Code.DUPLICATE_REQUEST, f"流水号{reference}已导入，但内容与原记录不同，请核对银行流水。"
            )
        return known
    line = OutgoingLine.objects.create(
        reference=reference,
        province=province_of(by),
        account=account,
        request_id=request_id,
        outcome=outcome,
        amount=amount,
        at=at,
        imported_at=now,
        imported_by_id=by.person_id,
    )
    said = {"reference": reference, "request_id": request_id, "outcome": outcome, "amount": str(amount)}
    case_id = lot_of_payment(payment) if payment else None
    audit.record(verb=MONEY_ANSWER, by=by, now=now, case_id=case_id, subject=line, after=said)
    return line


def count_answers(statement: Statement, answers: Sequence[OutgoingLine], *, now: datetime) -> None:
    """From now on these answers of the bank count. What was rejected is owed again under a new request id.

    Inside the closing of their statement, which holds the lanes of their lots.
    """
    for line in answers:
        CountedAnswer.objects.create(line=line, statement=statement)
        payment = payment_of(line.request_id)
        if payment is not None and payment.amount == line.amount:
            _answered(type(payment).objects.select_for_update(of=("self",)).get(pk=payment.pk), line, now=now)


def _answered(payment: Payment, line: OutgoingLine, *, now: datetime) -> None:
    if payment.rejected_at is not None:
        return
    if line.outcome == Answered.PAID:
        if payment.paid_at is None:
            _note_paid(payment, line, now=now)
        return
    if (
        times_paid(line.request_id, but=line.pk) > 1
    ):  # what was paid twice has come back once: nothing is owed again
        return
    payment.paid_at, payment.rejected_at = None, line.at
    payment.save(update_fields=["paid_at", "rejected_at"])
    again = _again_refund(payment, now=now) if isinstance(payment, Refund) else _again(payment, now=now)
    emit(
        PaymentRejected(
            case_id=lot_of_payment(payment),
            request_id=str(payment.request_id),
            remittance_id=again.pk if isinstance(again, Remittance) else None,
            sub_account_id=again.entry.sub_account_id if isinstance(again, Refund) else None,
            was_held=isinstance(again, Refund) and again.source == Bucket.HELD,
            amount=str(payment.amount),
            at=line.at,
            now=now,
        )
    )


def _note_paid(payment: Payment, line: OutgoingLine, *, now: datetime) -> None:
    payment.paid_at = line.at
    payment.sent_at = payment.sent_at or line.at
    payment.save(update_fields=["paid_at", "sent_at"])
    if isinstance(payment, Remittance):
        emit(
            RemittancePaid(
                remittance_id=payment.pk,
                case_id=payment.case_id,
                purse=payment.purse,
                at=line.at,
                now=now,
            )
        )


def _again_refund(refund: Refund, *, now: datetime) -> Refund:
    source = Bucket(refund.source)
    ledger.move(
        refund.amount,
        sub_account_id=refund.entry.sub_account_id,
        source=_refunded_into(source),
        target=source,
        once=f"rejected:{refund.request_id}",
        reason="rejected",
        now=now,
    )
    return Refund.objects.create(
        entry=refund.entry,
        source=refund.source,
        attempt=refund.attempt + 1,
        amount=refund.amount,
        reason=refund.reason,
        request_id=uuid.uuid5(
            REFUND_SPACE, f"{refund.entry_id}:{refund.entry.reference}:{refund.source}:{refund.attempt + 1}"
        ),
        due_since=now,
    )


def _again(remittance: Remittance, *, now: datetime) -> Remittance:
    """All that went out with it stands again where it stood, and is owed anew."""
    left = Entry.objects.filter(
        movement__once__startswith=f"remit:{remittance.request_id}:", amount__lt=ZERO
    ).select_related("account")
    for line in left.order_by("id"):
        bucket = Bucket(line.account.bucket)
        ledger.move(
            -line.amount,
            sub_account_id=line.account.sub_account_id,
            source=Bucket.REMITTED,
            target=bucket,
            once=f"rejected:{remittance.request_id}:{line.account.sub_account_id}:{bucket}",
            reason="rejected",
            now=now,
        )
    made = owe(
        case_id=remittance.case_id,
        province=remittance.province,
        purse=Purse(remittance.purse),
        account=remittance.account if remittance.purse != Purse.FORFEITED else None,
        reason=remittance.reason,
        now=now,
        attempt=remittance.attempt + 1,
    )
    assert made is not None
    return made
