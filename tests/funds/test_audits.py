"""An auditor's findings on proceeds: answered by the county, concluded; what is to be recovered bars the county."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from apps.documents.models import Attachment
from apps.funds.models import Answer, Conclusion, Finding
from apps.notices.models import Notice
from apps.parties.models import Debt, Membership
from apps.parties.queries import debt_of, require_no_debt
from kernel.access.models import Preparation
from kernel.actors import Duty
from kernel.acts.perform import approval_of
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refusal, Refused
from kernel.web.opaque import shown
from tests.factories import spent
from tests.factories.actors import enrol
from tests.factories.deal import FINANCE, SELLER, A, at
from tests.factories.proceeds import AUDITOR, COUNTY_FINANCE, FAR_AUDITOR, FAR_FINANCE, NEXT_FINANCE, Proceeds

pytestmark = pytest.mark.django_db


@pytest.fixture
def proceeds(own_media: None) -> Proceeds:
    """100,000.00 paid to farmers on 24 April."""
    made = Proceeds.of_sale()
    made.received()
    made.distributed()
    spent.spend(made)
    return made


def no(act: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refused) as refused, transaction.atomic():
        act()
    return refused.value.refusal


def raised(proceeds: Proceeds, when: str = "04-27 10:00", *, key: str = AUDITOR, **changes: Any) -> Finding:
    facts = {
        "text": "凭证记-2026-001的收款人与补偿名册不符",
        "amount": "60000.00",
        "movement_id": spent.last().movement_id,
        **changes,
    }
    proceeds.both(key, "funds.audit", when, subject=proceeds.pool.pk, **facts)
    return Finding.objects.latest("id")


def answered(
    proceeds: Proceeds,
    finding: Finding,
    when: str = "05-08 10:00",
    *,
    key: str = COUNTY_FINANCE,
    paper: Attachment | None = None,
) -> None:
    facts: dict[str, Any] = {"text": "名册已更正，附后"}
    if paper is not None:
        facts["attachment"] = shown(paper.pk, "attachment")
    proceeds.both(key, "funds.answer", when, subject=finding.pk, **facts)


def concluded(
    proceeds: Proceeds, finding: Finding, outcome: str, when: str, amount: str = "0.00", *, key: str = AUDITOR
) -> None:
    facts: dict[str, Any] = {"outcome": outcome, "text": "依据凭证和名册", "amount": amount}
    proceeds.both(key, "funds.conclude", when, subject=finding.pk, **facts)


def test_a_finding_is_answered_within_fifteen_working_days_and_concluded(proceeds: Proceeds) -> None:
    finding = raised(proceeds)
    deadline = Deadline.objects.get(kind="funds.to_answer")
    assert (deadline.concerns_id, deadline.due_at) == (
        proceeds.organisation(COUNTY_FINANCE).pk,
        at("05-21 00:00"),
    )
    answered(proceeds, finding)
    deadline.refresh_from_db()
    assert deadline.status == "met"
    concluded(proceeds, finding, "in_order", "05-11 10:00")
    found = Conclusion.objects.get()
    assert (found.finding, found.outcome, str(found.amount)) == (finding, "in_order", "0.00")
    assert debt_of(proceeds.organisation(SELLER).pk) is None
    told = {
        kind: set(Notice.objects.filter(kind=kind).values_list("organisation_id", flat=True))
        for kind in ("funds.finding", "funds.answered", "funds.concluded")
    }
    county = {proceeds.organisation(each).pk for each in (COUNTY_FINANCE, SELLER)}
    assert told == {
        "funds.finding": county,
        "funds.answered": {proceeds.organisation(AUDITOR).pk},
        "funds.concluded": county,
    }


def test_what_is_to_be_recovered_bars_the_county_until_the_booking_is_taken_back(proceeds: Proceeds) -> None:
    finding = raised(proceeds)
    answered(proceeds, finding)
    concluded(proceeds, finding, "recover", "05-11 10:00", "60000.00")
    seller = proceeds.organisation(SELLER)
    refusal = no(lambda: require_no_debt(seller.pk))
    assert (refusal.code, refusal.detail["owed"]) == (Code.USE_BANNED, "60000.00")
    with_next_lot(proceeds)
    refused = no(lambda: proceeds.both(SELLER, "listing.submit", "05-12 10:00"))
    assert (refused.code, refused.detail["owed"]) == (Code.USE_BANNED, "60000.00")
    enrol(proceeds, "bureau", "紫云县自然资源局", region="520425", superior=seller)
    assert no(lambda: require_no_debt(proceeds.organisation("bureau").pk)).code is Code.USE_BANNED
    require_no_debt(proceeds.organisation(A).pk)
    assert finding.about is not None
    proceeds.reversed_(finding.about, "05-13 10:00")
    assert Debt.objects.get().settled_at == at("05-13 10:00")
    proceeds.both(SELLER, "listing.submit", "05-13 11:00")
    assert Notice.objects.filter(
        kind="funds.reversed", organisation_id=proceeds.organisation(AUDITOR).pk
    ).exists()


def with_next_lot(proceeds: Proceeds) -> None:
    """The seller has another lot ready."""
    proceeds.draft("05-11 11:00", title="紫云县节余指标二")
    proceeds._attach(SELLER, proceeds.listing.terms.to_list, now=at("05-11 11:30"))


def test_another_booking_that_is_taken_back_settles_nothing(proceeds: Proceeds) -> None:
    finding = raised(proceeds)
    answered(proceeds, finding)
    concluded(proceeds, finding, "recover", "05-11 10:00", "60000.00")
    spent.spend(proceeds, voucher_no="记-2026-002", when="05-12 10:00")
    proceeds.reversed_(spent.last().movement, "05-12 11:00")
    assert debt_of(proceeds.organisation(SELLER).pk) is not None


def test_the_county_is_heard_before_it_is_to_correct_or_to_pay_back(proceeds: Proceeds) -> None:
    finding = raised(proceeds)
    refusal = no(lambda: concluded(proceeds, finding, "correct", "04-28 10:00"))
    assert refusal.code is Code.TOO_EARLY
    assert refusal.detail["answer_due_at"]
    concluded(proceeds, finding, "correct", "05-21 00:00")
    assert no(lambda: answered(proceeds, finding, "05-22 10:00")).code is Code.WRONG_STATUS


def test_what_is_in_order_needs_no_answer(proceeds: Proceeds) -> None:
    finding = raised(proceeds, movement_id=None, amount="0.00", text="年度审计")
    concluded(proceeds, finding, "in_order", "04-28 10:00")
    assert Deadline.objects.get(kind="funds.to_answer").status == "cancelled"


def test_it_is_answered_once_and_concluded_once(proceeds: Proceeds) -> None:
    finding = raised(proceeds)
    answered(proceeds, finding)
    assert no(lambda: answered(proceeds, finding, "05-09 10:00")).code is Code.WRONG_STATUS
    concluded(proceeds, finding, "correct", "05-11 10:00")
    assert no(lambda: concluded(proceeds, finding, "in_order", "05-12 10:00")).code is Code.WRONG_STATUS


def test_an_answer_after_its_period_is_late_and_still_heard(proceeds: Proceeds) -> None:
    finding = raised(proceeds)
    answered(proceeds, finding, "05-21 00:00")
    deadline = Deadline.objects.get(kind="funds.to_answer")
    assert deadline.met_at == at("05-21 00:00")
    assert deadline.breached_at == deadline.due_at


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": "100000.01"}, Code.AMOUNT_EXCEEDS),
        ({"amount": "-0.01"}, Code.INVALID),
        ({"movement_id": 999_999}, Code.NOT_FOUND),
    ],
)
def test_a_finding_is_about_no_more_than_was_booked(
    proceeds: Proceeds, changes: dict[str, Any], code: Code
) -> None:
    assert no(lambda: raised(proceeds, **changes)).code is code


def test_a_recovery_names_a_booking_and_an_amount_within_it(proceeds: Proceeds) -> None:
    general = raised(proceeds, movement_id=None, amount="0.00", text="年度审计")
    answered(proceeds, general)
    refusal = no(lambda: concluded(proceeds, general, "recover", "05-11 10:00", "1.00"))
    assert (refusal.code, refusal.detail["field"]) == (Code.INVALID, "outcome")
    finding = raised(proceeds, "05-11 11:00")
    answered(proceeds, finding, "05-12 10:00")
    for outcome, amount, code in (
        ("recover", "0.00", Code.INVALID),
        ("recover", "100000.01", Code.AMOUNT_EXCEEDS),
        ("correct", "1.00", Code.INVALID),
    ):
        assert no(lambda o=outcome, a=amount: concluded(proceeds, finding, o, "05-12 11:00", a)).code is code  # type: ignore[misc]
    assert finding.about is not None
    proceeds.reversed_(finding.about, "05-12 12:00")
    refusal = no(lambda: concluded(proceeds, finding, "recover", "05-12 13:00", "60000.00"))
    assert refusal.code is Code.WRONG_STATUS
    concluded(proceeds, finding, "correct", "05-12 14:00")


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (FAR_AUDITOR, Code.NOT_FOUND),
        (COUNTY_FINANCE, Code.NOT_PERMITTED),
        (FINANCE, Code.NOT_PERMITTED),
        (SELLER, Code.NOT_PERMITTED),
        (A, Code.NOT_PERMITTED),
    ],
)
def test_nobody_but_an_auditor_of_its_region_audits(proceeds: Proceeds, who: str, code: Code) -> None:
    assert no(lambda: raised(proceeds, key=who)).code is code
    finding = raised(proceeds)
    assert no(lambda: concluded(proceeds, finding, "in_order", "05-11 10:00", key=who)).code is code


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (NEXT_FINANCE, Code.NOT_FOUND),
        (FAR_FINANCE, Code.NOT_FOUND),
        (AUDITOR, Code.NOT_PERMITTED),
        (SELLER, Code.NOT_PERMITTED),
    ],
)
def test_nobody_but_the_countys_finance_answers(proceeds: Proceeds, who: str, code: Code) -> None:
    finding = raised(proceeds)
    assert no(lambda: answered(proceeds, finding, key=who)).code is code


def test_approvers_read_what_they_sign(proceeds: Proceeds) -> None:
    finding = raised(proceeds)
    answered(proceeds, finding)
    facts = {"outcome": "recover", "text": "名册无此人", "amount": "60000.00"}
    proceeds.alone(AUDITOR, "funds.conclude", "05-11 09:00", subject=finding.pk, **facts)
    waiting = Preparation.objects.get(act="funds.conclude")
    read = approval_of(waiting, by=proceeds.approver(AUDITOR), now=at("05-11 09:30"))
    said = {each.label: each.value for each in read.bound.facts}
    assert said["针对的记账"] == "2026-04-24支出100,000.00元，凭证号“记-2026-001”"
    assert (said["被审计单位的答复"], said["审计结论"], said["追缴金额"]) == (
        "名册已更正，附后",
        "追缴",
        "60000.00",
    )
    assert "不得申请出让" in read.bound.effect
    assert read.refusal is None


def test_nothing_that_was_found_answered_or_concluded_is_edited(proceeds: Proceeds) -> None:
    finding = raised(proceeds)
    answered(proceeds, finding)
    concluded(proceeds, finding, "recover", "05-11 10:00", "60000.00")
    for change in (
        lambda: Finding.objects.update(text="x"),
        lambda: Answer.objects.all().delete(),
        lambda: Conclusion.objects.update(amount="0.01"),
        lambda: Debt.objects.update(amount="0.01"),
        lambda: Debt.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_nobody_audits_proceeds_that_they_have_booked_or_that_their_colleagues_book(
    proceeds: Proceeds,
) -> None:
    finding = raised(proceeds)
    answered(proceeds, finding)
    person, auditor = proceeds.people[COUNTY_FINANCE][0].person, proceeds.organisation(AUDITOR)
    second = Membership.objects.create(person=person, organisation=auditor, duty=Duty.OPERATOR)
    refusal = no(lambda: raised(proceeds, "04-28 10:00", text="又一项"))
    assert (refusal.code, "一人不得" in refusal.sentence) == (Code.SELF_DEALING, True)
    assert no(lambda: concluded(proceeds, finding, "in_order", "05-09 10:00")).code is Code.SELF_DEALING
    Membership.objects.filter(person=person).exclude(pk=second.pk).update(active=False)
    proceeds.people[AUDITOR].insert(0, second)
    refusal = no(lambda: raised(proceeds, "04-28 12:00", text="又一项"))
    assert (refusal.code, "您曾代表" in refusal.sentence) == (Code.SELF_DEALING, True)
