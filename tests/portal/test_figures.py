"""The figures of the market against a market that was counted by hand."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.insight.market_statistics import added, deals, grouped
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind
from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.portal import market
from kernel.money import Yuan
from tests.factories.deal import Deal, at
from tests.factories.journey import closed, confirmed
from tests.factories.visitors import copies, fetched, read, sold

pytestmark = pytest.mark.django_db
NOW = at("05-20 10:00")


@pytest.fixture
def deal() -> Deal:
    """One confirmed deal: 20 亩 at 65,000 元 over a start of 50,000 元, closed on 30 March."""
    return confirmed()


def _more(deal: Deal) -> None:
    """Three more: 10 亩 of farmland and 8 亩 of paddy in April, 30,000 公斤 in April by another county."""
    [farmland] = copies(deal.listing, 1, status="bidding", sells=Quantities(10, 0, 18000))
    [paddy] = copies(
        deal.listing, 1, status="bidding", sells=Quantities(0, 8, 18000), starting_price=Yuan(80000)
    )
    [capacity] = copies(
        deal.listing, 1, status="bidding", price_unit="yuan_per_kg", sells=Quantities(20, 0, 30000),
        starting_price=Yuan("30.00"), seller=deal.organisation("a"),
    )  # fmt: skip
    for twin, price, day in (
        (farmland, "100000", "04-30 23:30"),
        (paddy, "90000", "04-01 00:10"),
        (capacity, "33.33", "04-15 10:00"),
    ):
        sold(deal.listing, Listing.objects.get(pk=twin.pk), price=price, at=at(day))


def test_the_sums_are_those_counted_by_hand(deal: Deal) -> None:
    _more(deal)
    found = deals(province="410000")
    whole = added(found)
    assert whole.lots == 4
    assert whole.turnover == Yuan("1300000") + Yuan("1000000") + Yuan("720000") + Yuan("999900")
    assert whole.at_start == 1000000 + 500000 + 640000 + 900000
    assert whole.premium == Decimal("0.3223")
    months = {
        f"{month:%m}": added(below).lots for month, below in grouped(found, lambda each: each.month).items()
    }
    assert months == {"03": 1, "04": 3}
    kinds = {kind: added(below) for kind, below in grouped(found, lambda each: each.kind).items()}
    assert kinds[QuotaKind.FARMLAND_AREA].average == Yuan("76666.67")
    assert kinds[QuotaKind.FARMLAND_AREA].quantity == 30
    assert kinds[QuotaKind.PADDY_AREA].average == Yuan("90000")
    assert kinds[QuotaKind.GRAIN_CAPACITY].average == Yuan("33.33")
    counties = {code: added(below).lots for code, below in grouped(found, lambda each: each.region).items()}
    assert counties == {"410222": 3, "410184": 1}


def test_a_month_is_one_of_beijing(deal: Deal) -> None:
    twin = copies(deal.listing, 1, status="bidding")[0]
    sold(deal.listing, twin, price="60000", at=at("04-01 00:00") - timedelta(microseconds=1))
    assert {f"{each.month:%Y-%m}" for each in deals()} == {"2026-03"}


def test_a_deal_counts_from_its_confirmation_on() -> None:
    found = closed()
    assert deals() == []
    found.run(at("03-31 08:00"))
    found.confirm()
    assert [each.sums.lots for each in deals()] == [1]


@pytest.mark.parametrize("status", [ListingStatus.DEFAULTED, ListingStatus.TERMINATED])
def test_a_deal_that_fell_through_does_not_count(deal: Deal, status: ListingStatus) -> None:
    Listing.objects.filter(pk=deal.listing_id).update(status=status)
    assert deals() == []


def test_a_deal_that_is_suspended_still_counts(deal: Deal) -> None:
    deal.suspend(now=at("04-01 09:00"))
    assert [each.sums.lots for each in deals()] == [1]


def test_a_province_and_a_period_limit_the_figures(deal: Deal) -> None:
    _more(deal)
    assert deals(province="430000") == []
    assert added(deals(since=at("04-01 00:00"))).lots == 3
    assert market.month_ago(at("03-15 10:00"), 11) == at("04-01 00:00").replace(year=2025)
    assert market.month_ago(at("01-01 00:00"), 1) == at("12-01 00:00").replace(year=2025)


def test_all_figures_come_from_one_query(deal: Deal, django_assert_num_queries: Any) -> None:
    for _ in range(2):
        with django_assert_num_queries(1):
            market.market(province="410000", since=None)
        _more(deal)


def test_charts_and_map_draw_the_numbers_of_the_tables(deal: Deal) -> None:
    _more(deal)
    page = read("/market/?period=all", now=NOW)

    def drawn(name: str) -> Any:
        found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page)
        assert found, name
        return json.loads(found[1])

    area = drawn("chart_area")
    assert area["categories"] == ["2026-03", "2026-04"]
    assert [(each["name"], each["data"]) for each in area["series"]] == [
        ("耕地数量", [65000.0, 100000.0]),
        ("水田规模", [None, 90000.0]),
    ]
    assert drawn("chart_turnover")["series"][0]["data"] == [130.0, 271.99]
    assert drawn("chart_premium")["series"][0]["data"] == [30.0, 33.33]
    counties = drawn("map_data")["counties"]
    assert counties["410222"] == {"price": 79473.68, "turnover": 302.0, "area": 38.0, "lots": 3}
    assert counties["410184"] == {"price": None, "turnover": 99.99, "area": None, "lots": 1}
    for figure in ("79,473.68", "999,900.00", "2,719,900.00", "33.33%", "76,666.67", "32.23%"):
        assert figure in page, figure


def test_the_columns_of_the_tables_are_those_of_their_heads(deal: Deal) -> None:
    _more(deal)
    figures = market.market(province="410000", since=None)
    heads = [line.kind for line in figures.kinds]
    assert all([kind for kind, _ in line.kinds] == heads for line in figures.months)
    assert heads == [QuotaKind.FARMLAND_AREA, QuotaKind.PADDY_AREA, QuotaKind.GRAIN_CAPACITY]


def test_a_market_without_deals_says_so() -> None:
    Deal.begun()
    assert "尚无已确认的成交" in read("/market/", now=NOW)
    assert "—" in read("/", now=NOW)


def test_boundaries_are_kept_by_browsers_and_asked_for_once() -> None:
    answer = fetched("/market/boundaries/410000.geojson", now=NOW)
    collection = json.loads(answer.body)
    assert {"410222", "410184", "419001"} <= {each["id"] for each in collection["features"]}
    assert "max-age=2592000" in answer.headers["Cache-Control"]
    again = fetched(
        "/market/boundaries/410000.geojson", now=NOW, headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.body) == (304, b"")
    packed = fetched("/market/boundaries/410000.geojson", now=NOW, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.body) < len(answer.body) / 3
    assert packed.headers["Vary"] == "Accept-Encoding"
    for absent in ("110000", "..", "x"):
        read(f"/market/boundaries/{absent}.geojson", now=NOW, status=404)
