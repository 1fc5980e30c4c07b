"""What happens to money."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class MoneyArrived(Event):
    """A bank entry for a known sub-account was imported; it stands in suspense until a stage takes it."""

    entry_id: int
    sub_account_id: int
    purpose: str
    case_id: int
    organisation_id: int
    now: datetime


@dataclass(frozen=True)
class RefundReleased(Event):
    """A refund was released by finance and will be sent."""

    refund_id: int
    sub_account_id: int
    purpose: str
    case_id: int
    organisation_id: int
    source: str
    at: datetime


@dataclass(frozen=True)
class RemittanceReleased(Event):
    """An order over a lot's money was released by finance and will be sent."""

    remittance_id: int
    case_id: int
    purse: str
    at: datetime


@dataclass(frozen=True)
class RemittancePaid(Event):
    """The bank has paid an order over a lot's money, by a statement that was closed; `at` is what the bank says."""

    remittance_id: int
    case_id: int
    purse: str
    at: datetime
    now: datetime


@dataclass(frozen=True)
class PaymentRejected(Event):
    """The bank did not pay; the same amount is owed again, as `remittance_id` or out of `sub_account_id`.

    `was_held` says of a refund that it is money that had been held for its purpose, and not what never counted.
    """

    case_id: int | None
    request_id: str
    remittance_id: int | None
    sub_account_id: int | None
    was_held: bool
    amount: str
    at: datetime
    now: datetime
