"""The price reaches the seller: owed when it is settled, released by two persons, once, to the contract's account."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from apps.money import payments
from apps.money.models import Account, Answered, Purse, Remittance
from apps.money.queries import deposit_position, faults, remittance_due, remittances_of
from apps.quota.batch_models import Batch, Encumbrance
from apps.stages.payment.models import Settlement
from apps.stages.payment.queries import instalments
from apps.stages.qualification.models import Registration
from apps.stages.transfer import commands as transfer
from kernel.acts.act import act_called
from kernel.acts.perform import digest_waiting, perform
from kernel.cases import commands as cases
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refused
from kernel.money import ZERO, Yuan
from kernel.outbox import commands as outbox
from tests.factories import bank
from tests.factories.actors import codes, errors, taken, together
from tests.factories.deal import CENTRE, FINANCE, PROVINCE, SELLER, A, B, Deal, at
from tests.factories.journey import act, contract_on, import_payment


def sold(*, rules: dict[str, Any] | None = None) -> Deal:
    """20 亩 sold to b at 50,000: a price of 1,000,000, a deposit of 200,000; due on 27 April."""
    deal = Deal.begun(rules=rules)
    deal.announce()
    deal.register(A)
    deal.register(B)
    deal.bid(B, 50000, now=at("03-26 10:00"))
    deal.confirm()
    for key, day in ((SELLER, "04-01 09:00"), (B, "04-02 09:00"), (CENTRE, "04-03 10:00")):
        deal.sign(key, now=at(day))
    return deal


def paid(*, rules: dict[str, Any] | None = None) -> Deal:
    """Two instalments, the second late: a late fee of 1,500.00 together."""
    deal = sold(rules=rules)
    due = Deadline.objects.get(kind="payment").due_at
    deal.run(due)
    import_payment(deal, "300000.00", now=due - timedelta(days=2), entry="P-1")
    late = due + timedelta(days=5, hours=2)  # six days of 500,000.00 at 0.0005 a day
    deal.run(late)
    import_payment(deal, "501500.00", now=late, entry="P-2")
    return deal


def balances(deal: Deal, purpose: str) -> dict[str, str]:
    """What stands in the winner's sub-account, without empty buckets."""
    found = Account.objects.filter(
        sub_account__case_id=deal.listing_id,
        sub_account__organisation=deal.organisation(B),
        sub_account__purpose=purpose,
    ).exclude(balance=ZERO)
    return {row.bucket: str(row.balance) for row in found}


def now_of(deal: Deal) -> Any:
    """Half an hour after the price was settled."""
    return Settlement.objects.get().settled_at + timedelta(minutes=30)


@pytest.mark.django_db
def test_one_order_over_price_and_late_fee_leaves_both_sub_accounts(own_media: None) -> None:
    deal = paid()
    owed = remittance_due(deal.listing_id)
    assert owed is not None
    assert (owed.amount, owed.purse, owed.account) == (Yuan("1001500.00"), Purse.PRICE, deal.account(SELLER))
    assert Settlement.objects.get().late_fee == Yuan(1500)
    deadline = Deadline.objects.get(kind="remit")
    assert deadline.concerns_id == deal.organisation(FINANCE).pk
    sent = deal.remit(now=now_of(deal))
    assert balances(deal, "deposit") == {"bank": "-200000.00", "remitted": "200000.00"}
    assert balances(deal, "price") == {"bank": "-801500.00", "remitted": "801500.00"}
    assert remittances_of(deal.listing_id).count() == 1
    deadline.refresh_from_db()
    assert deadline.met_at == sent.released_at
    position = deposit_position(Registration.objects.get(organisation=deal.organisation(B)).sub_account_id)
    assert (position.applied, position.received, position.held) == (Yuan(200000), Yuan(200000), ZERO)
    assert sum((each.amount for each in instalments(contract_on(deal))), ZERO) == Yuan(801500)
    assert faults() == []


def test_six_clicks_pay_once(committed_db: str, own_media: None) -> None:
    deal = paid()
    now = now_of(deal)
    act(deal.operator(FINANCE), "remittance.release", deal.listing_id, now=now)
    by = deal.approver(FINANCE)
    outcomes = together(*([lambda: act(by, "remittance.release", deal.listing_id, now=now)] * 6))
    assert not errors(outcomes)
    assert len(taken(outcomes)) == 1
    assert set(codes(outcomes)) <= {"wrong_status", "not_found", "not_permitted"}
    together(*(lambda: outbox.relay(now=now) for _ in range(3)))
    assert Remittance.objects.get().sent_at is not None
    assert balances(deal, "price") == {"bank": "-801500.00", "remitted": "801500.00"}
    assert faults() == []


@pytest.mark.django_db
def test_the_transfer_waits_for_the_remittance(own_media: None) -> None:
    deal = paid()
    now = now_of(deal)
    with pytest.raises(Refused) as no, transaction.atomic():
        deal.do(PROVINCE, "transfer.execute", transfer.execute, now=now, listing_id=deal.listing_id)
    assert no.value.refusal.code is Code.WRONG_STATUS
    deal.remit(now=now)
    deal.do(PROVINCE, "transfer.execute", transfer.execute, now=now, listing_id=deal.listing_id)
    assert deal.listing.status == "transferred"


@pytest.mark.django_db
def test_after_a_default_with_a_part_paid_there_is_no_order_to_the_seller_but_one_to_the_treasury(
    own_media: None,
) -> None:
    deal = sold()
    due = Deadline.objects.get(kind="payment").due_at
    deal.run(due)
    import_payment(deal, "300000.00", now=due - timedelta(days=2), entry="P-1")
    deal.run(due)
    ends = Deadline.objects.get(kind="default").due_at
    finance = {"operator": deal.operator(FINANCE), "approver": deal.approver(FINANCE)}
    bank.close("6100000000000001", until=ends, now=ends, **finance)
    deal.run(ends)
    assert deal.listing.status == "defaulted"
    [owed] = remittances_of(deal.listing_id)
    assert (owed.purse, owed.amount, owed.account) == (Purse.FORFEITED, Yuan(200000), None)
    sent = deal.remit(now=ends)
    assert sent.account == deal.account(FINANCE)
    assert balances(deal, "deposit") == {"bank": "-200000.00", "remitted": "200000.00"}
    position = deposit_position(Registration.objects.get(organisation=deal.organisation(B)).sub_account_id)
    assert (position.forfeited, position.applied) == (Yuan(200000), ZERO)
    assert faults() == []


@pytest.mark.django_db
def test_what_the_bank_rejects_is_owed_again_under_a_new_request_id(own_media: None) -> None:
    deal = paid()
    now = now_of(deal)
    sent = deal.remit(now=now)
    answer: dict[str, Any] = {
        "account": bank.COMMON,
        "amount": sent.amount,
        "at": now,
        "by": deal.operator(FINANCE),
        "now": now,
    }
    back: dict[str, Any] = {
        "reference": "O-1",
        "request_id": sent.request_id.hex,
        "outcome": Answered.REJECTED,
    }
    payments.note_answer(**back, **answer)
    payments.note_answer(**back, **answer)
    assert remittance_due(deal.listing_id) is None, "one person's word makes nothing due again"
    finance = {"operator": deal.operator(FINANCE), "approver": deal.approver(FINANCE)}
    bank.close(bank.COMMON, until=now, now=now, **finance)
    again = remittance_due(deal.listing_id)
    assert again is not None
    assert (again.amount, again.attempt) == (sent.amount, 2)
    assert again.request_id != sent.request_id
    assert balances(deal, "deposit") == {"bank": "-200000.00", "applied": "200000.00"}
    assert faults() == []
    second = deal.remit(now=now + timedelta(hours=1))
    payments.note_answer(reference="O-2", request_id=str(second.request_id), outcome=Answered.PAID, **answer)
    later = now + timedelta(hours=2)
    bank.close(bank.COMMON, until=later, now=later, **finance)
    assert Remittance.objects.get(pk=second.pk).paid_at == now
    assert [each.status for each in Deadline.objects.filter(kind="remit").order_by("id")] == ["met", "met"]
    assert faults() == []


@pytest.mark.django_db
def test_nothing_is_paid_out_while_the_lot_stands_still_or_its_quota_is_burdened(own_media: None) -> None:
    deal = paid()
    now = now_of(deal)
    burden = Encumbrance.objects.create(batch=Batch.objects.get(), reason="查封", since=now)
    for code in (Code.QUOTA_ENCUMBERED, Code.SUSPENDED):
        if code is Code.SUSPENDED:
            deal.suspend(now=now)
        with pytest.raises(Refused) as no, transaction.atomic():
            deal.remit(now=now)
        assert no.value.refusal.code is code
    burden.lifted_at = now
    burden.save(update_fields=["lifted_at"])
    deal.resume(now=now)
    cases.hold(deal.listing_id)
    with pytest.raises(Refused) as no, transaction.atomic():
        deal.remit(now=now)
    assert no.value.refusal.code is Code.OBJECTION_OPEN


@pytest.mark.django_db
def test_what_the_rules_hold_back_stays_until_the_trade_is_complete(own_media: None) -> None:
    deal = paid(rules={"holdback": "0.05"})
    owed = remittance_due(deal.listing_id)
    assert owed is not None
    assert owed.amount == Yuan("951500.00")
    deal.remit(now=now_of(deal))
    assert balances(deal, "price")["held_back"] == "50000.00"
    assert faults() == []


@pytest.mark.django_db
def test_what_is_owed_never_changes(own_media: None) -> None:
    paid()
    for change in ({"amount": Yuan(1)}, {"purse": Purse.FORFEITED}, {"case_id": 0}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Remittance.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Remittance.objects.all().delete()


@pytest.mark.django_db
def test_another_account_is_another_text_that_all_three_sign_again(own_media: None) -> None:
    deal = Deal.begun()
    deal.announce()
    deal.register(B)
    deal.bid(B, 50000, now=at("03-26 10:00"))
    deal.confirm()
    deal.sign(SELLER, now=at("04-01 09:00"))
    before = contract_on(deal)
    now = at("04-01 10:00")
    typed = {"name": "通许县财政局专户", "bank": "通许农商行", "number": "4105 0163 6286 0001"}
    register = act_called("account.register")
    for by in (deal.operator(SELLER), deal.approver(SELLER)):
        seen = digest_waiting(register, data=typed, by=by)
        perform(register, data=dict(typed), by=by, now=now, seen=seen)
    account = deal.account(SELLER)
    assert account.number == "4105016362860001"
    for by in (deal.operator(SELLER), deal.approver(SELLER)):
        act(by, "contract.account", deal.listing_id, now=now, fiscal_account=account.pk)
    after = contract_on(deal)
    assert (after.revision, after.fiscal_account) == (before.revision + 1, account)
    assert after.text_sha256 != before.text_sha256
    for key in (SELLER, B, CENTRE):
        deal.sign(key, now=at("04-02 09:00"))
    assert contract_on(deal).effective_at is not None
