"""What consenting makes true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class AgreementConsented(Event):
    """The counterparty consents to the agreement as it stands."""

    listing_id: int
    now: datetime


@dataclass(frozen=True)
class ConsentWithdrawn(Event):
    """The counterparty has taken its consent back."""

    listing_id: int
    now: datetime
