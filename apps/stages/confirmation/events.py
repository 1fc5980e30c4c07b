"""What confirming makes true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class AwardConfirmed(Event):
    """The award is confirmed; the identities of winner and bidders are no longer hidden."""

    listing_id: int
    confirmation_id: int
    winner_id: int
    now: datetime
