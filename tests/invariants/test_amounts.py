"""Money counted twice: by the rules, and by a slow reference that knows nothing of them."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.kinds.prices import PriceUnit, price
from apps.kinds.quantities import Quantity
from apps.kinds.table import QuotaKind
from apps.listings.rules import ceiling, deposit, least_increment, starting_total
from apps.listings.states import ListingStatus
from apps.money import commands as money
from apps.money import payments
from apps.money.models import Bucket, Entry, Refund
from apps.money.queries import deposit_position, faults
from apps.rulebook import presets
from apps.stages.bidding.rules import Bidder, Lot, lowest_valid, why_not_bid
from apps.stages.deposit.commands import give_back_one
from apps.stages.payment.rules import Instalment, Terms, account
from apps.stages.qualification.models import Registration
from kernel.access import commands as access
from kernel.clock import BEIJING
from kernel.errors import Refused
from kernel.money import Yuan
from tests.factories import bank
from tests.factories.actors import enrol
from tests.factories.deal import FINANCE, A, B, Deal, at
from tests.factories.journey import announced, qualify

FEN = Decimal("0.01")
DAY = timedelta(days=1)

# --- late fee (违约金)


def half_up(amount: Fraction) -> int:
    """Whole fen, half up, of an amount in fen."""
    return int(amount + Fraction(1, 2))


def slowly(terms: Terms, paid: list[Instalment], at_: datetime) -> dict[str, Any]:
    """The account in whole fen, one midnight after the other: charge the day that begins, then take its money."""
    unpaid = int((terms.price.amount - terms.deposit.amount) * 100)
    rate = Fraction(terms.daily_rate)
    fee, fee_paid, over = Fraction(0), 0, 0
    settled: datetime | None = None
    waiting = sorted((each for each in paid if each.arrived_at <= at_), key=lambda each: each.arrived_at)
    due_day = (terms.due_at.astimezone(BEIJING) - timedelta(microseconds=1)).date()
    midnight = datetime.combine(due_day + DAY, datetime.min.time(), BEIJING)

    def take(each: Instalment) -> None:
        nonlocal unpaid, fee_paid, over, settled
        left = int(each.amount.amount * 100)
        for part in ("price", "fee") if terms.allocation == "price_first" else ("fee", "price"):
            owed = unpaid if part == "price" else max(half_up(fee) - fee_paid, 0)
            share = min(left, owed)
            left -= share
            if part == "price":
                unpaid -= share
            else:
                fee_paid += share
        over += left
        if settled is None and unpaid == 0 and half_up(fee) <= fee_paid:
            settled = each.arrived_at

    while midnight <= at_:
        while waiting and waiting[0].arrived_at < midnight:
            take(waiting.pop(0))
        if unpaid and terms.fee_runs:
            fee += unpaid * rate
            if terms.cap is not None:
                fee = min(fee, Fraction(terms.price.amount * 100) * Fraction(terms.cap))
        midnight += DAY
    for each in waiting:
        take(each)
    return {
        "late_fee": half_up(fee),
        "outstanding": unpaid + half_up(fee) - fee_paid,
        "unpaid_price": unpaid,
        "overpaid": over,
        "settled_at": settled,
    }


fen = st.integers(1, 500_000_000_00).map(lambda amount: Yuan(Decimal(amount) * FEN))
moments = st.integers(-20 * 86400, 70 * 86400).map(lambda s: at("03-31 00:00") + timedelta(seconds=s))
ends = st.sampled_from([at("04-01 00:00"), at("03-31 17:00"), at("03-31 00:00"), at("04-08 00:00")])


@st.composite
def trades(draw: st.DrawFn) -> tuple[Terms, list[Instalment], datetime]:
    """Terms, instalments (often at midnight, or the exact rest), and the instant of looking."""
    total = draw(fen)
    held = Yuan(draw(st.sampled_from([Decimal(0), (total.amount / 5).quantize(FEN)])))
    terms = Terms(
        price=total,
        deposit=held,
        due_at=draw(ends),
        daily_rate=Decimal(draw(st.sampled_from(["0.0005", "0.0003", "0.01", "0", "0.00012345"]))),
        cap=draw(st.sampled_from([None, None, Decimal("0.01"), Decimal("0.2")])),
        allocation=draw(st.sampled_from(["price_first", "fee_first"])),
        fee_runs=draw(st.sampled_from([True, True, True, False])),
    )
    share = st.sampled_from([1, 2, 3, 7, 1000])
    paid = []
    for _ in range(draw(st.integers(0, 5))):
        moment = draw(moments)
        if draw(st.booleans()):
            moment = moment.replace(hour=0, minute=0, second=0)
        amount = ((total - held).amount / draw(share)).quantize(FEN) or FEN
        paid.append(Instalment(moment, Yuan(amount)))
    return terms, paid, draw(moments) + 30 * DAY


@settings(max_examples=2000)
@given(trade=trades())
def test_price_and_late_fee_agree_with_a_count_day_by_day_to_the_fen(
    trade: tuple[Terms, list[Instalment], datetime],
) -> None:
    terms, paid, at_ = trade
    found = account(terms, paid, at=at_)
    assert {
        "late_fee": int(found.late_fee.amount * 100),
        "outstanding": int(found.outstanding.amount * 100),
        "unpaid_price": int(found.unpaid_price.amount * 100),
        "overpaid": int(found.overpaid.amount * 100),
        "settled_at": found.settled_at,
    } == slowly(terms, paid, at_)


@pytest.mark.parametrize(
    ("arrives", "fee"),
    [
        ("03-31 23:59", "0.00"),
        ("04-01 00:00", "500.00"),
        ("04-01 23:59", "500.00"),
        ("04-02 00:00", "1000.00"),
        ("04-03 09:00", "1500.00"),
        ("05-06 09:00", "18000.00"),
    ],
)
def test_a_day_late_costs_a_day_holidays_count_and_the_due_day_is_free(arrives: str, fee: str) -> None:
    """Due 2026-03-31; the Labour Day holiday from 1 to 5 May is charged like any other days."""
    terms = Terms(Yuan(1000000), Yuan(0), at("04-01 00:00"), Decimal("0.0005"))
    found = account(terms, [Instalment(at(arrives), Yuan(1000000))], at=at("06-01 00:00"))
    assert str(found.late_fee) == fee


# --- increments


@st.composite
def lots(draw: st.DrawFn) -> tuple[Lot, Yuan, bool]:
    """A lot, a price near what may be bid (often a hair off), and whether the bidder stands at the ceiling."""
    start = draw(st.integers(1, 10**12))
    step = draw(st.integers(1, 10**9))
    top = draw(st.none() | st.integers(start, start + 20 * step))
    steps = draw(st.none() | st.integers(0, 15))
    current = None if steps is None else start + steps * step + draw(st.sampled_from([0, 0, 1]))
    if current is not None and top is not None:
        current = min(current, top)
    near = [start, (current or start) + step, top or start, (current or start)]
    offered = max(draw(st.sampled_from(near)) + draw(st.sampled_from([-1, 0, 0, 1, step])), 0)
    rules = presets.parameters("baseline", {"increment_multiple": draw(st.booleans())})

    def yuan(amount: int | None) -> Any:
        return None if amount is None else Yuan(Decimal(amount) * FEN)

    lot = Lot(
        status=ListingStatus.BIDDING,
        opens_at=at("03-25 09:00"),
        closes_at=at("03-30 10:00"),
        listing_period_ends_at=at("03-30 10:00"),
        timed_round=0,
        starting_price=yuan(start),
        increment=yuan(step),
        ceiling=yuan(top),
        current=yuan(current),
        rules=rules,
    )
    return lot, yuan(offered), draw(st.booleans())


def plainly(lot: Lot, offered: Yuan, at_ceiling: bool) -> str:
    """The rule in whole fen, said once more."""

    def whole(amount: Yuan | None) -> int:
        return int(amount.amount * 100) if amount is not None else 0

    price_, start, step = whole(offered), whole(lot.starting_price), whole(lot.increment)
    if lot.ceiling is not None and price_ > whole(lot.ceiling):
        return "above_ceiling"
    if lot.ceiling is not None and price_ == whole(lot.ceiling):
        return "duplicate_request" if at_ceiling else ""
    if lot.current is None and price_ < start:
        return "below_start"
    if lot.current is not None and price_ < whole(lot.current) + step:
        return "below_increment"
    return "not_a_multiple" if lot.rules.increment_multiple and (price_ - start) % step else ""


@settings(max_examples=1200)
@given(case=lots())
def test_a_price_is_taken_or_refused_as_the_plain_rule_says_and_the_lowest_valid_one_is_named(
    case: tuple[Lot, Yuan, bool],
) -> None:
    lot, offered, at_ceiling = case
    bidder = Bidder(
        is_seller_side=False, qualified=True, barred_until=None, deposit_full=True, at_ceiling=at_ceiling
    )

    def says(amount: Yuan) -> str:
        no = why_not_bid(lot=lot, bidder=bidder, unit_price=amount, seen_price=None, at=at("03-26 09:00"))
        if no is not None and no.code in (
            "below_start",
            "below_increment",
            "not_a_multiple",
            "above_ceiling",
        ):
            assert no.detail["lowest_valid"] == str(lowest_valid(lot))
        return str(no.code) if no else ""

    assert says(offered) == plainly(lot, offered, at_ceiling)
    if not lot.rules.increment_multiple and not at_ceiling:
        least = lowest_valid(lot)
        assert says(least) == ""
        assert least == lot.ceiling or says(Yuan(least.amount - FEN)) in ("below_start", "below_increment")


# --- published lots

PUBLISHED = json.loads((Path(__file__).parent.parent / "cases" / "published-lots.json").read_text("utf-8"))
HUNAN = [
    *({"kind": "farmland_area", **lot} for lot in PUBLISHED["hunan_2017_09"]["lots"]),
    *PUBLISHED["hunan_2023_10"]["lots"],
]


@pytest.mark.parametrize("lot", HUNAN, ids=lambda lot: lot["no"])
def test_the_hunan_rules_give_the_published_starting_total_deposit_and_ceiling(lot: dict[str, Any]) -> None:
    """湘资耕指告字[2017]09号 and [2023]10号: 100,000 元/亩, and 30 元/公斤."""
    rules = presets.parameters("hunan")
    kind = QuotaKind(lot["kind"])
    if kind is QuotaKind.GRAIN_CAPACITY:
        quantity, start, unit = Quantity(kind, Decimal(lot["kg"])), Yuan(30), PriceUnit.YUAN_PER_KG
    else:
        quantity, start, unit = Quantity(kind, Decimal(lot["ha"]) * 15), Yuan(100000), PriceUnit.YUAN_PER_MU
    total = starting_total(at_start=price(unit_price=start, unit=unit, quantity=quantity), rules=rules)
    assert total == Yuan(lot["start_wan"] * 10000)
    assert deposit(starting_total=total, rules=rules) == Yuan(lot["deposit_wan"] * 10000)
    if lot.get("ceiling_wan"):
        highest = ceiling(starting_price=start, named=None, rules=rules)
        assert highest is not None
        assert price(unit_price=highest, unit=unit, quantity=quantity) == Yuan(lot["ceiling_wan"] * 10000)
    least = least_increment(starting_price=start, unit=unit, rules=rules)
    assert least == (Yuan(1) if unit is PriceUnit.YUAN_PER_KG else Yuan(5000))


@pytest.mark.parametrize("name", ["henan_2020_3", "henan_2023_83"])
def test_the_henan_rules_take_a_fifth_of_the_published_lots_starting_total(name: str) -> None:
    lot = PUBLISHED[name]
    rules = presets.parameters("henan")
    area = Quantity(QuotaKind.FARMLAND_AREA, Decimal(lot["mu"]))
    at_start = price(unit_price=Yuan(lot["starting_price"]), unit=PriceUnit.YUAN_PER_MU, quantity=area)
    total = starting_total(at_start=at_start, rules=rules)
    assert deposit(starting_total=total, rules=rules).amount * 5 == total.amount


# --- the money ledger under any order of deeds

DEEDS = ("pay", "pay", "pay too much", "stranger pays", "give back", "release", "apply", "forfeit")


@pytest.fixture
def before_opening(db: None, settings: Any, tmp_path: Path) -> Deal:
    """An announced lot; bidders a and b have paid, c has not yet."""
    settings.MEDIA_ROOT = tmp_path
    deal = announced()
    enrol(deal, "c", "中牟县人民政府", region="410122")
    qualify(deal, "c")
    return deal


@settings(max_examples=15)
@given(
    deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.sampled_from([A, B, "c"])), min_size=3, max_size=9)
)
def test_whatever_is_done_in_whatever_order_all_money_received_is_somewhere_and_once(
    before_opening: Deal, deeds: list[tuple[str, str]]
) -> None:
    deal = before_opening
    with transaction.atomic():
        for place, (deed, key) in enumerate(deeds):
            try:
                with transaction.atomic():
                    do(deal, deed, key, place)
            except (Refused, DatabaseError):
                continue
            finally:
                all_money_is_somewhere(deal)
        transaction.set_rollback(True)


def do(deal: Deal, deed: str, key: str, place: int) -> None:
    """One deed with one bidder's deposit, through the commands."""
    row = Registration.objects.get(listing_id=deal.listing_id, organisation=deal.organisation(key))
    now = at("03-12 09:00") + timedelta(minutes=place)
    if "pay" in deed:
        bank.arrive(
            reference=f"{key}-{place}",
            number=row.sub_account.number,
            amount=Yuan({"pay": "70000.01", "pay too much": "200000.02"}.get(deed, "50000.00")),
            payer="他人" if deed == "stranger pays" else row.organisation.name,
            operator=deal.operator(FINANCE),
            approver=deal.approver(FINANCE),
            now=now,
        )
    elif deed == "give back":
        give_back_one(row, reason="退还", at=now, now=now)
    elif deed == "release":
        access.prepare(
            act="refund.release",
            slot=str(row.organisation_id),
            subject_id=deal.listing_id,
            payload={},
            by=deal.operator(FINANCE),
            now=now,
        )
        payments.release_refunds(
            case_id=deal.listing_id,
            organisation_id=row.organisation_id,
            by=deal.approver(FINANCE),
            now=now,
        )
    else:
        money.resolve_hold(
            row.sub_account_id, into=Bucket.APPLIED if deed == "apply" else Bucket.FORFEITED, now=now
        )


def all_money_is_somewhere(deal: Deal) -> None:
    """What the lines of the ledger say arrived equals what its buckets hold, for each bidder."""
    assert faults() == []
    for row in Registration.objects.filter(listing_id=deal.listing_id):
        lines = Entry.objects.filter(account__sub_account_id=row.sub_account_id)
        taken_in = lines.filter(movement__reason="take_in", amount__gt=0).aggregate(sum=Sum("amount"))["sum"]
        stands = deposit_position(row.sub_account_id)
        assert stands.applied + stands.refunded + stands.forfeited + stands.held == (taken_in or Yuan(0))
        released = Refund.objects.filter(
            entry__sub_account_id=row.sub_account_id, source="held", released_at__isnull=False
        ).aggregate(sum=Sum("amount"))["sum"]
        assert stands.refunded == (released or Yuan(0))
