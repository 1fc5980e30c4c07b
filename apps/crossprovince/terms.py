"""Until when a scheme is published (方案公示期), on either side."""

from dataclasses import dataclass
from datetime import datetime

from kernel.deadlines.commands import Period


@dataclass(frozen=True)
class Term:
    """The end of a publication: counted by a period from its beginning, or, without one, the ministry's own day."""

    ends_at: datetime
    begun: datetime | None = None
    period: Period | None = None
