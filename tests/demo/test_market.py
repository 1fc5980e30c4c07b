"""The demonstration's market, whatever day it is seeded on."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from django.test import Client

from apps.crossprovince.demand_faults import demand_faults
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_states import DemandStatus
from apps.demo.certified_lots import certified_tellers
from apps.demo.histories import Teller, office_hour
from apps.demo.organisations import HENAN, HUNAN, LOGINS, PROVINCES, Organisations, Province
from apps.demo.plans import plans
from apps.desks import urls as desk_urls
from apps.funds.pay_ins import paid_of
from apps.kinds.table import QuotaKind
from apps.land.models import Project
from apps.listings.models import Listing
from apps.listings.queries import selling
from apps.listings.states import ListingStatus
from apps.parties.models import Organisation, Person
from apps.parties.roles import Role
from apps.quota.batch_models import Batch, Source
from apps.quota.models import Account
from apps.quota.queries import faults
from apps.surplus.models import Verification
from apps.surplus.states import VerificationStatus as S
from kernel.access.models import Preparation
from kernel.clock import BEIJING

MIDNIGHT = datetime(2026, 1, 1, 0, 1, tzinfo=BEIJING)
_KEYS = ("seller1", "seller2", *(f"bidder{number}" for number in range(1, 12)))
_LAST_STEP: dict[str, Callable[[datetime], datetime]] = {
    "draft": lambda handed_in: handed_in - timedelta(days=3),
    "under_review": lambda handed_in: handed_in,
    "withdrawn": lambda handed_in: office_hour(handed_in + timedelta(days=1), 10),
    "returned": lambda handed_in: office_hour(handed_in + timedelta(days=1), 14),
    "approved": lambda handed_in: office_hour(handed_in + timedelta(days=2), 10),
}
"""When a story that turns off the road has come to its status, by the instant at which the application is handed in."""


@pytest.mark.django_db
@pytest.mark.parametrize("province", PROVINCES, ids=lambda each: each.name)
def test_every_turned_application_has_come_as_far_as_it_is_to_come_on_any_day_of_the_year(
    province: Province,
) -> None:
    """A story that lies partly ahead would leave the market without a draft, a return or an approved lot."""
    organisations = Organisations({key: Organisation(name=key) for key in _KEYS}, province=province)
    ahead, seen = [], set()
    for number in range(0, 365, 8):
        now = MIDNIGHT + timedelta(days=number)
        tellers = [Teller(plan, organisations) for plan in plans(organisations, now=now)]
        for teller in [*tellers, *certified_tellers(organisations, now=now)]:
            turn = teller.plan.turn
            if turn in _LAST_STEP:
                seen.add(turn)
                last = _LAST_STEP[turn](teller.dates()[0])
                if last > now:
                    ahead.append((now, turn, last))
    assert seen == set(_LAST_STEP)
    assert ahead == []


_EMPTY = re.compile(r'<div class="empty">')
_MAY_BE_EMPTY = {"/desk/deadlines/"}
"""Nothing is overdue or failed while the engine is on time; a market whose engine is late would be a bad example."""
_ADDRESSES = [
    f"/desk/{each.pattern}"
    for each in desk_urls.urlpatterns
    if "<" not in str(each.pattern) and each.name not in ("payment_file",)
]
_PUBLIC = ("/", "/listings/", "/announcements/", "/results/", "/market/", "/guide/", "/rules/", "/years/")


def _logins(province: Province) -> list[str]:
    """Every login of a province, and the platform's."""
    names = dict(LOGINS)
    return [name for group in (names[province.name], names["全平台"]) for _, each in group for name in each]


def _browser(username: str) -> Client:
    client = Client()
    person = Person.objects.get(username=username)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@cache
def _page(username: str, address: str) -> str:
    """The text of a page; empty where it is none of this person's, or no page."""
    answer: Any = _browser(username).get(address) if username else Client().get(address)
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
        return ""
    text: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return text.decode()


def test_no_two_lots_have_one_title_and_no_two_projects_one_name(market: None) -> None:
    for names in (
        list(Listing.objects.values_list("title", flat=True)),
        list(Project.objects.values_list("name", flat=True)),
    ):
        assert len(names) > 50
        assert len(set(names)) == len(names)
        assert all("（演示）" in name for name in names)


@pytest.mark.parametrize("province", PROVINCES, ids=lambda each: each.name)
def test_each_province_has_lots_announced_bid_on_and_completed(market: None, province: Province) -> None:
    statuses = set(Listing.objects.filter(province=province.code).values_list("status", flat=True))
    assert {
        ListingStatus.ANNOUNCED,
        ListingStatus.BIDDING,
        ListingStatus.COMPLETED,
        ListingStatus.UNDER_REVIEW,
        ListingStatus.RETURNED,
        ListingStatus.DRAFT,
    } <= statuses


@pytest.mark.parametrize("province", PROVINCES, ids=lambda each: each.name)
def test_each_province_has_surplus_quota_certified_and_on_its_way(market: None, province: Province) -> None:
    statuses = set(Verification.objects.filter(province=province.code).values_list("status", flat=True))
    assert statuses == {S.CERTIFIED, S.VERIFIED, S.CITY_REVIEW, S.RETURNED, S.COMMISSIONED}


@pytest.mark.parametrize("province", PROVINCES, ids=lambda each: each.name)
def test_each_province_sells_surplus_quota_beside_the_other(market: None, province: Province) -> None:
    """One lot was sold, carried to its end and used in part; others are announced, reviewed and written down."""
    lots = selling(Listing.objects.filter(province=province.code), QuotaKind.CONSTRUCTION_AREA)
    assert set(lots.values_list("status", flat=True)) == {
        *(ListingStatus.COMPLETED, ListingStatus.BIDDING, ListingStatus.ANNOUNCED),
        *(ListingStatus.UNDER_REVIEW, ListingStatus.DRAFT),
    }
    sold = lots.get(status=ListingStatus.COMPLETED)
    assert sold.number is not None
    assert sold.number.startswith("节余挂")
    held = Account.objects.filter(
        kind=QuotaKind.CONSTRUCTION_AREA, batch__region__code__startswith=province.code[:2],
        batch__source=Source.VERIFICATION,
    )  # fmt: skip
    buyers = held.exclude(holder_id=sold.seller_id)
    assert {each.bucket: str(each.balance) for each in buyers if each.balance > 0} == {
        "available": "6.0000",
        "used": "2.0000",
    }
    assert faults() == []


@pytest.mark.parametrize("province", PROVINCES, ids=lambda each: each.name)
def test_each_province_has_received_quota_of_another(market: None, province: Province) -> None:
    demand = Demand.objects.get(province=province.code)
    assert (demand.state, str(demand.price)) == (DemandStatus.CLOSED, "3000000.00")
    assert str(paid_of(demand.pk)) == "3000000.00"
    batch = Batch.objects.get(source=Source.SCHEME, source_id=demand.pk)
    assert [str(each.amount) for each in batch.lines.all()] == ["10.0000"]
    assert demand_faults() == []


@pytest.mark.parametrize("address", _ADDRESSES)
@pytest.mark.parametrize("province", PROVINCES, ids=lambda each: each.name)
def test_every_page_of_a_desk_shows_something_to_somebody(
    market: None, province: Province, address: str
) -> None:
    pages = {who: page for who in _logins(province) if (page := _page(who, address))}
    if pages and address not in _MAY_BE_EMPTY:
        assert [who for who, page in pages.items() if not _EMPTY.search(page)], list(pages)


def test_most_addresses_of_the_desks_are_pages(market: None) -> None:
    seen = [each for each in _ADDRESSES if any(_page(who, each) for who in _logins(HENAN))]
    assert len(seen) > 25


@pytest.mark.parametrize("state", ["open", "prepared", "returned"])
@pytest.mark.parametrize("province", PROVINCES, ids=lambda each: each.name)
def test_unmatched_money_is_in_every_state(market: None, province: Province, state: str) -> None:
    page = _page(f"{province.login}finance-op", f"/desk/money/?state={state}")
    assert page
    assert not _EMPTY.search(page)


@pytest.mark.parametrize("address", [*_PUBLIC, "/market/?province=430000", "/guide/?province=430000"])
def test_every_public_page_has_something_to_read(market: None, address: str) -> None:
    page = _page("", address)
    assert page
    assert not _EMPTY.search(page)


@pytest.mark.parametrize(("province", "other"), [(HENAN, HUNAN), (HUNAN, HENAN)], ids=["河南省", "湖南省"])
def test_nobody_of_one_province_reads_of_the_other_on_a_desk(
    market: None, province: Province, other: Province
) -> None:
    bodies = Organisation.objects.filter(region__code__startswith=other.code[:2]).exclude(kind=Role.PLATFORM)
    foreign = [*bodies.values_list("name", flat=True)]
    foreign += Listing.objects.filter(province=other.code).values_list("title", flat=True)
    number = re.compile(rf"〕{other.code[:2]}[0-9]{{4}}号")
    found = []
    for who in dict.fromkeys(_logins(province)):
        if who.startswith("platform"):
            continue
        for address in _ADDRESSES:
            page = _page(who, address)
            found += [(who, address, each) for each in foreign if each in page]
            found += [(who, address, each) for each in number.findall(page)]
    assert found == []


def test_an_office_opens_no_draft_of_the_other_province(market: None) -> None:
    for province, other in ((HENAN, HUNAN), (HUNAN, HENAN)):
        draft = Listing.objects.filter(province=other.code, status=ListingStatus.UNDER_REVIEW).earliest("pk")
        for key in ("centre", "province", "finance", "supervisor", "seller1"):
            answer = _browser(f"{province.login}{key}-op").get(f"/desk/listings/{draft.pk}/")
            assert answer.status_code == 404, (key, answer.status_code)


def test_everything_that_waits_waits_for_an_approver_of_its_own_organisation(market: None) -> None:
    kinds = Counter(Preparation.objects.filter(decided_at=None).values_list("act", flat=True))
    assert kinds["refund.release"] >= 3
    assert kinds["review.decide"] >= 3
    assert len(kinds) >= 12
    assert Preparation.objects.filter(released=False).exclude(remark="").count() >= 4
