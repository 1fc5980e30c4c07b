"""What a county's finance pays out of a share: under a voucher, to a sheet of payees, whole or not at all, once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.disclosure.evidence import may_open, visible_attachments
from apps.documents.commands import attach_made
from apps.documents.models import Attachment
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.funds.faults import faults
from apps.funds.models import Payee, Restitution, Spending
from apps.funds.payees import Paid, opened
from apps.funds.queries import invoices_like
from apps.funds.states import PayeeKind
from apps.process import uploads
from kernel.access.models import Preparation
from kernel.acts.perform import approval_of
from kernel.audit.models import AuditEntry
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refusal, Refused
from kernel.money import Yuan
from kernel.web.opaque import shown
from tests.factories import spent
from tests.factories.deal import CENTRE, FINANCE, SELLER, A, at
from tests.factories.deal import PROVINCE as OFFICE
from tests.factories.proceeds import AUDITOR, COUNTY_FINANCE, FAR_AUDITOR, FAR_FINANCE, NEXT_FINANCE, Proceeds

pytestmark = pytest.mark.django_db
WHOLE = "20500000.00"


@pytest.fixture
def proceeds(own_media: None) -> Proceeds:
    """Distributed on 23 April."""
    made = Proceeds.of_sale()
    made.received()
    made.distributed()
    return made


def no(act: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refused) as refused, transaction.atomic():
        act()
    return refused.value.refusal


# --- a payment ---


def test_a_sheet_of_payees_is_paid_out_of_its_share(proceeds: Proceeds) -> None:
    done = spent.spend(proceeds)
    assert (done.answer["amount"], done.answer["payees"]) == ("100000.00", 2)
    assert proceeds.balances() == {
        "external": f"-{WHOLE}",
        "share:farmers": "12200000.00",
        "share:village": "6150000.00",
        "share:township": "2050000.00",
        "spent:farmers": "100000.00",
    }
    made = spent.last()
    assert (made.purpose, made.project, made.holder) == (
        "拆旧区农户补偿",
        "紫云县复垦项目区",
        proceeds.organisation(SELLER),
    )
    assert [opened(each).name for each in made.payees.order_by("line")] == ["王小明", "李秀英"]
    assert faults() == []


def test_natural_persons_stand_nowhere_in_the_clear(proceeds: Proceeds) -> None:
    spent.spend(proceeds, spent.WANG, spent.BUILDER)
    person, body = Payee.objects.order_by("line")
    assert (person.name, person.account, body.name) == ("", "", "紫云县城乡建设有限公司")
    assert "王小明" not in person.sealed
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_auditentry WHERE to_jsonb(audit_auditentry)::text LIKE '%王小明%'"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM notices_notice WHERE text LIKE '%王小明%'")
        assert cursor.fetchone() == (0,)
    said = AuditEntry.objects.get(verb="funds.spend", outcome="done").after
    assert said["amount"] == "310000.00"
    assert said["sheet_sha256"] == spent.last().sheet_sha256


def test_a_refusal_in_the_record_names_no_payee(proceeds: Proceeds) -> None:
    with pytest.raises(Refused):
        spent.spend(proceeds, {**spent.WANG, "amount": "99999999.00"})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_jsonb(audit_auditentry)::text FROM audit_auditentry WHERE verb = 'funds.spend'"
        )
        [(said,)] = cursor.fetchall()
    assert "refused" in said
    assert "王小明" not in said
    assert "6217000010001" not in said


def test_the_approver_reads_the_whole_sheet_and_binds_its_digest(proceeds: Proceeds) -> None:
    facts = spent.paid_to(spent.WANG, spent.BUILDER)
    copy = spent.copy_of(proceeds)
    facts["attachment"] = shown(copy.pk, "attachment")
    proceeds.alone(COUNTY_FINANCE, "funds.spend", "04-24 09:00", subject=proceeds.pool.pk, **facts)
    waiting = Preparation.objects.get(act="funds.spend")
    read = approval_of(waiting, by=proceeds.approver(COUNTY_FINANCE), now=at("04-24 09:30"))
    said = {each.label: each.value for each in read.bound.facts}
    assert (said["支出项目"], said["支出金额"]) == ("农户补偿", "310000.00")
    assert [(each.label, each.value) for each in read.bound.moving] == [("该项现有结余", "12300000.00")]
    assert said["收款人数"] == "2行"
    assert read.bound.readings[0].text.splitlines()[1:] == [
        "1｜个人｜王小明｜6217000010001｜60,000.00｜—",
        "2｜单位｜紫云县城乡建设有限公司｜5200001｜250,000.00｜24520000000001",
    ]
    assert [each.name for each in read.bound.evidence] == [copy.name]
    assert any("首次收款的单位：紫云县城乡建设有限公司" in each for each in read.bound.findings)
    assert read.refusal is None
    proceeds.both(COUNTY_FINANCE, "funds.spend", "04-24 10:00", subject=proceeds.pool.pk, **facts)
    assert spent.last().sheet_sha256 == said["收款人清单摘要"]


def test_rows_alike_without_an_invoice_stand_out(proceeds: Proceeds) -> None:
    facts = spent.paid_to(spent.WANG, spent.LI, spent.WANG)
    facts["attachment"] = shown(spent.copy_of(proceeds).pk, "attachment")
    proceeds.alone(COUNTY_FINANCE, "funds.spend", "04-24 09:00", subject=proceeds.pool.pk, **facts)
    bound = Preparation.objects.get(act="funds.spend").bound
    assert bound["findings"] == ["第1、3行收款人、账号、金额相同且无发票号，请核对是否重复"]


def test_a_payment_that_is_released_voids_no_other_that_waits(proceeds: Proceeds) -> None:
    facts = spent.paid_to(voucher_no="记-2")
    facts["attachment"] = shown(spent.copy_of(proceeds).pk, "attachment")
    proceeds.alone(COUNTY_FINANCE, "funds.spend", "04-24 09:00", subject=proceeds.pool.pk, **facts)
    spent.spend(proceeds, spent.LI)
    assert Preparation.objects.get(act="funds.spend", decided_at=None).slot == "记-2"


# --- what is refused ---


def test_more_than_is_left_of_the_share_is_refused_with_the_figures(proceeds: Proceeds) -> None:
    refusal = no(lambda: spent.spend(proceeds, {**spent.WANG, "amount": "12300000.01"}))
    assert (refusal.code, dict(refusal.detail)) == (
        Code.AMOUNT_EXCEEDS,
        {"held": "12300000.00", "wanted_yuan": "12300000.01", "exceeds": "0.01"},
    )
    assert not Spending.objects.exists()
    spent.spend(proceeds, {**spent.WANG, "amount": "12300000.00"})
    assert "share:farmers" not in proceeds.balances()


def test_a_voucher_is_used_once_also_after_its_payment_was_taken_back(proceeds: Proceeds) -> None:
    spent.spend(proceeds)
    again = no(lambda: spent.spend(proceeds, spent.LI, when="04-25 10:00"))
    assert (again.code, again.detail["voucher_no"]) == (Code.VOUCHER_USED, "记-2026-001")
    written = no(
        lambda: spent.spend(proceeds, spent.LI, when="04-25 10:00", voucher_no="记－２０２６－００１")
    )
    assert written.code is Code.VOUCHER_USED
    proceeds.reversed_(spent.last().movement, "04-25 11:00")
    assert proceeds.balances()["share:farmers"] == "12300000.00"
    assert no(lambda: spent.spend(proceeds, when="04-26 10:00")).code is Code.VOUCHER_USED
    spent.spend(proceeds, when="04-26 10:00", voucher_no="记-2026-002")
    assert faults() == []


def test_an_invoice_of_one_payee_over_one_amount_is_paid_once(proceeds: Proceeds) -> None:
    spent.spend(proceeds, spent.BUILDER)
    same = {**spent.BUILDER, "payee": "紫云县城乡建设有限公司 ", "payee_account": "other"}
    refusal = no(lambda: spent.spend(proceeds, spent.WANG, same, voucher_no="记-2", category="village"))
    assert refusal.code is Code.VOUCHER_USED
    assert dict(refusal.detail) == {"lines": "2", "invoice_no": "24520000000001", "amount": "250000.00"}
    assert "紫云县城乡" not in refusal.sentence
    spent.spend(proceeds, {**spent.BUILDER, "amount": "250000.01"}, voucher_no="记-3")


def test_an_invoice_twice_in_one_sheet_is_refused(proceeds: Proceeds) -> None:
    refusal = no(lambda: spent.spend(proceeds, spent.BUILDER, spent.WANG, spent.BUILDER))
    assert (refusal.code, refusal.detail["lines"]) == (Code.VOUCHER_USED, "3")


def test_a_copy_of_a_voucher_serves_one_payment(proceeds: Proceeds) -> None:
    copy = spent.copy_of(proceeds)
    spent.spend(proceeds, copy=copy)
    assert no(lambda: spent.spend(proceeds, copy=copy, voucher_no="记-2")).code is Code.VOUCHER_USED
    again = spent.copy_of(proceeds)
    assert no(lambda: spent.spend(proceeds, copy=again, voucher_no="记-2")).code is Code.VOUCHER_USED
    facts = spent.paid_to(voucher_no="记-3", attachment=7)
    refusal = no(
        lambda: proceeds.alone(
            COUNTY_FINANCE, "funds.spend", "04-24 11:00", subject=proceeds.pool.pk, **facts
        )
    )
    assert refusal.code is Code.MISSING_DOCUMENT


@pytest.mark.parametrize("name", ["loan_source", "income_tied"])
def test_misuse_is_declared_and_refused(proceeds: Proceeds, name: str) -> None:
    yes: dict[str, Any] = {name: True}
    unsaid: dict[str, Any] = {name: None}
    assert no(lambda: spent.spend(proceeds, **yes)).code is Code.USE_BANNED
    assert no(lambda: spent.spend(proceeds, **unsaid)).code is Code.INVALID


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({**spent.WANG, "amount": "0.00"}, "payees.1.amount"),
        ({**spent.WANG, "amount": "1.005"}, "payees.1.amount"),
        ({**spent.WANG, "payee": ""}, "payees.1.payee"),
        ({**spent.WANG, "payee_account": "6.217E+18"}, "payees.1.payee_account"),
        ({**spent.WANG, "kind": "自然人"}, "payees.1.kind"),
        ({**spent.BUILDER, "invoice_no": ""}, "payees.1.invoice_no"),
    ],
)
def test_a_wrong_row_is_named_and_no_row_is_paid(proceeds: Proceeds, row: dict[str, str], field: str) -> None:
    refusal = no(lambda: spent.spend(proceeds, spent.LI, row))
    assert (refusal.code, list(refusal.detail)) == (Code.INVALID, [field])
    assert not Payee.objects.exists()


def test_a_part_of_a_share_is_no_share_to_pay_from(proceeds: Proceeds) -> None:
    refusal = no(lambda: spent.spend(proceeds, category="collective"))
    assert (refusal.code, refusal.detail["field"]) == (Code.INVALID, "category")


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (NEXT_FINANCE, Code.NOT_FOUND),
        (FAR_FINANCE, Code.NOT_FOUND),
        (FINANCE, Code.NOT_PERMITTED),
        (SELLER, Code.NOT_PERMITTED),
        (AUDITOR, Code.NOT_PERMITTED),
        (A, Code.NOT_PERMITTED),
    ],
)
@pytest.mark.parametrize("act", ["funds.spend", "funds.return"])
def test_nobody_but_the_countys_finance_pays_or_gives_back(
    proceeds: Proceeds, act: str, who: str, code: Code
) -> None:
    facts = (
        spent.paid_to(attachment=shown(spent.copy_of(proceeds).pk, "attachment"))
        if act == "funds.spend"
        else {
            "bucket": "share:farmers",
            "amount": "1.00",
            "recipient": "普定县人民政府",
            "reason": "价款退还",
            "attachment": proceeds.copy("04-24 09:00"),
        }
    )
    refusal = no(lambda: proceeds.alone(who, act, "04-24 10:00", subject=proceeds.pool.pk, **facts))
    assert refusal.code is code


def test_a_distribution_whose_shares_were_paid_out_of_is_not_taken_back(proceeds: Proceeds) -> None:
    spent.spend(proceeds)
    movement = proceeds.distribution.movement
    refusal = no(lambda: proceeds.reversed_(movement, "04-25 10:00"))
    assert (refusal.code, dict(refusal.detail)) == (
        Code.AMOUNT_EXCEEDS,
        {"bucket": "share:farmers", "held": "12200000.00", "wanted": "12300000.00", "missing": "100000.00"},
    )
    proceeds.reversed_(spent.last().movement, "04-25 11:00")
    proceeds.reversed_(movement, "04-25 12:00")
    assert proceeds.balances() == {"external": f"-{WHOLE}", "pool": WHOLE}
    assert faults() == []


def test_who_takes_a_payment_back_reads_its_voucher_and_its_sheet(proceeds: Proceeds) -> None:
    spent.spend(proceeds)
    made = spent.last()
    proceeds.alone(
        COUNTY_FINANCE,
        "funds.reverse",
        "04-25 09:00",
        subject=made.movement_id,
        reason="收款人有误",
        attachment=proceeds.copy("04-25 08:00"),
    )
    waiting = Preparation.objects.get(act="funds.reverse")
    read = approval_of(waiting, by=proceeds.approver(COUNTY_FINANCE), now=at("04-25 09:30")).bound
    said = {each.label: each.value for each in read.facts}
    assert (said["凭证号"], said["收款人清单摘要"]) == ("“记-2026-001”", made.sheet_sha256)
    assert (said["转出：已支出：农户补偿"], said["转入：农户补偿"]) == ("100000.00", "100000.00")
    assert "王小明" in read.readings[0].text


# --- copies of vouchers ---


def test_a_vouchers_copy_is_for_the_countys_finance_and_its_auditor_alone(proceeds: Proceeds) -> None:
    copy = spent.copy_of(proceeds)
    listing = proceeds.listing
    for key, sees in (
        (COUNTY_FINANCE, True),
        (AUDITOR, True),
        (FAR_AUDITOR, False),
        (NEXT_FINANCE, False),
        (OFFICE, False),
        (CENTRE, False),
        (SELLER, False),
        (FINANCE, False),
        (A, False),
    ):
        by = proceeds.operator(key)
        assert may_open(copy, by=by) is sees, key
        assert not visible_attachments(listing, by=by).filter(pk=copy.pk).exists(), key


def test_nobody_else_brings_one(proceeds: Proceeds) -> None:
    assert no(lambda: spent.copy_of(proceeds, key=NEXT_FINANCE)).code is Code.NOT_FOUND
    assert no(lambda: spent.copy_of(proceeds, key=SELLER)).code is Code.NOT_PERMITTED
    refusal = no(
        lambda: uploads.take(
            proceeds.listing,
            kind=AttachmentKind.FUND_VOUCHER,
            name="x.pdf",
            content=small_pdf("x", ["x"]),
            by=proceeds.operator(OFFICE),
            now=at("04-24 10:00"),
        )
    )
    assert refusal.code is Code.INVALID


def test_who_approves_lays_down_no_copy_and_releases_none_of_his_own(proceeds: Proceeds) -> None:
    by = proceeds.approver(COUNTY_FINANCE)
    content = small_pdf("自传", ["自传"])
    refusal = no(
        lambda: uploads.take_for_fund(
            proceeds.pool, name="自传.pdf", content=content, by=by, now=at("04-23 11:00")
        )
    )
    assert refusal.code is Code.NOT_PERMITTED
    assert not Attachment.objects.filter(name="自传.pdf").exists()
    earlier = attach_made(
        kind=AttachmentKind.FUND_VOUCHER, name="自传.pdf", content=content, now=at("04-23 11:00"),
        organisation_id=by.organisation_id, uploaded_by_id=by.person_id, case_id=proceeds.pool.source_id,
    )  # fmt: skip
    refusal = no(lambda: spent.spend(proceeds, copy=earlier))
    assert refusal.code is Code.SAME_PERSON
    assert not Spending.objects.exists()


# --- giving back ---


def test_a_price_refunded_is_given_back_out_of_a_share(proceeds: Proceeds) -> None:
    proceeds.given_back("share:village", "150000.00", "04-25 10:00")
    assert proceeds.balances()["returned"] == "150000.00"
    assert proceeds.balances()["share:village"] == "6000000.00"
    made = Restitution.objects.get()
    assert (made.bucket, made.recipient, made.reason) == ("share:village", "普定县人民政府", "质量退款")
    assert faults() == []
    proceeds.reversed_(made.movement, "04-25 11:00")
    assert "returned" not in proceeds.balances()
    assert faults() == []


def test_more_than_a_bucket_holds_is_not_given_back(proceeds: Proceeds) -> None:
    refusal = no(lambda: proceeds.given_back("share:township", "2050000.01", "04-25 10:00"))
    assert (refusal.code, refusal.detail["exceeds"]) == (Code.AMOUNT_EXCEEDS, "0.01")
    assert no(lambda: proceeds.given_back("pool", "0.01", "04-25 10:00")).code is Code.AMOUNT_EXCEEDS
    assert no(lambda: proceeds.given_back("share:village", "0.00", "04-25 10:00")).code is Code.INVALID
    assert no(lambda: proceeds.given_back("spent:village", "1.00", "04-25 10:00")).code is Code.INVALID


def test_a_pool_that_is_given_back_waits_for_no_distribution(own_media: None) -> None:
    proceeds = Proceeds.of_sale()
    proceeds.received()
    proceeds.given_back("pool", "500000.00", "04-23 10:00")
    assert Deadline.objects.get(kind="funds.to_distribute").status == "pending"
    proceeds.given_back("pool", "20000000.00", "04-23 11:00")
    assert Deadline.objects.get(kind="funds.to_distribute").status == "cancelled"
    assert proceeds.balances() == {"external": f"-{WHOLE}", "returned": WHOLE}
    proceeds.reversed_(Restitution.objects.latest("id").movement, "04-23 12:00")
    assert Deadline.objects.filter(kind="funds.to_distribute", status="pending").count() == 1
    assert faults() == []


# --- what the database keeps ---


def test_the_database_refuses_what_breaks_the_promises_of_a_payment(proceeds: Proceeds) -> None:
    spent.spend(proceeds, spent.WANG, spent.BUILDER)
    made, [person, body] = spent.last(), Payee.objects.order_by("line")
    for change in (
        lambda: Payee.objects.filter(pk=body.pk).update(amount=Yuan(1)),
        lambda: Spending.objects.all().delete(),
        lambda: Payee.objects.create(
            spending=made, line=3, kind="person", name="王小明", account="1", payee_mark="x", amount=Yuan(1)
        ),
        lambda: Payee.objects.create(
            spending=made, line=3, kind="person", sealed="x", payee_mark=body.payee_mark,
            invoice_no=body.invoice_no, amount=body.amount,
        ),
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        _one_more(made, person)


def _one_more(made: Spending, like: Payee) -> None:
    Payee.objects.create(
        spending=made, line=3, kind="person", sealed=like.sealed, payee_mark="x", amount=Yuan(1)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("recipient", ["甲公司（局长亲属）", "紫云苗族布依族自治县人民政府", "贵州省审计厅"])
def test_money_is_given_back_to_nobody_but_who_may_have_paid(proceeds: Proceeds, recipient: str) -> None:
    facts: dict[str, Any] = {
        "bucket": "share:farmers", "amount": "16000.00", "recipient": recipient, "reason": "多收",
        "attachment": proceeds.copy("04-25 09:00"),
    }  # fmt: skip
    refusal = no(
        lambda: proceeds.both(
            COUNTY_FINANCE, "funds.return", "04-25 10:00", subject=proceeds.pool.pk, **facts
        )
    )
    assert (refusal.code, refusal.detail["field"]) == (Code.INVALID, "recipient")
    assert "returned" not in proceeds.balances()


def test_what_is_given_back_and_what_comes_back_each_stand_on_a_paper_of_their_own(
    proceeds: Proceeds,
) -> None:
    facts: dict[str, Any] = {
        "bucket": "share:village",
        "amount": "1.00",
        "recipient": "普定县人民政府",
        "reason": "质量退款",
    }

    def given(paper: str | int) -> None:
        proceeds.both(
            COUNTY_FINANCE, "funds.return", "04-25 10:00", subject=proceeds.pool.pk, **facts, attachment=paper
        )

    assert no(lambda: given(shown(999, "attachment"))).code is Code.MISSING_DOCUMENT
    paper = proceeds.copy("04-25 09:00")
    given(paper)
    assert no(lambda: given(paper)).code is Code.VOUCHER_USED
    made = Restitution.objects.get()
    about: dict[str, Any] = {"subject": made.movement_id, "reason": "金额有误"}
    for back, code in ((None, Code.MISSING_DOCUMENT), (paper, Code.VOUCHER_USED)):
        about["attachment"] = back
        refusal = no(lambda: proceeds.both(COUNTY_FINANCE, "funds.reverse", "04-25 11:00", **about))
        assert refusal.code is code


@pytest.mark.parametrize(("before", "now"), [("INV1", "INV-1"), ("Z-1", "z1"), ("245200001", "245200001")])
def test_the_approver_reads_of_payments_on_the_same_invoice_over_other_amounts(
    proceeds: Proceeds, before: str, now: str
) -> None:
    body = {**spent.BUILDER, "amount": "1.00", "invoice_no": before}
    spent.spend(proceeds, body)
    facts = spent.paid_to(
        body | {"amount": "1.01", "invoice_no": now}, voucher_no="记-2026-009",
        attachment=shown(spent.copy_of(proceeds, "又一张").pk, "attachment"),
    )  # fmt: skip
    proceeds.alone(COUNTY_FINANCE, "funds.spend", "04-25 10:00", subject=proceeds.pool.pk, **facts)
    waiting = Preparation.objects.filter(act="funds.spend").latest("id")
    read = approval_of(waiting, by=proceeds.approver(COUNTY_FINANCE), now=at("04-25 10:30")).bound
    [said] = [each for each in read.findings if "相同发票号" in each]
    assert f"发票号“{before}”1.00元" in said


def test_what_another_county_paid_on_the_number_is_not_read_here(proceeds: Proceeds) -> None:
    body = {**spent.BUILDER, "amount": "1.00", "invoice_no": "INV1"}
    spent.spend(proceeds, body)
    paid = [Paid(PayeeKind.BODY, body["payee"], body["payee_account"], Yuan("1.01"), "INV-1")]
    assert invoices_like(paid, holder_id=proceeds.organisation(SELLER).pk)
    for other in (A, NEXT_FINANCE, FAR_FINANCE):
        assert invoices_like(paid, holder_id=proceeds.organisation(other).pk) == []
