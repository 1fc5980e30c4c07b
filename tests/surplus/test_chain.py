"""A verification from its draft to its certificate, and what each office is refused on the way."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from apps.documents.states import AttachmentKind as K
from apps.land.models import CaseGround
from apps.quota.batch_models import Batch, Encumbrance
from apps.quota.models import Account
from apps.surplus.models import Verification
from apps.surplus.queries import visible_to
from apps.surplus.states import VerificationStatus as S
from kernel.access.models import Preparation
from kernel.actors import PUBLIC, Duty
from kernel.acts.act import act_called
from kernel.acts.perform import approval_of, perform
from kernel.clock import iso
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refused
from tests.factories.ziyun import (
    BUREAU,
    CITY,
    COUNTY,
    FAR_CITY,
    FAR_PROVINCE,
    MEASURER,
    NEXT_COUNTY,
    OTHER_MEASURER,
    PROVINCE,
    SUPERVISOR,
    Ziyun,
    at,
    facts,
    parcels,
    report,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ziyun(media: None) -> Ziyun:
    return Ziyun.settled()


def refused(call: Any) -> Any:
    """The refusal that a call ends with; what it wrote is taken back."""
    with pytest.raises(Refused) as no, transaction.atomic():
        call()
    return no.value.refusal


def due(ziyun: Ziyun, kind: str) -> str:
    row = Deadline.objects.filter(case_id=ziyun.verification_id, kind=f"verification.{kind}").latest("id")
    return iso(row.due_at)


def test_ziyun_from_draft_to_certificate(media: None) -> None:
    ziyun = Ziyun.recorded()
    assert due(ziyun, "city_review") == "2026-03-17T00:00:00+08:00"
    assert due(ziyun, "province_review") == "2026-03-25T00:00:00+08:00"
    ziyun.certify()
    found = ziyun.verification
    assert found.state is S.CERTIFIED
    batch = Batch.objects.get(source="verification", source_id=found.pk)
    assert (batch.certificate_no, batch.owner_id) == (found.certificate_no, ziyun.organisation_id(COUNTY))
    held = {(each.holder_id, each.bucket): each.balance for each in Account.objects.filter(batch=batch)}
    assert held == {
        (ziyun.organisation_id(PROVINCE), "issued"): Decimal("-800.0000"),
        (ziyun.organisation_id(COUNTY), "available"): Decimal("800.0000"),
    }
    assert (batch.carried_farmland, batch.high_standard) == (Decimal("242.8200"), Decimal("0"))
    again = refused(lambda: ziyun.alone(PROVINCE, "verification.certify", "03-28 10:00"))
    assert again.code is Code.WRONG_STATUS


def test_a_declared_total_is_held_to_its_parts(ziyun: Ziyun) -> None:
    no = refused(lambda: ziyun.draft(declared="821.1800"))
    assert (no.code, no.detail["difference"]) == (Code.TOTALS_MISMATCH, "3.7800")
    assert not Verification.objects.exists()
    assert not CaseGround.objects.exists()


def test_a_return_notice_is_due_after_an_opinion_that_asks_for_correction(ziyun: Ziyun) -> None:
    ziyun.draft()
    ziyun.measure()
    ziyun.submit()
    ziyun.decide(CITY, "pass", "03-10 10:00")
    assert refused(lambda: ziyun.decide(PROVINCE, "correct", "03-20 10:00")).code is Code.INVALID
    ziyun.decide(PROVINCE, "correct", "03-20 10:00", reason="请补充村民会议纪要")
    assert due(ziyun, "return_notice") == "2026-03-28T00:00:00+08:00"
    assert refused(lambda: ziyun.alone(CITY, "verification.return", "03-21 09:00", reason="x")).code is (
        Code.WRONG_STATUS
    )
    ziyun.alone(PROVINCE, "verification.return", "03-21 09:00", reason="请补充村民会议纪要")
    assert ziyun.verification.state is S.RETURNED
    ziyun.both(COUNTY, "verification.submit", "03-23 10:00")
    found = ziyun.verification
    assert (found.state, found.review_round) == (S.CITY_REVIEW, 2)
    assert due(ziyun, "city_review") == "2026-04-08T00:00:00+08:00"


def test_the_same_ground_makes_quota_once_whoever_comes_second(ziyun: Ziyun) -> None:
    parts = parcels({"dry": "20.0000"})
    ziyun.draft(declared="20.0000", reserved="0", parts=parts)
    first = ziyun.verification_id
    ziyun.verification_id = 0
    again: dict[str, Any] = {"declared": "20.0000", "reserved": "0", "parts": parts}
    no = refused(lambda: ziyun.draft("01-08 09:00", acceptance_no="紫验〔2025〕2号", **again))
    assert no.code is Code.PARCEL_CONFLICT
    project = {
        "name": "紫云县土地整治项目", "approval_no": "紫整〔2024〕1号", "acceptance_no": "紫整验〔2025〕1号",
        "region": "520425", "farmland_before": "0", "farmland_after": "20.0000", "farmland_area": "20.0000",
        "paddy_area": "0", "grain_capacity": "12000",
        "parts": [{
            "parcel_no": "1", "kind": "farmland_area", "land_class": "dry", "quantity": "20.0000",
            "grade_before": 16, "grade_after": 10, "geometry": parts[0]["geometry"],
        }],
    }  # fmt: skip
    no = refused(lambda: ziyun.alone(COUNTY, "project.record", "01-08 10:00", **project))
    assert no.code is Code.PARCEL_CONFLICT
    ziyun.verification_id = first
    ziyun.both(COUNTY, "verification.withdraw", "01-09 09:00", reason="改报土地整治项目")
    ziyun.verification_id = 0
    assert ziyun.alone(COUNTY, "project.record", "01-10 10:00", **project).outcome == "done"
    no = refused(lambda: ziyun.draft("01-11 09:00", **again))
    assert no.code is Code.PARCEL_CONFLICT


def test_an_acceptance_number_is_used_once_however_it_is_written(ziyun: Ziyun) -> None:
    ziyun.draft()
    other = parcels({"forest": "5.0000"})
    changed = {"declared": "5.0000", "reserved": "0", "parts": other, "acceptance_no": "紫验[2025]1号"}
    no = refused(lambda: ziyun.draft("01-08 09:00", **changed))
    assert (no.code, no.detail["field"]) == (Code.INVALID, "acceptance_no")


def test_parcels_changed_after_the_report_need_a_new_one(ziyun: Ziyun) -> None:
    ziyun.draft()
    ziyun.measure()
    ziyun.alone(COUNTY, "verification.amend", "01-21 09:00", **facts(parts=ziyun.parts(), title="另一名称"))
    ziyun.submit("01-22 10:00")
    assert ziyun.verification.state is S.CITY_REVIEW
    second = Ziyun(people=ziyun.people)
    second.draft(
        "02-01 09:00", acceptance_no="紫验〔2025〕9号", declared="6.0000", reserved="0",
        parts=parcels({"forest": "6.0000"}),
    )  # fmt: skip
    second.attach(MEASURER, K.MEASUREMENT_REPORT, when="02-03 09:00")
    second.both(
        COUNTY, "verification.commission", "02-02 09:00", measurer_id=second.organisation_id(MEASURER),
        contract_no="2号", contract_price="1.00",
    )  # fmt: skip
    measured = {"declared": "6.0000", "measured_on": "2026-02-03"}
    second.both(MEASURER, "verification.report", "02-03 09:00", **report(second.parts(), **measured))
    parts = second.parts()
    parts[0]["class_after"] = "grass"
    changed = {"acceptance_no": "紫验〔2025〕9号", "declared": "6.0000", "reserved": "0", "parts": parts}
    second.alone(COUNTY, "verification.amend", "02-04 09:00", **facts(**changed))
    assert refused(lambda: second.submit("02-05 09:00")).code is Code.TEXT_CHANGED


def test_a_measurer_measures_what_it_is_commissioned_for_and_after_it(ziyun: Ziyun) -> None:
    ziyun.draft()
    assert refused(
        lambda: ziyun.alone(MEASURER, "verification.report", "01-07 09:00", **report(ziyun.parts()))
    ).code is (Code.NOT_FOUND)
    ziyun.both(
        COUNTY, "verification.commission", "01-07 09:00", measurer_id=ziyun.organisation_id(MEASURER),
        contract_no="1号", contract_price="1.00",
    )  # fmt: skip
    parts = ziyun.parts()

    def reports(by: str, when: str = "01-20 09:00", **changes: Any) -> Any:
        return refused(lambda: ziyun.alone(by, "verification.report", when, **report(parts, **changes)))

    assert reports(OTHER_MEASURER).code is Code.NOT_FOUND
    assert reports(MEASURER).code is Code.MISSING_DOCUMENT
    ziyun.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-20 09:00")
    early = reports(MEASURER, measured_on="2026-01-06")
    assert (early.code, early.detail["field"]) == (Code.INVALID, "measured_on")
    assert reports(MEASURER, measured_on="2026-01-21").code is Code.INVALID
    assert reports(MEASURER, declared="817.4001").code is Code.TOTALS_MISMATCH


def test_the_measurers_approver_reads_the_drawn_area_of_boundaries_that_were_pasted_as_text(
    ziyun: Ziyun,
) -> None:
    ziyun.draft()
    ziyun.both(
        COUNTY, "verification.commission", "01-07 09:00", measurer_id=ziyun.organisation_id(MEASURER),
        contract_no="1号", contract_price="1.00",
    )  # fmt: skip
    ziyun.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-20 09:00")
    pasted = [each | {"geometry": json.dumps(each["geometry"])} for each in ziyun.parts()]
    ziyun.alone(MEASURER, "verification.report", "01-20 09:00", **report(pasted))
    waiting = Preparation.objects.get(act="verification.report", decided_at=None)
    [listed] = approval_of(
        waiting, by=ziyun.actor(MEASURER, Duty.APPROVER), now=at("01-20 10:00")
    ).bound.readings
    rows = [each.split("｜") for each in listed.text.splitlines()[1:]]
    drawn = {f"{each.ground.drawn_area:.4f}" for each in ziyun.verification.measurements.get().parts.all()}
    assert {cells[5] for cells in rows} == drawn
    assert all("、" in cells[6] for cells in rows)


def test_a_measurer_that_belongs_to_the_county_is_refused(ziyun: Ziyun) -> None:
    body = ziyun.people[MEASURER][0].organisation
    body.superior = ziyun.people[COUNTY][0].organisation
    body.save(update_fields=["superior"])
    ziyun.draft()
    no = refused(
        lambda: ziyun.alone(
            COUNTY, "verification.commission", "01-07 09:00", measurer_id=body.pk, contract_no="1号",
            contract_price="1.00",
        )
    )  # fmt: skip
    assert no.code is Code.SELF_DEALING


def test_the_bureau_files_for_its_county_which_holds_the_quota(ziyun: Ziyun) -> None:
    done = ziyun.alone(BUREAU, "verification.draft", "01-06 09:00", **facts())
    ziyun.verification_id = done.answer["verification"]
    found = ziyun.verification
    assert (found.holder_id, found.filed_by_id) == (
        ziyun.organisation_id(COUNTY), ziyun.organisation_id(BUREAU),
    )  # fmt: skip
    assert refused(
        lambda: ziyun.alone(NEXT_COUNTY, "verification.withdraw", "01-07 09:00", reason="x")
    ).code is (Code.NOT_FOUND)


def test_each_sees_and_decides_its_own(ziyun: Ziyun) -> None:
    ziyun.draft()

    def seen(by: str) -> bool:
        return visible_to(ziyun.actor(by)).filter(pk=ziyun.verification_id).exists()

    assert [key for key in ziyun.people if seen(key)] == [COUNTY]
    ziyun.measure()
    assert [key for key in ziyun.people if seen(key)] == [COUNTY, MEASURER]
    ziyun.submit()
    assert [key for key in ziyun.people if seen(key)] == [COUNTY, MEASURER, CITY, PROVINCE, SUPERVISOR]
    assert not visible_to(PUBLIC).exists()
    assert refused(lambda: ziyun.decide(FAR_CITY, "pass", "03-09 10:00")).code is Code.NOT_FOUND
    assert refused(lambda: ziyun.decide(PROVINCE, "pass", "03-09 10:00")).code is Code.WRONG_STATUS
    ziyun.decide(CITY, "pass", "03-10 10:00")
    assert refused(lambda: ziyun.decide(FAR_PROVINCE, "pass", "03-11 10:00")).code is Code.NOT_FOUND
    assert refused(lambda: ziyun.decide(CITY, "pass", "03-11 10:00")).code is Code.WRONG_STATUS
    ziyun.decide(PROVINCE, "pass", "03-20 10:00")
    ziyun.record()
    ziyun.certify()
    assert visible_to(PUBLIC).filter(pk=ziyun.verification_id).exists()


def test_nothing_is_submitted_without_its_documents(ziyun: Ziyun) -> None:
    ziyun.draft()
    ziyun.measure()
    no = refused(lambda: ziyun.alone(COUNTY, "verification.submit", "03-02 10:00"))
    assert no.code is Code.MISSING_DOCUMENT
    assert no.detail["missing"] == "acceptance_certificate,retirement_summary,village_minutes"


def test_a_record_number_is_entered_once_with_its_document(media: None) -> None:
    ziyun = Ziyun.settled()
    ziyun.draft()
    ziyun.measure()
    ziyun.submit()
    ziyun.decide(CITY, "pass", "03-10 10:00")
    ziyun.decide(PROVINCE, "pass", "03-20 10:00")
    told = {"record_no": "1", "body": "自然资源部", "document_no": "1号", "document_date": "2026-03-25"}
    assert refused(lambda: ziyun.alone(PROVINCE, "verification.record", "03-26 10:00", **told)).code is (
        Code.MISSING_DOCUMENT
    )
    future = told | {"document_date": "2026-03-27"}
    assert (
        refused(lambda: ziyun.alone(PROVINCE, "verification.record", "03-26 10:00", **future)).code
        is Code.INVALID
    )


def test_what_changed_since_it_was_prepared_is_not_released(ziyun: Ziyun) -> None:
    ziyun.draft()
    ziyun.measure()
    ziyun.attach(
        COUNTY, K.ACCEPTANCE_CERTIFICATE, K.RETIREMENT_SUMMARY, K.VILLAGE_MINUTES, when="03-02 09:00"
    )
    ziyun.alone(COUNTY, "verification.submit", "03-02 10:00")
    waiting = Preparation.objects.get(act="verification.submit", decided_at=None)
    changed = report(ziyun.parts(), resettlement="12.4000")
    ziyun.attach(MEASURER, K.MEASUREMENT_REPORT, when="03-02 10:30")
    ziyun.both(MEASURER, "verification.report", "03-02 11:00", **changed)
    no = refused(
        lambda: perform(
            act_called("verification.submit"), subject_id=ziyun.verification_id, data={},
            by=ziyun.actor(COUNTY, Duty.APPROVER), now=at("03-02 12:00"), seen=waiting.digest,
        )
    )  # fmt: skip
    assert no.code in (Code.TEXT_CHANGED, Code.INVALID, Code.NOT_FOUND, Code.SAME_PERSON), no
    assert ziyun.verification.state is S.MEASURED


def test_a_base_layer_that_is_required_and_not_loaded_bars_the_certificate(media: None) -> None:
    ziyun = Ziyun.settled(base_required=True)
    ziyun.draft()
    ziyun.measure()
    ziyun.submit()
    ziyun.decide(CITY, "pass", "03-10 10:00")
    ziyun.decide(PROVINCE, "pass", "03-20 10:00")
    ziyun.record()
    assert refused(lambda: ziyun.certify()).code is Code.BAN_LIST


def test_a_burdened_certificate_is_not_revoked_until_its_burden_is_lifted(media: None) -> None:
    ziyun = Ziyun.recorded()
    ziyun.certify()
    batch = Batch.objects.get(source="verification", source_id=ziyun.verification_id)
    burden = Encumbrance.objects.create(batch=batch, reason="法院查封", since=at("03-28 09:00"))

    def revoke() -> None:
        ziyun.both(PROVINCE, "verification.revoke", "04-01 10:00", reason="复核不实")

    no = refused(revoke)
    assert (no.code, no.detail["reason"]) == (Code.QUOTA_ENCUMBERED, "法院查封")
    assert ziyun.verification.status == S.CERTIFIED
    held = Account.objects.get(batch=batch, holder_id=ziyun.organisation_id(COUNTY), bucket="available")
    assert held.balance == Decimal("800.0000")
    Encumbrance.objects.filter(pk=burden.pk).update(lifted_at=at("03-31 09:00"))
    revoke()
    assert ziyun.verification.status == S.REVOKED


def test_a_certificate_is_revoked_while_all_of_it_is_there(media: None) -> None:
    ziyun = Ziyun.recorded()
    ziyun.certify()
    ziyun.both(PROVINCE, "verification.revoke", "04-01 10:00", reason="复核发现地块不实")
    held = {
        each.bucket: each.balance for each in Account.objects.filter(holder_id=ziyun.organisation_id(COUNTY))
    }
    assert held == {"available": Decimal("0"), "written_off": Decimal("800.0000")}
    assert not CaseGround.objects.filter(freed_at=None).exists()
