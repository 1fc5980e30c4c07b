"""Every status × every act on a listing: done, or refused by name with nothing changed. Generated, not sampled."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.money.models import FiscalAccount, Remittance
from apps.money.queries import covered_until
from apps.money.reconcile import Alarm, findings
from apps.parties.models import Membership
from apps.parties.queries import actor_of
from apps.parties.roles import Can, Role, kinds_that
from apps.stages.announcement.queries import portal_facts
from apps.stages.contract.models import Contract
from apps.stages.qualification.models import Registration
from apps.stages.review.states import Subject
from kernel import clock
from kernel.access.models import Preparation
from kernel.actors import PUBLIC, Actor, Duty
from kernel.acts.act import Act, all_acts
from kernel.acts.perform import digest_waiting, perform
from kernel.clock import iso
from kernel.errors import Code, Refused
from tests.demo.present import PRESENT
from tests.factories.papers import CHECKLIST

NAMED = frozenset(
    {
        Code.WRONG_STATUS,
        Code.SUSPENDED,
        Code.BIDDING_NOT_OPEN,
        Code.BIDDING_CLOSED,
        Code.FACTS_FROZEN,
        Code.TOO_LATE,
        Code.ALREADY_SIGNED,
        Code.DUPLICATE_REQUEST,
        Code.NOT_FOUND,
    }
)
"""Codes that say that this is not the time, or that nothing is there yet."""


class _Undo(Exception):
    """Takes an attempt back."""


ON_LISTINGS = [act for act in all_acts() if act.subject in ("listing_id", "registration_id")]


def _member(organisation_id: int, duty: Duty) -> Actor:
    return actor_of(Membership.objects.filter(organisation_id=organisation_id, duty=duty).earliest("id"))


def _office(role: str, duty: Duty, *, province: str) -> Actor:
    here = Membership.objects.filter(organisation__region__code__startswith=province[:2])
    return actor_of(here.filter(organisation__kind=role, duty=duty).earliest("id"))


def _actor(act: Act, listing: Listing, duty: Duty) -> Actor:
    """Whoever would do it: the seller, a bidder or the winner, or the office."""
    if act.anonymous:
        return PUBLIC
    roles = {str(each) for each in Role if act.capability in each.capabilities}
    if act.stage in ("listing", "contract", "commitment") and listing.seller.kind in roles:
        return _member(listing.seller_id, duty)
    if roles <= set(kinds_that(Can.BUY)):
        winner = Contract.objects.filter(listing=listing).values_list("winner_id", flat=True).first()
        bidder = (
            Registration.objects.filter(listing=listing).values_list("organisation_id", flat=True).first()
        )
        newcomer = Membership.objects.filter(person__username="bidder12-op").values_list(
            "organisation_id", flat=True
        )
        chosen = winner if act.stage == "quality" else bidder if act.name == "bid.place" else newcomer.get()
        return _member(chosen or newcomer.get(), duty)
    return _office(sorted(roles)[0], duty, province=listing.province)


def _data(act: Act) -> dict[str, Any]:
    moments = {
        "registration_closes": iso(PRESENT + timedelta(days=20)),
        "bidding_opens": iso(PRESENT + timedelta(days=30)),
        "bidding_closes": iso(PRESENT + timedelta(days=40)),
    }
    by_name: dict[str, dict[str, Any]] = {
        "review.decide": {
            "opinion": "validity",
            "outcome": "pass",
            "items": dict.fromkeys(CHECKLIST[Subject.VALIDITY], True),
        },
        "review.return": {"reason": "请补正"},
        "announcement.publish": moments,
        "announcement.amend": {"text": "变更联系方式"},
        "registration.decide": {"outcome": "qualified"},
        "bid.place": {"unit_price": "9000000.00"},
        "contract.revise": {"special": "分两期交付"},
        "quality.claim": {"area": "0.0001", "measurer": "检测机构", "reason": "复测"},
        "listing.suspend": {"reason": "核查"},
        "announcement.note_portal": portal_facts(1, at=PRESENT),
        "contract.account": {
            "fiscal_account": FiscalAccount.objects.values_list("pk", flat=True).first() or 1
        },
        "listing.terminate": {"reason": "规划调整"},
        "objection.raise": {"text": "有异议", "name": "演示", "contact": "演示"},
        "question.ask": {"text": "请问指标何时划转？"},
        "registration.submit": {},
        "refund.release": {"organisation_id": 1},
        "commitment.report": {"grade": 8, "measurer": "复评机构", "findings": "复评情况"},
        "commitment.decide": {"grade": 8, "reason": "复评属实"},
    }
    return by_name.get(act.name, {})


def _attempt(act: Act, listing: Listing) -> str:
    """What came of it, with everything taken back: an outcome, or a refusal's code."""
    subject = listing.pk
    if act.subject == "registration_id":
        subject = Registration.objects.filter(listing=listing).values_list("id", flat=True).first() or 0
    duty = act.duty or Duty.OPERATOR
    by = _actor(act, listing, duty)
    seen = digest_waiting(act, subject_id=subject, data=_data(act), by=by)
    try:
        with transaction.atomic():
            done = perform(act, subject_id=subject, data=_data(act), by=by, now=clock.now(), seen=seen)
            raise _Undo(done.outcome)
    except _Undo as undone:
        return str(undone)
    except Refused as no:
        return no.refusal.code


@pytest.mark.parametrize("status", list(ListingStatus))
def test_every_status_is_found_in_the_seeded_market(market: None, status: ListingStatus) -> None:
    assert Listing.objects.filter(status=status).exists()


def test_the_price_of_every_completed_deal_has_reached_its_seller(market: None) -> None:
    done = set(Listing.objects.filter(status=ListingStatus.COMPLETED).values_list("pk", flat=True))
    paid = Remittance.objects.filter(purse="price", paid_at__isnull=False).values_list("case_id", flat=True)
    assert done
    assert done <= set(paid)
    assert covered_until(province="410000") is not None
    alarms = {each.alarm for each in findings(now=PRESENT, province="410000")}
    assert not alarms & {Alarm.CORRUPTED, Alarm.DROPPED, Alarm.UNORDERED, Alarm.UNPAID}


@pytest.mark.parametrize("act", ON_LISTINGS, ids=lambda act: act.name)
@pytest.mark.parametrize("status", list(ListingStatus))
def test_an_act_is_done_or_refused_by_name(market: None, status: ListingStatus, act: Act) -> None:
    outcomes = set()
    for listing in Listing.objects.filter(status=status).select_related("seller").order_by("pk")[:3]:
        before = Listing.objects.filter(pk=listing.pk).values().get(), Preparation.objects.count()
        outcomes.add(_attempt(act, listing))
        assert (Listing.objects.filter(pk=listing.pk).values().get(), Preparation.objects.count()) == before
    connection.close_if_unusable_or_obsolete()
    if act.name in ("refund.release", "listing.amend"):
        assert outcomes <= {*NAMED, Code.INVALID, "done", "prepared"}
    elif act.statuses and status not in act.statuses:
        assert outcomes <= NAMED, f"{act.name} in {status}: {outcomes}"
    else:
        assert not outcomes & {Code.WRONG_STATUS} or act.name in _OFTEN_TOO_LATE, (
            f"{act.name} in {status}: {outcomes}"
        )


_OFTEN_TOO_LATE = frozenset(
    {
        "commitment.decide",
        "commitment.report",
        "filing.accept",
        "registration.decide",
        "remittance.release",
        "review.return",
        "listing.relist",
        "transfer.execute",
    }
)
"""Acts that hang on more than the listing's status: whether anything was promised, is left to decide, return, or list
again."""
