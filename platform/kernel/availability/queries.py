"""Was there a time in which bidders could not bid?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Q

from kernel.availability.models import Heartbeat, Outage

TOLERATED = timedelta(seconds=60)
"""A gap up to this long is no outage (process: the platform was down)."""


@dataclass(frozen=True)
class Gap:
    """A span without service, within the window asked about."""

    began_at: datetime
    ended_at: datetime

    @property
    def length(self) -> timedelta:
        """How long bidders could not bid."""
        return self.ended_at - self.began_at


def gaps(*, since: datetime, until: datetime, now: datetime) -> list[Gap]:
    """Recorded outages cut to [since, until), with the one still running counted up to `now`."""
    found = [
        Gap(max(each.began_at, since), min(each.ended_at or now, until))
        for each in Outage.objects.filter(began_at__lt=until).filter(Q(ended_at__gt=since) | Q(ended_at=None))
    ]
    beat = Heartbeat.objects.first()
    if beat is not None and now - beat.alive_at > TOLERATED and beat.alive_at < until and now > since:
        found.append(Gap(max(beat.alive_at, since), min(now, until)))
    return [gap for gap in found if gap.length > timedelta(0)]


def worst_gap(
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    tolerated: timedelta = TOLERATED,
    served_at: Callable[[Gap], Iterable[datetime]] = lambda gap: (),
) -> Gap | None:
    """The longest gap over what is tolerated, or None when bidders could always bid.

    Gaps up to `TOLERATED` are not recorded, so less than that tolerates no less.

    `served_at` gives instants within a gap at which a bid was taken nevertheless: there it was none.
    """
    found = [gap for gap in gaps(since=since, until=until, now=now) if gap.length > tolerated]
    parts = [part for gap in found for part in _parted(gap, served_at(gap)) if part.length > tolerated]
    return max(parts, key=lambda gap: gap.length, default=None)


def _parted(gap: Gap, instants: Iterable[datetime]) -> list[Gap]:
    edges = [gap.began_at, *sorted(instants), gap.ended_at]
    return [Gap(earlier, later) for earlier, later in pairwise(edges)]


def is_down() -> bool:
    """Whether an outage is running, as recorded."""
    return Outage.objects.filter(ended_at=None).exists()
