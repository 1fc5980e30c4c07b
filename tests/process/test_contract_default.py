"""What a contract that was not signed in time brings: a bar for the winner, a flag for the seller."""

from datetime import timedelta

import pytest

from apps.parties.models import Bar, SellerFlag
from apps.parties.queries import bar_on
from tests.factories.deal import SELLER, B, Deal, at
from tests.factories.journey import closed

pytestmark = pytest.mark.django_db
AFTER = at("04-10 09:00")


def _unsigned(*signed: str) -> Deal:
    deal = closed()
    deal.confirm()
    for key in signed:
        deal.sign(key, now=at("04-03 10:00"))
    deal.run(AFTER)
    return deal


def test_a_winner_that_did_not_sign_is_barred_for_a_year() -> None:
    deal = _unsigned(SELLER)
    barred = Bar.objects.get()
    assert barred.organisation_id == deal.organisation(B).pk
    assert barred.until == barred.since.replace(year=barred.since.year + 1)
    assert not SellerFlag.objects.exists()


def test_a_barred_winner_stays_away_from_this_lots_relisting_also_after_the_year() -> None:
    deal = _unsigned(SELLER)
    barred = Bar.objects.get()
    later = barred.until + timedelta(days=1)
    winner = deal.organisation(B).pk
    assert bar_on(organisation_id=winner, case_ids=[], now=later) is None
    assert bar_on(organisation_id=winner, case_ids=[deal.listing_id], now=later) == barred


def test_a_seller_that_did_not_sign_is_flagged_whoever_else_did_not() -> None:
    deal = _unsigned(B)
    flag = SellerFlag.objects.get()
    assert (flag.organisation_id, flag.case_id) == (deal.organisation(SELLER).pk, deal.listing_id)
    assert not Bar.objects.exists()


def test_with_neither_signature_the_winner_is_barred_and_the_seller_flagged() -> None:
    _unsigned()
    assert (Bar.objects.count(), SellerFlag.objects.count()) == (1, 1)
