"""What the province had verified and the ministry sends back (部里退回): by its document, once, as a new round."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.documents.incoming import of_case
from apps.documents.models import IncomingDocument
from apps.documents.states import AttachmentKind as K
from apps.notices.models import Notice
from apps.surplus.models import Verification
from apps.surplus.states import VerificationStatus as S
from kernel.access.models import Preparation
from kernel.actors import Duty
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refusal, Refused
from tests.factories.ziyun import (
    BUREAU,
    CITY,
    COUNTY,
    FAR_PROVINCE,
    MEASURER,
    PROVINCE,
    Ziyun,
    at,
)

pytestmark = pytest.mark.django_db
TOLD = {
    "body": "自然资源部",
    "document_no": "自然资函〔2026〕7号",
    "document_date": "2026-03-24",
    "reason": "验收资料不齐",
}


@pytest.fixture
def verified(settings: Any, tmp_path: Any) -> Ziyun:
    settings.MEDIA_ROOT = tmp_path
    made = Ziyun.settled()
    made.draft()
    made.measure()
    made.submit()
    made.decide(CITY, "pass", "03-10 10:00")
    made.decide(PROVINCE, "pass", "03-20 10:00")
    return made


def reopen(ziyun: Ziyun, when: str = "03-25 10:00", key: str = PROVINCE, **changes: Any) -> Any:
    return ziyun.both(key, "verification.reopen", when, **TOLD | changes)


def refused(call: Any) -> Refusal:
    with pytest.raises(Refused) as no, transaction.atomic():
        call()
    return no.value.refusal


def test_what_the_ministry_sends_back_is_the_countys_again_and_comes_as_a_new_round(verified: Ziyun) -> None:
    verified.attach(PROVINCE, K.INCOMING_DOCUMENT, when="03-25 09:00")
    reopen(verified)
    assert verified.verification.status == S.RETURNED
    record = Deadline.objects.get(case_id=verified.verification_id, kind="verification.to_record")
    assert record.status == "cancelled"
    came = of_case(verified.verification_id).get()
    assert (came.act, came.document_no, came.document_date) == (
        "verification.reopen", "自然资函〔2026〕7号", date(2026, 3, 24),
    )  # fmt: skip
    told = Notice.objects.filter(kind="verification.reopened")
    assert {each.organisation_id for each in told} == {
        verified.organisation_id(COUNTY), verified.organisation_id(CITY),
    }  # fmt: skip
    assert "验收资料不齐" in told.get(organisation_id=verified.organisation_id(COUNTY)).text
    verified.both(COUNTY, "verification.submit", "03-27 10:00")
    verified.decide(CITY, "pass", "03-28 10:00")
    verified.decide(PROVINCE, "pass", "03-30 10:00")
    found = verified.verification
    assert (found.state, found.review_round, found.opinions.count()) == (S.VERIFIED, 2, 4)
    again = Deadline.objects.filter(kind="verification.to_record").latest("id")
    assert (again.pk > record.pk, again.status) == (True, "pending")
    verified.record("03-31 10:00", day="2026-03-31")
    verified.certify("04-01 10:00")
    assert verified.verification.status == S.CERTIFIED


def test_it_takes_its_document_which_is_not_of_the_future_and_is_used_once(verified: Ziyun) -> None:
    assert refused(lambda: reopen(verified)).code is Code.MISSING_DOCUMENT
    verified.attach(PROVINCE, K.INCOMING_DOCUMENT, when="03-25 09:00")
    later = refused(lambda: reopen(verified, document_date="2026-03-26"))
    assert (later.code, later.detail["field"]) == (Code.INVALID, "document_date")
    assert refused(lambda: reopen(verified, reason=" ")).code is Code.INVALID
    assert not IncomingDocument.objects.exists()
    assert verified.verification.status == S.VERIFIED
    reopen(verified, document_date="2026-03-25")
    assert refused(lambda: reopen(verified)).code is Code.WRONG_STATUS
    verified.both(COUNTY, "verification.submit", "03-27 10:00")
    verified.decide(CITY, "pass", "03-28 10:00")
    verified.decide(PROVINCE, "pass", "03-30 10:00")
    assert refused(lambda: reopen(verified, "04-01 10:00", document_no="8号")).code is Code.MISSING_DOCUMENT
    verified.attach(PROVINCE, K.INCOMING_DOCUMENT, when="04-01 09:00")
    same = refused(lambda: reopen(verified, "04-01 10:00", document_no="自然资函[2026]７号"))
    assert (same.code, same.detail["document_no"]) == (Code.DUPLICATE_REQUEST, "自然资函[2026]7号")
    verified.both(
        PROVINCE, "verification.record", "04-01 11:00", record_no="部备〔2026〕9号", body=TOLD["body"],
        document_no=TOLD["document_no"], document_date=TOLD["document_date"],
    )  # fmt: skip
    assert verified.verification.status == S.RECORDED


def test_two_persons_of_its_own_province_send_it_back(verified: Ziyun) -> None:
    verified.attach(PROVINCE, K.INCOMING_DOCUMENT, when="03-25 09:00")
    verified.alone(PROVINCE, "verification.reopen", "03-25 10:00", **TOLD)
    waiting = Preparation.objects.get(act="verification.reopen", decided_at=None)
    said = {each["label"]: each["value"] for each in waiting.bound["facts"]}
    assert (said["来文文号"], said["退回理由"]) == ("自然资函〔2026〕7号", "验收资料不齐")
    assert "外部来文.pdf" in {each["name"] for each in waiting.bound["evidence"]}
    assert verified.verification.status == S.VERIFIED
    for key in (COUNTY, BUREAU, MEASURER, CITY, FAR_PROVINCE):
        no = refused(lambda key=key: verified.alone(key, "verification.reopen", "03-25 10:00", **TOLD))
        assert no.code in (Code.NOT_PERMITTED, Code.NOT_FOUND), key
    verified.release(PROVINCE, "verification.reopen", "03-25 11:00")
    assert verified.verification.status == S.RETURNED


@pytest.mark.parametrize("step", ["record", "certify"])
def test_what_the_ministry_has_recorded_is_not_sent_back(verified: Ziyun, step: str) -> None:
    verified.record()
    if step == "certify":
        verified.certify()
    verified.attach(PROVINCE, K.INCOMING_DOCUMENT, when="04-02 09:00")
    assert refused(lambda: reopen(verified, "04-02 10:00")).code is Code.WRONG_STATUS


def test_the_database_sends_nothing_back_without_a_document(verified: Ziyun) -> None:
    with pytest.raises(IntegrityError, match="not sent back"), transaction.atomic():
        Verification.objects.filter(pk=verified.verification_id).update(status="returned")


def test_an_incoming_document_stays_as_it_was_entered(verified: Ziyun) -> None:
    verified.attach(PROVINCE, K.INCOMING_DOCUMENT, when="03-25 09:00")
    reopen(verified)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE documents_incomingdocument SET document_no = '8号'")


def test_a_stale_preparation_of_the_record_is_not_released_after_the_return(verified: Ziyun) -> None:
    verified.attach(PROVINCE, K.INCOMING_DOCUMENT, when="03-25 09:00")
    told = {"record_no": "1号", **{name: TOLD[name] for name in ("body", "document_no", "document_date")}}
    verified.alone(PROVINCE, "verification.record", "03-25 10:00", **told)
    waiting = Preparation.objects.get(act="verification.record", decided_at=None)
    reopen(verified, "03-25 11:00")
    no = refused(
        lambda: perform(
            act_called("verification.record"), subject_id=verified.verification_id, data=told,
            by=verified.actor(PROVINCE, Duty.APPROVER), now=at("03-25 12:00"), seen=waiting.digest,
        )
    )  # fmt: skip
    assert no.code is Code.NOT_PERMITTED, "its paper was entered by the return: it is void"
    waiting.refresh_from_db()
    assert (waiting.decided_at, verified.verification.status) == (at("03-25 11:00"), S.RETURNED)
