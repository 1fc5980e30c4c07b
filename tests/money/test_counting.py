"""Money counts when a closed statement holds it; doubles and over-payments wait for two persons; provinces apart."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from apps.desks.queue import tasks_for
from apps.money import commands as money
from apps.money import payments
from apps.money.models import Answered, Exceptional, FiscalAccount, Outcome, Refund, Remittance, Statement
from apps.money.queries import deposit_position, faults, refunds_due, remittances_due
from apps.money.reconcile import Alarm, findings
from apps.parties.roles import Role
from apps.stages.deposit.models import Certificate
from apps.stages.qualification.models import Registration
from kernel import clock
from kernel.access import commands as access
from kernel.actors import Actor
from kernel.errors import Code, Refused
from kernel.money import ZERO, Yuan
from tests.factories import bank
from tests.factories.actors import enrol
from tests.factories.deal import FINANCE, A, B, Deal, at
from tests.factories.journey import act, qualify
from tests.money.test_remittance import now_of, paid

NOON = at("03-12 12:00")


def waiting() -> tuple[Deal, Registration]:
    """Bidder a is qualified; its deposit has yet to come."""
    deal = Deal.begun()
    deal.announce()
    return deal, qualify(deal, A)


def line(deal: Deal, row: Registration, reference: str, amount: str, *, now: Any = NOON) -> money.Imported:
    """One line of the bank's file."""
    return money.import_entry(
        reference=reference, credited_number=row.sub_account.number, amount=Yuan(amount),
        payer_name=row.organisation.name, payer_account="6222000000000001", arrived_at=now,
        by=deal.operator(FINANCE), now=now,
    )  # fmt: skip


def closed(deal: Deal, row: Registration, *, now: Any = NOON) -> Statement:
    """Two persons close the statement of the bidder's sub-account."""
    number = row.sub_account.number
    return bank.close(
        number, until=now, operator=deal.operator(FINANCE), approver=deal.approver(FINANCE), now=now
    )


def refused(call: Any) -> Code:
    with pytest.raises(Refused) as no, transaction.atomic():
        call()
    return no.value.refusal.code


def decide(deal: Deal, found: Exceptional, outcome: Outcome, *, now: Any) -> None:
    """Two persons of finance decide."""
    for by in (deal.operator(FINANCE), deal.approver(FINANCE)):
        act(by, "money.decide", found.pk, now=now, outcome=str(outcome), remark="已向银行核实")


@pytest.mark.django_db
def test_no_paddle_from_a_line_that_no_closed_statement_holds(own_media: None) -> None:
    deal, row = waiting()
    line(deal, row, "L-1", "200000.00")
    assert deposit_position(row.sub_account_id).held == ZERO
    assert not Certificate.objects.exists()
    closed(deal, row)
    assert deposit_position(row.sub_account_id).held == Yuan(200000)
    assert Certificate.objects.get().registration_id == row.pk
    assert faults() == []


@pytest.mark.django_db
def test_one_person_closes_nothing_and_types_no_line(own_media: None) -> None:
    deal, row = waiting()
    by = deal.approver(FINANCE)
    typed = {
        "reference": "L-1", "credited_number": row.sub_account.number, "amount": "200000.00",
        "payer_name": row.organisation.name, "arrived_at": NOON.isoformat(),
    }  # fmt: skip
    assert refused(lambda: act(by, "money.import", 0, now=NOON, **typed)) is Code.NOT_PERMITTED
    assert act(deal.operator(FINANCE), "money.import", 0, now=NOON, **typed).outcome == "prepared"
    assert act(by, "money.import", 0, now=NOON, **typed).outcome == "done"
    said = {
        "account": row.sub_account.number, "covers_until": NOON.isoformat(), "opening_balance": "0",
        "debit_total": "0", "closing_balance": "200000.00",
    }  # fmt: skip
    assert refused(lambda: act(by, "money.cover", 0, now=NOON, **said)) is Code.NOT_PERMITTED


@pytest.mark.django_db
def test_a_likely_double_is_held_and_counts_or_goes_back_as_two_persons_decide(own_media: None) -> None:
    deal, row = waiting()
    line(deal, row, "L-1", "100000.00")
    line(deal, row, "L-2", "100000.00", now=NOON + timedelta(minutes=5))
    later = NOON + timedelta(hours=3)
    line(deal, row, "L-3", "100000.00", now=later)
    closed(deal, row, now=later)
    assert deposit_position(row.sub_account_id).held == Yuan(200000)  # the third came much later: no double
    [found] = Exceptional.objects.all()
    assert (found.entry.reference, found.held, found.amount) == ("L-2", True, Yuan(100000))
    assert not Refund.objects.exists()
    decide(deal, found, Outcome.RETURN, now=later)
    assert Refund.objects.get().amount == Yuan(100000)
    assert refused(lambda: decide(deal, found, Outcome.RETURN, now=later)) is Code.WRONG_STATUS
    assert faults() == []


@pytest.mark.django_db
def test_a_double_that_was_none_counts_as_of_its_arrival(own_media: None) -> None:
    deal, row = waiting()
    line(deal, row, "L-1", "100000.00")
    line(deal, row, "L-2", "100000.00", now=NOON + timedelta(minutes=5))
    now = NOON + timedelta(hours=1)
    closed(deal, row, now=now)
    assert not Certificate.objects.exists()
    decide(deal, Exceptional.objects.get(), Outcome.COUNT, now=now)
    assert deposit_position(row.sub_account_id).held == Yuan(200000)
    assert Certificate.objects.exists()
    assert faults() == []


@pytest.mark.django_db
def test_more_than_is_owed_is_held_and_only_goes_back(own_media: None) -> None:
    deal, row = waiting()
    line(deal, row, "L-1", "200000.50")
    closed(deal, row)
    found = Exceptional.objects.get()
    assert (found.held, found.amount) == (True, Yuan("0.50"))
    assert not Refund.objects.exists()
    assert refused(lambda: decide(deal, found, Outcome.COUNT, now=NOON)) is Code.INVALID
    decide(deal, found, Outcome.RETURN, now=NOON)
    assert Refund.objects.get().amount == Yuan("0.50")


@pytest.mark.django_db
def test_within_the_tolerance_it_goes_back_at_once(own_media: None) -> None:
    deal = Deal.begun(rules={"overpayment_tolerance": "1.00"})
    deal.announce()
    row = qualify(deal, A)
    line(deal, row, "L-1", "200001.00")
    closed(deal, row)
    assert not Exceptional.objects.get().held
    assert Refund.objects.get().amount == Yuan(1)


@pytest.mark.django_db
def test_a_refund_goes_only_to_the_account_that_the_bank_named(own_media: None) -> None:
    deal, row = waiting()
    money.import_entry(
        reference="L-1", credited_number=row.sub_account.number, amount=Yuan(5), payer_name="他人",
        arrived_at=NOON, by=deal.operator(FINANCE), now=NOON,
    )  # fmt: skip
    closed(deal, row)
    refund = Refund.objects.get()
    access.prepare(
        act="refund.release_one", subject_id=refund.pk, payload={}, by=deal.operator(FINANCE), now=NOON
    )
    by = deal.approver(FINANCE)
    assert refused(lambda: payments.release_refund(refund_id=refund.pk, by=by, now=NOON)) is Code.INVALID


@pytest.mark.django_db
def test_a_balance_that_another_person_read_is_compared(own_media: None) -> None:
    deal, row = waiting()
    line(deal, row, "L-1", "200000.00")
    statement = closed(deal, row)
    say: dict[str, Any] = {"account": statement.account, "at": NOON, "now": NOON}
    assert refused(
        lambda: money.report_balance(balance=Yuan(200000), by=deal.approver(FINANCE), **say)
    ) is Code.SAME_PERSON  # fmt: skip
    assert refused(
        lambda: money.report_balance(balance=Yuan(200000), by=deal.operator(FINANCE), **say)
    ) is Code.NOT_PERMITTED  # fmt: skip
    money.report_balance(balance=Yuan(190000), by=deal.approver(FINANCE, 2), **say)
    assert [each.alarm for each in findings(now=NOON)] == [Alarm.DISPUTED]


@pytest.mark.django_db
def test_an_outgoing_line_that_nobody_ordered_and_an_order_that_was_never_paid_are_alarms(
    own_media: None,
) -> None:
    deal = paid()
    now = now_of(deal)
    sent = deal.remit(now=now)
    sent.sent_at = now
    sent.save(update_fields=["sent_at"])
    say: dict[str, Any] = {"account": bank.COMMON, "at": now, "by": deal.operator(FINANCE), "now": now}
    payments.note_answer(reference="O-1", request_id="0" * 32, outcome=Answered.PAID, amount=Yuan(7), **say)
    assert Alarm.UNORDERED in [each.alarm for each in findings(now=now)]
    assert Alarm.UNPAID not in [each.alarm for each in findings(now=now)]
    later = [each.alarm for each in findings(now=now + timedelta(days=10))]
    assert Alarm.UNPAID in later
    payments.note_answer(
        reference="O-2",
        request_id=sent.request_id.hex,
        outcome=Answered.PAID,
        amount=sent.amount,
        **say,
    )
    assert Alarm.UNPAID in [each.alarm for each in findings(now=now + timedelta(days=10))], "not counted yet"
    finance = {"operator": deal.operator(FINANCE), "approver": deal.approver(FINANCE)}
    bank.close(bank.COMMON, until=now, now=now, **finance)
    assert Alarm.UNPAID not in [each.alarm for each in findings(now=now + timedelta(days=10))]


@pytest.mark.django_db
def test_an_order_of_which_the_bank_has_said_nothing_waits_on_the_desk_of_finance(own_media: None) -> None:
    deal = paid()
    now = now_of(deal)
    sent = deal.remit(now=now)
    sent.sent_at = now
    sent.save(update_fields=["sent_at"])
    operator, number = deal.operator(FINANCE), sent.request_id.hex

    def waiting() -> list[str]:
        return [each.url for each in tasks_for(operator, now=now) if each.act == "money.answer"]

    address = f"/desk/acts/money.answer/0/?request_id={number}"
    assert waiting() == [address]
    browser = Client()
    browser.force_login(deal.people[FINANCE][0].person, backend="django.contrib.auth.backends.ModelBackend")
    with clock.simulated(now):
        page = browser.get(address).content.decode()
        stranger = browser.get(f"/desk/acts/money.answer/0/?request_id={'0' * 32}").content.decode()
    assert f'value="{number}"' in page
    assert f'value="{bank.COMMON}"' in page
    assert f'value="{sent.amount}"' not in page  # that is read from the bank's paper
    assert f'value="{bank.COMMON}"' not in stranger
    payments.note_answer(
        reference="O-1", request_id=number, outcome=Answered.PAID, amount=sent.amount, account=bank.COMMON,
        at=now, by=operator, now=now,
    )  # fmt: skip
    assert waiting() == []


@pytest.mark.django_db
def test_an_order_that_was_paid_twice_is_an_alarm_until_one_payment_is_back_and_is_owed_once(
    own_media: None,
) -> None:
    deal = paid()
    now = now_of(deal)
    sent = deal.remit(now=now)
    sent.sent_at = now
    sent.save(update_fields=["sent_at"])
    say: dict[str, Any] = {"account": bank.COMMON, "by": deal.operator(FINANCE), "amount": sent.amount}
    finance = {"operator": deal.operator(FINANCE), "approver": deal.approver(FINANCE)}

    def said(reference: str, outcome: Answered, number: str, *, after: int) -> None:
        at = now + timedelta(minutes=after)
        payments.note_answer(reference=reference, request_id=number, outcome=outcome, at=at, now=at, **say)
        bank.close(bank.COMMON, until=at, now=at, **finance)

    said("O-1", Answered.PAID, sent.request_id.hex, after=1)
    assert Alarm.UNORDERED not in [each.alarm for each in findings(now=now)]
    said("O-2", Answered.PAID, str(sent.request_id), after=2)
    [twice] = [each for each in findings(now=now) if each.alarm is Alarm.UNORDERED]
    assert "银行已支付2次" in twice.sentence
    said("O-3", Answered.REJECTED, sent.request_id.hex, after=3)
    assert Alarm.UNORDERED not in [each.alarm for each in findings(now=now)]
    sent.refresh_from_db()
    assert (sent.rejected_at, Remittance.objects.count()) == (None, 1), (
        "it was paid once, and is owed no more"
    )
    said("O-4", Answered.REJECTED, sent.request_id.hex, after=4)
    sent.refresh_from_db()
    assert (sent.rejected_at is None, Remittance.objects.count()) == (False, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["XX-NOSUCH-BANK", "61", "999", "6100000000000002"])
def test_no_statement_balance_or_answer_is_of_an_account_that_is_not_ours(
    number: str, own_media: None
) -> None:
    deal = paid()
    now = now_of(deal)
    operator, approver = deal.operator(FINANCE), deal.approver(FINANCE)
    with pytest.raises(Refused) as no:
        bank.close(number, until=now, now=now, operator=operator, approver=approver)
    assert no.value.refusal.code is Code.NOT_FOUND
    with pytest.raises(Refused) as no:
        money.report_balance(account=number, at=now, balance=Yuan(1), by=approver, now=now)
    assert no.value.refusal.code is Code.NOT_FOUND
    answer: dict[str, Any] = {
        "reference": "O-1",
        "request_id": "x",
        "outcome": Answered.PAID,
        "amount": Yuan(7),
    }
    with pytest.raises(Refused) as no:
        payments.note_answer(account=number, at=now, by=operator, now=now, **answer)
    assert no.value.refusal.code is Code.NOT_FOUND


# --- two provinces


def far(deal: Deal) -> tuple[Actor, Actor]:
    """Finance of another province: operator and approver."""
    enrol(deal, "far", "湖南省财政厅", role=Role.FINANCE, region="430000")
    return deal.operator("far"), deal.approver("far")


@pytest.mark.django_db
def test_finance_of_another_province_sees_imports_closes_and_releases_nothing(own_media: None) -> None:
    deal = paid()
    operator, approver = far(deal)
    now = now_of(deal)
    number = Registration.objects.get(organisation=deal.organisation(B)).sub_account.number
    assert not refunds_due(operator).exists()
    assert not remittances_due(operator).exists()
    assert refunds_due(deal.operator(FINANCE)).exists()
    line: dict[str, Any] = {
        "credited_number": number,
        "amount": Yuan(1),
        "payer_name": "甲",
        "arrived_at": now,
    }
    assert (
        refused(lambda: money.import_entry(reference="F-1", by=operator, now=now, **line)) is Code.NOT_FOUND
    )
    refund = Refund.objects.filter(released_at=None).first()
    assert refund is not None
    for name, subject, data in (
        ("remittance.release", deal.listing_id, {}),
        ("refund.release_one", refund.pk, {}),
        ("refund.release", deal.listing_id, {"organisation_id": deal.organisation(A).pk}),
        ("money.cover", 0, {
            "account": number, "covers_until": now.isoformat(), "opening_balance": "0", "debit_total": "0",
            "closing_balance": "0",
        }),
    ):  # fmt: skip
        assert refused(partial(act, operator, name, subject, now=now, **data)) is Code.NOT_FOUND, name
        access.prepare(act=name, subject_id=subject, payload={}, by=operator, now=now)
    assert refused(
        lambda: payments.release_refund(refund_id=refund.pk, by=approver, now=now)
    ) is Code.NOT_FOUND  # fmt: skip
    assert refused(
        lambda: money.report_balance(account=number, at=now, balance=ZERO, by=approver, now=now)
    ) is Code.NOT_FOUND  # fmt: skip
    assert FiscalAccount.objects.filter(organisation=deal.organisation("far")).exists()
