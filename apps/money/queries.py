"""What is in the money ledger."""

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Replace

from apps.money.gate import here
from apps.money.models import (
    Account,
    BankEntry,
    Bucket,
    Entry,
    Exceptional,
    FiscalAccount,
    Outcome,
    OutgoingLine,
    Payment,
    Purse,
    Refund,
    Remittance,
    Statement,
    SubAccount,
)
from apps.money.rules import DOUBLE_WITHIN
from kernel.actors import Actor
from kernel.clock import iso_utc
from kernel.errors import Code
from kernel.money import ZERO, Yuan
from kernel.text import folded, same


@dataclass(frozen=True)
class DepositPosition:
    """One bidder's deposit on one lot: received = applied + refunded + forfeited + held, always.

    `applied` and `forfeited` are what was booked in, also after it was remitted.
    """

    received: Yuan
    applied: Yuan
    refunded: Yuan
    forfeited: Yuan
    held: Yuan


def balance(sub_account_id: int | None, bucket: Bucket) -> Yuan:
    """What stands in one bucket; zero where there is none."""
    found = Account.objects.filter(sub_account_id=sub_account_id, bucket=bucket)
    return found.values_list("balance", flat=True).first() or ZERO


def deposit_position(sub_account_id: int) -> DepositPosition:
    """How a deposit stands, from the ledger's balances."""
    return deposit_positions([sub_account_id])[sub_account_id]


def deposit_positions(sub_account_ids: list[int]) -> dict[int, DepositPosition]:
    """How several deposits stand, by sub-account, in one query."""
    found: dict[int, dict[str, Yuan]] = {pk: {} for pk in sub_account_ids}
    rows = Account.objects.filter(sub_account_id__in=sub_account_ids)
    for sub_account_id, bucket, amount in rows.values_list("sub_account_id", "bucket", "balance"):
        found[sub_account_id][bucket] = amount
    return {pk: position_of(balances) for pk, balances in found.items()}


def position_of(balances: Mapping[str, Yuan]) -> DepositPosition:
    """A deposit's position from the balances of its buckets."""
    parts = {name: balances.get(name, ZERO) for name in ("applied", "refunded", "forfeited", "held")}
    gone = balances.get("remitted", ZERO) + balances.get("held_back", ZERO)
    parts["forfeited" if "forfeited" in balances else "applied"] += gone
    return DepositPosition(received=sum(parts.values(), ZERO), **parts)


def booked_from(entry: BankEntry, bucket: Bucket) -> Yuan:
    """How much of one bank entry was taken into a bucket when it came in."""
    lines = Entry.objects.filter(movement__entry=entry, account__bucket=bucket, amount__gt=0)
    return lines.aggregate(total=Sum("amount"))["total"] or ZERO


def entries_into(sub_account_id: int, bucket: Bucket) -> list[BankEntry]:
    """The bank entries of a sub-account of which something was taken into `bucket`, by arrival."""
    found = BankEntry.objects.filter(
        sub_account_id=sub_account_id,
        movements__lines__account__bucket=bucket,
        movements__lines__amount__gt=0,
    )
    return list(found.distinct().order_by("arrived_at", "id"))


def booked_into(sub_account_ids: Collection[int], bucket: Bucket) -> list[tuple[int, str, Yuan]]:
    """The bank entries of which something was taken into `bucket` of these sub-accounts, by arrival.

    Each with its id, its reference and how much was taken in.
    """
    lines = Entry.objects.filter(
        account__sub_account_id__in=sub_account_ids, account__bucket=bucket, amount__gt=0,
        movement__entry__sub_account_id__in=sub_account_ids,
    )  # fmt: skip
    booked = lines.values_list("movement__entry_id", "movement__entry__reference").annotate(
        total=Sum("amount")
    )
    return list(booked.order_by("movement__entry__arrived_at", "movement__entry_id"))


def fingerprint(entry: BankEntry) -> str:
    """SHA-256 over what the bank said of an entry; the audit record keeps it, so that a later change shows."""
    said = [
        entry.reference, entry.credited_number, str(entry.amount), entry.payer_name, entry.payer_account,
        iso_utc(entry.arrived_at),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def closed_statements(*, province: str, sub_account_id: int | None) -> QuerySet[Statement]:
    """The closed statements that hold a sub-account's lines: its own, and those of the province's common account."""
    holds = (
        Q(sub_account=None) if sub_account_id is None else Q(sub_account=None) | Q(sub_account=sub_account_id)
    )
    return Statement.objects.filter(holds, province__startswith=province[:2])


def covered_until(*, province: str, sub_account_id: int | None = None) -> datetime | None:
    """Up to when the bank lines of a sub-account (or of the common account) are closed; None before the first."""
    found = closed_statements(province=province, sub_account_id=sub_account_id).order_by("-covers_until")
    return found.values_list("covers_until", flat=True).first()


def last_statement(*, account: str, province: str) -> Statement | None:
    """The newest closed statement of one account."""
    found = Statement.objects.filter(account=account, province__startswith=province[:2])
    return found.order_by("-covers_until").first()


@dataclass(frozen=True)
class Span:
    """What is booked of one account since its last closed statement, up to an instant."""

    since: datetime | None
    opening: Yuan | None
    lines: list[BankEntry]
    debits: Yuan
    answers: list[OutgoingLine]
    """What the bank said of payments, which counts when the statement closes."""

    returned: Yuan = ZERO
    """Payments that the bank sent back: credits that are no lines of their own."""

    @property
    def credits(self) -> Yuan:
        """The sum of what came in."""
        return sum((each.amount for each in self.lines), self.returned)

    @property
    def closing(self) -> Yuan:
        """What the account would hold."""
        return (self.opening or ZERO) + self.credits - self.debits


def span_of(*, account: str, province: str, until: datetime) -> Span:
    """The lines of an account that its next statement has to hold, by arrival, and what went out meanwhile."""
    last = last_statement(account=account, province=province)
    sub = SubAccount.objects.filter(number=account).first()
    lines = BankEntry.objects.filter(province__startswith=province[:2], arrived_at__lte=until)
    sent = Q(sent_at__lte=until)
    if sub is not None:
        lines = lines.filter(sub_account=sub)
    if last is not None:
        lines = lines.filter(arrived_at__gt=last.covers_until)
        sent &= Q(sent_at__gt=last.covers_until)
    refunds = Refund.objects.filter(sent, entry__province__startswith=province[:2])
    remitted = Remittance.objects.filter(sent, province__startswith=province[:2])
    if sub is not None:
        refunds = refunds.filter(entry__sub_account=sub)
        remitted = remitted.none()
    out = [each.aggregate(total=Sum("amount"))["total"] or ZERO for each in (refunds, remitted)]
    answers = answers_waiting(account=account, province=province, until=until)
    return Span(
        since=last.covers_until if last else None,
        opening=last.closing_balance if last else None,
        lines=list(lines.select_related("sub_account").order_by("arrived_at", "id")),
        debits=sum(out, _paid_unsent(answers)),
        answers=answers,
        returned=returned_in(account, province, last.covers_until if last else None, until),
    )


def payment_of(request_id: str) -> Payment | None:
    """The released payment that bears a request id, as the bank repeats it; None for what nobody ordered."""
    try:
        wanted = uuid.UUID(request_id.strip())
    except ValueError:
        return None
    released = {"request_id": wanted, "released_at__isnull": False}
    found: Payment | None = Refund.objects.filter(**released).select_related("entry__sub_account").first()
    return found or Remittance.objects.filter(**released).select_related("account").first()


def times_paid(request_id: str, *, but: int) -> int:
    """How often the bank says to have paid an order, less how often money of it came back; but for one line of it."""
    said = OutgoingLine.objects.filter(request_id=request_id).exclude(pk=but)
    return said.filter(outcome="paid").count() - said.filter(outcome="rejected").count()


def lot_of_payment(payment: Payment) -> int | None:
    """The lot a payment is of; None for money that came for none."""
    if isinstance(payment, Remittance):
        return payment.case_id
    account = payment.entry.sub_account
    return account.case_id if account else None


def _paid_unsent(answers: Iterable[OutgoingLine]) -> Yuan:
    """What the bank says to have paid of orders that nobody noted to have left."""
    total = ZERO
    for line in answers:
        payment = payment_of(line.request_id) if line.outcome == "paid" else None
        if payment is not None and payment.sent_at is None and payment.amount == line.amount:
            total += line.amount
    return total


def answers_waiting(*, account: str, province: str, until: datetime) -> list[OutgoingLine]:
    """What the bank has said up to an instant of payments out of an account, and no closed statement holds yet."""
    found = OutgoingLine.objects.filter(
        account=account, province__startswith=province[:2], at__lte=until, counted=None
    )
    return list(found.order_by("at", "id"))


def returned_in(account: str, province: str, since: datetime | None, until: datetime) -> Yuan:
    """What the bank sent back of payments out of an account, in (since, until]."""
    found = OutgoingLine.objects.filter(
        account=account, province__startswith=province[:2], outcome="rejected", at__lte=until
    )
    if since is not None:
        found = found.filter(at__gt=since)
    return found.aggregate(total=Sum("amount"))["total"] or ZERO


def twin_of(entry: BankEntry) -> BankEntry | None:
    """A line that counts and that this one looks like a double of.

    Same account and amount, and either the same payer soon before or after, or the same reference at another time.
    """
    return next(
        (
            each
            for each in twins_of(
                province=entry.province,
                reference=entry.reference,
                credited_number=entry.credited_number,
                amount=entry.amount,
                payer_name=entry.payer_name,
                arrived_at=entry.arrived_at,
            ).get(True, [])
            if each.pk != entry.pk
        ),
        None,
    )


def twins_of(
    *,
    province: str,
    reference: str,
    credited_number: str,
    amount: Yuan,
    payer_name: str,
    arrived_at: datetime,
) -> dict[bool, list[BankEntry]]:
    """The province's lines that a line looks like a double of, by whether they count; it may be among them."""
    soon = Q(arrived_at__gte=arrived_at - DOUBLE_WITHIN, arrived_at__lte=arrived_at + DOUBLE_WITHIN)
    key = folded(reference)
    found = BankEntry.objects.filter(
        soon | Q(reference_key=key),
        province__startswith=province[:2],
        credited_number=credited_number,
        amount=amount,
    ).select_related("counted")
    alike: dict[bool, list[BankEntry]] = {}
    for each in found.order_by("arrived_at", "id"):
        if each.reference_key == key or same(each.payer_name, payer_name):
            alike.setdefault(hasattr(each, "counted"), []).append(each)
    return alike


def own_accounts(
    numbers: Collection[str], *, of: Collection[int], leaving_out: int = 0
) -> set[tuple[int, str]]:
    """Which of these payers' accounts are known as which of these organisations', as (organisation id, number).

    An organisation has registered it, or its money came from it before and was counted. `leaving_out` is the
    bank line that is judged: it speaks for no account, its own least of all.
    """
    wanted = {each for each in numbers if each}
    registered = FiscalAccount.objects.filter(number__in=wanted, organisation_id__in=of)
    paid = BankEntry.objects.exclude(pk=leaving_out).filter(
        payer_account__in=wanted,
        sub_account__organisation_id__in=of,
        counted__isnull=False,
        exceptional__isnull=True,
    )
    known = set(registered.values_list("organisation_id", "number"))
    return known | set(paid.values_list("sub_account__organisation_id", "payer_account").distinct())


def was_found_own(entry: BankEntry) -> bool:
    """Whether two persons have decided that money under a name that is not quite the payer's is the payer's."""
    return Exceptional.objects.filter(entry=entry, code=Code.PAYER_MISMATCH, outcome=Outcome.COUNT).exists()


def sub_account(*, case_id: int, organisation_id: int, purpose: str) -> SubAccount | None:
    """The sub-account for one organisation, lot and purpose, if it was opened."""
    return SubAccount.objects.filter(
        case_id=case_id, organisation_id=organisation_id, purpose=purpose
    ).first()


def refunds_due(by: Actor) -> QuerySet[Refund]:
    """Refunds of the actor's province that nobody has released yet, the oldest first."""
    return (
        Refund.objects.filter(here(by, path="entry__province"), released_at=None)
        .select_related("entry__sub_account__organisation")
        .order_by("id")
    )


def remittances_of(case_id: int) -> QuerySet[Remittance]:
    """The orders of a lot, the oldest first."""
    return Remittance.objects.filter(case_id=case_id).select_related("account__organisation").order_by("id")


def remittance_due(case_id: int) -> Remittance | None:
    """The order of a lot that is owed and was not released; None where there is none."""
    return remittances_of(case_id).filter(released_at=None, cancelled_at=None).first()


def remittance_ordered(case_id: int, purse: Purse) -> bool:
    """Whether what stands for a purse of a lot was ordered already, whatever became of the order."""
    return Remittance.objects.filter(case_id=case_id, purse=purse).exists()


def due_orders_of(case_ids: Iterable[int]) -> dict[int, int]:
    """Of each of these lots the order that `remittance_due` gives, as ids, in one query."""
    found = Remittance.objects.filter(case_id__in=list(case_ids), released_at=None, cancelled_at=None)
    return dict(found.order_by("-id").values_list("case_id", "pk"))


def remittances_due(by: Actor) -> QuerySet[Remittance]:
    """Orders of the actor's province that nobody has released yet, the oldest first."""
    found = Remittance.objects.filter(here(by), released_at=None, cancelled_at=None)
    return found.select_related("account__organisation").order_by("id")


def unanswered(by: Actor) -> QuerySet[Remittance]:
    """Orders of the actor's province that have left and of which the bank has said nothing, the oldest first."""
    number = Replace(Cast(OuterRef("request_id"), CharField()), Value("-"), Value(""))
    said = OutgoingLine.objects.filter(request_id=number)
    found = Remittance.objects.filter(
        ~Exists(said), here(by), sent_at__isnull=False, paid_at=None, rejected_at=None, cancelled_at=None
    )
    return found.select_related("account__organisation").order_by("id")


def price_is_remitted(case_id: int) -> bool:
    """Whether the price of a lot has left for its seller, and has not come back."""
    live = remittances_of(case_id).filter(purse=Purse.PRICE, rejected_at=None, cancelled_at=None)
    return live.filter(released_at__isnull=False).exists()


def remitted_of(case_id: int) -> Yuan:
    """What has left a lot's sub-accounts for its seller or the treasury."""
    found = Account.objects.filter(sub_account__case_id=case_id, bucket=Bucket.REMITTED)
    return found.aggregate(total=Sum("balance"))["total"] or ZERO


def exceptions() -> QuerySet[Exceptional]:
    """Money that is not what it was paid for (short, late, third-party, unknown, excess), the newest first."""
    return Exceptional.objects.select_related("entry__sub_account").order_by("-id")


def faults() -> list[dict[str, Any]]:
    """Everything in the money ledger that does not hold; empty when it does.

    Balances equal their lines, movements sum to zero, each sub-account sums to zero, every bank entry is booked in
    full, nothing is below zero; of every deal, what was booked into applied and received is what stands there, is held
    back, was remitted or was refunded.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'balance', a.id FROM money_account a LEFT JOIN money_entry e ON e.account_id = a.id"
            " GROUP BY a.id HAVING a.balance <> coalesce(sum(e.amount), 0)"
            " UNION ALL SELECT 'movement', movement_id FROM money_entry GROUP BY movement_id HAVING sum(amount) <> 0"
            " UNION ALL SELECT 'sub_account', coalesce(sub_account_id, 0) FROM money_account"
            " GROUP BY sub_account_id HAVING sum(balance) <> 0"
            " UNION ALL SELECT 'below_zero', id FROM money_account WHERE balance < 0 AND bucket <> 'bank'"
            " UNION ALL SELECT 'bank_entry', b.id FROM money_bankentry b LEFT JOIN money_movement m"
            " ON m.entry_id = b.id AND m.reason = 'arrival' LEFT JOIN money_entry e ON e.movement_id = m.id"
            " AND e.amount > 0 GROUP BY b.id, b.amount HAVING b.amount <> coalesce(sum(e.amount), 0)"
            " UNION ALL SELECT 'deal', deal.id FROM (SELECT s.id, coalesce(sum(e.amount) FILTER (WHERE e.amount > 0"
            " AND a.bucket IN ('applied', 'received') AND m.reason IN ('applied', 'take_in')), 0) AS booked,"
            " coalesce(sum(e.amount) FILTER (WHERE a.bucket IN"
            " ('applied', 'received', 'held_back', 'remitted', 'refunded')), 0) AS stands"
            " FROM money_subaccount s JOIN money_account a ON a.sub_account_id = s.id"
            " JOIN money_entry e ON e.account_id = a.id JOIN money_movement m ON m.id = e.movement_id"
            " GROUP BY s.id HAVING bool_or(a.bucket IN ('applied', 'received'))) AS deal"
            " WHERE deal.booked <> deal.stands"
        )
        return [{"what": what, "id": row_id} for what, row_id in cursor.fetchall()]


def released_payments(by: Actor, *, most: int) -> list[Payment]:
    """The newest payments of the actor's province that two persons released: refunds and remittances alike."""
    refunds = Refund.objects.filter(here(by, path="entry__province"), released_at__isnull=False)
    remitted = Remittance.objects.filter(here(by), released_at__isnull=False)
    found: list[Payment] = [
        *refunds.select_related("entry__sub_account").order_by("-released_at", "-id")[:most],
        *remitted.select_related("account").order_by("-released_at", "-id")[:most],
    ]
    found.sort(key=lambda each: (each.released_at or each.due_since, each.request_id.hex), reverse=True)
    return found[:most]


def held_back_of(case_id: int) -> Yuan:
    """What is held back of a lot's price."""
    found = Account.objects.filter(sub_account__case_id=case_id, bucket=Bucket.HELD_BACK)
    return found.aggregate(total=Sum("balance"))["total"] or ZERO


def refunded_of(case_id: int) -> Yuan:
    """What of a lot's price, held back, has gone back to who paid it."""
    found = Refund.objects.filter(
        entry__sub_account__case_id=case_id, source=Bucket.HELD_BACK, released_at__isnull=False
    )
    return found.filter(rejected_at=None).aggregate(total=Sum("amount"))["total"] or ZERO
