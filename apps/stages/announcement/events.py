"""What announcing makes true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class ListingAnnounced(Event):
    """A lot was announced; its facts are frozen."""

    listing_id: int
    announcement_id: int
    now: datetime


@dataclass(frozen=True)
class AnnouncementAmended(Event):
    """A supplementary announcement changed an announced lot."""

    listing_id: int
    supplement_id: int
    now: datetime
