"""What announcing makes true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event
from kernel.transparency import Told


@dataclass(frozen=True)
class ListingAnnounced(Event):
    """A lot was announced; its facts are frozen."""

    told = Told.EVERYBODY
    listing_id: int
    announcement_id: int
    now: datetime


@dataclass(frozen=True)
class AnnouncementAmended(Event):
    """A supplementary announcement changed an announced lot."""

    told = Told.EVERYBODY
    listing_id: int
    supplement_id: int
    now: datetime
