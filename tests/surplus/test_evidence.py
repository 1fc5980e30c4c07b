"""Evidence in verifications: of whom it is taken and when, and who may open which, in two provinces."""

from typing import Any

import pytest

from apps.disclosure.documents import may_read
from apps.disclosure.evidence import may_open, visible_in_verification
from apps.documents import rules
from apps.documents.models import Attachment, Document
from apps.documents.states import AttachmentKind as K
from apps.process import uploads
from apps.surplus.models import Opinion, Verification
from apps.surplus.states import MOVES
from apps.surplus.states import VerificationStatus as S
from kernel.actors import PUBLIC
from kernel.errors import Code, Refused
from tests.factories.uploads import pdf
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
    Ziyun,
    at,
)

pytestmark = pytest.mark.django_db
PAPER = K.VILLAGE_MINUTES
EVERYBODY = (COUNTY, BUREAU, MEASURER, CITY, PROVINCE, NEXT_COUNTY, OTHER_MEASURER, FAR_CITY, FAR_PROVINCE)


@pytest.fixture
def ziyun(settings: Any, tmp_path: Any) -> Ziyun:
    settings.MEDIA_ROOT = tmp_path
    made = Ziyun.settled()
    made.draft()
    return made


def take(ziyun: Ziyun, key: str, kind: K, when: str = "01-06 10:00") -> Attachment:
    return uploads.take_for_verification(
        ziyun.verification, kind=kind, name="1.pdf", content=pdf(), by=ziyun.actor(key), now=at(when)
    )


def refused(ziyun: Ziyun, key: str, kind: K, when: str = "01-06 10:00") -> Code:
    before = Attachment.objects.count()
    with pytest.raises(Refused) as no:
        take(ziyun, key, kind, when)
    assert Attachment.objects.count() == before
    return no.value.refusal.code


def stands(ziyun: Ziyun, status: str) -> None:
    """It comes to stand there, by moves that the database takes."""
    paths: list[list[S]] = [[ziyun.verification.state]]
    while paths[0][-1] != status:
        first = paths.pop(0)
        paths += [[*first, each] for each in sorted(MOVES.targets(first[-1])) if each not in first]
    for each in paths[0][1:]:
        found = ziyun.verification
        if found.state in (S.CITY_REVIEW, S.PROVINCE_REVIEW):
            Opinion.objects.get_or_create(
                verification=found, review_round=found.review_round, level=str(found.state).removesuffix("_review"),
                outcome="pass", decided_by_id=0, decided_at=at("01-06 10:00"),
            )  # fmt: skip
        Verification.objects.filter(pk=found.pk).update(status=each, **_NEEDED.get(each, {}))


_NEEDED: dict[S, dict[str, Any]] = {
    S.RECORDED: {"record_no": "1", "recorded_on": "2026-01-06"},
    S.CERTIFIED: {"certificate_no": "1", "certified_at": at("01-06 10:00")},
}


def test_a_county_hands_in_until_it_submits_and_while_it_is_to_correct(ziyun: Ziyun) -> None:
    for status in ("draft", "commissioned", "measured"):
        stands(ziyun, status)
        assert take(ziyun, COUNTY, PAPER).case_id == ziyun.verification_id
    for status in (
        "city_review",
        "province_review",
        "verified",
        "recorded",
        "certified",
        "revoked",
    ):
        stands(ziyun, status)
        assert refused(ziyun, COUNTY, PAPER) is Code.WRONG_STATUS, status


def test_a_county_hands_in_again_what_is_to_be_corrected(ziyun: Ziyun) -> None:
    stands(ziyun, "returned")
    assert take(ziyun, COUNTY, PAPER).case_id == ziyun.verification_id


def test_a_bureau_hands_in_for_what_it_filed(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    made = Ziyun.settled()
    made.draft()
    Verification.objects.filter(pk=made.verification_id).update(filed_by_id=made.organisation_id(BUREAU))
    assert take(made, BUREAU, PAPER).organisation_id == made.organisation_id(BUREAU)


def test_a_measurer_hands_in_its_report_alone_while_it_measures(ziyun: Ziyun) -> None:
    assert refused(ziyun, MEASURER, K.MEASUREMENT_REPORT) is Code.NOT_FOUND
    Verification.objects.filter(pk=ziyun.verification_id).update(measurer_id=ziyun.organisation_id(MEASURER))
    for status in ("commissioned", "measured", "returned"):
        stands(ziyun, status)
        take(ziyun, MEASURER, K.MEASUREMENT_REPORT)
    assert refused(ziyun, MEASURER, PAPER) is Code.NOT_PERMITTED
    assert refused(ziyun, OTHER_MEASURER, K.MEASUREMENT_REPORT) is Code.NOT_FOUND
    stands(ziyun, "city_review")
    assert refused(ziyun, MEASURER, K.MEASUREMENT_REPORT) is Code.WRONG_STATUS


def test_nobody_hands_in_what_another_has_to(ziyun: Ziyun) -> None:
    for kind in (K.MEASUREMENT_REPORT, K.INCOMING_DOCUMENT, K.FUND_PROOF):
        assert refused(ziyun, COUNTY, kind) is Code.NOT_PERMITTED, kind


def test_a_province_hands_in_what_came_from_the_ministry_once_it_has_verified(ziyun: Ziyun) -> None:
    Verification.objects.filter(pk=ziyun.verification_id).update(submitted_at=at("01-06 11:00"))
    stands(ziyun, "province_review")
    assert refused(ziyun, PROVINCE, K.INCOMING_DOCUMENT) is Code.WRONG_STATUS
    stands(ziyun, "verified")
    take(ziyun, PROVINCE, K.INCOMING_DOCUMENT)
    assert refused(ziyun, PROVINCE, PAPER) is Code.NOT_PERMITTED
    assert refused(ziyun, CITY, K.INCOMING_DOCUMENT) is Code.NOT_PERMITTED
    for key in (FAR_PROVINCE, FAR_CITY, NEXT_COUNTY):
        assert refused(ziyun, key, K.INCOMING_DOCUMENT) is Code.NOT_FOUND, key


def test_no_party_lays_down_more_than_can_be_read(ziyun: Ziyun, monkeypatch: Any) -> None:
    monkeypatch.setattr(rules, "MOST_OF_A_PARTY", rules.Most(2, 10**9))
    take(ziyun, COUNTY, PAPER)
    take(ziyun, COUNTY, PAPER)
    assert refused(ziyun, COUNTY, PAPER) is Code.INVALID


def test_evidence_that_waits_for_an_approver_is_not_added_to(ziyun: Ziyun) -> None:
    ziyun.measure()
    ziyun.attach(
        COUNTY, K.ACCEPTANCE_CERTIFICATE, K.RETIREMENT_SUMMARY, K.VILLAGE_MINUTES, when="01-21 09:00"
    )
    ziyun.alone(COUNTY, "verification.submit", "01-21 09:30")
    assert refused(ziyun, COUNTY, PAPER, "01-21 10:00") is Code.FACTS_FROZEN


def openers(ziyun: Ziyun, attachment: Attachment) -> set[str]:
    return {key for key in EVERYBODY if may_open(attachment, by=ziyun.actor(key))}


def test_evidence_is_opened_by_its_county_and_offices_and_a_measurers_by_it_too(ziyun: Ziyun) -> None:
    minutes = take(ziyun, COUNTY, PAPER)
    assert openers(ziyun, minutes) == {COUNTY}
    ziyun.measure()
    ziyun.submit()
    report = Attachment.objects.get(kind=K.MEASUREMENT_REPORT)
    assert openers(ziyun, minutes) == {COUNTY, CITY, PROVINCE}
    assert openers(ziyun, report) == {COUNTY, CITY, PROVINCE, MEASURER}
    assert not may_open(minutes, by=PUBLIC)
    assert not may_open(report, by=PUBLIC)
    found = visible_in_verification(ziyun.verification, by=ziyun.actor(MEASURER))
    assert list(found) == [report]


def test_a_measurer_that_was_replaced_opens_nothing_any_more(ziyun: Ziyun) -> None:
    ziyun.measure()
    report = Attachment.objects.get(kind=K.MEASUREMENT_REPORT)
    ziyun.both(
        COUNTY, "verification.commission", "01-22 09:00", measurer_id=ziyun.organisation_id(OTHER_MEASURER),
        contract_no="核定合同2号", contract_price="120000.00",
    )  # fmt: skip
    assert openers(ziyun, report) == {COUNTY}


def test_a_certificate_is_read_by_everybody_and_evidence_stays_where_it_was(
    settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    made = Ziyun.recorded()
    made.certify()
    document = Document.objects.get(case_id=made.verification_id)
    assert all(may_read(document, by=made.actor(key)) for key in EVERYBODY)
    assert may_read(document, by=PUBLIC)
    minutes = Attachment.objects.get(kind=PAPER)
    assert openers(made, minutes) == {COUNTY, CITY, PROVINCE}
    assert not may_open(minutes, by=PUBLIC)


def test_a_document_that_is_not_public_is_read_by_the_county_and_the_offices(
    settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    made = Ziyun.recorded()
    made.certify()
    document = Document.objects.get(case_id=made.verification_id)
    private = Document.objects.create(
        case_id=made.verification_id, kind=document.kind, number="x", public=False, issued_by_id=1, issued_by_name="x",
        issued_at=at("03-28 09:00"), facts={}, facts_sha256="0" * 64, verification_code="AAAA-AAAA-AAAA-AAAA",
    )  # fmt: skip
    readers = {key for key in EVERYBODY if may_read(private, by=made.actor(key))}
    assert readers == {COUNTY, CITY, PROVINCE}
    assert not may_read(private, by=PUBLIC)
