"""An event says to whom it is told: before a lot's close, of a silent one nobody hears but whom it concerns."""

import ast
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.listings.events import ListingResumed
from apps.listings.models import Listing
from apps.notices.models import Notice
from apps.process import notifications
from apps.process.reactions import listing as of_listings
from apps.process.reactions import objections as of_objections
from apps.questions.events import QuestionAsked
from apps.stages.bidding.events import BiddingOpened
from apps.stages.qualification.events import RegistrationDecided
from config.env import ROOT
from kernel import events
from kernel.deadlines import commands as deadlines
from kernel.deadlines import registry
from kernel.deadlines.models import DeadlineMove
from kernel.deadlines.registry import Kind
from kernel.events import Event
from kernel.outbox.models import Message
from kernel.transparency import Told
from tests.factories.deal import CENTRE, SELLER, A, B, Deal
from tests.factories.journey import OPENS, bidding_lot

pytestmark = pytest.mark.django_db

REACTIONS = of_listings.REACTIONS | of_objections.REACTIONS
DECLARED = {
    "ApplicationSubmitted": Told.OFFICES,
    "ApplicationReturned": Told.PARTIES,
    "ReviewPassed": Told.PARTIES,
    "ListingAnnounced": Told.EVERYBODY,
    "AnnouncementAmended": Told.EVERYBODY,
    "BiddingOpened": Told.EVERYBODY,
    "TimedRoundStarted": Told.EVERYBODY,
    "AwardWithheld": Told.OFFICES,
    "ListingSuspended": Told.EVERYBODY,
    "ListingResumed": Told.EVERYBODY,
    "ListingTerminated": Told.EVERYBODY,
    "ObjectionRaised": Told.OFFICES,
    "ObjectionAccepted": Told.PARTIES,
    "ObjectionSettled": Told.PARTIES,
    "FloodDismissed": Told.OFFICES,
    "QuestionAsked": Told.OFFICES,
}
"""The one list of what is told while names are hidden: whoever adds to a room reads it here."""


@pytest.fixture
def deal(settings: Any, tmp_path: Path) -> Deal:
    """A lot in bidding."""
    settings.MEDIA_ROOT = tmp_path
    return bidding_lot()


def heard(deal: Deal, tell: Callable[[], None]) -> set[str]:
    """Who of those that could hears of it."""
    Notice.objects.all().delete()
    tell()
    to = set(Notice.objects.values_list("organisation_id", flat=True))
    known = {key: deal.organisation(key).pk for key in (SELLER, A, B, CENTRE)}
    assert to <= set(known.values())
    return {key for key, pk in known.items() if pk in to}


def test_what_is_told_of_before_the_close_is_listed_here_and_nothing_else() -> None:
    assert {each.__name__: each.told for each in REACTIONS if each.told is not Told.SECRET} == DECLARED


@pytest.mark.parametrize("told", list(Told))
def test_an_event_is_told_to_those_it_declares(
    deal: Deal, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    lot = deal.listing_id
    for each in (ListingResumed, BiddingOpened, QuestionAsked):
        monkeypatch.setattr(each, "told", told)

    resumed = ListingResumed(listing_id=lot, suspension_id=1, now=OPENS)
    seller = {SELLER} if told.is_shared_by_parties else set()
    bidders = {A, B} if told is Told.EVERYBODY else set()
    assert heard(deal, lambda: notifications.listing_resumed(resumed)) == seller | bidders
    opened = BiddingOpened(listing_id=lot, at=OPENS, now=OPENS)
    assert heard(deal, lambda: notifications.bidding_opened(opened)) == bidders
    asked = QuestionAsked(listing_id=lot, question_id=1, now=OPENS)
    office = set() if told is Told.SECRET else {CENTRE}
    assert heard(deal, lambda: notifications.question_asked(asked)) == office


def test_what_declares_nothing_is_told_to_whom_it_concerns_and_to_everybody_after_the_close(
    deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided = RegistrationDecided(
        listing_id=deal.listing_id,
        registration_id=1,
        organisation_id=deal.organisation(A).pk,
        outcome="qualified",
        reason="",
        now=OPENS,
    )
    assert decided.told is Event.told is Told.SECRET
    assert heard(deal, lambda: notifications.registration_decided(decided)) == {A}
    monkeypatch.setattr(ListingResumed, "told", Told.SECRET)
    resumed = ListingResumed(listing_id=deal.listing_id, suspension_id=1, now=OPENS)
    assert heard(deal, lambda: notifications.listing_resumed(resumed)) == set()
    Listing.objects.filter(pk=deal.listing_id).update(status="closed")
    assert heard(deal, lambda: notifications.listing_resumed(resumed)) == {SELLER, A, B}


@pytest.mark.parametrize("told", list(Told))
def test_a_date_that_moves_is_told_as_its_kind_declares(
    deal: Deal, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    kind = Kind("test_told", "期限", told=told)
    monkeypatch.setitem(registry._kinds, kind.name, kind)
    row = deadlines.set_at(
        kind=kind.name, case_id=deal.listing_id, due_at=OPENS, now=OPENS, concerns_id=deal.organisation(A).pk
    )
    later = OPENS + timedelta(days=1)
    move = DeadlineMove(pk=1, deadline=row, old_due_at=OPENS, new_due_at=later, reason="日历", moved_at=OPENS)
    seller = {SELLER} if told.is_shared_by_parties else set()
    office = set() if told is Told.SECRET else {CENTRE}
    assert heard(deal, lambda: notifications.deadlines_moved([move], now=OPENS)) == {A} | seller | office


# --- nothing else carries an event to anybody


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "apps").rglob("*.py")):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def _called(tree: ast.AST) -> set[str]:
    names = (each.func for each in ast.walk(tree) if isinstance(each, ast.Call))
    return {each.id for each in names if isinstance(each, ast.Name)}


def test_only_what_asks_the_declaration_puts_notices_into_inboxes() -> None:
    """Reminders go to whose turn it is, what cannot be printed to whom it is for; all else asks, or names one's own."""
    telling = {name for name, tree in _trees() if _called(tree) & {"tell", "tell_all"}}
    assert (
        telling
        == {
            "apps/demo/asides.py",  # a history's own word
            "apps/notices/commands.py",
            "apps/process/adjustment_notices.py",  # nobody bids on what the ministry matches
            "apps/process/demand_notices.py",  # nor on what it brings
            "apps/process/document_notices.py",  # papers of outside, and what was issued to whom is told
            "apps/process/fund_notices.py",  # the price of a lot that was sold long ago
            "apps/process/issuing/particulars.py",
            "apps/process/notifications.py",
            "apps/process/quota_notices.py",  # what lies on one's own quota
            "apps/process/reminders.py",
            "apps/process/scheme_notices.py",  # nor does anybody bid on a scheme
            "apps/process/verification_notices.py",  # nobody bids on a verification: its owner and whose turn it is
        }
    )
    tree = dict(_trees())["apps/process/notifications.py"]
    functions = [each for each in tree.body if isinstance(each, ast.FunctionDef)]
    straight = {each.name for each in functions if _called(each) & {"tell", "tell_all"}}
    assert straight - {"_tell_whose_task", "_tell_offices", "_tell_each", "_tell_own"} == {
        "_tell_passed",  # whose bid was passed
        "question_answered",  # who asked
        "refund_released",  # who paid
        "preparation_voided",  # who prepared
        "calendar_loaded",  # every office: of no lot
        "deadline_failed",  # whose task the case is
        "_tell_moved",  # whom it concerns, and whoever may hear of it by its case's process
    }


def test_an_event_is_handed_to_its_reactions_and_to_nobody_else(
    deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What streams carry is an empty hint: whoever watches asks again, and is answered as he may be."""
    assert {each.payload == {} for each in Message.objects.filter(topic="live")} == {True}
    took: list[Event] = []
    monkeypatch.setitem(events._reactions, QuestionAsked, (took.append,))
    before = (Notice.objects.count(), Message.objects.count())
    asked = QuestionAsked(listing_id=deal.listing_id, question_id=1, now=OPENS)
    events.emit(asked)
    assert took == [asked]
    assert (Notice.objects.count(), Message.objects.count()) == before
