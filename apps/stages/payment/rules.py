"""Price, instalments and late fee (价款、违约金), counted exactly, day by day, rounded once.

Late fee of a day = daily rate × price unpaid at the start of that day (00:00 in Beijing), for every day after the
due date; money that arrives during a day lowers the base from the next day on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from apps.listings.states import LABELS, ListingStatus
from apps.money.rules import Verdict, taken_but_for
from kernel.clock import BEIJING
from kernel.errors import Code, Refusal
from kernel.money import ZERO, Yuan, round_fen
from kernel.text import same

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Instalment:
    """Money for the price as it arrived at the bank, in yuan."""

    arrived_at: datetime
    amount: Yuan


@dataclass(frozen=True)
class Terms:
    """What is owed: the price less the deposit, until when, and what lateness costs."""

    price: Yuan
    deposit: Yuan
    due_at: datetime
    daily_rate: Decimal
    cap: Decimal | None = None
    allocation: Literal["price_first", "fee_first"] = "price_first"
    fee_runs: bool = True
    """False while the due date is provisional: no late fee is charged until the calendar is confirmed."""


@dataclass(frozen=True)
class Account:
    """How the price stands at an instant. Amounts in yuan; `late_fee` is what has accrued, rounded half up to 分."""

    paid: Yuan
    unpaid_price: Yuan
    late_fee: Yuan
    outstanding: Yuan
    overpaid: Yuan
    settled_at: datetime | None
    price_paid_at: datetime | None


def account(terms: Terms, instalments: Sequence[Instalment], *, at: datetime) -> Account:
    """The state of the price at `at`, from what arrived before or at that instant, in order of arrival."""
    book = _Book(terms)
    for each in sorted(instalments, key=lambda one: one.arrived_at):
        if each.arrived_at <= at:
            book.run_to(each.arrived_at)
            book.pay(each)
    book.run_to(at)
    return book.close()


class _Book:
    """Runs from the due instant day by day, exactly."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.unpaid = terms.price.amount - terms.deposit.amount
        self.fee = Decimal(0)
        self.fee_paid = Decimal(0)
        self.over = Decimal(0)
        self.paid = Decimal(0)
        self.next_day = _first_fee_day(terms.due_at)
        self.settled_at: datetime | None = None
        self.price_paid_at: datetime | None = None

    def run_to(self, at: datetime) -> None:
        """Charge every day whose start lies at or before `at`."""
        if not self.terms.fee_runs or self.unpaid <= 0 or at < self.next_day:
            return
        days = (at - self.next_day) // _DAY + 1
        self.fee += self.unpaid * self.terms.daily_rate * days
        if self.terms.cap is not None:
            self.fee = min(self.fee, self.terms.price.amount * self.terms.cap)
        self.next_day += days * _DAY

    def pay(self, each: Instalment) -> None:
        """Settle price first, or fee first, with what has arrived; keep what is too much."""
        left = each.amount.amount
        self.paid += left
        parts = (self._to_price, self._to_fee)
        for settle in parts if self.terms.allocation == "price_first" else reversed(parts):
            left = settle(left)
        self.over += left
        if self.unpaid <= 0 and self.price_paid_at is None:
            self.price_paid_at = each.arrived_at
        if self.unpaid <= 0 and self._fee_owed() <= 0 and self.settled_at is None:
            self.settled_at = each.arrived_at

    def _to_price(self, amount: Decimal) -> Decimal:
        part = min(amount, self.unpaid)
        self.unpaid -= part
        return amount - part

    def _to_fee(self, amount: Decimal) -> Decimal:
        part = max(min(amount, self._fee_owed()), Decimal(0))
        self.fee_paid += part
        return amount - part

    def _fee_owed(self) -> Decimal:
        return round_fen(self.fee).amount - self.fee_paid

    def close(self) -> Account:
        """The figures, each rounded once."""
        fee = round_fen(self.fee)
        unpaid = Yuan(self.unpaid)
        return Account(
            paid=Yuan(self.paid),
            unpaid_price=unpaid,
            late_fee=fee,
            outstanding=unpaid + fee - Yuan(self.fee_paid),
            overpaid=Yuan(self.over),
            settled_at=self.settled_at,
            price_paid_at=self.price_paid_at,
        )


def _first_fee_day(due_at: datetime) -> datetime:
    """00:00 of the first day after the due date. A period that ends at 24:00 ends at that very instant."""
    due = due_at.astimezone(BEIJING)
    midnight = due.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if midnight == due else midnight + _DAY


def why_not_receive(
    *, payer: str, winner: str, listing: ListingStatus, is_own: bool = False
) -> Refusal | None:
    """Why an entry does not count towards the price: a third party's, or the deal has ended."""
    if not is_own and not same(payer, winner):
        return Refusal(Code.PAYER_MISMATCH, "付款人与竞得人不一致，款项原路退回，请以竞得人名义付款。")
    if listing is not ListingStatus.CONTRACTED:
        return Refusal(Code.WRONG_STATUS, "合同未生效或价款已结清，款项原路退回。", {"status": str(listing)})
    return None


def judged(
    *,
    payer: str,
    winner: str,
    listing: ListingStatus,
    is_own: bool,
    arrived_at: datetime,
    amount: Yuan,
    terms: Terms | None,
    known: Sequence[Instalment],
    tolerance: Yuan,
    at: datetime,
) -> Verdict:
    """What becomes of an entry once it counts, after the `known` ones: the same for preview and booking."""
    refusal = why_not_receive(payer=payer, winner=winner, listing=listing, is_own=is_own)
    if refusal is not None:
        return Verdict(refusal=refusal, sentence=refusal.sentence)
    taken = ZERO
    if terms is not None:
        after = account(terms, [*known, Instalment(arrived_at, amount)], at=at)
        taken = max(amount - after.overpaid, ZERO)
    return taken_but_for(amount - taken, amount=amount, what="应付价款及违约金", tolerance=tolerance)


def why_not_remit(*, status: ListingStatus, owed: bool, open_objections: int) -> Refusal | None:
    """`suspended` while it stands still, `wrong_status` when nothing is owed, `objection_open` meanwhile."""
    if status is ListingStatus.SUSPENDED:
        return Refusal(Code.SUSPENDED, "项目已中止，恢复后方可划付款项。", {"status": str(status)})
    if not owed:
        return Refusal(
            Code.WRONG_STATUS,
            f"项目现为“{LABELS[status]}”，没有待划付的款项，无需办理。",
            {"status": str(status)},
        )
    if open_objections:
        return Refusal(
            Code.OBJECTION_OPEN,
            f"尚有{open_objections}件异议未办结，办结后方可划付款项。",
            {"open": str(open_objections)},
        )
    return None
