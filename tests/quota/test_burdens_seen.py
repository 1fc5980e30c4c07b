"""Who reads of a burden: the province, whose quota it lies on, the supervisor's signals; and nobody else."""

import io
from typing import Any

import openpyxl
import pytest
from rest_framework.test import APIClient

from apps.insight.pledges import pledged
from apps.parties.commands import register_organisation, register_person
from apps.parties.queries import actor_of
from apps.parties.roles import Role
from kernel import clock
from kernel.actors import SYSTEM, Actor, Duty
from tests.factories.across import PROVINCE as ACROSS_OFFICE
from tests.factories.across import Across
from tests.factories.actors import token_for
from tests.factories.burdened import NOW, burdened, freeze, hand_over, lifted
from tests.factories.deal import PROVINCE as OFFICE
from tests.factories.deal import SELLER, A
from tests.factories.sale import Sale
from tests.factories.visitors import fetched, read, signed_in
from tests.factories.ziyun import FAR_PROVINCE

pytestmark = pytest.mark.django_db
REASON = "抵押合同1号"


@pytest.fixture
def sale(settings: Any, tmp_path: Any) -> Sale:
    settings.MEDIA_ROOT = tmp_path
    return Sale.of_certified()


@pytest.fixture
def shared(sale: Sale) -> Sale:
    """The buyer has 200 亩 of the batch; on 300 of the seller's 600 lies a pledge."""
    freeze(sale, "200.0000")
    hand_over(sale, "200.0000")
    burdened(sale, "300.0000", type="loan", holder_id=sale.organisation(SELLER).pk)
    return sale


def page(sale: Sale, key: str, address: str, status: int = 200) -> str:
    return read(address, now=NOW, status=status, client=signed_in(sale.people[key][0]))


def told(sale: Sale, key: str) -> list[dict[str, Any]]:
    """The burdens of the batch as the API tells them; of a batch that the asker does not see none."""
    client = APIClient()
    with clock.simulated(NOW):
        client.credentials(HTTP_AUTHORIZATION=f"Token {token_for(sale.people[key][0].person)}")
        rows = client.get("/api/v1/batches/").json()["results"]
    return [each for row in rows if row["id"] == sale.batch.pk for each in row["encumbrances"]]


def test_programs_read_type_holder_and_amounts(shared: Sale) -> None:
    seller = shared.organisation(SELLER).pk
    for key in (OFFICE, SELLER):
        [burden] = told(shared, key)
        said = {name: burden[name] for name in ("type", "reason", "holder", "whole", "lines", "lifted_at")}
        assert said == {
            "type": "loan", "reason": REASON, "holder": seller, "whole": False,
            "lines": [{"kind": "construction_area", "amount": "300.0000"}], "lifted_at": None,
        }  # fmt: skip


def test_a_holder_of_another_part_reads_nothing_of_it_and_all_read_of_one_on_the_whole_batch(
    shared: Sale,
) -> None:
    assert told(shared, A) == []
    assert REASON not in page(shared, A, "/desk/quota/")
    burdened(shared, reason="法院查封1号", type="seizure")
    assert [each["reason"] for each in told(shared, A)] == ["法院查封1号"]
    assert "法院查封1号" in page(shared, A, "/desk/quota/")
    assert told(shared, FAR_PROVINCE) == []


def test_the_reserve_shows_type_holder_and_amount(shared: Sale) -> None:
    seller = shared.organisation(SELLER).name
    said = page(shared, OFFICE, "/desk/reserve/?state=burdened")
    for text in ("质押", REASON, seller, "300.0000"):
        assert text in said, text
    assert REASON not in page(shared, FAR_PROVINCE, "/desk/reserve/")
    book = fetched("/desk/reserve/?as=xlsx", now=NOW, client=signed_in(shared.people[OFFICE][0])).body
    cells = [
        str(cell.value) for row in openpyxl.load_workbook(io.BytesIO(book)).worksheets[0] for cell in row
    ]
    assert f"质押（{REASON}，{seller}，建设用地规模300.0000亩）" in cells


def test_the_holder_reads_on_its_desk_what_is_free(shared: Sale) -> None:
    said = page(shared, SELLER, "/desk/quota/")
    for text in ("质押", REASON, "无权利负担 300.0000"):
        assert text in said, text
    assert "可用600.0000亩，其中无权利负担300.0000亩" in page(
        shared, SELLER, "/desk/acts/listing.draft/0/?class=surplus"
    )


def test_the_form_offers_who_holds_the_batch_to_its_own_province_alone(shared: Sale) -> None:
    address = f"/desk/acts/quota.encumber/{shared.batch.pk}/"
    said = page(shared, OFFICE, address)
    for text in ("质押", "查封", "权属争议", "可用600.0000亩", "可用200.0000亩"):
        assert text in said, text
    for name in ("quota.encumber", "quota.extend_term"):
        page(shared, FAR_PROVINCE, f"/desk/acts/{name}/{shared.batch.pk}/", status=404)


# --- signals ---


def supervisor(region: str, name: str) -> Actor:
    """Somebody who looks into signals there."""
    body = register_organisation(kind=Role.SUPERVISOR, name=name, region=region, by=SYSTEM, now=NOW)
    made = register_person(
        username=name, name="陈某", organisation=body, duty=Duty.OPERATOR, by=SYSTEM, now=NOW
    )
    return actor_of(made)


def test_a_pledge_after_the_declaration_is_a_signal_to_the_own_provinces_supervisor(sale: Sale) -> None:
    here, far = supervisor("520000", "监管甲"), supervisor("430000", "监管乙")
    sale.apply(amount="500.0000", when="03-02 07:30")
    burdened(sale, "100.0000", type="seizure", reason="法院查封1号")
    assert list(pledged(here, most=9)) == []
    burden = burdened(sale, "300.0000", type="loan")
    [found] = pledged(here, most=9)
    assert sale.listing.number is not None
    assert found.sentence.startswith(f"{sale.listing.number}：声明收益未质押")
    assert f"质押（{REASON}，建设用地规模300.0000亩）" in found.sentence
    assert (found.url, found.at) == (f"/desk/listings/{sale.listing_id}/", NOW)
    assert dict(found.figures)["解除"] == "未解除"
    assert list(pledged(far, most=9)) == []
    lifted(sale, burden)
    assert [dict(each.figures)["解除"] for each in pledged(here, most=9)] == ["2026-03-02"]


def test_a_pledge_before_the_application_on_another_holder_or_of_a_lot_withdrawn_is_none(sale: Sale) -> None:
    here = supervisor("520000", "监管甲")
    burdened(sale, "100.0000", type="loan")
    freeze(sale, "100.0000")
    hand_over(sale, "100.0000")
    sale.apply(amount="500.0000")
    assert list(pledged(here, most=9)) == []
    sale.both(
        OFFICE, "quota.encumber", "03-03 08:00", subject=sale.batch.pk, reason="买方贷款", type="loan",
        construction_area="50", holder_id=sale.organisation(A).pk,
    )  # fmt: skip
    assert list(pledged(here, most=9)) == []
    sale.both(OFFICE, "quota.encumber", "03-03 09:00", subject=sale.batch.pk, reason="全部", type="loan")
    assert len(list(pledged(here, most=9))) == 1
    sale.both(SELLER, "listing.withdraw", "03-03 10:00")
    assert list(pledged(here, most=9)) == []


def test_a_pledge_on_quota_applied_for_across_provinces_is_one(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    across = Across.with_ministry("500.0000")
    here = supervisor("520000", "监管甲")
    batch = across.batch.pk
    assert list(pledged(here, most=9)) == []
    across.both(
        ACROSS_OFFICE, "quota.encumber", "05-10 10:00", subject=batch, reason=REASON, type="loan",
        construction_area="300.0001",
    )  # fmt: skip
    [found] = pledged(here, most=9)
    assert found.sentence.startswith(f"{across.adjustment.case.number}：声明")
    assert found.url == f"/desk/adjustments/{across.adjustment_id}/"
