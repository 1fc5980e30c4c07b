"""A slip in what a body outside said is mended by two persons of the office that entered it, and what stood is kept."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from apps.crossprovince.models import Adjustment, Scheme
from apps.documents.commands import attach
from apps.documents.corrections import Mended, correct
from apps.documents.incoming import Incoming, of_case, paper_waiting
from apps.documents.models import IncomingCorrection, IncomingDocument
from apps.documents.queries import latest
from apps.documents.states import AttachmentKind as K
from apps.documents.states import DocumentKind
from apps.notices.models import Notice
from apps.parties.models import Membership
from kernel import clock
from kernel.access.commands import take_back
from kernel.access.models import Preparation
from kernel.actors import Duty
from kernel.acts.perform import approval_of
from kernel.audit.models import AuditEntry
from kernel.errors import Code, Refused
from kernel.web.opaque import shown
from tests.factories.across import FINANCE, Across
from tests.factories.across import PROVINCE as ACROSS_PROVINCE
from tests.factories.ziyun import CITY, COUNTY, FAR_PROVINCE, PROVINCE, Ziyun, at

pytestmark = pytest.mark.django_db

ACT = "incoming.correct"
MINISTRY = "自然资源部"


@pytest.fixture
def ziyun(settings: Any, tmp_path: Any) -> Ziyun:
    settings.MEDIA_ROOT = tmp_path
    return Ziyun.recorded()


@pytest.fixture
def across(settings: Any, tmp_path: Any) -> Across:
    settings.MEDIA_ROOT = tmp_path
    return Across.with_ministry()


def entered(case_id: int, act: str) -> IncomingDocument:
    return of_case(case_id).get(act=act)


def mended(found: IncomingDocument, **changes: Any) -> dict[str, Any]:
    """What an operator fills in: what stands, but for these changes."""
    return {
        "body": found.body,
        "document_no": found.document_no,
        "document_date": found.document_date.isoformat(),
        "register_no": found.register_no,
        "reason": "登记时录入有误",
        **changes,
    }


def refused(call: Any) -> Any:
    with pytest.raises(Refused) as no, transaction.atomic():
        call()
    return no.value.refusal


def test_a_mistyped_record_number_is_mended_and_what_stood_before_is_kept(ziyun: Ziyun) -> None:
    found = entered(ziyun.verification_id, "verification.record")
    assert found.register_no == "部备〔2026〕1号"
    data = mended(found, register_no="部备〔2026〕11号", document_date="2026-03-24")
    ziyun.both(PROVINCE, ACT, "03-28 10:00", subject=found.pk, **data)
    again = ziyun.verification
    assert (again.record_no, f"{again.recorded_on}") == ("部备〔2026〕11号", "2026-03-24")
    kept = IncomingCorrection.objects.get()
    assert (kept.before["register_no"], kept.after["register_no"]) == ("部备〔2026〕1号", "部备〔2026〕11号")
    assert kept.before["document_date"] == "2026-03-25"
    written = AuditEntry.objects.get(verb=ACT)
    assert (written.before["register_no"], written.after["reason"]) == ("部备〔2026〕1号", "登记时录入有误")
    told = Notice.objects.filter(kind="incoming_corrected")
    assert set(told.values_list("organisation_id", flat=True)) == {ziyun.organisation_id(COUNTY)}


def test_the_notice_leads_to_the_case_that_it_is_about(ziyun: Ziyun) -> None:
    found = entered(ziyun.verification_id, "verification.record")
    data = mended(found, document_no="自然资函〔2026〕12号")
    ziyun.both(PROVINCE, ACT, "03-28 10:00", subject=found.pk, **data)
    browser = Client()
    person = ziyun.people[COUNTY][0].person
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    page = f"/desk/verifications/{ziyun.verification_id}/"
    with clock.simulated(at("03-28 12:00")):
        inbox = browser.get("/desk/notices/").content.decode()
        assert f'href="{page}"' in inbox
        assert f"/desk/listings/{ziyun.verification_id}/" not in inbox
        told = Notice.objects.get(kind="incoming_corrected")
        answer = browser.post(f"/desk/notices/{shown(told.pk, 'notice')}/read/", {"open": "1"})
        assert answer.headers["Location"] == page
        ziyun.certify("03-28 11:00")
        certificate = latest(case_id=ziyun.verification_id, kind=DocumentKind.QUOTA_CERTIFICATE)
        assert certificate is not None
        assert certificate.number in browser.get(page).content.decode().partition('id="documents"')[2]


def test_a_number_that_another_paper_of_the_case_has_stands_out(across: Across) -> None:
    found = entered(across.adjustment_id, "adjustment.consent")
    data = mended(found, document_no="部受理1号")
    across.alone(ACROSS_PROVINCE, ACT, "04-23 10:00", subject=found.pk, **data)
    waiting = Preparation.objects.get(act=ACT)
    read = approval_of(waiting, by=across.actor(ACROSS_PROVINCE, Duty.APPROVER), now=at("04-23 11:00"))
    assert any("部受理1号" in each and "请核对是否同一来文" in each for each in read.bound.findings)


def test_the_approver_reads_what_changes_and_another_paper_meanwhile_voids_it(ziyun: Ziyun) -> None:
    found = entered(ziyun.verification_id, "verification.record")
    ziyun.attach(PROVINCE, K.INCOMING_DOCUMENT, when="03-28 09:00")
    data = mended(found, document_no="自然资函〔2026〕12号", other_paper=True)
    ziyun.alone(PROVINCE, ACT, "03-28 10:00", subject=found.pk, **data)
    waiting = Preparation.objects.get(act=ACT)
    read = approval_of(waiting, by=ziyun.actor(PROVINCE, Duty.APPROVER), now=at("03-28 10:30"))
    said = {each.label: each.value for each in read.bound.facts}
    assert said["来文文号"] == "自然资函〔2026〕1号 → 自然资函〔2026〕12号"
    assert said["来文日期"] == "2026-03-25（不变）"
    assert said["涉及办件"] == ziyun.verification.case.number
    ziyun.attach(PROVINCE, K.INCOMING_DOCUMENT, when="03-28 11:00")
    assert refused(lambda: ziyun.release(PROVINCE, ACT, "03-28 12:00")).code is Code.TEXT_CHANGED
    assert not IncomingCorrection.objects.exists()


def test_another_file_takes_the_place_of_the_one_that_was_wrong(ziyun: Ziyun) -> None:
    found = entered(ziyun.verification_id, "verification.record")
    old, data = found.attachment_id, mended(found, other_paper=True)
    no = refused(lambda: ziyun.both(PROVINCE, ACT, "03-28 10:00", subject=found.pk, **data))
    assert no.code is Code.MISSING_DOCUMENT
    ziyun.attach(PROVINCE, K.INCOMING_DOCUMENT, when="03-28 10:30")
    ziyun.both(PROVINCE, ACT, "03-28 11:00", subject=found.pk, **data)
    found.refresh_from_db()
    assert found.attachment_id != old
    kept = IncomingCorrection.objects.get()
    assert (kept.before["attachment"], kept.old_paper_id) == (old, old)
    assert paper_waiting(ziyun.verification_id, by=ziyun.actor(PROVINCE)) == []
    browser = Client()
    person = ziyun.people[PROVINCE][0].person
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    with clock.simulated(at("03-28 12:00")):
        page = browser.get(f"/desk/verifications/{ziyun.verification_id}/").content.decode()
    assert page.count("未上传") == 1  # the next document of outside, for which the old scan does not stand
    assert f"/desk/attachments/{shown(old, 'attachment')}/" in page
    assert f"/desk/acts/{ACT}/{found.pk}/" in page


def test_nobody_else_mends_it_and_others_are_told_nothing_of_it(ziyun: Ziyun) -> None:
    found = entered(ziyun.verification_id, "verification.record")
    data = mended(found, document_no="自然资函〔2026〕12号")
    answers = {
        key: refused(lambda key=key: ziyun.alone(key, ACT, "03-28 10:00", subject=found.pk, **data)).code
        for key in (COUNTY, CITY, FAR_PROVINCE)
    }
    assert answers == {COUNTY: Code.NOT_PERMITTED, CITY: Code.NOT_PERMITTED, FAR_PROVINCE: Code.NOT_FOUND}


def test_nobody_mends_it_alone(ziyun: Ziyun) -> None:
    found = entered(ziyun.verification_id, "verification.record")
    said = Incoming(found.body, "自然资函〔2026〕12号", found.document_date)
    for duty in Duty.OPERATOR, Duty.APPROVER:
        no = refused(
            lambda duty=duty: correct(
                incoming_id=found.pk,
                mended=Mended(said, found.register_no),
                reason="x",
                by=ziyun.actor(PROVINCE, duty),
                now=at("03-28 10:00"),
            )
        )
        assert no.code is Code.NOT_PERMITTED
    assert not IncomingCorrection.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, Code.INVALID),
        ({"document_date": "2026-03-29"}, Code.INVALID),
        ({"register_no": ""}, Code.INVALID),
        ({"document_date": "2026-03-19"}, Code.INVALID),
    ],
    ids=["nothing changes", "of the future", "without the number that was registered", "before the pass"],
)
def test_what_the_act_would_not_have_taken_is_refused(ziyun: Ziyun, changes: Any, code: Code) -> None:
    found = entered(ziyun.verification_id, "verification.record")
    data = mended(found, **changes)
    no = refused(lambda: ziyun.both(PROVINCE, ACT, "03-28 10:00", subject=found.pk, **data))
    assert no.code is code
    assert ziyun.verification.record_no == "部备〔2026〕1号"


def test_the_database_lets_no_document_change_without_its_correction(ziyun: Ziyun) -> None:
    found = entered(ziyun.verification_id, "verification.record")
    for column, value in (("document_no", "x"), ("register_no", "x"), ("document_date", "2026-01-01")):
        with pytest.raises(IntegrityError), transaction.atomic():
            IncomingDocument.objects.filter(pk=found.pk).update(**{column: value})
    with pytest.raises(IntegrityError), transaction.atomic():
        type(ziyun.verification).objects.filter(pk=ziyun.verification_id).update(record_no="x")
    ziyun.both(
        PROVINCE, ACT, "03-28 10:00", subject=found.pk, **mended(found, document_no="自然资函〔2026〕12号")
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        IncomingDocument.objects.filter(pk=found.pk).update(document_no="自然资函〔2026〕1号")
    for statement in (
        "UPDATE documents_incomingcorrection SET reason = 'x'",
        "DELETE FROM documents_incomingdocument",
        "TRUNCATE documents_incomingdocument CASCADE",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_consent_is_mended_but_not_to_a_day_before_the_pass(across: Across) -> None:
    found = entered(across.adjustment_id, "adjustment.consent")
    early = mended(found, document_date="2026-04-09")
    no = refused(lambda: across.both(ACROSS_PROVINCE, ACT, "04-23 10:00", subject=found.pk, **early))
    assert no.code is Code.INVALID
    right = mended(found, document_no="黔府函〔2026〕11号", document_date="2026-04-19")
    across.both(ACROSS_PROVINCE, ACT, "04-23 10:00", subject=found.pk, **right)
    case = across.adjustment
    assert (case.consent_no, f"{case.consented_on}") == ("黔府函〔2026〕11号", "2026-04-19")


def test_a_receipt_number_is_mended_and_no_two_cases_have_one(across: Across) -> None:
    found = entered(across.adjustment_id, "adjustment.acknowledge")
    data = mended(found, register_no="受理〔2026〕2号")
    across.both(ACROSS_PROVINCE, ACT, "04-23 10:00", subject=found.pk, **data)
    assert across.adjustment.receipt_no == "受理〔2026〕2号"
    across.match(across.row(area="500.0000", ha="33.3333"))
    across.adjustment_id = Adjustment.objects.get(parent=across.adjustment_id).pk
    across.incoming(
        ACROSS_PROVINCE, "adjustment.acknowledge", "09-19 10:00", "部受理3号", receipt_no="受理〔2026〕3号"
    )
    again = entered(across.adjustment_id, "adjustment.acknowledge")
    data = mended(again, register_no="受理[2026]2号")
    no = refused(lambda: across.both(ACROSS_PROVINCE, ACT, "09-20 10:00", subject=again.pk, **data))
    assert no.code is Code.DUPLICATE_REQUEST


def test_a_consent_is_mended_also_for_the_rest_that_was_split_off(across: Across) -> None:
    first = across.adjustment_id
    across.match(across.row(area="500.0000", ha="33.3333"))
    consent = entered(first, "adjustment.consent")
    data = mended(consent, document_no="黔府函〔2026〕7号")
    across.both(ACROSS_PROVINCE, ACT, "09-19 09:00", subject=consent.pk, **data)
    assert Adjustment.objects.get(parent=first).consent_no == "黔府函〔2026〕7号"


def test_one_documents_number_is_mended_on_every_case_that_it_decided(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    across = Across.with_ministry(amount="500.0000")
    first = across.adjustment_id
    across.draft(amount="300.0000")
    across.submit()
    across.both(ACROSS_PROVINCE, "adjustment.decide", "04-10 10:00", outcome="pass", reason="")
    across.incoming(
        ACROSS_PROVINCE, "adjustment.consent", "04-20 10:00", "黔府函〔2026〕2号", body="贵州省人民政府"
    )
    across.both(ACROSS_PROVINCE, "adjustment.report", "04-21 10:00")
    second = across.adjustment_id
    across.incoming(
        ACROSS_PROVINCE, "adjustment.acknowledge", "04-22 10:00", "部受理1号", receipt_no="受理〔2026〕3号"
    )
    one = entered(second, "adjustment.acknowledge")
    data = mended(one, document_no="部受理9号", document_date="2026-04-21")
    across.alone(ACROSS_PROVINCE, ACT, "04-22 11:00", subject=one.pk, **data)
    waiting = Preparation.objects.get(act=ACT, decided_at=None)
    read = approval_of(waiting, by=across.actor(ACROSS_PROVINCE, Duty.APPROVER), now=at("04-22 12:00"))
    of_first = f"{Adjustment.objects.get(pk=first).case.number}·来文日期"
    assert {each.label: each.value for each in read.bound.facts}[of_first] == "2026-04-22 → 2026-04-21"
    take_back(preparation_id=waiting.pk, by=across.actor(ACROSS_PROVINCE), now=at("04-22 13:00"))
    across.both(
        ACROSS_PROVINCE, ACT, "04-23 10:00", subject=one.pk, **mended(one, register_no="受理〔2026〕2号")
    )  # the number is that of the one case
    assert [entered(each, "adjustment.acknowledge").register_no for each in (first, second)] == [
        "受理〔2026〕1号", "受理〔2026〕2号",
    ]  # fmt: skip
    across.match(
        across.row(area="500.0000", ha="33.3333", case=f"{first}"),
        across.row(area="300.0000", ha="20.0000", row_no="2", case=f"{second}"),
    )
    found = entered(second, "scheme.import")
    across.both(
        ACROSS_PROVINCE,
        ACT,
        "09-19 10:00",
        subject=found.pk,
        **mended(found, document_no="自然资函〔2026〕90号"),
    )
    assert {entered(each, "scheme.import").document_no for each in (first, second)} == {
        "自然资函〔2026〕90号"
    }
    assert Scheme.objects.get().document.document_no == "自然资函〔2026〕90号"
    paper = mended(entered(first, "scheme.import"), other_paper=True)
    across.attach(ACROSS_PROVINCE, K.INCOMING_DOCUMENT, when="09-19 10:30", case_id=second)
    no = refused(
        lambda: across.both(
            ACROSS_PROVINCE, ACT, "09-19 10:40", subject=entered(first, "scheme.import").pk, **paper
        )
    )  # the scan that its approver is shown is the named case's, and no other's is entered
    assert no.code is Code.MISSING_DOCUMENT
    across.attach(ACROSS_PROVINCE, K.INCOMING_DOCUMENT, when="09-19 10:50", case_id=first)
    shown_scan = paper_waiting(first, by=across.actor(ACROSS_PROVINCE))[0].sha256
    across.both(ACROSS_PROVINCE, ACT, "09-19 11:00", subject=entered(first, "scheme.import").pk, **paper)
    assert {entered(each, "scheme.import").attachment.sha256 for each in (first, second)} == {shown_scan}
    assert IncomingCorrection.objects.count() == 5


def test_finance_mends_what_it_entered_and_not_what_the_province_did(across: Across) -> None:
    across.match(across.row())
    across.implementing()
    across.allocate("216000000.00")
    notice, consent = (
        entered(across.adjustment_id, act) for act in ("adjustment.allocate", "adjustment.consent")
    )
    data = mended(consent, document_no="黔府函〔2026〕11号")
    assert (
        refused(lambda: across.alone(FINANCE, ACT, "10-21 10:00", subject=consent.pk, **data)).code
        is Code.NOT_FOUND
    )
    across.both(
        FINANCE, ACT, "10-21 10:00", subject=notice.pk, **mended(notice, document_no="财资环〔2026〕10号")
    )
    notice.refresh_from_db()
    assert notice.document_no == "财资环〔2026〕10号"
    assert across.funds()["pool"] == "216000000.00"


def test_a_scan_and_a_number_that_were_corrected_book_no_money_again_unseen(across: Across) -> None:
    across.match(across.row())
    across.implementing()
    across.allocate("100000000.00")
    notice = entered(across.adjustment_id, "adjustment.allocate")
    with notice.attachment.file.open("rb") as opened:
        scan = opened.read()
    across.attach(FINANCE, K.INCOMING_DOCUMENT, when="10-21 09:00")
    data = mended(notice, document_no="财资环〔2026〕2号", other_paper=True)
    across.both(FINANCE, ACT, "10-21 10:00", subject=notice.pk, **data)
    attach(
        kind=K.INCOMING_DOCUMENT, name="又一份.pdf", content=scan, case_id=across.adjustment_id,
        organisation_id=across.people[FINANCE][0].organisation_id,
        uploaded_by_id=across.people[FINANCE][0].person_id, now=at("10-21 11:00"),
    )  # fmt: skip
    again: dict[str, Any] = {
        "body": "财政部", "document_no": "财资环[2026]1号", "document_date": "2026-10-20", "amount": "1.00",
        "arrived_at": at("10-20 10:00").isoformat(),
    }  # fmt: skip
    no = refused(lambda: across.alone(FINANCE, "adjustment.allocate", "10-21 12:00", **again))
    assert no.code is Code.MISSING_DOCUMENT
    across.attach(FINANCE, K.INCOMING_DOCUMENT, when="10-21 13:00")
    across.alone(FINANCE, "adjustment.allocate", "10-21 14:00", **again)
    waiting = Preparation.objects.get(act="adjustment.allocate", decided_at=None)
    read = approval_of(waiting, by=across.actor(FINANCE, Duty.APPROVER), now=at("10-21 15:00"))
    assert any("曾据以办理过本事项" in each for each in read.bound.findings)


def test_who_serves_the_county_too_mends_nothing_of_its_case(across: Across) -> None:
    county, province = across.people["county"][0], across.people[ACROSS_PROVINCE][0]
    Membership.objects.create(
        person=county.person, organisation=province.organisation, duty=str(Duty.OPERATOR), active=True
    )
    found = entered(across.adjustment_id, "adjustment.consent")
    data = mended(found, document_no="黔府函〔2026〕11号")
    no = refused(lambda: across.alone(ACROSS_PROVINCE, ACT, "04-23 10:00", subject=found.pk, **data))
    assert no.code is Code.SELF_DEALING


def test_what_a_later_document_replaced_moves_no_number_of_the_case(across: Across) -> None:
    old = entered(across.adjustment_id, "adjustment.acknowledge")
    across.incoming(ACROSS_PROVINCE, "adjustment.unmatch", "06-01 10:00", "部未匹配1号")
    across.both(ACROSS_PROVINCE, "adjustment.report", "06-02 10:00")
    across.incoming(
        ACROSS_PROVINCE, "adjustment.acknowledge", "06-03 10:00", "部受理2号", receipt_no="受理〔2026〕2号"
    )
    across.both(
        ACROSS_PROVINCE, ACT, "06-04 10:00", subject=old.pk, **mended(old, register_no="受理〔2026〕9号")
    )
    assert across.adjustment.receipt_no == "受理〔2026〕2号"
