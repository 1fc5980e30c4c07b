"""One lot through the pages, step by step, each step a form that a person fills in."""

import json
from decimal import Decimal
from typing import Any

from django.conf import settings

from apps.land import drawing
from apps.land.models import Project
from apps.land.queries import drawn_apart
from apps.listings.models import Listing
from apps.money.models import Refund, SubAccount
from apps.money.queries import span_of
from apps.quota.batch_models import Batch
from apps.stages.announcement.queries import portal_facts
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import confirmation_facts
from apps.stages.review.states import Subject
from kernel import clock
from kernel.clock import beijing
from tests.factories.desk_site import DeskSite, reached
from tests.factories.papers import CHECKLIST, TO_BID, TO_LIST

LOT: dict[str, Any] = {
    "title": "通许县补充耕地指标第一批",
    "farmland_area": "20",
    "grain_capacity": "18000",
    "grade": "7",
    "starting_price": "50000.00",
    "price_unit": "yuan_per_mu",
    "contact": "鄢女士 0371-60000000",
    "acceptance_record_no": "豫省备〔2025〕31号",
    "ecology_no": "汴环评〔2025〕7号",
}


def ticked(opinion: str) -> dict[str, str]:
    """Every point of an opinion's checklist, as its boxes are sent."""
    return {f"items.{item}": "true" for item in CHECKLIST[Subject(opinion)]}


def office_of(opinion: str) -> str:
    """Who gives it by the rules."""
    return "centre" if opinion == "eligibility" else "province"


def rows(name: str, *lines: dict[str, Any]) -> dict[str, Any]:
    """The inputs of a table of rows, as the form names them."""
    return {
        f"{name}-{index}-{column}": value
        for index, line in enumerate(lines)
        for column, value in line.items()
    }


def drawn(batch: Batch, farmland: str, capacity: str) -> dict[str, Any]:
    """What a lot draws from one batch."""
    return rows(
        "lines",
        {"batch": str(batch.pk), "kind": "farmland_area", "amount": farmland},
        {"batch": str(batch.pk), "kind": "grain_capacity", "amount": capacity},
    )


PART = {
    "kind": "farmland_area",
    "land_class": "irrigated",
    "quantity": "30",
    "grade_before": "16",
    "grade_after": "7",
    "geometry": json.dumps(drawing.drawn(region="410222", areas_mu=[Decimal(30)], taken=[])[0]),
}


def elsewhere() -> dict[str, str]:
    """What makes the part another parcel, apart from all that is recorded."""
    [ground] = drawn_apart(region="410222", areas_mu=[Decimal(30)])
    return {"geometry": json.dumps(ground)}


PROJECT: dict[str, Any] = {
    "name": "通许县土地整治项目",
    "approval_no": "豫立〔2025〕1号",
    "acceptance_no": "豫验〔2025〕1号",
    "region": "410222",
    "farmland_before": "0",
    "farmland_after": "30",
    "farmland_area": "30",
    "paddy_area": "0",
    "grain_capacity": "27000",
}


def booked(site: DeskSite) -> Batch:
    """The seller records a project, the province books its quota."""
    site.alone(
        "seller", "project.record",
        **PROJECT | rows("parts", PART),
    )  # fmt: skip
    project = Project.objects.latest("pk")
    site.both(
        "province", "quota.book", project.pk, certificate_no="豫库〔2025〕1号", farmland_area="30",
        grain_capacity="27000", grade="7",
    )  # fmt: skip
    return Batch.objects.latest("pk")


@reached
def drafted(site: DeskSite) -> Listing:
    """The seller drafts a lot and attaches its evidence."""
    batch = booked(site)
    site.alone(
        "seller", "listing.draft",
        **LOT,
        **drawn(batch, "20", "18000"),
    )  # fmt: skip
    listing = Listing.objects.latest("pk")
    site.attach("seller", listing.pk, list(TO_LIST))
    return listing


@reached
def submitted(site: DeskSite) -> Listing:
    """Two persons of the seller submit it."""
    listing = drafted(site)
    site.both("seller", "listing.submit", listing.pk)
    return listing


@reached
def approved(site: DeskSite) -> Listing:
    """Three reviewers give three opinions."""
    listing = submitted(site)
    site.go("03-03 10:00")
    for place, opinion in enumerate(("legality", "validity", "eligibility"), start=1):
        site.both(
            office_of(opinion), "review.decide", listing.pk, place=place, query=f"?opinion={opinion}",
            outcome="pass", **ticked(opinion),
        )  # fmt: skip
    return listing


@reached
def announced(site: DeskSite) -> Listing:
    """The centre publishes the announcement."""
    listing = approved(site)
    site.go("03-05 09:00")
    site.both(
        "centre", "announcement.publish", listing.pk, registration_closes="2026-03-20T00:00",
        bidding_opens="2026-03-25T09:00", bidding_closes="2026-03-30T10:00",
    )  # fmt: skip
    site.both("centre", "announcement.note_portal", listing.pk, **portal(listing))
    return listing


def portal(listing: Listing) -> dict[str, Any]:
    """That the provincial portal shows the announcement since it was published."""
    facts = portal_facts(listing.pk, at=clock.now())
    return facts | {"published_at": f"{clock.beijing(clock.now()):%Y-%m-%dT%H:%M}"}


def announced_again(site: DeskSite) -> Listing:
    """A second lot of what is left of the first batch, announced later."""
    batch = Batch.objects.latest("pk")
    site.alone(
        "seller", "listing.draft",
        **LOT | {"farmland_area": "10", "grain_capacity": "9000", "title": "通许县补充耕地指标第二批"},
        **drawn(batch, "10", "9000"),
    )  # fmt: skip
    listing = Listing.objects.latest("pk")
    site.attach("seller", listing.pk, list(TO_LIST))
    site.both("seller", "listing.submit", listing.pk)
    for place, opinion in enumerate(("legality", "validity", "eligibility"), start=1):
        site.both(
            office_of(opinion), "review.decide", listing.pk, place=place, query=f"?opinion={opinion}",
            outcome="pass", **ticked(opinion),
        )  # fmt: skip
    site.both("centre", "announcement.publish", listing.pk)
    site.both("centre", "announcement.note_portal", listing.pk, **portal(listing))
    return listing


def registered(site: DeskSite, listing: Listing, key: str) -> Registration:
    """An organisation applies to bid."""
    site.attach(key, listing.pk, list(TO_BID))
    site.both(key, "registration.submit", listing.pk, **confirmation_facts(listing.pk))
    return Registration.objects.latest("pk")


def qualified(site: DeskSite, listing: Listing, key: str) -> Registration:
    """The centre qualifies it, and its deposit arrives."""
    registration = registered(site, listing, key)
    site.both("centre", "registration.decide", registration.pk, outcome="qualified")
    pay(site, registration.sub_account.number, key, "200000.00", f"D-{key}")
    return registration


def pay(site: DeskSite, account: str, key: str, amount: str, reference: str) -> None:
    """Finance enters one line of the bank's statement, and closes the sub-account's statement over it."""
    site.both(
        "finance", "money.import", reference=reference, credited_number=account, amount=amount,
        payer_name=site.organisation(key).name, payer_account="6222000000000001",
    )  # fmt: skip
    known = SubAccount.objects.filter(number=account).exists()
    closed_statement(site, account if known else settings.COLLECTION_ACCOUNT["number"])


def closed_statement(site: DeskSite, account: str) -> None:
    """Finance closes an account's statement up to now."""
    now = site.clock.now()
    span = span_of(account=account, province="410000", until=now)
    site.both(
        "finance", "money.cover", account=account, covers_until=f"{beijing(now):%Y-%m-%dT%H:%M}",
        opening_balance=str(span.opening or "0"), debit_total=str(span.debits), closing_balance=str(span.closing),
    )  # fmt: skip


@reached
def in_bidding(site: DeskSite) -> Listing:
    """Two bidders with paddles; bids are taken since 25 March 09:00."""
    listing = announced(site)
    site.go("03-10 10:00")
    for key in ("a", "b"):
        qualified(site, listing, key)
    site.go("03-25 09:00")
    return listing


def bid(site: DeskSite, listing: Listing, key: str, price: str) -> str:
    """Type a price, confirm it in capitals; gives where the receipt is."""
    browser = site.browser(key)
    address = f"/desk/listings/{listing.pk}/bid/"
    check = browser.post(address, {"price": price, "step": "check"})
    assert check.status_code == 200
    reader = check.content.decode()
    assert "确认报价" in reader
    fields = _hidden(reader) | {"step": "confirm"}
    if "三个加价幅度以上" in reader:
        fields["far"] = "true"
    answer = browser.post(address, fields)
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def _hidden(page: str) -> dict[str, str]:
    found = {}
    for name in ("price", "seen", "request_id"):
        found[name] = page.split(f'name="{name}" value="')[1].split('"')[0]
    return found


@reached
def closed(site: DeskSite) -> Listing:
    """Bidder b wins at 65,000 after the timed rounds."""
    listing = in_bidding(site)
    bid(site, listing, "a", "60000")
    bid(site, listing, "b", "65000")
    site.go("03-30 10:06")
    site.see("centre", f"/desk/listings/{listing.pk}/")
    return listing


@reached
def confirmed(site: DeskSite) -> Listing:
    """The centre confirms the award."""
    listing = closed(site)
    site.go("03-31 09:00")
    site.both("centre", "confirmation.issue", listing.pk)
    return listing


@reached
def contracted(site: DeskSite) -> Listing:
    """All three parties sign."""
    listing = confirmed(site)
    for key in ("seller", "b", "centre"):
        site.both(key, "contract.sign", listing.pk)
    return listing


@reached
def refunds_prepared(site: DeskSite) -> Listing:
    """A lot that ended without a sale; the deposits of a, b and a third are prepared to go back.

    To the account of a and b money went back before; the third's is paid for the first time, and stands out.
    """
    listing = announced(site)
    site.go("03-10 10:00")
    for key in ("a", "b"):
        qualified(site, listing, key)
    third = registered(site, listing, "outsider")
    site.both("centre", "registration.decide", third.pk, outcome="qualified")
    site.both(
        "finance", "money.import", reference="D-3", credited_number=third.sub_account.number, amount="200000.00",
        payer_name=site.organisation("outsider").name, payer_account="6222000000000003",
    )  # fmt: skip
    closed_statement(site, third.sub_account.number)
    pay(site, "62990001", "a", "10.00", "X-1")
    site.both("finance", "refund.release_one", Refund.objects.latest("pk").pk)
    site.go("03-25 09:00")
    site.both("centre", "listing.suspend", listing.pk, reason="核实情况", public_reason="核实情况")
    site.both("centre", "listing.terminate", listing.pk, reason="标的灭失", public_reason="标的灭失")
    for key in ("a", "b", "outsider"):
        query = f"?organisation_id={site.organisation(key).pk}"
        site.alone("finance", "refund.release", listing.pk, query=query)
    listing.refresh_from_db()
    return listing
