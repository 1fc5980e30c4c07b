"""Which lots there are: in each province some in every status, told apart by county, place, works and price."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from apps.demo.histories import Aside, Plan
from apps.demo.organisations import HUNAN, Organisations
from apps.kinds.quantities import Quantities
from kernel.clock import beijing

_AREAS = ("沿河片区", "北部岗地", "南部山前", "东部平原", "西部丘陵", "灌区下游", "城郊片区", "湖滨片区")


def plans(organisations: Organisations, *, now: datetime) -> list[Plan]:
    """The lots of a province, spread over the statuses as the present finds them."""
    book = _Book(organisations)
    today = beijing(now).replace(hour=10, minute=0, second=0, microsecond=0)
    (_of_hunan if organisations.province is HUNAN else _of_henan)(book, now, today)
    return book.plans


@dataclass
class _Book:
    """The plans of a province, numbered as they come."""

    organisations: Organisations
    plans: list[Plan] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)

    def add(
        self,
        closes_at: datetime,
        *asides: Aside,
        bids: int = 0,
        bidders: int = 0,
        turn: str = "",
        seller: str = "",
        winner: str = "",
    ) -> None:
        """One more lot: whose turn it is to sell sells, unless one is named; `winner` bids last."""
        number = len(self.plans) + 1
        sellers = self.organisations.sellers
        seller = seller or sellers[number % len(sellers)]
        grade = 4 + number % 10
        quantities, unit, price = _lot(number, grade)
        self.plans.append(
            Plan(
                number=number,
                seller=seller,
                quantities=quantities,
                grade=grade,
                starting_price=price,
                unit=unit,
                closes_at=closes_at,
                bidders=self._bidders(number, bidders, bids=bids, turn=turn, seller=seller, winner=winner),
                bids=bids,
                turn=turn,
                area=self._area(seller),
                asides=frozenset(asides),
            )
        )
        self.taken[seller] += 1

    def _area(self, seller: str) -> str:
        """A part of the county that no other lot of it has; counties begin with different ones."""
        first = 3 * sum(ord(sign) for sign in seller)
        return _AREAS[(first + self.taken[seller]) % len(_AREAS)]

    def _bidders(
        self, number: int, count: int, *, bids: int, turn: str, seller: str, winner: str
    ) -> tuple[str, ...]:
        *steady, black_sheep = self.organisations.bidders
        first = number % len(steady)
        ring = [each for each in steady[first:] + steady[:first] if each != seller]
        if turn == "live":
            ring = steady
        elif turn == "defaulted":
            ring = [black_sheep, *steady]
        if winner:
            ring = [each for each in ring if each != winner]
            ring.insert((bids - 1) % count, winner)
        return tuple(ring[:count])


def _of_henan(book: _Book, now: datetime, today: datetime) -> None:
    """About forty lots: a year of deals, today's bidding, and applications on their way."""
    add = book.add

    def ago(days: int) -> datetime:
        return today - timedelta(days=days)

    def ahead(days: int) -> datetime:
        return today + timedelta(days=days)

    add(ago(300), bids=4, bidders=2)
    add(ago(245), Aside.USED, bids=4, bidders=2, winner="bidder1")
    add(ago(190), Aside.CLAIMED, bids=5, bidders=2, winner="bidder2")
    add(ago(135), Aside.QUESTION, bids=5, bidders=2, seller="bidder1")
    add(ago(88), Aside.OBJECTION, bids=4, bidders=2, seller="seller1")
    add(ago(58), Aside.OVERPAID, bids=5, bidders=2, winner="bidder1")
    add(ago(84), bids=5, bidders=2, turn="late")
    add(ago(60), bids=3, bidders=2, turn="defaulted")
    add(ago(75), bidders=1, turn="unsold")
    add(ago(44), bidders=2, bids=1, turn="unsold_reserve")
    add(ago(40), Aside.SAME_PAYER, bids=5, bidders=2, turn="stalled", seller="seller2")
    add(ago(23), Aside.LAST_SECOND, bids=6, bidders=2)
    add(ago(21), Aside.PAID_TWICE, bids=4, bidders=2, seller="seller1", winner="bidder2")
    add(ago(19), Aside.PROMISED, bids=6, bidders=2)
    add(ago(16), Aside.REFUND_FORGOTTEN, bids=3, bidders=3)
    add(ago(14), Aside.MISNAMED, bids=5, bidders=2, winner="bidder3")
    add(ago(11), bids=6, bidders=2)
    add(ago(9), Aside.REFUND_RETURNED, bids=4, bidders=2)
    add(ago(6), bids=5, bidders=2, winner="bidder1")
    add(ago(4), bids=3, bidders=2, seller="seller2")
    add(ago(2), bids=5, bidders=2)
    add(now - timedelta(hours=3), bids=5, bidders=4)
    for delta in (
        timedelta(minutes=6),
        timedelta(minutes=45),
        timedelta(hours=4),
        timedelta(days=1),
        timedelta(days=2),
        timedelta(days=3),
    ):
        add(now + delta, bids=4, bidders=3, turn="live")
    add(ahead(6), bids=3, bidders=2)
    add(ahead(8), Aside.QUESTION, bids=3, bidders=2, seller="seller1")
    add(ahead(11), bids=3, bidders=2, turn="applying")
    add(ahead(14), bids=3, bidders=2)
    add(ahead(2), turn="suspended", bidders=2)
    add(ago(12), turn="terminated", bidders=2)
    # So near that each has come as far as it is to come by now, whatever day of the year it is.
    add(ahead(16), turn="approved")
    add(ahead(17), turn="approved")
    add(ahead(19), turn="under_review")
    add(ahead(21), turn="under_review")
    add(ahead(20), turn="under_review", seller="seller2")
    add(ahead(18), turn="returned", seller="seller1")
    add(ahead(10), turn="withdrawn")
    add(ahead(22), turn="draft", seller="seller1")
    add(ahead(22), turn="draft", seller="seller2")


def _of_hunan(book: _Book, now: datetime, today: datetime) -> None:
    """A smaller market under other rules: longer bidding, a share as increment, a ceiling at one and a half times."""
    add = book.add

    def at(days: int) -> datetime:
        return today + timedelta(days=days)

    add(at(-210), Aside.USED, bids=3, bidders=2, seller="seller1", winner="bidder1")
    add(at(-120), Aside.QUESTION, bids=4, bidders=2, seller="bidder1", winner="bidder2")
    add(at(-64), Aside.CLAIMED, Aside.REFUND_RETURNED, bids=3, bidders=2, seller="seller2", winner="bidder1")
    add(at(-40), Aside.MISNAMED, bids=3, bidders=2, turn="stalled", winner="bidder3")
    add(at(-17), Aside.REFUND_FORGOTTEN, Aside.PAID_TWICE, bids=4, bidders=3, seller="seller1")
    add(now - timedelta(hours=5), bids=3, bidders=3)
    add(now + timedelta(hours=2), bids=4, bidders=3, turn="live")
    add(at(13), Aside.QUESTION, bids=3, bidders=2, seller="seller1")
    add(at(19), bids=3, bidders=1, turn="applying")
    add(at(24), turn="approved")
    add(at(26), turn="under_review")
    add(at(27), turn="under_review", seller="seller2")
    add(at(25), turn="returned", seller="seller1")
    add(at(18), turn="withdrawn", seller="seller2")
    add(at(28), turn="draft", seller="seller1")


def _lot(number: int, grade: int) -> tuple[Quantities, str, str]:
    """Quantities, price unit and starting price: farmland with capacity, paddy alone, capacity alone, all three."""
    area = 20 + (number * 37) % 160
    kg_per_mu = (16 - grade) * 100
    more = number % 7
    match number % 5:
        case 0:
            return Quantities(0, f"{area}.2500", 0), "yuan_per_mu", f"{80000 + 2000 * more}.00"
        case 1:
            return Quantities(0, 0, area * 1000), "yuan_per_kg", f"{30 + more}.00"
        case 2:
            return (
                Quantities(f"{area}.5000", f"{area // 2}.0000", area * kg_per_mu + kg_per_mu // 2),
                "yuan_per_mu",
                f"{60000 + 1500 * more}.00",
            )
        case _:
            return Quantities(f"{area}.0000", 0, area * kg_per_mu), "yuan_per_mu", f"{50000 + 1000 * more}.00"
