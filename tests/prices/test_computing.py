"""Computing a guide price: who may, for which lot, who sees it, and when it comes to the application."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.documents.models import Document
from apps.kinds.table import QuotaKind
from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.prices.models import Computation
from apps.prices.queries import attached_to, computation_for, own
from apps.rulebook.commands import install
from apps.rulebook.price_tables import PRICES
from apps.rulebook.prices import PriceParameters
from apps.stages.application import commands as application
from apps.stages.review import queries as review
from apps.stages.review.queries import guide_price_of
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.acts.perform import bound_of, digest_waiting, perform
from kernel.audit.models import AuditEntry
from kernel.deadlines import commands as deadlines
from kernel.errors import Code, Refusal, Refused
from tests.factories.deal import CENTRE, FINANCE, PROVINCE, SELLER, A, B, Deal, at

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


def test_for_a_lot_it_is_computed_where_its_seller_sits_and_nowhere_else(deal: Deal) -> None:
    norms()
    draft = deal.draft_again(now=NOW)
    for case_id, by in ((draft, SELLER), (deal.listing_id, CENTRE)):
        refusal = no(lambda c=case_id, b=by: compute(deal.operator(b), case_id=c, region="410184"))
        assert (refusal.code, refusal.detail["expected"]) == (Code.INVALID, "410222")
        assert "410222" in refusal.sentence
    assert not Computation.objects.exists()


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
    attached = attached_to(draft, kind=QuotaKind.FARMLAND_AREA, grade=7)
    assert attached is not None
    assert (attached.grade, attached.budget) == (7, {"levelling": "20000.00"})
    assert found_by_review(deal) == [
        (
            "按成本标准测算指导价57,600.00元/亩，区间46,080.00至86,400.00；按项目预算60,000.00元/亩，仅供参考"
            "（通许县（410222）、水浇地、7等，依据河南省价格规则 第1版）",
            True,
        )
    ]


def found_by_review(deal: Deal) -> list[tuple[str, bool]]:
    return [(each.sentence, each.holds) for each in review.findings(deal.listing) if each.item == "guide"]


def submit(deal: Deal, listing_id: int) -> None:
    deal.listing_id = listing_id
    deal.do(SELLER, "listing.submit", application.submit, now=NOW, listing_id=listing_id)


def test_the_announcement_prints_what_the_norms_come_to_and_not_the_sellers_budget(
    deal: Deal, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    norms()
    draft = deal.draft_again(now=NOW)
    compute(deal.operator(SELLER), case_id=draft, levelling="20000")
    submit(deal, draft)
    deal.passed(prepared_at=NOW, now=NOW)
    deal.announce()
    printed = Document.objects.get(case_id=draft, kind="announcement").facts["remarks"]
    assert [each for each in printed if "指导价" in each] == [
        "按成本标准测算的指导价为57,600.00元/亩，合理区间46,080.00至86,400.00元/亩，供参考，不构成对报价的限制"
        "（通许县（410222）、水浇地、7等，依据河南省价格规则 第1版）"
    ]


def test_a_cheap_budget_does_not_make_a_price_hold(deal: Deal) -> None:
    norms(NORM | {"levelling": "60000"})
    draft = deal.draft_again(now=NOW)
    compute(deal.operator(SELLER), case_id=draft, levelling="1000", irrigation="1000", soil="1000")
    submit(deal, draft)
    [(said, holds)] = found_by_review(deal)
    assert "区间86,400.00至162,000.00" in said
    assert "按项目预算13,200.00元/亩，仅供参考" in said
    assert holds is False


def test_a_budget_alone_is_looked_at_by_a_person(deal: Deal) -> None:
    norms(NORM | {"soil": None})
    draft = deal.draft_again(now=NOW)
    compute(deal.operator(SELLER), case_id=draft, soil="10000")
    submit(deal, draft)
    [(said, holds)] = found_by_review(deal)
    assert "成本标准不全" in said
    assert "按项目预算57,600.00元/亩" in said
    assert holds is False


def test_one_of_a_land_class_that_the_lot_has_not_is_not_handed_in(deal: Deal) -> None:
    norms()
    draft = deal.draft_again(now=NOW)
    compute(deal.operator(SELLER), case_id=draft, land_class="paddy")
    refusal = no(lambda: submit(deal, draft))
    assert (refusal.code, refusal.detail["land_class"], refusal.detail["expected"]) == (
        Code.INVALID,
        "水田",
        "水浇地",
    )
    assert not Computation.objects.filter(attached_at__isnull=False).exists()
    compute(deal.operator(SELLER), case_id=draft)
    submit(deal, draft)
    assert len(found_by_review(deal)) == 1


def test_what_its_approver_signs_names_both_prices_and_what_for(deal: Deal) -> None:
    norms()
    draft, act = deal.draft_again(now=NOW), act_called("listing.submit")
    by = deal.operator(SELLER)

    def shown() -> dict[str, str]:
        return {each.label: each.value for each in bound_of(act, draft, {}, by=by).facts}

    assert shown()["测算指导价"] == "未附"
    compute(by, case_id=draft, levelling="20000")
    facts = shown()
    assert facts["测算指导价（按成本标准）"] == "57600.00"
    assert facts["测算指导价（按项目预算）"] == "60000.00"
    assert facts["指导价测算条件"] == "通许县（410222）、水浇地、7等，依据河南省价格规则 第1版"


def test_another_guide_price_computed_meanwhile_is_not_what_was_signed(deal: Deal) -> None:
    norms()
    draft, act = deal.draft_again(now=NOW), act_called("listing.submit")
    compute(deal.operator(SELLER), case_id=draft)
    perform(act, subject_id=draft, by=deal.operator(SELLER), now=NOW)
    compute(deal.operator(SELLER), case_id=draft, levelling="20000")
    approver = deal.approver(SELLER)
    seen = digest_waiting(act, subject_id=draft, data={}, by=approver)
    refusal = no(lambda: perform(act, subject_id=draft, by=approver, now=NOW, seen=seen))
    assert refusal.code is Code.TEXT_CHANGED
    assert not Computation.objects.filter(attached_at__isnull=False).exists()


def test_a_new_round_of_the_review_may_bring_a_newer_one(deal: Deal) -> None:
    norms()
    draft = deal.draft_again(now=NOW)
    compute(deal.operator(SELLER), case_id=draft)
    submit(deal, draft)
    first = guide_price_of(deal.listing)
    assert no(lambda: compute(deal.operator(SELLER), case_id=draft)).code is Code.NOT_FOUND
    deadlines.cancel_all(case_id=draft)
    Listing.objects.filter(pk=draft).update(status=ListingStatus.RETURNED)
    compute(deal.operator(SELLER), case_id=draft, levelling="20000")
    submit(deal, draft)
    second = guide_price_of(deal.listing)
    assert first is not None
    assert second is not None
    assert second.pk > first.pk
    assert second.price_by_budget is not None
    assert "按项目预算60,000.00元/亩" in found_by_review(deal)[0][0]


def test_those_who_work_on_the_application_may_open_what_came_with_it(deal: Deal) -> None:
    norms()
    draft = deal.draft_again(now=NOW)
    compute(deal.operator(SELLER), case_id=draft)
    made = Computation.objects.get()
    readers = (deal.operator(PROVINCE), deal.approver(CENTRE))
    for by in readers:
        assert no(lambda by=by: computation_for(made.pk, by=by)).code is Code.NOT_FOUND
    submit(deal, draft)
    for by in readers:
        assert computation_for(made.pk, by=by) == made
    elsewhere = replace(deal.operator(PROVINCE), region="430000", organisation_id=-1)
    for by in (elsewhere, deal.operator(A), deal.operator(B), deal.approver(SELLER)):
        assert no(lambda by=by: computation_for(made.pk, by=by)).code is Code.NOT_FOUND


def test_one_of_another_grade_stays_with_its_maker(deal: Deal) -> None:
    norms()
    draft = deal.draft_again(now=NOW)
    compute(deal.operator(SELLER), case_id=draft, grade=6)
    deal.listing_id = draft
    deal.do(SELLER, "listing.submit", application.submit, now=NOW, listing_id=draft)
    assert attached_to(draft, kind=QuotaKind.FARMLAND_AREA, grade=6) is None
    assert guide_price_of(deal.listing) is None


def test_the_database_keeps_it_as_it_is(deal: Deal) -> None:
    norms()
    compute(deal.operator(SELLER), case_id=deal.draft_again(now=NOW))
    for change in ("grade = 8", "result = '{}'", "attached_at = now(), grade = 8"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE prices_computation SET {change}")
    with pytest.raises(DatabaseError), transaction.atomic():
        Computation.objects.all().delete()
    Computation.objects.update(attached_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Computation.objects.update(attached_at=None)
