"""One session of rounds from the opening on (拍卖): no pause, no quiet minutes, one bidder is enough."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from apps.documents.models import Document
from apps.documents.states import DocumentKind
from apps.listings.states import ListingStatus
from apps.live.state import look
from apps.stages.bidding.decision import Receipt
from apps.stages.qualification.queries import terms_of
from kernel.deadlines.models import Deadline
from kernel.errors import Code
from tests.factories.deal import CENTRE, A, B, at
from tests.factories.journey import act, bid
from tests.factories.traded import Traded
from tests.factories.visitors import read
from tests.process.test_trade_forms import no

pytestmark = pytest.mark.django_db

ROUNDS = {
    "timed_bidding": {"enabled": True, "round_minutes": 5, "least_bidders": 2, "pause_minutes": 10},
    "quiet_last_minutes": 5,
}
OPENS = at("03-25 10:00")
FIRST_CLOSE = OPENS + timedelta(minutes=5)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def announced(*bidders: str) -> Traded:
    """An auction of 20 亩 that opens on 25 March at 10:00."""
    deal = Traded.stocked(ROUNDS)
    deal.draft(form="auction")
    deal.submit()
    deal.review()
    publish(deal)
    for key in bidders:
        deal.take_part(key)
    return deal


def publish(deal: Traded, **more: Any) -> None:
    moments = {
        "registration_closes": "2026-03-20T00:00:00+08:00",
        "bidding_opens": "2026-03-25T10:00:00+08:00",
        **more,
    }
    deal.both(CENTRE, "announcement.publish", "03-05 09:00", **moments)
    deal.note_portal(published_at=at("03-05 09:00"), now=at("03-05 09:00"))


def placed(deal: Traded, key: str, price: int, when: Any) -> Receipt:
    return bid(deal, key, price, now=when)


def close_of(deal: Traded) -> Any:
    return Deadline.objects.get(kind="bidding_close", case_id=deal.listing_id, status="pending").due_at


def test_a_round_of_five_minutes_begins_with_the_opening_and_again_with_every_bid() -> None:
    deal = announced(A, B)
    lot = deal.listing
    assert (lot.closes_at, lot.listing_period_ends_at, close_of(deal)) == (FIRST_CLOSE, OPENS, FIRST_CLOSE)
    deal.run(OPENS)
    assert (deal.listing.state, deal.listing.timed_round) == (ListingStatus.BIDDING, 1)
    assert placed(deal, A, 50000, OPENS + SECOND).closes_at == OPENS + timedelta(minutes=5, seconds=1)
    receipt = placed(deal, B, 55000, OPENS + timedelta(minutes=4, seconds=59))
    ends = OPENS + timedelta(minutes=9, seconds=59)
    assert (receipt.closes_at, close_of(deal), deal.listing.timed_round) == (ends, ends, 3)
    seen = look(deal.listing_id)
    assert seen is not None
    assert (seen.state.round, seen.state.takes_from, seen.state.takes_until) == (
        3,
        "2026-03-25T10:00:00+08:00",
        "2026-03-25T10:09:59+08:00",
    )
    deal.run(ends)
    lot = deal.listing
    assert (lot.state, lot.closed_at, lot.award.winner_id) == (
        ListingStatus.CLOSED,
        ends,
        deal.organisation(B).pk,
    )


@pytest.mark.parametrize("before_s", [0, 1, 299])
def test_bids_are_taken_at_any_instant_of_the_first_round(before_s: int) -> None:
    deal = announced(A)
    deal.run(OPENS)
    assert placed(deal, A, 50000, OPENS + timedelta(seconds=before_s)).sequence == 1


def test_before_the_opening_and_at_the_close_of_a_round_none_is() -> None:
    deal = announced(A)
    early = OPENS - timedelta(microseconds=1)
    deal.run(early)
    assert no(lambda: placed(deal, A, 50000, early)).code is Code.BIDDING_NOT_OPEN
    deal.run(OPENS)
    late = partial(
        act, deal.operator(A), "bid.place", deal.listing_id, now=FIRST_CLOSE, unit_price="50000.00"
    )
    assert no(late).code is Code.BIDDING_CLOSED


def test_one_bidder_is_enough() -> None:
    deal = announced(A)
    deal.run(OPENS)
    placed(deal, A, 50000, OPENS + SECOND)
    deal.run(OPENS + timedelta(minutes=5, seconds=1))
    assert deal.listing.state is ListingStatus.CLOSED


def test_a_first_round_without_a_bid_leaves_the_lot_unsold() -> None:
    deal = announced(A, B)
    deal.run(FIRST_CLOSE)
    assert (deal.listing.state, deal.listing.closed_at) == (ListingStatus.UNSOLD, FIRST_CLOSE)


def test_no_close_is_announced_or_supplemented_and_the_notice_is_as_long_as_of_any_lot() -> None:
    deal = Traded.stocked(ROUNDS)
    deal.draft(form="auction")
    deal.submit()
    deal.review()
    closes: dict[str, Any] = {"bidding_closes": "2026-03-30T10:00:00+08:00"}
    refusal = no(lambda: publish(deal, **closes))
    assert (refusal.code, list(refusal.detail)) == (Code.INVALID, ["bidding_closes"])
    short = {"registration_closes": "2026-03-19T17:00:00+08:00"}
    assert no(lambda: publish(deal, **short)).code is Code.ANNOUNCEMENT_TOO_SHORT
    publish(deal)
    refusal = no(lambda: deal.both(CENTRE, "announcement.amend", "03-06 09:00", text="变更", **closes))
    assert refusal.code is Code.INVALID
    opens: dict[str, Any] = {"bidding_opens": "2026-03-26T10:00:00+08:00"}
    deal.both(CENTRE, "announcement.amend", "03-06 09:00", text="竞价改期", **opens)
    lot = deal.listing
    moved = OPENS + timedelta(
        days=2
    )  # a day for the wish, another for the notice that the supplement shortened
    assert (lot.opens_at, lot.closes_at, lot.listing_period_ends_at) == (
        moved,
        moved + timedelta(minutes=5),
        moved,
    )
    assert close_of(deal) == lot.closes_at


def test_the_close_of_a_listing_is_still_to_be_announced() -> None:
    deal = Traded.stocked(ROUNDS)
    deal.draft()
    deal.submit()
    deal.review()
    refusal = no(lambda: publish(deal))
    assert (refusal.code, list(refusal.detail)) == (Code.INVALID, ["bidding_closes"])


def test_a_session_that_stood_still_goes_on_with_a_round_and_its_notice() -> None:
    deal = announced(A, B)
    deal.run(OPENS)
    placed(deal, A, 50000, OPENS + SECOND)
    deal.both(CENTRE, "listing.suspend", "03-25 10:02", reason="核查")
    deal.both(CENTRE, "listing.resume", "03-25 15:00")
    lot = deal.listing
    assert (lot.closes_at, lot.listing_period_ends_at) == (at("03-26 15:00"), OPENS)
    assert placed(deal, B, 55000, at("03-25 15:00")).closes_at == at("03-26 15:00")


def test_its_papers_and_its_page_tell_of_rounds_from_the_opening() -> None:
    deal = announced(A)
    paper = Document.objects.get(case_id=deal.listing_id, kind=DocumentKind.ANNOUNCEMENT).facts
    assert (paper["lot"]["method"], paper["timed_bidding"]["from_opening"], paper["quiet_last_minutes"]) == (
        "网上拍卖",
        True,
        0,
    )
    notice = terms_of(deal.listing)[0].text
    assert "逐轮进行，每轮5分钟" in notice
    assert "报价期于" not in notice
    assert "自竞价开始起每轮 5 分钟" in read(f"/listings/{deal.listing_id}/", now=at("03-12 10:00"))
