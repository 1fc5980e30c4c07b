"""Importing bank entries, taking them in, holding, applying, forfeiting and refunding money."""

import uuid
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.money import ledger, queries
from apps.money.events import MoneyArrived, RefundReleased
from apps.money.models import BankEntry, Bucket, Exceptional, Purpose, Refund, Statement, SubAccount
from kernel import bulk, entropy, lanes
from kernel.access import commands as access
from kernel.access.checks import require_role
from kernel.actors import FINANCE, Actor
from kernel.audit import commands as audit
from kernel.deadlines.commands import look_again
from kernel.errors import Code, Refused, not_found
from kernel.events import emit
from kernel.money import ZERO, Yuan
from kernel.outbox import commands as outbox

_PREFIX = {Purpose.DEPOSIT: "61", Purpose.PRICE: "62"}
_REFUND_SPACE = uuid.UUID("6f0d3f0a-5b0e-4f39-9f6c-1f1c9e3b7a10")


@dataclass(frozen=True)
class Imported:
    """A bank entry after its import: `repeated` when it was here before; `exception` when it is to be returned."""

    entry: BankEntry
    repeated: bool
    exception: Exceptional | None


def open_sub_account(*, purpose: Purpose, listing_id: int, organisation_id: int, now: datetime) -> SubAccount:
    """Issue the sub-account number for one organisation, lot and purpose; the same one again when it exists.

    The number is unguessable in its middle, so that nobody pays into, or learns of, a neighbour's.
    """
    existing = queries.sub_account(listing_id=listing_id, organisation_id=organisation_id, purpose=purpose)
    if existing is not None:
        return existing
    chance = entropy.below(10**10, purpose=f"sub_account:{purpose}:{listing_id}:{organisation_id}")
    number = f"{_PREFIX[purpose]}{listing_id:07d}{chance:010d}"
    return SubAccount.objects.create(
        number=number, purpose=purpose, listing_id=listing_id, organisation_id=organisation_id, opened_at=now
    )


@transaction.atomic
def import_entry(
    *,
    reference: str,
    credited_number: str,
    amount: Yuan,
    payer_name: str,
    arrived_at: datetime,
    by: Actor,
    now: datetime,
    payer_account: str = "",
) -> Imported:
    """Take one entry of a bank statement in; it books once, however often it comes.

    Refuses: not_permitted (finance imports), invalid (amount, arrival in the future), duplicate_request (the same
    reference with other facts). Money that is short, late, unknown or a third party's is kept apart and returned.
    """
    require_role(by, FINANCE)
    if amount <= ZERO:
        raise Refused.because(Code.INVALID, "入账金额须大于零，请核对银行流水。", amount=str(amount))
    if arrived_at > now:
        raise Refused.because(Code.INVALID, "到账时间不得晚于当前时间，请核对银行流水。", field="arrived_at")
    account = SubAccount.objects.filter(number=credited_number).first()
    if account is not None:
        lanes.hold(lanes.Lane.LISTING, account.listing_id)
    lanes.hold(lanes.Lane.BANK_ENTRY, zlib.crc32(reference.encode()) - 2**31)
    known = BankEntry.objects.filter(reference=reference).first()
    if known is not None:
        return _again(known, credited_number=credited_number, amount=amount, payer_name=payer_name)
    entry = BankEntry.objects.create(
        reference=reference,
        credited_number=credited_number,
        sub_account=account,
        amount=amount,
        payer_name=payer_name,
        payer_account=payer_account,
        arrived_at=arrived_at,
        imported_at=now,
        imported_by_id=by.person_id,
    )
    _book_arrival(entry, now=now)
    audit.record(
        verb="money.import",
        by=by,
        now=now,
        listing_id=account.listing_id if account else None,
        subject=entry,
        after={"reference": reference, "amount": str(amount), "sha256": queries.fingerprint(entry)},
    )
    return Imported(entry, repeated=False, exception=Exceptional.objects.filter(entry=entry).first())


def _again(known: BankEntry, *, credited_number: str, amount: Yuan, payer_name: str) -> Imported:
    if (known.credited_number, known.amount, known.payer_name) != (credited_number, amount, payer_name):
        raise Refused.because(
            Code.DUPLICATE_REQUEST,
            f"流水号{known.reference}已导入，但金额、账户或付款人与原记录不同，请核对银行流水。",
            reference=known.reference,
            amount=str(known.amount),
        )
    return Imported(known, repeated=True, exception=Exceptional.objects.filter(entry=known).first())


def _book_arrival(entry: BankEntry, *, now: datetime) -> None:
    ledger.move(
        entry.amount,
        sub_account_id=entry.sub_account_id,
        source=Bucket.BANK,
        target=Bucket.SUSPENSE,
        once=f"arrival:{entry.pk}",
        reason="arrival",
        now=now,
        entry=entry,
    )
    if entry.sub_account is None:
        set_aside(
            entry,
            code=Code.NOT_FOUND,
            sentence="入账账号不存在，款项原路退回。",
            amount=entry.amount,
            now=now,
        )
        return
    account = entry.sub_account
    emit(
        MoneyArrived(
            entry_id=entry.pk,
            sub_account_id=account.pk,
            purpose=account.purpose,
            listing_id=account.listing_id,
            organisation_id=account.organisation_id,
            now=now,
        )
    )


def take_in(entry: BankEntry, amount: Yuan, *, into: Bucket, now: datetime) -> None:
    """Accept an entry, or a part of it, for what it was paid for."""
    ledger.move(
        amount,
        sub_account_id=entry.sub_account_id,
        source=Bucket.SUSPENSE,
        target=into,
        once=f"take_in:{entry.pk}",
        reason="take_in",
        now=now,
        entry=entry,
    )


def set_aside(entry: BankEntry, *, code: str, sentence: str, amount: Yuan, now: datetime) -> Exceptional:
    """Put an entry, or the part of it that is too much, on the exceptions list; its refund is due at once."""
    made, _ = Exceptional.objects.get_or_create(
        entry=entry, defaults={"code": code, "sentence": sentence, "noted_at": now}
    )
    owe_refund(entry, amount, source=Bucket.SUSPENSE, reason=sentence, now=now)
    return made


def owe_refund(entry: BankEntry, amount: Yuan, *, source: Bucket, reason: str, now: datetime) -> Refund:
    """Note that money of an entry is to be sent back, once per entry and bucket. Its request id is chosen here."""
    refund, _ = Refund.objects.get_or_create(
        entry=entry,
        source=source,
        defaults={
            "amount": amount,
            "reason": reason[:100],
            "request_id": uuid.uuid5(_REFUND_SPACE, f"{entry.reference}:{source}"),
            "due_since": now,
        },
    )
    return refund


def owe_all(sub_account_ids: Collection[int], *, source: Bucket, reason: str, now: datetime) -> None:
    """Note the refund of everything that a bucket of these sub-accounts holds, each to the account it came from."""
    rows = [
        {
            "entry_id": entry_id,
            "source": str(source),
            "amount": str(amount),
            "reason": reason[:100],
            "request_id": uuid.uuid5(_REFUND_SPACE, f"{reference}:{source}"),
            "due_since": now,
        }
        for entry_id, reference, amount in queries.booked_into(sub_account_ids, source)
    ]
    bulk.insert(Refund, rows, unless_there=["entry_id", "source"])


@transaction.atomic
def release_refunds(*, listing_id: int, organisation_id: int, by: Actor, now: datetime) -> list[Refund]:
    """Release every refund due to one organisation on one lot: one person makes, another checks.

    Refuses: not_permitted, same_person, not_found (nothing is due to it).
    """
    require_role(by, FINANCE)
    access.release(act="refund.release", slot=str(organisation_id), subject_id=listing_id, by=by, now=now)
    lanes.hold(lanes.Lane.LISTING, listing_id)
    due = list(
        queries.refunds_due()
        .filter(
            entry__sub_account__listing_id=listing_id, entry__sub_account__organisation_id=organisation_id
        )
        .order_by("id")
    )
    if not due:
        raise not_found("待退款项")
    for refund in due:
        _release(refund, by=by, now=now)
    return due


@transaction.atomic
def release_refund(*, refund_id: int, by: Actor, now: datetime) -> Refund:
    """Release one refund: one person makes, another checks. A refund is released once.

    Refuses: not_permitted, same_person, not_found (no such refund is due).
    """
    require_role(by, FINANCE)
    access.release(act="refund.release_one", subject_id=refund_id, by=by, now=now)
    account = SubAccount.objects.filter(bank_entries__refunds=refund_id).first()
    if account is not None:
        lanes.hold(lanes.Lane.LISTING, account.listing_id)
    refund = Refund.objects.select_for_update().filter(pk=refund_id, released_at=None).first()
    if refund is None:
        raise not_found("待退款项")
    _release(refund, by=by, now=now)
    return refund


def _release(refund: Refund, *, by: Actor, now: datetime) -> None:
    source = Bucket(refund.source)
    entry = refund.entry
    ledger.move(
        refund.amount,
        sub_account_id=entry.sub_account_id,
        source=source,
        target=Bucket.RETURNED if source is Bucket.SUSPENSE else Bucket.REFUNDED,
        once=f"refund:{refund.request_id}",
        reason="refund",
        now=now,
    )
    refund.released_by_id, refund.released_at = by.person_id, now
    refund.save(update_fields=["released_by_id", "released_at"])
    account = entry.sub_account
    audit.record(
        verb="refund.release",
        by=by,
        now=now,
        listing_id=account.listing_id if account else None,
        subject=refund,
        after={"amount": str(refund.amount), "request_id": str(refund.request_id)},
    )
    outbox.put(topic="bank", key=str(refund.request_id), payload={"refund_id": refund.pk}, now=now)
    if account is not None:
        emit(
            RefundReleased(
                refund_id=refund.pk,
                sub_account_id=account.pk,
                purpose=account.purpose,
                listing_id=account.listing_id,
                organisation_id=account.organisation_id,
                source=refund.source,
                at=now,
            )
        )


@transaction.atomic
def cover(
    *,
    covers_until: datetime,
    by: Actor,
    now: datetime,
    opening_balance: Yuan | None = None,
    closing_balance: Yuan | None = None,
    debit_total: Yuan | None = None,
    credit_total: Yuan | None = None,
    credit_count: int | None = None,
) -> Statement:
    """Record that all bank entries up to `covers_until` are imported, with what the bank says of the account.

    Refuses: not_permitted, invalid (a span that lies in the future; balances of which one is missing).
    """
    require_role(by, FINANCE)
    if covers_until > now:
        raise Refused.because(Code.INVALID, "对账单截止时间不得晚于当前时间。", field="covers_until")
    if (opening_balance is None) != (closing_balance is None):
        raise Refused.because(
            Code.INVALID, "期初余额与期末余额须同时填写，以便与账面核对。", field="closing_balance"
        )
    made = Statement.objects.create(
        covers_until=covers_until,
        opening_balance=opening_balance,
        closing_balance=closing_balance,
        debit_total=debit_total,
        credit_total=credit_total,
        credit_count=credit_count,
        imported_at=now,
        imported_by_id=by.person_id,
    )
    look_again(now=now)
    audit.record(
        verb="money.cover", by=by, now=now, subject=made, after={"covers_until": covers_until.isoformat()}
    )
    return made


def resolve_hold(sub_account_id: int, *, into: Bucket, now: datetime) -> Yuan:
    """Apply or forfeit a whole deposit, once. A refund of it in flight makes the database refuse.

    Gives the amount; zero when nothing was held.
    """
    held = queries.balance(sub_account_id, Bucket.HELD)
    if held == ZERO:
        return ZERO
    ledger.move(
        held,
        sub_account_id=sub_account_id,
        source=Bucket.HELD,
        target=into,
        once=f"resolve:{sub_account_id}",
        reason=str(into),
        now=now,
    )
    return held
