"""Until when a scheme is published (方案公示期), on either side."""

from dataclasses import dataclass
from datetime import datetime

from kernel.deadlines import commands as deadlines
from kernel.deadlines.commands import Period


@dataclass(frozen=True)
class Term:
    """The end of a publication: counted by a period from its beginning, or, without one, the ministry's own day."""

    ends_at: datetime
    begun: datetime | None = None
    period: Period | None = None

    def open(self, kind: str, *, case_id: int, now: datetime) -> None:
        """Open the deadline at its end; what is counted in days is counted anew with each calendar."""
        if self.period is None or self.begun is None:
            deadlines.set_at(kind=kind, case_id=case_id, due_at=self.ends_at, now=now)
        else:
            deadlines.start(kind=kind, case_id=case_id, triggered_at=self.begun, period=self.period)
