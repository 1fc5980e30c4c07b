"""What becomes known of organisations."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class OrganisationDescribed(Event):
    """An organisation's code, representative, address or phone were written down anew."""

    organisation_id: int
    now: datetime
