"""Was there a time in which bidders could not bid?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

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


def worst_gap(*, since: datetime, until: datetime, now: datetime) -> Gap | None:
    """The longest gap over what is tolerated, or None when bidders could always bid."""
    long = [gap for gap in gaps(since=since, until=until, now=now) if gap.length > TOLERATED]
    return max(long, key=lambda gap: gap.length, default=None)


def is_down() -> bool:
    """Whether an outage is running, as recorded."""
    return Outage.objects.filter(ended_at=None).exists()
