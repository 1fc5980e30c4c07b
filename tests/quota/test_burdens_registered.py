"""What is registered as a burden on quota, by whom, and what the database keeps of it by itself."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from apps.kinds.table import QuotaKind
from apps.notices.models import Notice
from apps.quota import burdens, ledger
from apps.quota import commands as quota
from apps.quota.batch_models import Encumbrance, EncumbranceLine
from apps.quota.ledger import Line, Place
from apps.quota.models import Bucket
from kernel.access import commands as access
from kernel.access.models import Preparation
from kernel.acts.act import act_called
from kernel.acts.perform import approval_of, perform
from kernel.audit.models import AuditEntry
from kernel.errors import Code
from tests.factories.burdened import KIND, NOW, burdened, freeze, hand_over, lifted, line, no
from tests.factories.deal import PROVINCE as OFFICE
from tests.factories.deal import SELLER, A, Deal, at
from tests.factories.sale import Sale
from tests.factories.ziyun import FAR_PROVINCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale(settings: Any, tmp_path: Any) -> Sale:
    settings.MEDIA_ROOT = tmp_path
    return Sale.of_certified()


# --- what is registered ---


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        ({"construction_area": "0"}, Code.INVALID, {"wanted": "0.0000"}),
        ({"farmland_area": "1"}, Code.INVALID, {"field": "farmland_area"}),
        ({"construction_area": "0.00001"}, Code.INVALID, {}),
        ({"construction_area": "-1"}, Code.INVALID, {}),
        (
            {"construction_area": "800.0001"},
            Code.QUOTA_INSUFFICIENT,
            {"available": "700.0000", "frozen": "100.0000"},
        ),
        ({"type": "lien"}, Code.INVALID, {}),
        ({"holder_id": 2**40, "construction_area": "1"}, Code.NOT_FOUND, {}),
        ({"holder_id": 2**40}, Code.NOT_FOUND, {}),
        ({"reason": " "}, Code.INVALID, {}),
    ],
)
def test_what_is_no_burden_is_refused_with_the_figures(
    sale: Sale, data: dict[str, Any], code: Code, said: dict[str, str]
) -> None:
    freeze(sale, "100.0000")
    told = {"reason": "抵押", **data}
    refusal = no(lambda: sale.both(OFFICE, "quota.encumber", "03-02 08:00", subject=sale.batch.pk, **told))
    assert refusal.code is code
    assert said.items() <= dict(refusal.detail).items()
    assert not Encumbrance.objects.exists()


def test_all_that_the_holder_has_may_be_burdened_and_a_second_burden_waits_behind_it(sale: Sale) -> None:
    freeze(sale, "100.0000")
    burdened(sale, "800.0000")
    burdened(sale, "800.0000", reason="轮候查封", type="seizure")
    assert no(lambda: freeze(sale, "0.0001")).detail["free"] == "0.0000"


def test_a_holder_that_has_nothing_of_the_batch_bears_no_burden(sale: Sale) -> None:
    wanted: dict[str, Any] = {"reason": "抵押", "holder_id": sale.organisation(A).pk}
    refusal = no(lambda: sale.both(OFFICE, "quota.encumber", "03-02 08:00", subject=sale.batch.pk, **wanted))
    assert refusal.code is Code.NOT_FOUND


@pytest.mark.parametrize(
    ("act", "data"),
    [("quota.encumber", {"reason": "查封", "construction_area": "1"}), ("quota.lift_encumbrance", {})],
)
def test_another_province_neither_registers_nor_lifts(sale: Sale, act: str, data: dict[str, Any]) -> None:
    burden = burdened(sale, "300.0000")
    subject = sale.batch.pk if data else burden
    refusal = no(lambda: sale.both(FAR_PROVINCE, act, "03-02 08:00", subject=subject, **data))
    assert refusal.code in (Code.NOT_PERMITTED, Code.NOT_FOUND)
    assert "800" not in refusal.sentence
    assert list(Encumbrance.objects.values_list("pk", "lifted_at")) == [(burden, None)]


def test_the_record_says_type_whose_and_how_much(sale: Sale) -> None:
    burden = burdened(sale, "300.0000", type="loan")
    lifted(sale, burden)
    seller = sale.organisation(SELLER).name
    said = {"type": "loan", "reason": "抵押合同1号", "holder_id": seller, "construction_area": "300.0000"}
    assert AuditEntry.objects.get(verb="quota.encumber", outcome="done").after == said
    assert AuditEntry.objects.get(verb="quota.lift_encumbrance", outcome="done").before == said


# --- two persons ---


def waiting(sale: Sale, **data: Any) -> Preparation:
    sale.alone(OFFICE, "quota.encumber", "03-02 08:00", subject=sale.batch.pk, **data)
    return Preparation.objects.filter(act="quota.encumber", decided_at=None).latest("id")


def release(sale: Sale, prepared: Preparation, seen: str, **data: Any) -> Any:
    return perform(
        act_called("quota.encumber"), subject_id=prepared.subject_id, data=data, by=sale.approver(OFFICE),
        now=NOW, seen=seen,
    )  # fmt: skip


def test_the_approver_reads_type_amount_and_what_is_free_afterwards(sale: Sale) -> None:
    freeze(sale, "450.0000")
    prepared = waiting(sale, type="seizure", reason="法院查封1号", construction_area="300.0000")
    bound = approval_of(prepared, by=sale.approver(OFFICE), now=NOW).bound
    facts = {each.label: each.value for each in bound.facts}
    assert (facts["权利负担类型"], facts["权利负担"]) == ("查封", "法院查封1号")
    assert facts["权利负担及于建设用地规模"] == "300.0000"
    assert facts["持有单位"] == sale.organisation(SELLER).name
    assert {each.label: each.value for each in bound.moving} == {"登记后尚可交易的建设用地规模": "50.0000"}
    assert (bound.findings, "建设用地规模300.0000亩" in bound.effect) == ((), True)
    more = waiting(sale, type="seizure", reason="法院查封2号", construction_area="350.0001")
    [finding] = approval_of(more, by=sale.approver(OFFICE), now=NOW).bound.findings
    assert "350.0000亩" in finding


@pytest.mark.parametrize("change", [{"construction_area": "3.0000"}, {"type": "other"}])
def test_another_amount_or_type_than_was_seen_is_not_released(sale: Sale, change: dict[str, str]) -> None:
    data = {"type": "loan", "reason": "抵押合同1号", "construction_area": "300.0000"}
    first, changed = waiting(sale, **data), data | change
    assert no(lambda: release(sale, first, first.digest, **changed)).code is Code.TEXT_CHANGED
    access.take_back(preparation_id=first.pk, by=sale.operator(OFFICE), now=NOW)
    later = waiting(sale, **changed)
    assert no(lambda: release(sale, later, first.digest, **changed)).code is Code.TEXT_CHANGED
    assert not Encumbrance.objects.exists()


def test_a_holder_who_freezes_meanwhile_does_not_keep_a_seizure_from_being_registered(sale: Sale) -> None:
    data = {"type": "seizure", "reason": "法院查封1号", "construction_area": "300.0000"}
    prepared = waiting(sale, **data)
    freeze(sale, "800.0000")
    assert release(sale, prepared, prepared.digest, **data).outcome == "done"
    assert no(lambda: hand_over(sale, "800.0000")).detail["free"] == "500.0000"


def test_the_approver_of_a_lifting_reads_what_is_free_beside_other_burdens(sale: Sale) -> None:
    burden = burdened(sale, "300.0000", type="loan")
    burdened(sale, "100.0000", reason="查封〔2026〕2号")
    sale.alone(OFFICE, "quota.lift_encumbrance", "03-02 08:30", subject=burden)
    prepared = Preparation.objects.filter(act="quota.lift_encumbrance", decided_at=None).get()
    bound = approval_of(prepared, by=sale.approver(OFFICE), now=NOW).bound
    facts = {each.label: each.value for each in bound.facts}
    assert (facts["权利负担类型"], facts["权利负担及于建设用地规模"]) == ("质押", "300.0000")
    assert {each.label: each.value for each in bound.moving} == {"解除后尚可交易的建设用地规模": "700.0000"}


# --- what the database keeps by itself ---


@pytest.mark.parametrize(
    ("reason", "amount", "source", "target"),
    [
        ("freeze", "500.0001", Bucket.AVAILABLE, Bucket.FROZEN),
        ("use", "500.0001", Bucket.AVAILABLE, Bucket.USED),
    ],
)
def test_the_ledger_refuses_what_a_burden_lies_on(
    sale: Sale, reason: str, amount: str, source: Bucket, target: Bucket
) -> None:
    burdened(sale, "300.0000")
    seller = sale.organisation(SELLER).pk
    places: dict[str, Any] = {"source": Place(seller, source), "target": Place(seller, target)}
    with pytest.raises(IntegrityError, match="a burden lies on"), transaction.atomic():
        ledger.move(line(sale, amount), **places, reason=reason, now=NOW)
    ledger.move(line(sale, "500.0000"), **places, reason=reason, now=NOW)


def test_the_ledger_refuses_to_let_frozen_quota_go_that_a_burden_lies_on(sale: Sale) -> None:
    freeze(sale, "500.0000")
    burdened(sale, "300.0001")
    places: dict[str, Any] = {
        "source": Place(sale.organisation(SELLER).pk, Bucket.FROZEN),
        "target": Place(sale.organisation(A).pk, Bucket.AVAILABLE),
    }
    with pytest.raises(IntegrityError, match="a burden lies on"), transaction.atomic():
        ledger.move(line(sale, "500.0000"), **places, reason="transfer", now=NOW)
    ledger.move(line(sale, "499.9999"), **places, reason="transfer", now=NOW)


@pytest.mark.parametrize(("whole", "kind"), [(False, None), (True, KIND), (False, QuotaKind.FARMLAND_AREA)])
def test_a_burden_lies_on_all_or_on_amounts_of_its_batch(
    sale: Sale, whole: bool, kind: QuotaKind | None
) -> None:
    def written() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            made = Encumbrance.objects.create(
                batch=sale.batch, holder=sale.organisation(SELLER), whole=whole, reason="抵押", since=NOW
            )
            if kind is not None:
                EncumbranceLine.objects.create(encumbrance=made, kind=kind, amount=1)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="neither on all nor"):
        written()


@pytest.mark.parametrize(
    "change", [{"type": "other"}, {"whole": True}, {"reason": "另一"}, {"lifted_at": None}, {"holder": None}]
)
def test_a_burden_never_changes_and_is_lifted_once(sale: Sale, change: dict[str, Any]) -> None:
    burden = burdened(sale, "300.0000", type="loan")
    lifted(sale, burden)
    with pytest.raises(IntegrityError), transaction.atomic():
        Encumbrance.objects.filter(pk=burden).update(**change)


def test_lines_of_one_batch_count_together(sale: Sale) -> None:
    burdened(sale, "300.0000")
    twice = [replace(each, amount=Decimal("250.0001")) for each in line(sale, "1") * 2]
    seller = sale.organisation(SELLER).pk
    refusal = no(lambda: burdens.require_free(twice, holder_id=seller, source=Bucket.AVAILABLE))
    assert refusal.detail["wanted"] == "500.0002"


def test_a_capacity_is_burdened_in_whole_kilograms_and_other_kinds_stay_free() -> None:
    """30.0000 亩 and 27000 公斤, of which 20 亩 and 18000 公斤 are frozen."""
    deal = Deal.begun()
    told: dict[str, Any] = {"subject": deal.batch_id, "reason": "抵押"}
    refusal = no(lambda: deal.both(OFFICE, "quota.encumber", "03-05 09:00", grain_capacity="0.5", **told))
    assert refusal.code is Code.INVALID
    deal.both(OFFICE, "quota.encumber", "03-05 09:00", grain_capacity="4000", **told)
    seller = deal.organisation(SELLER).pk
    place: dict[str, Any] = {"holder_id": seller, "case_id": deal.listing_id, "now": at("03-05 10:00")}

    def frozen(kind: QuotaKind, amount: str) -> None:
        quota.freeze([Line(deal.batch_id, kind, Decimal(amount))], **place)

    refusal = no(lambda: frozen(QuotaKind.GRAIN_CAPACITY, "5001"))
    assert (refusal.detail["free"], "粮食产能" in refusal.sentence) == ("5000", True)
    frozen(QuotaKind.GRAIN_CAPACITY, "5000")
    frozen(QuotaKind.FARMLAND_AREA, "10")


def test_who_deals_with_the_quota_hears_of_a_burden_and_that_it_has_gone(sale: Sale) -> None:
    freeze(sale, "700.0000")
    burden = burdened(sale, "300.0000", type="seizure", reason="查封〔2026〕1号")
    told = {each.organisation_id: each.text for each in Notice.objects.filter(kind="burden")}
    assert set(told) == {sale.organisation(SELLER).pk}
    assert "查封（查封〔2026〕1号" in next(iter(told.values()))
    lifted(sale, burden)
    assert (
        Notice.objects.filter(kind="burden_lifted", organisation_id=sale.organisation(SELLER).pk).count() == 1
    )
    assert Encumbrance.objects.get(pk=burden).lift_reason == ""


def test_the_same_burden_again_stands_out_and_so_does_a_lifting_without_a_ground(sale: Sale) -> None:
    burden = burdened(sale, "300.0000")
    again = waiting(sale, reason="抵押合同1号", construction_area="300")
    read = approval_of(again, by=sale.approver(OFFICE), now=at("03-02 09:00"))
    assert any("再次登记将累加" in each for each in read.bound.findings)
    sale.alone(OFFICE, "quota.lift_encumbrance", "03-02 10:00", subject=burden)
    bare = Preparation.objects.filter(act="quota.lift_encumbrance").latest("id")
    read = approval_of(bare, by=sale.approver(OFFICE), now=at("03-02 11:00"))
    assert read.bound.findings == ("未填写解除依据，请核对负担确已消灭。",)
