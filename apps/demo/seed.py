"""Filling the market: the histories of two provinces' lots told together, from a year ago to the present."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection

from apps.demo.adjustments import applied_for, settle_rules
from apps.demo.asides import asides_of
from apps.demo.certified_lots import certified_tellers
from apps.demo.closed_adjustment import gone_and_closed
from apps.demo.demands import came
from apps.demo.histories import History, Teller
from apps.demo.models import Seeding
from apps.demo.offices import leave_waiting, strays, year_books
from apps.demo.organisations import HUNAN, settle_organisations
from apps.demo.pairings import paired
from apps.demo.plans import plans
from apps.demo.price_rules import settle_prices
from apps.demo.proceeds import followed
from apps.demo.verifications import areas, verified
from apps.listings.models import Listing
from apps.process.reminders import remind
from kernel import clock
from kernel.clock import SimulatedClock, beijing
from kernel.deadlines import runner
from kernel.deadlines.queries import next_look_at

_START_DAYS = 355
_YEAR_CLOSES_AFTER = timedelta(days=40)


def is_half_told() -> bool:
    """Whether a telling was stopped: its market serves nobody, and none is told on top of it."""
    return Seeding.objects.filter(ended_at=None).exists()


def seed(*, now: datetime, say: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Fill an empty market up to `now`; gives how many listings there are. A market with listings is left alone.

    That it came to its end is stored (`is_half_told`).
    """
    if Listing.objects.exists():
        return Listing.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")  # a demonstration's history may be told again
    told = Seeding.objects.create(begun_at=now)
    closed_year = beijing(now - _YEAR_CLOSES_AFTER).year - 1
    year_ago = now - timedelta(days=_START_DAYS)
    began = min(year_ago, beijing(now).replace(year=closed_year, month=12, day=1, hour=9))
    with clock.simulated(began) as moved:
        provinces = settle_organisations(now=moved.now())
        for organisations in provinces:
            settle_prices(province=organisations.province.code, now=moved.now())
            settle_rules(province=organisations.province.code, now=moved.now())
        tellers = [
            Teller(plan, organisations)
            for organisations in provinces
            for plan in plans(organisations, now=now)
        ]
        for organisations in provinces:
            tellers += certified_tellers(organisations, now=now)
        histories = [teller.tell() for teller in tellers]
        histories += [
            year_books(organisations, year=closed_year)
            for organisations in provinces
            if organisations.province is HUNAN
        ]
        histories += [strays(organisations, now=now) for organisations in provinces]
        histories += [story for teller in tellers for story in asides_of(teller)]
        histories += [
            verified(organisations, area, number)
            for organisations in provinces
            for number, area in enumerate(areas(organisations, now=now), start=1)
        ]
        histories += [applied_for(organisations, now=now) for organisations in provinces]
        histories += [gone_and_closed(organisations, now=now) for organisations in provinces]
        histories += [followed(organisations, now=now) for organisations in provinces]
        histories += [came(organisations, now=now) for organisations in provinces]
        histories += [paired(organisations, now=now) for organisations in provinces]
        play_all(histories, moved, until=now, say=say)
        for organisations in provinces:
            leave_waiting(organisations, tellers)
        remind(now=now)
    told.ended_at = now
    told.save(update_fields=["ended_at"])
    return Listing.objects.count()


def play_all(
    histories: list[History], moved: SimulatedClock, *, until: datetime, say: Callable[[int, int], None]
) -> None:
    """Wake the story whose hour comes next, with everything that falls due on the way, until the present."""
    waiting = [(next(story), number) for number, story in enumerate(histories)]
    heapq.heapify(waiting)
    while waiting and waiting[0][0] < until:
        at, number = heapq.heappop(waiting)
        _pass_to(max(at, moved.now()), moved)
        following = next(histories[number], None)
        if following is not None:
            heapq.heappush(waiting, (following, number))
        say(len(histories) - len(waiting), len(histories))
    _pass_to(until, moved)


def _pass_to(at: datetime, moved: SimulatedClock) -> None:
    while (moment := next_look_at(after=moved.now())) is not None and moment <= at:
        moved.move_to(moment)
        runner.run_due(now=moment)
    moved.move_to(at)
    runner.run_due(now=at)
