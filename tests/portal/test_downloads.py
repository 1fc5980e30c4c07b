"""What machines take from the portal: open data, feeds, calendars."""

import csv
import io
import json
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from icalendar import Calendar
from pytest_django import Settings

from apps.documents.models import Document
from apps.insight import open_data
from apps.listings.commands import resume, suspend, terminate
from apps.listings.models import Listing
from apps.parties.models import Organisation
from kernel.deadlines.models import Deadline
from kernel.web.icalendar_feed import Date, calendar_of
from tests.factories.deal import CENTRE, A, Deal, at
from tests.factories.journey import announced, bidding_lot, closed, confirmed
from tests.factories.visitors import copies, fetched, read

pytestmark = pytest.mark.django_db
NOW = at("03-28 12:00")
ADDRESSES = ("/open-data/listings", "/open-data/results")


def _rows(address: str, *, now: datetime = NOW) -> list[list[str]]:
    text = read(address, now=now)
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


def _items(address: str, *, now: datetime = NOW) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(read(address, now=now))["items"]
    return found


def test_csv_and_json_hold_the_same_rows_of_the_same_filter() -> None:
    deal = announced()
    copies(deal.listing, 25)
    for query, count in (("", 26), ("?q=复制项目", 25), ("?county=410184", 0), ("?status=bidding", 0)):
        assert len(_rows(f"/open-data/listings.csv{query}")) == count + 1
        assert len(_items(f"/open-data/listings.json{query}")) == count


@pytest.mark.parametrize(
    ("address", "table"), [(ADDRESSES[0], open_data.LISTINGS), (ADDRESSES[1], open_data.OUTCOMES)]
)
def test_json_describes_itself(address: str, table: Any) -> None:
    confirmed()
    now = at("03-31 10:00")
    answer = fetched(f"{address}.json", now=now)
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    whole = json.loads(answer.body)
    assert set(whole) == {"title", "about", "licence", "generated_at", "fields", "items"}
    assert datetime.fromisoformat(whole["generated_at"]) == now
    names = [each["name"] for each in whole["fields"]]
    assert names == [each.name for each in table.fields]
    assert all(set(each) == {"name", "label", "unit"} for each in whole["fields"])
    for item in whole["items"]:
        assert list(item) == names
        assert all(value is None or isinstance(value, (str, int)) for value in item.values())


def test_a_result_in_open_data() -> None:
    confirmed()
    [item] = _items("/open-data/results.json", now=at("03-31 10:00"))
    assert item["unit_price"] == "65000.00"
    assert item["total_price"] == "1300000.00"
    assert item["premium"] == "30.00"
    assert item["winner"] == "中牟水厂项目建设单位"
    assert item["confirmed_at"] == "2026-03-31T09:00:00+08:00"
    assert item["priced_quantity"] == "20.0000"


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@sum", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    deal = announced()
    copies(deal.listing, 1, title=text)
    Organisation.objects.filter(pk=deal.listing.seller_id).update(name=text)
    cells = [cell for row in _rows("/open-data/listings.csv")[1:] for cell in row]
    assert cells.count(f"'{text}") == 3
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_the_bid_history_is_taken_away_after_the_close_only() -> None:
    deal = bidding_lot()
    deal.bid(A, 60000, now=at("03-27 10:00"))
    address = f"/open-data/bid-history/{deal.listing_id}"
    for extension in ("csv", "json"):
        read(f"{address}.{extension}", now=NOW, status=404)
    deal.suspend(now=at("03-28 11:00"))
    read(f"{address}.csv", now=NOW, status=404)
    deal.resume(now=at("03-28 12:00"))
    now = at("03-31 12:00")
    deal.run(now)
    assert [row[2] for row in _rows(f"{address}.csv", now=now)[1:]] == ["60000.00"]
    whole = json.loads(read(f"{address}.json", now=now))
    assert whole["unit"] == "元/亩"
    assert [item["sequence"] for item in whole["items"]] == [1]
    read("/open-data/bid-history/999999999.csv", now=now, status=404)
    read(f"/open-data/bid-history/{2**63}.csv", now=now, status=404)


def test_feeds_are_rss_in_chinese_with_stable_addresses() -> None:
    deal = announced()
    copies(deal.listing, 3)
    document = Document.objects.get(kind="announcement")
    root = ET.fromstring(read("/feeds/announcements.xml", now=NOW))
    [item] = root.findall("./channel/item")
    assert item.findtext("title") == "交易公告：通许县补充耕地指标"
    assert (item.findtext("link") or "").endswith(f"/announcements/{document.verification_code}/")
    assert root.findtext("./channel/language") == "zh-cn"
    assert not ET.fromstring(read("/feeds/announcements.xml?county=410184", now=NOW)).findall(
        "./channel/item"
    )


def test_the_feed_of_results_says_the_price_and_after_confirmation_the_winner() -> None:
    deal = closed()
    text = read("/feeds/results.xml", now=at("03-30 11:00"))
    assert "成交：通许县补充耕地指标，65,000.00 元/亩" in text
    assert "中牟水厂" not in text
    deal.confirm()
    text = read("/feeds/results.xml", now=at("03-31 11:00"))
    assert "竞得人中牟水厂项目建设单位" in text
    ET.fromstring(text)


def test_a_feed_costs_the_same_however_many_items(django_assert_num_queries: Any) -> None:
    deal = confirmed()
    for address, cost in (("/feeds/announcements.xml", 2), ("/feeds/results.xml", 1)):
        for rows in (0, 30):
            copies(deal.listing, rows)
            with django_assert_num_queries(cost):
                read(address, now=at("04-01 10:00"))


def test_the_dates_of_a_lot_are_a_calendar_of_beijing() -> None:
    deal = announced()
    answer = fetched(f"/listings/{deal.listing_id}/dates.ics", now=NOW)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.body)
    events: dict[str, Any] = {
        str(each["SUMMARY"]).partition("：")[0]: each for each in calendar.walk("VEVENT")
    }
    opening = events["竞价开始"]
    assert opening["DTSTART"].dt == at("03-25 09:00"), "what begins begins then"
    assert opening["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert opening["STATUS"] == "CONFIRMED"
    assert events["报名截止"]["DTEND"].dt == at("03-20 00:00")
    again = Calendar.from_ical(fetched(f"/listings/{deal.listing_id}/dates.ics", now=at("03-29 12:00")).body)
    uids = [str(each["UID"]) for each in again.walk("VEVENT")]
    assert uids == [str(each["UID"]) for each in calendar.walk("VEVENT")]
    assert len(uids) == len(set(uids))


def test_a_provisional_date_is_tentative() -> None:
    deal = confirmed()
    Deadline.objects.filter(case_id=deal.listing_id, kind="contract").update(provisional=True)
    answer = fetched(f"/listings/{deal.listing_id}/dates.ics", now=at("04-01 10:00"))
    events = {str(each["SUMMARY"]): each for each in Calendar.from_ical(answer.body).walk("VEVENT")}
    tentative = [each for each in events.values() if each["STATUS"] == "TENTATIVE"]
    assert len(tentative) == 1
    assert str(tentative[0]["SUMMARY"]).endswith("（预估）")


def _calendar(deal: Deal, *, now: datetime, client: Client | None = None) -> dict[str, Any]:
    """The entries of a lot's calendar by what they stand for."""
    body = fetched(f"/listings/{deal.listing_id}/dates.ics", now=now, client=client).body
    return {
        str(each["UID"]).split("-")[2].partition("@")[0]: each
        for each in Calendar.from_ical(body).walk("VEVENT")
    }


def _reason() -> dict[str, Any]:
    return {"reason": "标的权属需要核实。", "public_reason": "核实标的情况。"}


def test_a_calendar_is_the_same_under_every_name_of_the_site(settings: Settings) -> None:
    deal = announced()
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://jy.example.gov.cn", ["*"]
    for host in ("jy.example.gov.cn", "10.0.0.8"):
        for event in _calendar(deal, now=NOW, client=Client(SERVER_NAME=host)).values():
            assert str(event["UID"]).endswith("@jy.example.gov.cn")
            assert str(event["URL"]) == f"https://jy.example.gov.cn/listings/{deal.listing_id}/"


def test_a_suspended_lots_dates_are_tentative_and_newer_than_before() -> None:
    deal = bidding_lot()
    before = _calendar(deal, now=at("03-26 09:00"))
    deal.do(
        CENTRE, "listing.suspend", suspend, now=at("03-26 10:00"), listing_id=deal.listing_id, **_reason()
    )
    after = _calendar(deal, now=at("03-26 11:00"))
    assert (before["bidding_close"]["STATUS"], after["bidding_close"]["STATUS"]) == ("CONFIRMED", "TENTATIVE")
    assert "中止" in str(after["bidding_close"]["SUMMARY"])
    assert after["bidding_open"]["STATUS"] == "CONFIRMED", "that has happened"
    assert int(after["bidding_close"]["SEQUENCE"]) > int(before["bidding_close"]["SEQUENCE"])
    deal.do(CENTRE, "listing.resume", resume, now=at("03-27 10:00"), listing_id=deal.listing_id)
    again = _calendar(deal, now=at("03-27 11:00"))
    assert again["bidding_close"]["STATUS"] == "CONFIRMED"
    assert int(again["bidding_close"]["SEQUENCE"]) > int(after["bidding_close"]["SEQUENCE"])


def test_a_terminated_lot_was_never_sold_and_its_dates_are_off() -> None:
    deal = bidding_lot()
    before = _calendar(deal, now=at("03-26 09:00"))
    ended = at("03-26 10:00")
    deal.do(CENTRE, "listing.terminate", terminate, now=ended, listing_id=deal.listing_id, **_reason())
    after = _calendar(deal, now=at("03-26 11:00"))
    assert "closed" not in after
    assert (after["terminated"]["DTSTART"].dt, after["terminated"]["STATUS"]) == (ended, "CONFIRMED")
    assert str(after["terminated"]["SUMMARY"]).startswith("终止时间")
    assert after["bidding_close"]["STATUS"] == "CANCELLED"
    assert int(after["bidding_close"]["SEQUENCE"]) > int(before["bidding_close"]["SEQUENCE"])
    assert set(before) <= set(after), "an entry that was taken over is called off, not forgotten"
    page = read(f"/listings/{deal.listing_id}/", now=at("03-26 11:00"))
    assert "成交时间" not in page
    assert "终止时间" in page


def test_a_calendar_escapes_what_is_written_into_it() -> None:
    dates = [Date(uid="a", title="甲；乙,丙\n丁", at=NOW, text="x\nBEGIN:VEVENT")]
    calendar = Calendar.from_ical(calendar_of("名,称", dates, now=NOW))
    [event] = calendar.walk("VEVENT")
    assert str(event["SUMMARY"]) == "甲；乙,丙\n丁"


def test_open_data_streams_in_one_query(django_assert_num_queries: Any) -> None:
    deal = confirmed()
    copies(deal.listing, 30)
    for address in ADDRESSES:
        for extension in ("csv", "json"):
            with django_assert_num_queries(1):
                read(f"{address}.{extension}", now=at("04-01 10:00"))


def test_the_page_names_every_field_with_its_unit() -> None:
    page = read("/open-data/", now=NOW)
    for table in (open_data.LISTINGS, open_data.OUTCOMES, open_data.BID_HISTORY):
        for field in table.fields:
            assert f"<code>{field.name}</code>" in page
            assert field.label in page


def test_what_is_not_announced_is_in_no_page_and_no_file() -> None:
    begun = Deal.begun()
    Listing.objects.filter(pk=begun.listing_id).update(title="尚未公告的项目")
    for address in (
        "/",
        "/listings/",
        "/listings/?q=尚未公告",
        "/announcements/",
        "/results/",
        "/market/",
        "/feeds/announcements.xml",
        "/feeds/results.xml",
        "/open-data/listings.csv",
        "/open-data/listings.json",
        "/open-data/results.csv",
        "/open-data/results.json",
    ):
        text = read(address, now=NOW)
        assert "尚未公告的项目" not in text, address


def test_nobody_is_named_anywhere_before_the_confirmation() -> None:
    deal = closed()
    now = at("03-30 11:00")
    for address in (
        "/",
        "/listings/",
        f"/listings/{deal.listing_id}/",
        "/results/",
        "/market/",
        "/announcements/",
        "/feeds/announcements.xml",
        "/feeds/results.xml",
        "/open-data/listings.json",
        "/open-data/results.json",
        "/open-data/results.csv",
        f"/open-data/bid-history/{deal.listing_id}.csv",
        f"/listings/{deal.listing_id}/dates.ics",
    ):
        text = read(address, now=now)
        for name in ("中牟水厂", "新郑市人民政府"):
            assert name not in text, address
    assert not _items("/open-data/listings.json?q=中牟", now=now)
