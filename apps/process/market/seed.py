"""Filling the market: about forty stories told together, from months ago to the present."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection

from apps.listings.models import Listing
from apps.process.market.stories import Plan, Teller
from apps.process.market.town import Town, settle_town
from kernel import clock
from kernel.clock import SimulatedClock, beijing
from kernel.deadlines import runner
from kernel.deadlines.queries import next_look_at
from kernel.quantity import Quantities

_START_DAYS = 210


def seed(*, now: datetime, say: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Fill an empty market up to `now`; gives how many listings there are. A market with listings is left alone."""
    if Listing.objects.exists():
        return Listing.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")  # a demonstration's history may be told again
    with clock.simulated(now - timedelta(days=_START_DAYS)) as moved:
        town = settle_town(now=moved.now())
        _tell_all(plans(town, now=now), town, moved, until=now, say=say)
    return Listing.objects.count()


def _tell_all(
    all_plans: list[Plan],
    town: Town,
    moved: SimulatedClock,
    *,
    until: datetime,
    say: Callable[[int, int], None],
) -> None:
    """Wake the story whose hour comes next, with everything that falls due on the way, until the present."""
    stories = [Teller(plan, town).tell() for plan in all_plans]
    waiting = [(next(story), number) for number, story in enumerate(stories)]
    heapq.heapify(waiting)
    while waiting and waiting[0][0] < until:
        at, number = heapq.heappop(waiting)
        _pass_to(max(at, moved.now()), moved)
        following = next(stories[number], None)
        if following is not None:
            heapq.heappush(waiting, (following, number))
        say(len(all_plans) - len(waiting), len(all_plans))
    _pass_to(until, moved)


def _pass_to(at: datetime, moved: SimulatedClock) -> None:
    while (moment := next_look_at(after=moved.now())) is not None and moment <= at:
        moved.move_to(moment)
        runner.run_due(now=moment)
    moved.move_to(at)
    runner.run_due(now=at)


def plans(town: Town, *, now: datetime) -> list[Plan]:
    """About forty lots of all kinds, spread over every status as the present finds them."""
    made: list[Plan] = []
    today = beijing(now).replace(hour=10, minute=0, second=0, microsecond=0)

    def add(closes_at: datetime, *, bids: int = 0, bidders: int = 0, turn: str = "") -> None:
        number = len(made) + 1
        grade = 4 + number % 10
        quantities, unit, price = _lot(number, grade)
        *steady, black_sheep = town.bidders
        first = number % len(steady)
        ring = steady[first:] + steady[:first]
        if turn == "live":
            ring = steady
        elif turn == "defaulted":
            ring = [black_sheep, *steady]
        made.append(
            Plan(
                number=number,
                seller=town.sellers[number % len(town.sellers)],
                quantities=quantities,
                grade=grade,
                starting_price=price,
                unit=unit,
                closes_at=closes_at,
                bidders=tuple(ring[:bidders]),
                bids=bids,
                turn=turn,
            )
        )

    for days in (150, 128, 108, 88, 70, 58):
        add(today - timedelta(days=days), bids=4 + days % 5, bidders=2 + days % 2)
    add(today - timedelta(days=84), bids=5, bidders=2, turn="late")
    add(today - timedelta(days=60), bids=3, bidders=2, turn="defaulted")
    add(today - timedelta(days=75), bidders=1, turn="unsold")
    add(today - timedelta(days=44), bidders=2, bids=1, turn="unsold_reserve")
    for days in (23, 21, 19, 16, 14, 11, 9, 6, 4, 2):
        add(today - timedelta(days=days), bids=3 + days % 4, bidders=2)
    add(now - timedelta(hours=3), bids=5, bidders=3)
    for delta in (
        timedelta(minutes=6),
        timedelta(minutes=45),
        timedelta(hours=4),
        timedelta(days=1),
        timedelta(days=2),
        timedelta(days=3),
    ):
        add(now + delta, bids=4, bidders=3, turn="live")
    for days in (6, 8, 11, 14):
        add(today + timedelta(days=days), bids=3, bidders=2, turn="applying" if days == 11 else "")
    add(today + timedelta(days=2), turn="suspended", bidders=2)
    add(today - timedelta(days=12), turn="terminated", bidders=2)
    # So near that each has come as far as it is to come by now, whatever day of the year it is.
    add(today + timedelta(days=16), turn="approved")
    add(today + timedelta(days=17), turn="approved")
    add(today + timedelta(days=19), turn="under_review")
    add(today + timedelta(days=21), turn="under_review")
    add(today + timedelta(days=18), turn="returned")
    add(today + timedelta(days=10), turn="withdrawn")
    add(today + timedelta(days=22), turn="draft")
    return made


def _lot(number: int, grade: int) -> tuple[Quantities, str, str]:
    """Quantities, price unit and starting price: farmland with capacity, paddy alone, capacity alone, all three."""
    area = 20 + (number * 37) % 160
    kg_per_mu = (16 - grade) * 100
    match number % 5:
        case 0:
            return Quantities(0, f"{area}.2500", 0), "yuan_per_mu", "80000.00"
        case 1:
            return Quantities(0, 0, area * 1000), "yuan_per_kg", "30.00"
        case 2:
            return (
                Quantities(f"{area}.5000", f"{area // 2}.0000", area * kg_per_mu + kg_per_mu // 2),
                "yuan_per_mu",
                "60000.00",
            )
        case _:
            return Quantities(f"{area}.0000", 0, area * kg_per_mu), "yuan_per_mu", "50000.00"
