"""What filing makes true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class FilingSubmitted(Event):
    """The dossier went to the province."""

    listing_id: int
    filing_id: int
    now: datetime


@dataclass(frozen=True)
class FilingAccepted(Event):
    """The province accepted the dossier."""

    listing_id: int
    filing_id: int
    now: datetime
