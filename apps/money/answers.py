"""What the acts of money answer with (办理结果)."""

from typing import TypedDict

from apps.money.commands import Imported
from apps.money.models import (
    BalanceReport,
    Exceptional,
    FiscalAccount,
    OutgoingLine,
    Statement,
)
from kernel.clock import iso


class EntryAnswer(TypedDict):
    """A bank entry that was taken, and why it was set aside if it was."""

    entry: int
    reference: str
    exception: str | None
    message: str


def entry_answer(imported: Imported) -> EntryAnswer:
    exception = imported.exception
    return {
        "entry": imported.entry.pk,
        "reference": imported.entry.reference,
        "exception": exception.code if exception else None,
        "message": exception.sentence if exception else "",
    }


class CoverAnswer(TypedDict):
    """Until when the statement is complete, and how many credits it has."""

    covers_until: str
    credits: int | None


def cover_answer(statement: Statement) -> CoverAnswer:
    return {"covers_until": iso(statement.covers_until), "credits": statement.credit_count}


class BalanceAnswer(TypedDict):
    """The balance that was reported."""

    account: str
    balance: str


def balance_answer(report: BalanceReport) -> BalanceAnswer:
    return {"account": report.account, "balance": str(report.balance)}


class ExceptionAnswer(TypedDict):
    """What was decided about money set aside."""

    outcome: str
    amount: str


def decision_answer(exceptional: Exceptional) -> ExceptionAnswer:
    return {"outcome": exceptional.outcome, "amount": str(exceptional.amount)}


class OutgoingAnswer(TypedDict):
    """What an outgoing line was taken for."""

    reference: str
    outcome: str


def line_answer(line: OutgoingLine) -> OutgoingAnswer:
    return {"reference": line.reference, "outcome": line.outcome}


class AccountAnswer(TypedDict):
    """An account on record."""

    account: int
    number: str


def account_answer(account: FiscalAccount) -> AccountAnswer:
    return {"account": account.pk, "number": account.number}
