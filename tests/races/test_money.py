"""Money moves once: imports, refunds and holds at the same moment, lost replies, and the default sweep."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from apps.listings.queries import locked
from apps.money import commands as money
from apps.money import payments
from apps.money.gateway import FileGateway
from apps.money.models import BankEntry, Bucket, Movement, Payment, Refund
from apps.money.queries import deposit_position, faults
from apps.parties.models import Bar
from apps.stages.payment.models import Settlement
from apps.stages.payment.queries import price_account
from apps.stages.qualification.models import Registration
from kernel import lanes
from kernel.access import commands as access
from kernel.deadlines import runner
from kernel.deadlines.models import Deadline
from kernel.money import ZERO, Yuan
from kernel.outbox import commands as outbox
from kernel.outbox.models import Message
from tests.factories import bank
from tests.factories.actors import codes, enrol, errors, in_order, taken, together
from tests.factories.deal import FINANCE, A, B, Deal, at
from tests.factories.journey import (
    MICROSECOND,
    OPENS,
    announced,
    closed,
    contract_on,
    contracted,
    qualify,
    twins,
)

NOON = at("03-26 12:00")


class LosesItsReply(FileGateway):
    """The bank takes the first instruction, and its answer is lost on the way."""

    def send(self, payment: Payment) -> None:
        """Hand over, then fail once."""
        super().send(payment)
        marker = instructed() / "reply-lost"
        if not marker.exists():
            marker.touch()
            raise ConnectionError("the bank's answer was lost")


def instructed() -> Path:
    """The folder of payment instructions."""
    return Path(settings.MEDIA_ROOT) / "bank"


def prepare_refunds(deal: Deal, key: str = A) -> int:
    """Finance's operator has prepared the release of all that is due to a bidder, and of its one refund by itself."""
    organisation = deal.organisation(key)
    [refund] = Refund.objects.filter(entry__sub_account__organisation=organisation, released_at=None)
    by = deal.operator(FINANCE)
    for act, slot, subject in (
        ("refund.release", str(organisation.pk), deal.listing_id),
        ("refund.release_one", "", refund.pk),
    ):
        access.prepare(act=act, slot=slot, subject_id=subject, payload={}, by=by, now=at("03-31 10:00"))
    return refund.pk


def release_all(deal: Deal, key: str = A) -> Any:
    """The approver releases everything due to a bidder."""
    return lambda: payments.release_refunds(
        case_id=deal.listing_id,
        organisation_id=deal.organisation(key).pk,
        by=deal.approver(FINANCE),
        now=at("03-31 10:00"),
    )


def release_one(deal: Deal, refund_id: int) -> Any:
    """The approver releases one refund by its number."""
    return lambda: payments.release_refund(
        refund_id=refund_id, by=deal.approver(FINANCE), now=at("03-31 10:00")
    )


def position(deal: Deal, key: str) -> Any:
    """A bidder's deposit on the deal's lot."""
    row = Registration.objects.get(listing_id=deal.listing_id, organisation=deal.organisation(key))
    return deposit_position(row.sub_account_id)


def instructions() -> list[str]:
    """The request ids that the bank was told to pay."""
    return sorted(path.stem for path in instructed().glob("*.xml"))


def test_one_refund_released_by_six_clicks_and_two_ways_at_once_is_released_and_paid_once(
    committed_db: str, own_media: None
) -> None:
    deal = closed()
    refund = prepare_refunds(deal)
    outcomes = together(*([release_all(deal)] * 3), *([release_one(deal, refund)] * 3))
    assert not errors(outcomes)
    assert len(taken(outcomes)) == 1
    assert set(codes(outcomes)) <= {"not_found", "not_permitted"}
    relayed = together(*(lambda: outbox.relay(now=at("03-31 10:01")) for _ in range(3)))
    assert sum(relayed) == Message.objects.filter(sent_at__isnull=False).count()
    assert instructions() == [str(Refund.objects.get(pk=refund).request_id)]
    assert (position(deal, A).refunded, position(deal, A).held) == (Yuan(200000), ZERO)
    assert Movement.objects.filter(reason="refund").count() == 1
    assert faults() == []


@pytest.mark.parametrize("order", [1, -1], ids=["all, then the one", "the one, then all"])
def test_the_second_way_of_releasing_a_refund_finds_nothing_due(
    committed_db: str, own_media: None, order: int
) -> None:
    deal = closed()
    refund = prepare_refunds(deal)
    calls = [release_all(deal), release_one(deal, refund)][::order]
    outcomes = in_order(lanes.CASE, deal.listing_id, *calls)
    assert (len(taken(outcomes)), codes(outcomes)) == (1, ["not_found"])
    assert position(deal, A).refunded == Yuan(200000)


def test_a_reply_that_the_bank_lost_and_a_crash_after_it_pay_no_second_time(
    committed_db: str, own_media: None
) -> None:
    deal = closed()
    refund = prepare_refunds(deal)
    release_all(deal)()
    with override_settings(BANK_GATEWAY=f"{__name__}.LosesItsReply"):
        outbox.relay(now=at("03-31 10:01"))
        assert Message.objects.get(topic="bank").last_error.startswith("ConnectionError")
        assert Refund.objects.get(pk=refund).sent_at is None
        with transaction.atomic():
            outbox.relay(now=at("03-31 10:05"))
            transaction.set_rollback(True)  # the process dies after the bank's yes, before our commit
        assert Message.objects.get(topic="bank").sent_at is None
        outbox.relay(now=at("03-31 10:06"))
    assert Message.objects.get(topic="bank").sent_at == at("03-31 10:06")
    assert instructions() == [str(Refund.objects.get(pk=refund).request_id)]
    assert Movement.objects.filter(reason="refund").count() == 1


def entry(deal: Deal, number: str, reference: str, amount: str, *, payer: str, now: datetime = NOON) -> Any:
    """One bank line for a sub-account, as the bank dates it."""
    return lambda: money.import_entry(
        reference=reference,
        credited_number=number,
        amount=Yuan(amount),
        payer_name=payer,
        arrived_at=at("03-20 10:00"),
        by=deal.operator(FINANCE),
        now=now,
    )


@pytest.mark.parametrize("known", [True, False], ids=["a known sub-account", "an unknown one"])
def test_one_bank_line_imported_six_times_at_once_is_booked_once(market: Deal, known: bool) -> None:
    [lot] = twins(market, 1)
    row = Registration.objects.get(listing_id=lot, organisation=market.organisation(A))
    number = row.sub_account.number if known else f"0000{lot}"
    line = entry(market, number, f"L-{lot}", "88.00", payer=row.organisation.name)
    outcomes = together(*([line] * 6))
    assert not errors(outcomes)
    assert sorted(each.repeated for each in outcomes) == [False] + [True] * 5
    assert BankEntry.objects.filter(reference=f"L-{lot}").count() == 1
    assert Movement.objects.filter(entry__reference=f"L-{lot}", reason="arrival").count() == 1
    assert faults() == []


def test_the_same_reference_with_another_amount_or_account_at_once_is_refused_not_booked(
    market: Deal,
) -> None:
    [lot] = twins(market, 1)
    rows = (
        Registration.objects.filter(listing_id=lot)
        .select_related("organisation", "sub_account")
        .order_by("id")
    )
    lines = [
        entry(market, row.sub_account.number, f"M-{lot}", amount, payer=row.organisation.name)
        for row in rows
        for amount in ("10.00", "20.00")
    ]
    outcomes = together(*lines)
    assert not errors(outcomes)
    assert (len(taken(outcomes)), codes(outcomes)) == (1, ["duplicate_request"] * 3)
    assert faults() == []


CUTOFF = OPENS
ARRIVALS: dict[str, tuple[str, str, datetime, str, str]] = {
    # what: amount, payer ("" = the bidder itself), arrival, exception, held
    "in full": ("200000.00", "", CUTOFF - timedelta(days=1), "", "200000.00"),
    "a microsecond before the cut-off": ("200000.00", "", CUTOFF - MICROSECOND, "", "200000.00"),
    "exactly at the cut-off": ("200000.00", "", CUTOFF, "too_late", "0.00"),
    "a fen short": ("199999.99", "", CUTOFF - timedelta(days=1), "", "199999.99"),
    "万元 taken for 元": ("20.00", "", CUTOFF - timedelta(days=1), "", "20.00"),
    "too much": ("200000.01", "", CUTOFF - timedelta(days=1), "amount_exceeds", "200000.00"),
    "from somebody else": (
        "200000.00",
        "某某贸易有限公司",
        CUTOFF - timedelta(days=1),
        "payer_mismatch",
        "0.00",
    ),
}


@pytest.mark.django_db
def test_a_deposit_counts_by_its_arrival_its_payer_and_its_amount_however_late_it_is_imported(
    own_media: None,
) -> None:
    deal = announced()
    for place, (what, (amount, payer, arrived, code, held)) in enumerate(ARRIVALS.items()):
        key = f"c{place}"
        enrol(deal, key, f"竞买单位{place}")
        row = qualify(deal, key)
        deal.run(at("03-12 09:00"))
        imported = bank.arrive(
            reference=f"D-{place}",
            number=row.sub_account.number,
            amount=Yuan(amount),
            payer=payer or deal.organisation(key).name,
            arrived_at=arrived,
            operator=deal.operator(FINANCE),
            approver=deal.approver(FINANCE),
            now=OPENS + timedelta(hours=1),
        )
        stands = deposit_position(row.sub_account_id)
        assert (imported.exception.code if imported.exception else "", str(stands.held)) == (code, held), what
        owed = sum((each.amount for each in Refund.objects.filter(entry=imported.entry)), ZERO)
        waits = imported.exception.amount if imported.exception and imported.exception.held else ZERO
        assert owed + waits == Yuan(amount) - stands.held, what
        assert waits == (Yuan("0.01") if what == "too much" else ZERO), what
        assert hasattr(Registration.objects.get(pk=row.pk), "certificate") == (held == "200000.00"), what
    assert faults() == []


@pytest.mark.parametrize("locks", ["on", "off"])
def test_a_deposit_is_applied_or_forfeited_never_both(market: Deal, locks: str, without_locks: Any) -> None:
    """With the locks off the second one gets as far as the ledger, which refuses it."""
    [lot] = twins(market, 1)
    account = Registration.objects.get(listing_id=lot, organisation=market.organisation(A)).sub_account_id

    def resolve(into: Bucket) -> Any:
        def call() -> Yuan:
            with transaction.atomic():
                locked(lot)
                return money.resolve_hold(account, into=into, now=NOON)

        return call

    calls = [resolve(Bucket.APPLIED), resolve(Bucket.FORFEITED), resolve(Bucket.REFUNDED)]
    if locks == "on":
        outcomes = together(*calls)
        assert sorted(outcomes) == [ZERO, ZERO, Yuan(200000)]
    else:
        with without_locks():
            outcomes = together(*calls)
        assert Yuan(200000) in outcomes
    stands = deposit_position(account)
    assert (stands.received, stands.held) == (Yuan(200000), ZERO)
    assert faults() == []


# --- the default sweep against a payment in flight


def in_arrears() -> tuple[Deal, datetime]:
    """The price is long overdue, and the instant of default has come."""
    deal = contracted()
    deal.run(at("05-20 00:00"))
    return deal, Deadline.objects.get(kind="default").due_at


def paid_in_full(deal: Deal, due: datetime) -> Any:
    """What is owed arrived an hour before the default and is imported; closing the statement over it is left to do."""
    arrived = due - timedelta(hours=1)
    account = price_account(deal.listing, now=arrived)
    assert account is not None
    number = contract_on(deal).terms["payment_account"]
    money.import_entry(
        reference="P-1",
        credited_number=number,
        amount=account.outstanding,
        payer_name=deal.organisation(B).name,
        payer_account="6222000000000001",
        arrived_at=arrived,
        by=deal.operator(FINANCE),
        now=due + timedelta(minutes=1),
    )
    return closing(deal, due)


def closing(deal: Deal, due: datetime) -> Any:
    """Two persons close the statement of the price's sub-account up to the default."""
    number = contract_on(deal).terms["payment_account"]
    by, releaser = deal.operator(FINANCE), deal.approver(FINANCE)
    return lambda: bank.close(
        number, until=due, operator=by, approver=releaser, now=due + timedelta(minutes=1)
    )


def sweep(deal: Deal, due: datetime) -> Any:
    """The worker comes."""
    return lambda: runner.run_due(now=due + timedelta(minutes=1), case_id=deal.listing_id)


@pytest.mark.parametrize("order", ["statement first", "sweep first", "at once"])
def test_a_payment_in_an_open_statement_and_the_default_sweep_never_both_come_about(
    committed_db: str, own_media: None, order: str
) -> None:
    """The sweep waits for the statement that holds the payment, so the payment prevails in every order."""
    deal, due = in_arrears()
    calls = [paid_in_full(deal, due), sweep(deal, due)]
    if order == "at once":
        outcomes = together(*calls)
    else:
        if order == "sweep first":
            calls.reverse()
        outcomes = in_order(lanes.CASE, deal.listing_id, *calls)
    assert not errors(outcomes)
    stands = position(deal, B)
    assert deal.listing.status == "paid"
    assert (stands.applied, stands.forfeited) == (Yuan(200000), ZERO)
    assert Settlement.objects.exists()
    assert not Bar.objects.exists()
    assert Deadline.objects.get(kind="default").status == "cancelled"
    assert faults() == []


def test_a_statement_that_closes_without_the_payment_lets_the_sweep_pass(
    committed_db: str, own_media: None
) -> None:
    deal, due = in_arrears()
    closing(deal, due)()
    sweep(deal, due)()
    stands = position(deal, B)
    assert (deal.listing.status, stands.forfeited) == ("defaulted", Yuan(200000))
    assert Bar.objects.exists()
    assert not Settlement.objects.exists()
    assert faults() == []


def test_the_sweep_waits_for_the_banks_lines_and_says_so_and_a_payment_in_time_prevails(
    committed_db: str, own_media: None
) -> None:
    deal, due = in_arrears()
    deal.run(due + timedelta(minutes=1))
    row = Deadline.objects.get(kind="default")
    assert (row.status, deal.listing.status) == ("pending", "contracted")
    assert "流水" in row.waiting_for
    paid_in_full(deal, due)()
    deal.run(due + timedelta(days=3))
    assert deal.listing.status == "paid"
    assert not Bar.objects.exists()
