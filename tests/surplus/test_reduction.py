"""A re-check found less than was certified (核减): what is there goes at once, the rest as it comes free."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from apps.documents.states import AttachmentKind as K
from apps.listings.models import Suspension
from apps.listings.states import ListingStatus
from apps.notices.models import Notice
from apps.quota.batch_models import Batch, Source
from apps.quota.models import Claim
from apps.quota.queries import faults, standings
from apps.surplus.queries import faults as surplus_faults
from kernel.access.models import Preparation
from kernel.errors import Code, Refusal, Refused
from tests.factories.deal import CENTRE, SELLER, A, at
from tests.factories.deal import PROVINCE as OFFICE
from tests.factories.sale import TERMS, Sale
from tests.factories.ziyun import CITY, COUNTY, FAR_PROVINCE, MEASURER, Ziyun, facts, parcels, report
from tests.factories.ziyun import PROVINCE as DEPARTMENT
from tests.surplus.test_sale import holdings, moved

pytestmark = pytest.mark.django_db
FOUND = {"amount": "250.0000", "finding_no": "黔核减〔2026〕1号", "reason": "复核发现地块未复垦"}


@pytest.fixture
def sale(settings: Any, tmp_path: Any) -> Sale:
    """100 of Ziyun's 800 亩 are sold."""
    settings.MEDIA_ROOT = tmp_path
    made = Sale.of_certified()
    moved(made, SELLER, A, "100.0000")
    return made


@pytest.fixture
def announced(sale: Sale) -> Sale:
    """600 of the other 700 are in an announced lot."""
    sale.apply(amount="600.0000")
    sale.review()
    sale.announce()
    return sale


def refused(act: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refused) as no, transaction.atomic():
        act()
    return no.value.refusal


def case_id(sale: Sale) -> int:
    assert sale.ziyun is not None
    return sale.ziyun.verification_id


def reduce(sale: Sale, when: str = "03-12 10:00", key: str = OFFICE, **changes: Any) -> Any:
    return sale.both(key, "verification.reduce", when, subject=case_id(sale), **FOUND | changes)


def mu(amount: str) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.0001"))


def whole(sale: Sale) -> bool:
    """Nothing is lost, and the books agree."""
    stands = standings(Source.VERIFICATION, [case_id(sale)])[case_id(sale)]
    return stands.booked == mu("800") and faults() == [] and surplus_faults() == []


def test_what_is_available_goes_at_once_and_the_rest_with_the_lot_that_stands_still(announced: Sale) -> None:
    done = reduce(announced)
    assert done.answer == {"verification": case_id(announced), "written_off": "100.0000", "claim": "150.0000"}
    assert holdings(announced, SELLER) == {"frozen": mu("600"), "written_off": mu("100")}
    lot = announced.listing
    assert (lot.state, lot.suspended_from) == (ListingStatus.SUSPENDED, ListingStatus.ANNOUNCED)
    stop = Suspension.objects.get(listing=lot)
    assert (stop.cause, stop.public_reason) == (
        "reduction", "所售指标依据“黔核减〔2026〕1号”核减，中止交易",
    )  # fmt: skip
    assert whole(announced)
    announced.both(CENTRE, "listing.terminate", "03-13 10:00", reason="指标核减", public_reason="指标核减")
    assert holdings(announced, SELLER) == {"available": mu("450"), "written_off": mu("250")}
    assert holdings(announced, A) == {"available": mu("100")}
    claim = Claim.objects.get()
    assert (claim.amount, claim.left, claim.settled_at) == (mu("250"), mu("0"), at("03-13 10:00"))
    assert whole(announced)
    assert announced.batch.quantities.as_strings()["construction_area"] == "800.0000"
    told = Notice.objects.filter(kind="verification.claim_met")
    assert {each.organisation_id for each in told} == {
        announced.organisation(SELLER).pk, announced.organisation(OFFICE).pk,
    }  # fmt: skip
    assert "150.0000" in told[0].text


def test_until_it_is_met_nothing_goes_on_and_nothing_of_the_class_is_submitted(announced: Sale) -> None:
    first = announced.listing_id
    announced.draft("03-11 09:00", amount="50.0000")
    reduce(announced)
    announced._attach(SELLER, TERMS.to_list, now=at("03-12 11:00"))
    no = refused(lambda: announced.alone(SELLER, "listing.submit", "03-12 11:00"))
    assert (no.code, no.detail) == (
        Code.QUOTA_ENCUMBERED, {"finding_no": "黔核减〔2026〕1号", "left": "150.0000"},
    )  # fmt: skip
    announced.listing_id = first
    assert refused(lambda: announced.both(CENTRE, "listing.resume", "03-12 12:00")).code is (
        Code.QUOTA_ENCUMBERED
    )
    announced.both(CENTRE, "listing.terminate", "03-13 10:00", reason="指标核减")
    announced.apply("03-16 10:00", amount="450.0000")
    assert announced.listing.state is ListingStatus.UNDER_REVIEW


def test_a_lot_that_waits_for_its_announcement_is_not_announced_and_withdrawn_it_meets_the_claim(
    sale: Sale,
) -> None:
    sale.apply(amount="700.0000")
    reduce(sale, "03-03 10:00")
    assert sale.listing.state is ListingStatus.UNDER_REVIEW
    assert Claim.objects.get().left == mu("250")
    sale.review()
    assert refused(sale.announce).code is Code.QUOTA_ENCUMBERED
    sale.both(CENTRE, "listing.terminate", "03-13 10:00", reason="指标核减")
    assert holdings(sale, SELLER) == {"available": mu("450"), "written_off": mu("250")}
    assert whole(sale)


def test_what_is_released_bit_by_bit_meets_the_oldest_finding_first(sale: Sale) -> None:
    lots = []
    for hour, amount in (("10", "300.0000"), ("11", "400.0000")):
        sale.apply(f"03-02 {hour}:00", amount=amount)
        lots.append(sale.listing_id)
    reduce(sale, "03-03 10:00", amount="350.0000")
    reduce(sale, "03-03 11:00", amount="20.0000", finding_no="黔核减〔2026〕2号")
    for lot, left in zip(lots, (["50.0000", "20.0000"], ["0.0000", "0.0000"]), strict=True):
        sale.both(SELLER, "listing.withdraw", "03-04 10:00", subject=lot)
        assert [f"{each.left}" for each in Claim.objects.order_by("id")] == left
    assert holdings(sale, SELLER) == {"available": mu("330"), "written_off": mu("370")}
    assert whole(sale)


def test_a_lot_after_its_close_goes_on(announced: Sale) -> None:
    announced.take_part(A, deposit="24000000.00")
    announced.bid(A, 205000, now=at("03-27 10:00"))
    announced.run(at("04-02 17:00"))
    assert announced.listing.state is ListingStatus.CLOSED
    reduce(announced, "04-03 09:00")
    assert announced.listing.state is ListingStatus.CLOSED
    assert Claim.objects.get().left == mu("150")


def test_all_available_is_written_off_at_once_and_nothing_stays_open(sale: Sale) -> None:
    reduce(sale)
    claim = Claim.objects.get()
    assert (claim.left, claim.settled_at) == (mu("0"), at("03-12 10:00"))
    assert holdings(sale, SELLER) == {"available": mu("450"), "written_off": mu("250")}
    assert whole(sale)


def test_what_is_certified_to_the_holder_next_is_written_off_first(sale: Sale) -> None:
    moved(sale, SELLER, A, "700.0000")
    reduce(sale, amount="30.0000")
    assert sale.ziyun is not None
    more = Ziyun(people=sale.ziyun.people)
    more.draft("03-13 09:00", **facts(
        acceptance_no="紫验〔2026〕8号", title="第二项目区", declared="50.0000", reserved="0",
        parts=parcels({"forest": "50.0000"}),
    ))  # fmt: skip
    with_report = {"commissioned": "03-13 10:00", "reported": "03-14 10:00"}
    _measure(more, **with_report)
    more.submit("03-16 10:00")
    more.decide(CITY, "pass", "03-17 10:00")
    more.decide(DEPARTMENT, "pass", "03-18 10:00")
    more.record("03-19 10:00", "部备〔2026〕2号", day="2026-03-19")
    more.certify("03-20 10:00")
    batch = Batch.objects.get(source_id=more.verification_id)
    stands = standings(Source.VERIFICATION, [more.verification_id])[more.verification_id]
    assert (batch.quantities.as_strings()["construction_area"], stands.left, stands.written_off) == (
        "50.0000", mu("20"), mu("30"),
    )  # fmt: skip
    assert Claim.objects.get().settled_at == at("03-20 10:00")
    assert faults() == surplus_faults() == []


def _measure(ziyun: Ziyun, *, commissioned: str, reported: str) -> None:
    ziyun.both(
        COUNTY, "verification.commission", commissioned, measurer_id=ziyun.organisation_id(MEASURER),
        contract_no="2号", contract_price="1.00",
    )  # fmt: skip
    ziyun.attach(MEASURER, K.MEASUREMENT_REPORT, when=reported)
    measured = {"declared": "50.0000", "measured_on": "2026-03-14"}
    ziyun.both(MEASURER, "verification.report", reported, **report(ziyun.parts(), **measured))


@pytest.mark.parametrize(
    ("changes", "code", "detail"),
    [
        ({"amount": "0"}, Code.INVALID, {"field": "amount"}),
        ({"reason": " "}, Code.INVALID, {}),
        (
            {"amount": "800.0001"},
            Code.AMOUNT_EXCEEDS,
            {"booked": "800.0000", "before": "0", "left": "800.0000", "wanted": "800.0001"},
        ),
    ],
)
def test_an_amount_or_a_reason_that_cannot_be_is_refused(
    sale: Sale, changes: dict[str, Any], code: Code, detail: dict[str, str]
) -> None:
    no = refused(lambda: reduce(sale, **changes))
    assert no.code is code
    assert detail.items() <= no.detail.items()
    assert holdings(sale, SELLER) == {"available": mu("700")}
    assert not Claim.objects.exists()


def test_a_finding_is_entered_once_however_it_is_written(sale: Sale) -> None:
    reduce(sale)
    no = refused(lambda: reduce(sale, finding_no="黔核减[2026]1号"))
    assert no.code is Code.DUPLICATE_REQUEST
    no = refused(lambda: reduce(sale, finding_no="2号", amount="550.0001"))
    assert (no.code, no.detail["left"]) == (Code.AMOUNT_EXCEEDS, "550.0000")


def test_two_persons_of_its_own_province_reduce_and_see_what_follows(announced: Sale) -> None:
    for key in (SELLER, CENTRE, A, FAR_PROVINCE):
        no = refused(lambda key=key: reduce(announced, key=key))  # type: ignore[misc]
        assert no.code in (Code.NOT_PERMITTED, Code.NOT_FOUND), key
    announced.alone(OFFICE, "verification.reduce", "03-12 10:00", subject=case_id(announced), **FOUND)
    waiting = Preparation.objects.get(act="verification.reduce", decided_at=None)
    said = {each["label"]: each["value"] for each in waiting.bound["facts"]}
    assert (said["现可用"], said["其中立即核减"], said["其中待解冻、入库后核减"]) == (
        "100.0000", "100.0000", "150.0000",
    )  # fmt: skip
    assert str(announced.listing) in said["将中止的挂牌项目"]
    assert announced.listing.state is ListingStatus.ANNOUNCED
    assert not Claim.objects.exists()


def test_what_is_not_certified_is_not_reduced(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    ziyun = Ziyun.recorded()
    no = refused(lambda: ziyun.both(DEPARTMENT, "verification.reduce", "03-27 10:00", **FOUND))
    assert no.code is Code.WRONG_STATUS
    ziyun.certify("03-27 11:00")
    ziyun.both(DEPARTMENT, "verification.revoke", "03-28 10:00", reason="复核不实")
    no = refused(lambda: ziyun.both(DEPARTMENT, "verification.reduce", "03-29 10:00", **FOUND))
    assert no.code is Code.WRONG_STATUS


@pytest.mark.parametrize(
    "change",
    [
        'UPDATE quota_claim SET amount = 1, "left" = 0, settled_at = now()',
        'UPDATE quota_claim SET "left" = 0, settled_at = now()',
        'UPDATE quota_claim SET "left" = 200',
        "DELETE FROM quota_claim",
    ],
)
def test_the_database_lets_a_claim_be_met_by_the_ledger_alone(announced: Sale, change: str) -> None:
    reduce(announced)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{change}; SET CONSTRAINTS ALL IMMEDIATE")


def test_the_books_tell_of_a_claim_that_was_not_written_off(announced: Sale) -> None:
    reduce(announced)
    with transaction.atomic():
        Claim.objects.update(left=mu("100"))  # the database looks at it when it is committed
        claim = Claim.objects.get().pk
        assert {"what": "claim", "id": claim} in faults()
        assert {"what": "claimed", "id": claim} in surplus_faults()
        transaction.set_rollback(True)


def test_everybody_reads_in_the_register_what_was_reduced(sale: Sale, client: Client) -> None:
    reduce(sale)
    page = client.get("/certificates/").content.decode()
    assert "核减（亩）" in page
    for amount in ("800.0000", "100.0000", "250.0000", "450.0000"):
        assert amount in page
    [row] = client.get("/api/v1/certificates/").json()["results"]
    assert (row["tradeable"], row["sold"], row["written_off"], row["left"]) == (
        "800.0000", "100.0000", "250.0000", "450.0000",
    )  # fmt: skip
