"""A lot at each station of its journey, for tests that begin there. Built by the commands that people use."""

import uuid
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.listings.models import Listing
from apps.listings.queries import lines_of
from apps.listings.states import ListingStatus
from apps.money import commands as money
from apps.money import ledger
from apps.money.models import BankEntry, Bucket, SubAccount
from apps.money.queries import balance
from apps.quota import ledger as quota
from apps.quota.lanes import BATCH_LANE
from apps.quota.models import Bucket as QuotaBucket
from apps.stages.announcement import commands as announcement
from apps.stages.announcement.models import Announcement
from apps.stages.bidding import commands as bidding
from apps.stages.bidding.decision import Receipt
from apps.stages.bidding.models import Bid
from apps.stages.confirmation import commands as confirmation
from apps.stages.contract.models import Contract
from apps.stages.contract.queries import contract_of
from apps.stages.deposit.models import Certificate
from apps.stages.qualification import commands as qualification
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import confirmation_facts
from apps.stages.qualification.states import RegistrationStatus
from kernel import lanes
from kernel.access import commands as access
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.acts.perform import Done, digest_waiting, perform
from kernel.deadlines import commands as deadlines
from kernel.money import Yuan
from tests.factories import bank
from tests.factories.cases import case_like
from tests.factories.deal import CENTRE, FINANCE, SELLER, A, B, Deal, at
from tests.factories.papers import TO_BID
from tests.factories.stations import station

MICROSECOND = timedelta(microseconds=1)
OPENS = at("03-25 09:00")
CLOSES = at("03-30 10:00")
TIMED = {"timed_bidding": {"enabled": True, "round_minutes": 5, "least_bidders": 2, "pause_minutes": 0}}


@station
def announced(*, closes: datetime = CLOSES, ceiling: Yuan | None = None, rules: Any = None) -> Deal:
    """Announced on 5 March; bidders a and b are qualified, with deposit and paddle."""
    deal = Deal.begun(ceiling=ceiling, rules=rules)
    deal.do(
        CENTRE,
        "announcement.publish",
        announcement.publish,
        now=at("03-05 09:00"),
        listing_id=deal.listing_id,
        registration_closes=at("03-20 00:00"),
        bidding_opens=OPENS,
        bidding_closes=closes,
    )
    deal.note_portal(published_at=at("03-05 09:00"), now=at("03-05 09:00"))
    deal.register(A)
    deal.register(B)
    return deal


def qualify(deal: Deal, key: str) -> Registration:
    """A bidder applies and is qualified on 11 March; its deposit has yet to come."""
    deal._attach(key, TO_BID, now=at("03-10 09:30"))
    made: Registration = deal.do(
        key,
        "registration.submit",
        qualification.submit,
        now=at("03-10 09:30"),
        listing_id=deal.listing_id,
        **confirmation_facts(deal.listing_id),
    )
    deal.do(
        CENTRE,
        "registration.decide",
        qualification.decide,
        now=at("03-11 09:30"),
        subject_id=made.pk,
        registration_id=made.pk,
        outcome=RegistrationStatus.QUALIFIED,
    )
    return made


@station
def bidding_lot(*, closes: datetime = CLOSES, ceiling: Yuan | None = None, rules: Any = None) -> Deal:
    """Bids are taken since 25 March 09:00."""
    deal = announced(closes=closes, ceiling=ceiling, rules=rules)
    deal.run(OPENS)
    return deal


@station
def closed() -> Deal:
    """Bidder b has won at 65,000 on 30 March 10:00; a's deposit is due back."""
    deal = bidding_lot()
    deal.bid(A, 60000, now=at("03-27 10:00"))
    deal.bid(B, 65000, now=at("03-28 10:00"))
    deal.run(CLOSES)
    return deal


@station
def confirmed(*, on: datetime | None = None) -> Deal:
    """Confirmed on 31 March, or on another day; the contract waits for three signatures."""
    deal = closed()
    now = on or at("03-31 09:00")
    deal.run(now)
    deal.do(CENTRE, "confirmation.issue", confirmation.issue, now=now, listing_id=deal.listing_id)
    return deal


@station
def contracted() -> Deal:
    """All have signed by 3 April; the price is due by 27 April, default comes 30 days later."""
    deal = confirmed()
    deal.sign(SELLER, now=at("04-01 09:00"))
    deal.sign(B, now=at("04-02 09:00"))
    deal.sign(CENTRE, now=at("04-03 10:00"))
    return deal


def contract_on(deal: Deal) -> Contract:
    """The contract of the lot."""
    found = contract_of(deal.listing_id)
    assert found is not None
    return found


def bid(
    deal: Deal,
    key: str,
    price: int | str,
    *,
    now: datetime,
    listing_id: int | None = None,
    request_id: str = "",
    read_clock: Callable[[], datetime] | None = None,
) -> Receipt:
    """One bid straight through the command, with `now` as the reading under the lock."""
    return bidding.place(
        listing_id=listing_id or deal.listing_id,
        unit_price=Yuan(price),
        by=deal.operator(key),
        now=now,
        request_id=request_id,
        read_clock=read_clock or (lambda: now),
    )


def act(by: Actor, name: str, subject_id: int, *, now: datetime, key: str = "", **data: Any) -> Done:
    """One act through the gate."""
    seen = digest_waiting(act_called(name), subject_id=subject_id, data=data, by=by)
    return perform(act_called(name), subject_id=subject_id, data=data, by=by, now=now, key=key, seen=seen)


def twins(
    deal: Deal,
    count: int,
    *,
    bidders: tuple[str, ...] = (A, B),
    rules: dict[str, Any] | None = None,
    **changes: Any,
) -> list[int]:
    """Ids of `count` further lots in bidding, each a copy of the deal's with the same qualified bidders.

    `rules` replace parameters of their rules, `changes` fields of their rows. Written straight into the tables:
    hundreds of races need hundreds of lots.
    """
    first = deal.listing
    organisations = [deal.organisation(key) for key in bidders]
    known = Registration.objects.filter(listing=first, organisation__in=organisations)
    ids: list[int] = []
    for _ in range(count):
        twin = copy(first)
        twin.number, twin.status = f"复制{uuid.uuid4().hex[:20]}", ListingStatus.BIDDING
        twin._state.adding = True
        parameters = first.rules_copy["parameters"] | (rules or {})
        twin.rules_copy = first.rules_copy | {"parameters": parameters}
        for name, value in changes.items():
            setattr(twin, name, value)
        twin.case = case_like(first.case, number=twin.number, owner_id=twin.seller_id, province=twin.province)
        _announced_alike(first, twin)
        for registration in known.select_related("certificate"):
            _same_bidder(twin, registration, now=OPENS)
        assert twin.closes_at is not None
        deadlines.set_at(kind="bidding_close", case_id=twin.pk, due_at=twin.closes_at, now=OPENS)
        ids.append(twin.pk)
    return ids


@transaction.atomic
def _announced_alike(first: Listing, twin: Listing) -> None:
    """The copy with its quota and an announcement of its own: once announced, nothing of it can be written any more."""
    twin.announced_at = None
    twin.save()
    _same_quota(first, twin)
    twin.announced_at = first.announced_at
    twin.save()
    announce_alike(first, [twin.pk])


def announce_alike(first: Listing, lots: Sequence[int]) -> None:
    """Each of `lots` has an announcement of its own facts: without it nothing is awarded at the close."""
    model = Announcement.objects.get(listing=first)
    for twin in Listing.objects.filter(pk__in=lots).select_related("seller").order_by("pk"):
        facts = announcement.frozen_facts(twin)
        Announcement.objects.create(
            listing=twin,
            published_at=model.published_at,
            published_by_id=model.published_by_id,
            facts=facts,
            facts_sha256=access.digest(facts),
            draw_commitment=model.draw_commitment,
            sealed_draw_secret=model.sealed_draw_secret,
        )


@transaction.atomic
def _same_quota(first: Listing, twin: Listing) -> None:
    """As much quota again, frozen for the twin: what closes unsold is released, what is suspended is printed."""
    for line in lines_of(first):
        twin.lines.create(batch_id=line.batch_id, kind=line.kind, amount=line.amount)
    freeze_again(first, case_id=twin.pk)


def freeze_again(first: Listing, *, case_id: int, times: int = 1) -> None:
    """So many times as much quota as a lot sells, out of nowhere, frozen for copies of it."""
    lines = [replace(line, amount=line.amount * times) for line in lines_of(first)]
    lanes.hold_all(BATCH_LANE, [line.batch_id for line in lines])
    quota.move(
        lines,
        source=quota.Place(first.seller_id, QuotaBucket.ISSUED),
        target=quota.Place(first.seller_id, QuotaBucket.FROZEN),
        reason="issue",
        now=OPENS,
        case_id=case_id,
    )


def _same_bidder(twin: Listing, registration: Registration, *, now: datetime) -> None:
    account = SubAccount.objects.create(
        number=uuid.uuid4().hex,
        purpose="deposit",
        case_id=twin.pk,
        province=twin.province,
        organisation_id=registration.organisation_id,
        opened_at=now,
    )
    again = copy(registration)
    again.pk, again.listing, again.sub_account = None, twin, account
    again._state.adding = True
    again._state.fields_cache.pop("certificate", None)
    again.save()
    Certificate.objects.create(
        listing=twin, registration=again, paddle=registration.certificate.paddle, granted_at=now
    )
    assert twin.deposit_amount is not None
    entry = BankEntry.objects.create(
        reference=account.number,
        province=twin.province,
        credited_number=account.number,
        sub_account=account,
        amount=twin.deposit_amount,
        payer_name="同一付款人",
        payer_account="6222000000000001",
        arrived_at=now,
        imported_at=now,
        imported_by_id=0,
    )
    for source, target in ((Bucket.BANK, Bucket.SUSPENSE), (Bucket.SUSPENSE, Bucket.HELD)):
        ledger.move(
            entry.amount,
            sub_account_id=account.pk,
            source=source,
            target=target,
            once=f"{target}:{entry.pk}",
            reason="arrival" if source is Bucket.BANK else "take_in",
            now=now,
            entry=entry,
        )


def bid_history_of(listing_id: int) -> list[str]:
    """The published history: every price in the order in which it was taken."""
    prices = (
        Bid.objects.filter(listing_id=listing_id).order_by("sequence").values_list("unit_price", flat=True)
    )
    return [str(price) for price in prices]


def give_deposit_back(deal: Deal, key: str, *, now: datetime) -> None:
    """A bidder's deposit leaves its sub-account, as after a court's order: it is held no more."""
    registration = Registration.objects.get(listing_id=deal.listing_id, organisation=deal.organisation(key))
    ledger.move(
        balance(registration.sub_account_id, Bucket.HELD),
        sub_account_id=registration.sub_account_id,
        source=Bucket.HELD,
        target=Bucket.REFUNDED,
        once=f"court:{registration.pk}",
        reason="refund",
        now=now,
    )


def import_payment(
    deal: Deal, amount: str, *, now: datetime, arrived: datetime | None = None, entry: str = "P-1"
) -> money.Imported:
    """Money of the winner for the price, imported at `now`."""
    return bank.arrive(
        reference=entry,
        number=contract_on(deal).terms["payment_account"],
        amount=Yuan(amount),
        payer=deal.organisation(B).name,
        arrived_at=arrived,
        operator=deal.operator(FINANCE),
        approver=deal.approver(FINANCE),
        now=now,
    )
