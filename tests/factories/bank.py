"""The bank in tests: money arrives, and the statement that holds it is closed by two persons of finance."""

from datetime import datetime

from apps.money import commands as money
from apps.money.models import BankEntry, Exceptional, Statement
from apps.money.queries import span_of
from kernel.access import commands as access
from kernel.actors import Actor
from kernel.money import ZERO, Yuan

COMMON = "6100000000000001"
"""The common account of the tests' site."""


def arrive(
    *,
    reference: str,
    number: str,
    amount: Yuan,
    payer: str,
    operator: Actor,
    approver: Actor,
    now: datetime,
    arrived_at: datetime | None = None,
    payer_account: str = "6222000000000001",
) -> money.Imported:
    """Money on an account, imported and counted at `now`; with what is exceptional about it."""
    found = money.import_entry(
        reference=reference,
        credited_number=number,
        amount=amount,
        payer_name=payer,
        payer_account=payer_account,
        arrived_at=arrived_at or now,
        by=operator,
        now=now,
    )
    if not found.repeated:
        close(number, until=arrived_at or now, operator=operator, approver=approver, now=now)
    return money.Imported(found.entry, found.repeated, exception_of(found.entry))


def exception_of(entry: BankEntry) -> Exceptional | None:
    """What is exceptional about a line."""
    return Exceptional.objects.filter(entry=entry).first()


def close(account: str, *, until: datetime, operator: Actor, approver: Actor, now: datetime) -> Statement:
    """Close an account's statement up to an instant, with the balances that its lines give."""
    province = f"{operator.region[:2]}0000"
    span = span_of(account=account, province=province, until=until)
    access.prepare(act="money.cover", slot=account, subject_id=0, payload={}, by=operator, now=now)
    return money.cover(
        account=account,
        covers_until=until,
        opening_balance=span.opening or ZERO,
        closing_balance=span.closing,
        debit_total=span.debits,
        by=approver,
        now=now,
    )
