"""A booking of proceeds that was wrong is taken back by opposite lines, once, by those who booked it, and made anew."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from apps.funds import ledger
from apps.funds.faults import faults
from apps.funds.ledger import Source
from apps.funds.models import Distribution, Movement, Reversal
from apps.notices.models import Notice
from apps.parties.commands import register_organisation, register_person
from apps.parties.roles import Role
from kernel.access.models import Preparation
from kernel.actors import SYSTEM, Duty
from kernel.acts.perform import approval_of
from kernel.audit.models import AuditEntry
from kernel.clock import iso_utc
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refusal, Refused
from kernel.money import Yuan
from tests.factories.deal import FINANCE, SELLER, A, at
from tests.factories.proceeds import AUDITOR, COUNTY_FINANCE, FAR_FINANCE, NEXT_FINANCE, Proceeds

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


def test_a_wrong_distribution_is_taken_back_by_opposite_lines_and_made_anew(proceeds: Proceeds) -> None:
    wrong = Distribution.objects.get().movement
    proceeds.reversed_(wrong, "04-24 10:00")
    assert proceeds.balances() == {"external": f"-{WHOLE}", "pool": WHOLE}
    made = Reversal.objects.get()
    assert (made.of, made.reason) == (wrong, "金额有误")
    lines = {each.account.bucket: str(each.amount) for each in made.movement.lines.all()}
    assert lines["pool"] == WHOLE
    assert lines["share:farmers"] == "-12300000.00"
    proceeds.distributed("04-24 11:00", farmers="13300000.00", village="5150000.00")
    assert proceeds.balances()["share:farmers"] == "13300000.00"
    assert Distribution.objects.count() == 2
    assert faults() == []


def test_what_was_taken_back_is_to_be_distributed_within_its_period_since_the_arrival(
    proceeds: Proceeds,
) -> None:
    proceeds.reversed_(Distribution.objects.get().movement, "04-24 10:00")
    deadline = Deadline.objects.get(kind="funds.to_distribute", status="pending")
    assert (deadline.triggered_at, deadline.due_at) == (at("04-22 09:00"), at("05-23 00:00"))
    proceeds.distributed("04-24 11:00")
    deadline.refresh_from_db()
    assert deadline.status == "met"


def test_both_hear_of_it_and_the_record_says_why(proceeds: Proceeds) -> None:
    proceeds.reversed_(Distribution.objects.get().movement, "04-24 10:00")
    told = Notice.objects.filter(kind="funds.reversed")
    bodies = {proceeds.organisation(each).pk for each in (COUNTY_FINANCE, SELLER)}
    assert set(told.values_list("organisation_id", flat=True)) == bodies
    assert "金额有误" in told.latest("id").text
    said = AuditEntry.objects.get(verb="funds.reverse", outcome="done")
    assert said.after == {"reason": "金额有误", "amount": WHOLE}


def test_the_approver_reads_what_is_taken_back_line_by_line(proceeds: Proceeds) -> None:
    movement = Distribution.objects.get().movement
    proceeds.alone(
        COUNTY_FINANCE, "funds.reverse", "04-24 09:00", subject=movement.pk, reason="村集体份额有误"
    )
    waiting = Preparation.objects.get(act="funds.reverse")
    read = approval_of(waiting, by=proceeds.approver(COUNTY_FINANCE), now=at("04-24 09:30"))
    facts = {each.label: each.value for each in read.bound.facts}
    assert facts == {
        "收益所有单位": "紫云苗族布依族自治县人民政府",
        "收益来源": f"{proceeds.listing} 紫云县节余指标",
        "冲回的记账": "分配",
        "原记账时间": iso_utc(at("04-23 10:00")),
        "原记账金额": WHOLE,
        "转入：待分配": WHOLE,
        "转出：农户补偿": "12300000.00",
        "转出：村集体公共服务": "6150000.00",
        "转出：乡镇统筹": "2050000.00",
        "冲回理由": "村集体份额有误",
    }
    assert read.refusal is None


def test_a_booking_is_taken_back_once_and_a_taking_back_never(proceeds: Proceeds) -> None:
    movement = Distribution.objects.get().movement
    proceeds.reversed_(movement, "04-24 10:00")
    assert no(lambda: proceeds.reversed_(movement, "04-24 11:00")).code is Code.WRONG_STATUS
    again = Reversal.objects.get().movement
    assert no(lambda: proceeds.reversed_(again, "04-24 11:00")).code is Code.NOT_PERMITTED
    assert proceeds.balances()["pool"] == WHOLE


def test_what_the_system_booked_is_not_taken_back_by_people(proceeds: Proceeds) -> None:
    came = Movement.objects.get(reason="receive")
    assert no(lambda: proceeds.reversed_(came, "04-24 10:00")).code is Code.NOT_PERMITTED


def test_another_office_of_the_same_county_takes_nothing_back_that_it_did_not_book(
    proceeds: Proceeds,
) -> None:
    body = register_organisation(
        kind=Role.COUNTY_FINANCE, name="紫云县第二财政局", region="520425", by=SYSTEM, now=at("04-24 09:00")
    )
    proceeds.people["second"] = [
        register_person(
            username=f"second.{duty}",
            name="某",
            organisation=body,
            duty=duty,
            by=SYSTEM,
            now=at("04-24 09:00"),
        )
        for duty in (Duty.OPERATOR, Duty.APPROVER)
    ]
    movement = Distribution.objects.get().movement
    refusal = no(
        lambda: proceeds.alone("second", "funds.reverse", "04-24 10:00", subject=movement.pk, reason="x理由")
    )
    assert refusal.code is Code.NOT_PERMITTED


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
def test_nobody_else_takes_anything_back(proceeds: Proceeds, who: str, code: Code) -> None:
    movement = Distribution.objects.get().movement
    refusal = no(
        lambda: proceeds.alone(who, "funds.reverse", "04-24 10:00", subject=movement.pk, reason="金额有误")
    )
    assert refusal.code is code


def test_a_taking_back_without_a_reason_is_refused(proceeds: Proceeds) -> None:
    movement = Distribution.objects.get().movement
    refusal = no(lambda: proceeds.reversed_(movement, "04-24 10:00", reason=" "))
    assert (refusal.code, "reason" in refusal.detail) == (Code.INVALID, True)


def test_the_database_refuses_a_taking_back_that_is_not_opposite(proceeds: Proceeds) -> None:
    of = Distribution.objects.get().movement
    with pytest.raises(IntegrityError), transaction.atomic():
        _taken_back(proceeds, of, {"share:farmers": Yuan("-1.00"), "pool": Yuan("1.00")})


def _taken_back(proceeds: Proceeds, of: Movement, lines: dict[str, Yuan]) -> None:
    now = at("04-24 10:00")
    movement = ledger.move(
        lines, of=Source(of.holder_id, of.source_id), reason="reverse", once="reverse:wrong", now=now
    )
    Reversal.objects.create(
        movement=movement,
        of=of,
        reason="金额有误",
        organisation=proceeds.organisation(COUNTY_FINANCE),
        released_by_id=1,
        at=now,
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_paper_that_the_approver_read_is_kept_also_where_none_was_needed(proceeds: Proceeds) -> None:
    movement = Distribution.objects.get().movement
    proceeds.reversed_(movement, "04-24 10:00")
    assert Reversal.objects.get().attachment is not None
