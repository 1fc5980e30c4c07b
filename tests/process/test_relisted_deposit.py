"""A deposit belongs to one bidder on one lot: it goes back after the close, and never follows into a relisting."""

from pathlib import Path
from typing import Any

import pytest

from apps.money import payments
from apps.money.models import Answered, Bucket, Refund, SubAccount
from apps.money.queries import balance, deposit_position, faults
from apps.notices.models import Notice
from apps.stages.deposit.models import Certificate
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import confirmation_facts
from apps.stages.review.queries import opinion_facts
from kernel.deadlines.models import Deadline
from kernel.errors import Refused
from kernel.money import ZERO, Yuan
from tests.factories import bank
from tests.factories.deal import CENTRE, FINANCE, PROVINCE, SELLER, A, B, Deal, at
from tests.factories.journey import CLOSES, act, bidding_lot, closed
from tests.factories.papers import TO_BID, TO_LIST

pytestmark = pytest.mark.django_db
DEPOSIT = Yuan("200000.00")


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Path) -> None:
    """Files that commands write are gone with the test."""
    settings.MEDIA_ROOT = tmp_path


def _account(deal: Deal, key: str, listing_id: int) -> SubAccount:
    return SubAccount.objects.get(case_id=listing_id, organisation=deal.organisation(key), purpose="deposit")


def _relisted(deal: Deal) -> Deal:
    """The unsold lot listed again, reviewed, and announced on 3 April."""
    old = deal.listing_id
    again = act(deal.operator(SELLER), "listing.relist", old, now=at("04-01 09:00")).answer["listing"]
    deal.listing_id = again
    deal._attach(SELLER, TO_LIST, now=at("04-01 09:00"))
    _both(deal, SELLER, "listing.submit", again, now=at("04-01 09:10"))
    for number, opinion in enumerate(("legality", "validity", "eligibility"), start=1):
        data, office = opinion_facts(again, opinion, "pass"), CENTRE if number == 3 else PROVINCE
        act(deal.operator(office), "review.decide", again, now=at("04-02 09:00"), **data)
        _by(deal, office, number, "review.decide", again, now=at("04-02 09:10"), **data)
    moments = {
        "registration_closes": "2026-04-21T00:00:00+08:00",
        "bidding_opens": "2026-04-27T09:00:00+08:00",
        "bidding_closes": "2026-04-30T10:00:00+08:00",
    }
    _both(deal, CENTRE, "announcement.publish", again, now=at("04-03 09:00"), **moments)
    deal.note_portal(published_at=at("04-03 09:00"), now=at("04-03 09:00"))
    return deal


def _by(deal: Deal, key: str, number: int, name: str, subject: int, *, now: Any, **data: Any) -> None:
    person = Deal(people={key: deal.people[key][number:]}).operator(key)
    act(person, name, subject, now=now, **data)


def _both(deal: Deal, key: str, name: str, subject: int, *, now: Any, **data: Any) -> Any:
    act(deal.operator(key), name, subject, now=now, **data)
    return act(deal.approver(key), name, subject, now=now, **data).answer


def _qualified(deal: Deal, key: str) -> Registration:
    deal._attach(key, TO_BID, now=at("04-07 09:00"))
    said = confirmation_facts(deal.listing_id)
    made = _both(deal, key, "registration.submit", deal.listing_id, now=at("04-07 09:00"), **said)[
        "registration"
    ]
    _both(deal, CENTRE, "registration.decide", made, now=at("04-08 09:00"), outcome="qualified")
    return Registration.objects.get(pk=made)


def test_a_losers_deposit_is_owed_back_at_the_close_and_is_released_once() -> None:
    deal = closed()
    account = _account(deal, A, deal.listing_id)
    assert [each.amount for each in Refund.objects.filter(entry__sub_account=account)] == [DEPOSIT]
    assert not Refund.objects.filter(entry__sub_account=_account(deal, B, deal.listing_id)).exists()
    back = {"organisation_id": deal.organisation(A).pk}
    _both(deal, FINANCE, "refund.release", deal.listing_id, now=at("03-31 10:00"), **back)
    assert deposit_position(account.pk).held == ZERO
    assert deposit_position(account.pk).refunded == DEPOSIT
    with pytest.raises(Refused):
        _both(deal, FINANCE, "refund.release", deal.listing_id, now=at("03-31 11:00"), **back)


def test_a_deposit_that_the_bank_sent_back_is_due_anew_and_its_bidder_hears_of_it() -> None:
    deal = closed()
    account = _account(deal, A, deal.listing_id)
    back = {"organisation_id": deal.organisation(A).pk}
    _both(deal, FINANCE, "refund.release", deal.listing_id, now=at("03-31 10:00"), **back)
    due = Deadline.objects.filter(
        kind="deposit_refund", subject_id=Registration.objects.get(sub_account=account).pk
    )
    assert [each.status for each in due] == ["met"]
    sent = Refund.objects.get(entry__sub_account=account)
    payments.note_answer(
        reference="O-1", request_id=sent.request_id.hex, outcome=Answered.REJECTED, account=bank.COMMON,
        amount=DEPOSIT, at=at("04-01 09:00"), by=deal.operator(FINANCE), now=at("04-01 10:00"),
    )  # fmt: skip
    assert deposit_position(account.pk).refunded == DEPOSIT, "one person's word makes nothing due again"
    finance = {"operator": deal.operator(FINANCE), "approver": deal.approver(FINANCE)}
    bank.close(bank.COMMON, until=at("04-01 11:00"), now=at("04-01 11:00"), **finance)
    again = Refund.objects.get(entry__sub_account=account, released_at=None)
    assert (again.amount, again.attempt, again.request_id != sent.request_id) == (DEPOSIT, 2, True)
    assert (deposit_position(account.pk).held, deposit_position(account.pk).refunded) == (DEPOSIT, ZERO)
    assert [(each.status, each.due_at) for each in due.order_by("id")][1:] == [("pending", at("04-10 00:00"))]
    told = Notice.objects.filter(kind="payment_rejected").values_list("organisation_id", flat=True)
    assert set(told) == {deal.organisation(FINANCE).pk, deal.organisation(A).pk}
    _both(deal, FINANCE, "refund.release", deal.listing_id, now=at("04-02 10:00"), **back)
    assert {each.status for each in due} == {"met"}
    assert faults() == []


def test_money_that_never_counted_and_bounced_on_its_way_back_makes_no_held_deposit_due() -> None:
    """A stranger's money is owed back again; the deposit of who may bid stays where it is, without any date."""
    deal = bidding_lot()
    account = _account(deal, A, deal.listing_id)
    finance: dict[str, Any] = {"operator": deal.operator(FINANCE), "approver": deal.approver(FINANCE)}
    bank.arrive(
        reference="X-1", number=account.number, amount=Yuan(7), payer="他人", now=at("03-26 10:00"), **finance
    )
    refund = Refund.objects.get(entry__sub_account=account)
    assert refund.source == Bucket.SUSPENSE
    _both(deal, FINANCE, "refund.release_one", refund.pk, now=at("03-26 11:00"))
    payments.note_answer(
        reference="O-1", request_id=refund.request_id.hex, outcome=Answered.REJECTED, account=bank.COMMON,
        amount=Yuan(7), at=at("03-26 12:00"), by=deal.operator(FINANCE), now=at("03-26 13:00"),
    )  # fmt: skip
    bank.close(bank.COMMON, until=at("03-26 14:00"), now=at("03-26 14:00"), **finance)
    assert Refund.objects.get(entry__sub_account=account, released_at=None).attempt == 2
    assert deposit_position(account.pk).held == DEPOSIT
    assert not Deadline.objects.filter(kind="deposit_refund").exists()


@pytest.mark.parametrize("released", [False, True], ids=["still held", "sent back"])
def test_an_earlier_deposit_gives_no_paddle_on_the_relisted_lot(released: bool) -> None:
    deal = bidding_lot()
    first = deal.listing_id
    deal.run(CLOSES)
    assert deal.listing.status == "unsold"
    old = _account(deal, A, first)
    if released:
        back = {"organisation_id": deal.organisation(A).pk}
        _both(deal, FINANCE, "refund.release", first, now=at("03-31 10:00"), **back)
    before = deposit_position(old.pk)

    again = _relisted(deal)
    registration = _qualified(again, A)
    fresh = _account(again, A, again.listing_id)
    assert (fresh.number, fresh.pk) != (old.number, old.pk)
    assert registration.sub_account_id == fresh.pk
    assert balance(fresh.pk, Bucket.HELD) == ZERO
    assert not Certificate.objects.filter(registration=registration).exists()
    assert deposit_position(old.pk) == before

    again.pay(A, old.number, "200000.00", now=at("04-09 09:00"))
    assert balance(fresh.pk, Bucket.HELD) == ZERO, "what is paid to the old number is not for the new lot"
    assert not Certificate.objects.filter(registration=registration).exists()

    again.pay(A, fresh.number, "200000.00", now=at("04-09 10:00"))
    assert Certificate.objects.filter(registration=registration).exists()
    assert faults() == []
