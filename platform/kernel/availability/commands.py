"""The platform's pulse: proof of service, and the record of its absence."""

from datetime import datetime, timedelta

from django.db import transaction

from kernel import lanes
from kernel.availability.models import ClockSetting, Heartbeat, Outage
from kernel.availability.queries import TOLERATED, Gap


@transaction.atomic
def beat(*, now: datetime) -> Gap | None:
    """A process proves that it can take bids. Gives the gap before it when that was an outage, recorded once.

    The pulse never goes back: a process whose clock was behind would have made an outage of the difference.
    """
    lanes.hold(lanes.PLATFORM, 1)
    last = Heartbeat.objects.filter(pk=1).first()
    if last is not None and now < last.alive_at:
        return None
    Heartbeat.objects.update_or_create(pk=1, defaults={"alive_at": now})
    if last is None or now - last.alive_at <= TOLERATED:
        return None
    Outage.objects.create(began_at=last.alive_at, ended_at=now)
    return Gap(last.alive_at, now)


@transaction.atomic
def go_down(*, now: datetime) -> Outage:
    """Record that service ended at `now` (a maintenance window, or a rehearsed failure)."""
    return Outage.objects.create(began_at=now)


@transaction.atomic
def come_back(*, now: datetime) -> Gap | None:
    """Record that service is back; None when it was not away."""
    lanes.hold(lanes.PLATFORM, 1)
    outage = Outage.objects.select_for_update().filter(ended_at=None).first()
    if outage is None:
        return None
    outage.ended_at = now
    outage.save(update_fields=["ended_at"])
    return Gap(outage.began_at, now)


@transaction.atomic
def set_shared_clock(*, stands_at: datetime) -> None:
    """Stop the shared clock at `stands_at` for every process that uses it. The pulse is carried along."""
    Heartbeat.objects.filter(pk=1, alive_at__lt=stands_at).update(alive_at=stands_at)
    ClockSetting.objects.update_or_create(pk=1, defaults={"stands_at": stands_at, "ahead_by": None})


@transaction.atomic
def move_shared_clock(*, by: timedelta, now: datetime) -> datetime:
    """Move the shared clock forward by `by` for every process that uses it; gives the instant it then shows.

    Time that is skipped in a demonstration is no outage: the pulse is carried along. A move backwards is a
    ValueError, for what was decided stays decided.
    """
    if by <= timedelta(0):
        raise ValueError("the clock moves forward only")
    lanes.hold(lanes.PLATFORM, 1)
    setting = ClockSetting.objects.select_for_update().filter(pk=1).first()
    ahead = (setting.ahead_by if setting else None) or timedelta(0)
    ClockSetting.objects.update_or_create(pk=1, defaults={"stands_at": None, "ahead_by": ahead + by})
    Heartbeat.objects.update_or_create(pk=1, defaults={"alive_at": now + by})
    return now + by
