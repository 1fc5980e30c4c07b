"""What transferring makes true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class QuotaTransferred(Event):
    """The quota is the buyer's; filing and publication are due."""

    listing_id: int
    transfer_id: int
    winner_id: int
    now: datetime


@dataclass(frozen=True)
class QualityConfirmed(Event):
    """A retest was confirmed: the seller owes a refund and the ledger is corrected."""

    listing_id: int
    claim_id: int
    winner_id: int
    now: datetime
