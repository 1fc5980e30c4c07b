"""Computing a guide price: who may, for which lot, who sees it, and when it comes to the application."""

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from apps.prices.models import Computation
from apps.prices.queries import attached_to, computation_for, own
from apps.rulebook.commands import install
from apps.rulebook.price_tables import PRICES
from apps.rulebook.prices import PriceParameters
from apps.stages.application import commands as application
from apps.stages.review import queries as review
from apps.stages.review.states import Heading
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.audit.models import AuditEntry
from kernel.errors import Code, Refusal, Refused
from tests.process.deal import CENTRE, FINANCE, PROVINCE, SELLER, A, B, Deal, at

pytestmark = pytest.mark.django_db
NOW = at("03-05 09:00")
NORM: dict[str, Any] = {
    "kind": "farmland_area", "region": "41", "levelling": "18000", "irrigation": "12000", "soil": "10000",
    "ecological": "3000", "valid_from": "2025-01-01",
}  # fmt: skip
FACTS: dict[str, Any] = {"kind": "farmland_area", "land_class": "irrigated", "region": "410222", "grade": 7}


@pytest.fixture
def deal() -> Deal:
    return Deal.begun()


def norms(*rows: dict[str, Any], now: datetime = NOW) -> None:
    """Henan's norms, in force at once."""
    install(
        province="410000", name="河南省价格规则", legal_basis=["演示价〔2025〕1号"], now=now, subject=PRICES,
        parameters=PriceParameters.model_validate({"cost_norms": rows or (NORM,)}),
    )  # fmt: skip


def compute(by: Actor, **changes: Any) -> dict[str, Any]:
    return perform(act_called("guide.compute"), data=FACTS | changes, by=by, now=NOW).answer


def no(call: Any) -> Refusal:
    """The refusal of what must be refused."""
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal


def test_an_office_computes_for_no_lot_and_keeps_inputs_version_and_result(deal: Deal) -> None:
    norms()
    answer = compute(deal.operator(CENTRE), levelling="20000")
    assert (answer["by_norms"], answer["by_budget"], answer["norms_version"]) == ("57600.00", "60000.00", 1)
    made = Computation.objects.get()
    assert made.pk == answer["computation"]
    assert (made.budget, made.grade, made.norms.subject) == ({"levelling": "20000.00"}, 7, "prices")
    assert made.result["by_norms"]["high"] == "86400.00"
    assert made.result["by_norms"]["costs"]["aftercare"] == "5000.00"


def test_its_maker_alone_sees_it(deal: Deal) -> None:
    norms()
    compute(deal.operator(PROVINCE))
    made = Computation.objects.get()
    assert computation_for(made.pk, by=deal.operator(PROVINCE)) == made
    for by in (deal.approver(PROVINCE), deal.operator(CENTRE), deal.operator(SELLER)):
        assert no(lambda by=by: computation_for(made.pk, by=by)).code is Code.NOT_FOUND
        assert not own(by).exists()


def test_the_record_tells_nobody_what_came_of_it(deal: Deal) -> None:
    norms()
    compute(deal.operator(CENTRE))
    entry = AuditEntry.objects.filter(verb="guide.compute").get()
    assert "57600" not in entry.said
    assert "410222" not in entry.said


def test_a_seller_computes_for_its_own_draft_and_nothing_else(deal: Deal) -> None:
    norms()
    draft, submitted = deal.draft_again(now=NOW), deal.listing_id
    assert compute(deal.operator(SELLER), case_id=draft)["by_norms"] == "57600.00"
    assert no(lambda: compute(deal.operator(SELLER))).detail == {"field": "case_id"}
    for case_id, by in ((submitted, SELLER), (draft, A), (999_999, SELLER), (draft, CENTRE)):
        assert no(lambda c=case_id, b=by: compute(deal.operator(b), case_id=c)).code is Code.NOT_FOUND
    assert compute(deal.operator(CENTRE), case_id=submitted)["by_norms"] == "57600.00"


@pytest.mark.parametrize("key", [FINANCE, B])
def test_who_neither_sells_nor_runs_trades_computes_nothing(deal: Deal, key: str) -> None:
    norms()
    assert no(lambda: compute(deal.operator(key))).code is Code.NOT_PERMITTED


@pytest.mark.parametrize(
    "changes",
    [
        {"grade": 0}, {"grade": 16}, {"grade": "七"}, {"kind": "construction_area"}, {"land_class": "garden"},
        {"land_class": "high_standard"}, {"region": "41"}, {"region": "419999"}, {"soil": "0"}, {"soil": "-1"},
        {"soil": "NaN"}, {"soil": "1.001"}, {"case_id": 0}, {"case_id": "x"}, {"kind": "paddy_area"},
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_computed_is_refused_and_nothing_is_kept(deal: Deal, changes: dict[str, Any]) -> None:
    norms()
    assert no(lambda: compute(deal.operator(CENTRE), **changes)).code is Code.INVALID
    assert not Computation.objects.exists()


def test_without_norms_in_force_nothing_is_computed(deal: Deal) -> None:
    assert no(lambda: compute(deal.operator(CENTRE))).code is Code.INVALID


def test_another_provinces_region_is_not_ones_own(deal: Deal) -> None:
    norms()
    assert no(lambda: compute(deal.operator(CENTRE), region="430102")).code is Code.NOT_PERMITTED


def test_the_newest_of_the_lots_kind_and_grade_comes_to_the_application_once(deal: Deal) -> None:
    norms()
    draft = deal.draft_again(now=NOW)
    by = deal.operator(SELLER)
    compute(by, case_id=draft)
    compute(by, case_id=draft, levelling="20000")
    compute(by, case_id=draft, grade=6)
    deal.listing_id = draft
    deal.do(SELLER, "listing.submit", application.submit, now=NOW, listing_id=draft)
    attached = attached_to(draft)
    assert attached is not None
    assert (attached.grade, attached.budget) == (7, {"levelling": "20000.00"})
    said = [each for each in review.findings(deal.listing) if each.subject is Heading.PRICE]
    assert [(each.sentence, each.holds) for each in said] == [
        ("测算指导价60,000.00元/亩，区间48,000.00至90,000.00", True)
    ]


def test_one_of_another_grade_stays_with_its_maker(deal: Deal) -> None:
    norms()
    draft = deal.draft_again(now=NOW)
    compute(deal.operator(SELLER), case_id=draft, grade=6)
    deal.listing_id = draft
    deal.do(SELLER, "listing.submit", application.submit, now=NOW, listing_id=draft)
    assert attached_to(draft) is None


def test_the_database_keeps_it_as_it_is(deal: Deal) -> None:
    norms()
    compute(deal.operator(SELLER), case_id=deal.draft_again(now=NOW))
    for change in ("grade = 8", "result = '{}'", "attached_at = now(), grade = 8", "attached_at = NULL"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE prices_computation SET {change}")
    with pytest.raises(IntegrityError), transaction.atomic():
        Computation.objects.all().delete()
    Computation.objects.update(attached_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Computation.objects.update(attached_at=None)
