"""Whether a bid is taken, what the next one must be, and how rounds and draws end."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from apps.listings.states import ListingStatus
from apps.rulebook.presets import parameters
from apps.stages.bidding import rules
from kernel.errors import Code
from kernel.money import Yuan
from tests.stages.moments import day

BOOK = parameters("baseline")
LOT = rules.Lot(
    status=ListingStatus.BIDDING,
    opens_at=day(25),
    closes_at=day(30),
    listing_period_ends_at=day(30),
    timed_round=0,
    starting_price=Yuan(50000),
    increment=Yuan(5000),
    ceiling=None,
    current=None,
    rules=BOOK,
)
DURING = day(26)
BIDDER = rules.Bidder(
    is_seller_side=False, qualified=True, barred_until=None, deposit_full=True, at_ceiling=False
)


def _why_not(
    price: int = 50000, *, lot: rules.Lot = LOT, bidder: rules.Bidder = BIDDER, seen: Any = None, at: Any = DURING,
    saw_none: bool = False,
) -> Code | None:  # fmt: skip
    refusal = rules.why_not_bid(
        lot=lot, bidder=bidder, unit_price=Yuan(price), seen_price=seen, saw_none=saw_none, at=at
    )
    return refusal.code if refusal else None


def test_the_first_bid_is_the_starting_price_or_more() -> None:
    assert _why_not(50000) is None
    assert _why_not(49999) is Code.BELOW_START
    assert rules.next_valid(LOT, count=3) == [Yuan(50000), Yuan(55000), Yuan(60000)]


def test_each_bid_is_a_step_above_the_one_before() -> None:
    lot = replace(LOT, current=Yuan(60000))
    assert _why_not(65000, lot=lot) is None
    assert _why_not(64999, lot=lot) is Code.BELOW_INCREMENT
    assert _why_not(60000, lot=lot) is Code.BELOW_INCREMENT


def test_bids_are_taken_from_the_opening_to_the_close_exclusive() -> None:
    moment = timedelta(microseconds=1)
    quiet = timedelta(minutes=BOOK.quiet_last_minutes)
    assert _why_not(at=LOT.opens_at) is None
    assert _why_not(at=LOT.opens_at - moment) is Code.BIDDING_NOT_OPEN
    assert _why_not(at=LOT.closes_at - quiet - moment) is None
    assert _why_not(at=LOT.closes_at) is Code.BIDDING_CLOSED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"is_seller_side": True}, Code.SELF_DEALING),
        ({"qualified": False}, Code.NOT_QUALIFIED),
        ({"barred_until": day(31)}, Code.BARRED),
        ({"deposit_full": False}, Code.DEPOSIT_MISSING),
    ],
)
def test_who_may_not_bid_is_told_why(changes: dict[str, Any], code: Code) -> None:
    assert _why_not(bidder=replace(BIDDER, **changes)) is code


def test_at_the_ceiling_each_bidder_bids_once_and_nobody_above_it() -> None:
    lot = replace(LOT, ceiling=Yuan(62000), current=Yuan(60000))
    assert _why_not(62000, lot=lot) is None
    assert _why_not(62001, lot=lot) is Code.ABOVE_CEILING
    full = replace(lot, current=Yuan(62000))
    assert _why_not(62000, lot=full) is None
    assert _why_not(62000, lot=full, bidder=replace(BIDDER, at_ceiling=True)) is Code.DUPLICATE_REQUEST
    assert rules.next_valid(lot, count=3) == [Yuan(62000)]


def test_a_bidder_that_saw_another_price_is_told() -> None:
    lot = replace(LOT, current=Yuan(60000))
    assert _why_not(70000, lot=lot, seen=Yuan(60000)) is None
    assert _why_not(70000, lot=lot, seen=Yuan(55000)) is Code.STALE_PRICE
    assert _why_not(70000, lot=lot, saw_none=True) is Code.STALE_PRICE
    assert _why_not(70000, lot=lot) is None


def test_a_suspended_or_an_unannounced_lot_takes_no_bid() -> None:
    assert _why_not(lot=replace(LOT, status=ListingStatus.SUSPENDED)) is Code.SUSPENDED
    assert _why_not(lot=replace(LOT, status=ListingStatus.DRAFT)) is Code.BIDDING_NOT_OPEN
    assert _why_not(lot=replace(LOT, status=ListingStatus.CLOSED)) is Code.BIDDING_CLOSED


def test_no_bid_is_taken_in_the_last_minutes_that_the_rules_keep_quiet() -> None:
    lot = replace(LOT, rules=parameters("baseline", {"quiet_last_minutes": 10}))
    assert _why_not(lot=lot, at=day(30, 8, 49)) is None
    assert _why_not(lot=lot, at=day(30, 8, 50)) is Code.BIDDING_CLOSED


def test_timed_bidding_begins_after_its_pause() -> None:
    timed = {"enabled": True, "round_minutes": 5, "least_bidders": 2, "pause_minutes": 30}
    book = parameters("baseline", {"timed_bidding": timed})
    ends = rules.first_round_ends(listing_period_ends_at=day(30), rules=book)
    lot = replace(LOT, rules=book, timed_round=1, closes_at=ends, listing_period_ends_at=day(30))
    assert ends == day(30, 9, 35)
    assert _why_not(lot=lot, at=day(30, 9, 29)) is Code.BIDDING_NOT_OPEN
    assert _why_not(lot=lot, at=day(30, 9, 30)) is None


def test_a_timed_round_begins_again_with_each_bid_and_never_ends_sooner() -> None:
    book = parameters(
        "baseline", {"timed_bidding": {"enabled": True, "round_minutes": 5, "least_bidders": 2}}
    )
    lot = replace(LOT, rules=book, timed_round=1, closes_at=day(30, 9, 10), listing_period_ends_at=day(30))
    after = rules.after_bid(lot, unit_price=Yuan(50000), at=day(30, 9, 8))
    assert (after.closes_at, after.timed_round, after.current) == (day(30, 9, 13), 2, Yuan(50000))
    soon = rules.after_bid(lot, unit_price=Yuan(50000), at=day(30, 9, 4))
    assert soon.closes_at == day(30, 9, 10)
    assert rules.starts_timed_round(timed_round=0, bidders=2, rules=book)
    assert not rules.starts_timed_round(timed_round=0, bidders=1, rules=book)
    assert not rules.starts_timed_round(timed_round=1, bidders=2, rules=book)


def test_the_draw_depends_on_secret_and_hash_and_not_on_the_order_of_paddles() -> None:
    drawn = rules.draw(secret_hex="00" * 32, last_hash="a" * 64, paddles=[3, 1, 2])
    assert drawn == rules.draw(secret_hex="00" * 32, last_hash="a" * 64, paddles=[1, 2, 3])
    others = {
        rules.draw(secret_hex=f"{n:02x}" * 32, last_hash="a" * 64, paddles=[1, 2, 3]) for n in range(40)
    }
    assert others == {1, 2, 3}


def test_a_history_with_a_gap_or_a_price_off_the_steps_is_named() -> None:
    def fault(*prices: int, **changes: Any) -> str:
        bids = [
            rules.BidHistoryLine(number, Yuan(price), day(26)) for number, price in enumerate(prices, start=1)
        ]
        given: dict[str, Any] = {
            "starting_price": Yuan(50000), "increment": Yuan(5000), "ceiling": None, "opens_at": day(25),
            "closes_at": day(30),
        }  # fmt: skip
        return rules.fault_of_bid_history(changes.pop("bids", bids), **given | changes)

    assert fault(50000, 55000) == ""
    assert fault(49000) == "第1次报价低于公告的起始价或加价幅度"
    assert fault(50000, 54000) == "第2次报价低于公告的起始价或加价幅度"
    assert fault(50000, 56000, ceiling=Yuan(55000)) == "第2次报价高于最高限价"
    assert fault(50000, opens_at=day(27)) == "第1次报价不在竞价时间内"
    assert fault(bids=[rules.BidHistoryLine(2, Yuan(50000), day(26))]) == "第1次报价缺失"
