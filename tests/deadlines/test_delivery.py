"""A deadline is a stored fact: however often, late, early, disordered or crowded its firing, the rows are the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.listings.models import Listing
from apps.money.models import Refund
from apps.notices.models import Notice
from apps.parties.models import Bar
from apps.process.reactions import listing as reactions
from apps.stages.award.models import Award
from apps.stages.bidding.events import BidsPlaced
from apps.stages.bidding.models import Bid
from kernel import events
from kernel.audit.models import AuditEntry
from kernel.deadlines import commands as deadlines
from kernel.deadlines import registry, runner
from kernel.deadlines.models import Deadline, DeadlineMove
from kernel.deadlines.queries import lag
from kernel.deadlines.states import DeadlineStatus
from kernel.outbox.models import Message
from tests.factories.actors import together
from tests.factories.cases import open_cases
from tests.factories.deal import CENTRE, A, B, Deal, at
from tests.factories.journey import (
    CLOSES,
    OPENS,
    act,
    announced,
    bid,
    bidding_lot,
    confirmed,
    contracted,
    twins,
)

LATE = timedelta(days=30)
_CORE: dict[type[Any], tuple[str, ...]] = {
    Listing: ("pk", "status", "closed_at", "closes_at", "timed_round", "suspended_from"),
    Award: ("listing_id", "unit_price", "total_price", "auction__bid__sequence", "at"),
    Deadline: (
        "kind",
        "case_id",
        "subject_id",
        "triggered_at",
        "due_at",
        "status",
        "met_at",
        "breached_at",
    ),
    Refund: ("entry__reference", "source", "amount", "request_id", "released_at"),
    Bar: ("organisation_id", "case_id", "since", "until"),
    Notice: ("once", "title"),
}


def rows() -> dict[str, list[Any]]:
    """Everything that a firing decides. Not when it was done, and not what is written of when it was done."""
    found = {
        model.__name__: sorted(map(repr, model.objects.values_list(*fields)))
        for model, fields in _CORE.items()
    }
    found["record"] = sorted(
        map(repr, AuditEntry.objects.filter(role="system").values_list("verb", "at", "case_id", "after"))
    )
    return found


Firing = Callable[[list[datetime]], None]


def on_time(instants: list[datetime]) -> None:
    for now in instants:
        runner.run_due(now=now)


def five_times(instants: list[datetime]) -> None:
    for now in instants:
        for _ in range(5):
            runner.run_due(now=now)


def month_late(instants: list[datetime]) -> None:
    runner.run_due(now=instants[-1] + LATE)


def out_of_order(instants: list[datetime]) -> None:
    """Every row by itself, the last first, again and again; those whose turn it is not do nothing."""
    for _ in range(12):
        for each in Deadline.objects.order_by("-due_at", "-id").values_list("id", flat=True):
            runner.run_one(deadline_id=each, now=instants[-1])


def three_workers(instants: list[datetime]) -> None:
    for now in instants:
        together(*([lambda now=now: runner.run_due(now=now)] * 3))


def two_beats_after_a_night(instants: list[datetime]) -> None:
    """What fell due while the beat was down is found by `due <= now`, not by today's date."""
    night = instants[-1] + timedelta(hours=14)
    together(lambda: runner.run_due(now=night), lambda: runner.run_due(now=night))


def closing() -> tuple[Deal, list[datetime]]:
    """Two bidders, two bids; the close is due, and with it refunds and the confirmation."""
    deal = bidding_lot()
    deal.bid(A, 60000, now=at("03-27 10:00"))
    deal.bid(B, 65000, now=at("03-28 10:00"))
    return deal, [CLOSES]


def defaulting() -> tuple[Deal, list[datetime]]:
    """Confirmed; nobody signs, and the winner is in default on 8 April at 24:00."""
    return confirmed(), [at("04-08 00:00"), at("04-09 00:00")]


def unsold() -> tuple[Deal, list[datetime]]:
    """Announced; it opens, nobody bids, it closes."""
    return announced(), [at("03-20 00:00"), OPENS, CLOSES]


def overdue() -> tuple[Deal, list[datetime]]:
    """In force; the price is not paid on its day."""
    deal = contracted()
    return deal, [at("04-08 00:00"), Deadline.objects.get(kind="payment").due_at]


_PLAYS: tuple[tuple[Callable[[], tuple[Deal, list[datetime]]], tuple[Firing, ...]], ...] = (
    (unsold, (on_time, month_late, two_beats_after_a_night)),
    (closing, (on_time, five_times, out_of_order, month_late)),
    (defaulting, (on_time, five_times, out_of_order, three_workers, month_late)),
    (overdue, (on_time, two_beats_after_a_night)),
)
_expected: dict[str, dict[str, list[Any]]] = {}


@pytest.mark.parametrize(
    ("scene", "firing"), [(scene, each) for scene, firings in _PLAYS for each in firings]
)
def test_any_delivery_leaves_the_rows_of_one_on_time(
    committed_db: str, own_media: None, scene: Callable[[], tuple[Deal, list[datetime]]], firing: Firing
) -> None:
    _, instants = scene()
    firing(instants)
    if firing is on_time:
        _expected[scene.__name__] = rows()
        assert not lag(now=instants[-1]).overdue
        return
    upto = instants[-1]
    assert later_ones_left_out(rows(), upto) == later_ones_left_out(_expected[scene.__name__], upto)


def later_ones_left_out(found: dict[str, list[Any]], upto: datetime) -> dict[str, list[Any]]:
    """A late firing also comes to what fell due later; that is another deadline's effect, not a different one."""
    later = {repr(row) for row in Deadline.objects.filter(due_at__gt=upto).values_list(*_CORE[Deadline])}
    kept = dict(found)
    kept["Deadline"] = [row for row in found["Deadline"] if row not in later and "'pending'" not in row]
    return kept


# --- a poisoned lot


def poisoned(monkeypatch: pytest.MonkeyPatch, kind: str, lot: int) -> None:
    """The effect of one kind fails for one lot, after it has changed something."""
    sound = registry.kind_of(kind)

    def fails(deadline: Deadline, now: datetime) -> None:
        assert sound.effect is not None
        sound.effect(deadline, now)
        if deadline.case_id == lot:
            raise ZeroDivisionError("poison")

    monkeypatch.setitem(registry._kinds, kind, replace(sound, effect=fails))


@pytest.mark.django_db
def test_a_poisoned_lot_backs_off_and_a_person_is_told_while_the_others_close(
    own_media: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = bidding_lot()
    [other] = twins(deal, 1)
    poisoned(monkeypatch, "bidding_close", deal.listing_id)
    now, waits = CLOSES, []
    row = Deadline.objects.get(case_id=deal.listing_id, kind="bidding_close")
    for attempt in range(1, 6):
        runner.run_due(now=now)
        row.refresh_from_db()
        assert (row.attempts, deal.listing.status) == (attempt, "bidding")
        assert "ZeroDivisionError: poison" in row.last_error
        runner.run_due(now=now)
        assert Deadline.objects.get(pk=row.pk).attempts == attempt
        waits.append((row.try_at - now).total_seconds())
        now = row.try_at
    assert waits == sorted(waits)
    assert waits[0] < waits[-1] <= 3600
    assert row.status == DeadlineStatus.FAILED
    assert Listing.objects.get(pk=other).status == "unsold"
    told = Notice.objects.get(kind="deadline_failed")
    assert (told.organisation, told.case_id) == (deal.organisation(CENTRE), deal.listing_id)
    assert lag(now=now).failed == 1


@pytest.mark.django_db
def test_a_failure_of_which_nobody_can_be_told_stays_on_its_row_while_the_others_close(
    own_media: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deaf(deadline: Deadline, now: datetime) -> None:
        Listing.objects.filter(pk=deadline.case_id).update(title="")
        raise Listing.DoesNotExist

    heard: list[int] = []
    monkeypatch.setattr(runner, "_failure_listeners", [deaf, lambda row, now: heard.append(row.pk)])
    deal = bidding_lot()
    [other] = twins(deal, 1)
    title = deal.listing.title
    poisoned(monkeypatch, "bidding_close", deal.listing_id)
    row = Deadline.objects.get(case_id=deal.listing_id, kind="bidding_close")
    Deadline.objects.filter(pk=row.pk).update(attempts=runner.MOST_ATTEMPTS - 1)
    runner.run_due(now=CLOSES)
    row.refresh_from_db()
    assert (row.status, row.attempts) == (DeadlineStatus.FAILED, runner.MOST_ATTEMPTS)
    assert (heard, deal.listing.title) == ([row.pk], title)
    assert Listing.objects.get(pk=other).status == "unsold"


def test_what_the_database_finds_wrong_only_in_the_end_is_kept_on_its_row_while_the_others_are_handled(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def poisons(deadline: Deadline, now: datetime) -> None:
        if deadline.concerns_id == 7:
            DeadlineMove.objects.create(
                deadline_id=2**40, old_due_at=now, new_due_at=now, old_provisional=False,
                new_provisional=False, reason="无此期限", moved_at=now,
            )  # fmt: skip

    monkeypatch.setitem(registry._kinds, "test_late", registry.Kind("test_late", "期限", effect=poisons))
    bad, good = (
        deadlines.set_at(
            kind="test_late", case_id=None, subject_id=each, concerns_id=each, due_at=OPENS, now=OPENS
        )
        for each in (7, 8)
    )
    assert runner.run_due(now=OPENS + LATE) == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (good.status, bad.status, bad.attempts) == (DeadlineStatus.HANDLED, DeadlineStatus.PENDING, 1)
    assert "IntegrityError" in bad.last_error
    assert not DeadlineMove.objects.exists()


@pytest.mark.django_db
def test_a_deadline_that_has_failed_for_good_holds_back_the_later_ones_of_its_lot_and_goes_on_when_retried(
    own_media: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Order is never skipped: a lot that could not open is not closed unopened."""
    deal = announced()
    with monkeypatch.context() as patch:
        poisoned(patch, "bidding_open", deal.listing_id)
        now = OPENS
        for _ in range(6):
            runner.run_due(now=now)
            now += timedelta(hours=1)
        assert Deadline.objects.get(kind="bidding_open").status == DeadlineStatus.FAILED
        runner.run_due(now=CLOSES + LATE)
    closing_row = Deadline.objects.get(kind="bidding_close")
    assert runner.run_one(deadline_id=closing_row.pk, now=CLOSES + LATE) == 0
    assert (deal.listing.status, closing_row.status, closing_row.attempts) == ("announced", "pending", 0)
    Deadline.objects.filter(kind="bidding_open").update(status="pending", attempts=0, try_at=CLOSES)
    runner.run_due(now=CLOSES + LATE)
    assert (deal.listing.status, deal.listing.closed_at) == ("unsold", CLOSES)


@pytest.mark.django_db
def test_deadlines_held_back_behind_a_waiting_or_failed_one_do_not_bar_people_from_the_lot(
    own_media: None,
) -> None:
    """A contract's deadline waits for the calendar of 2027; another one of the lot falls due behind it."""
    deal = confirmed(on=at("12-28 09:00"))
    due = Deadline.objects.get(kind="contract").due_at
    behind = deadlines.set_at(
        kind="bar_end", case_id=deal.listing_id, due_at=due + timedelta(hours=1), now=due
    )
    now = due + timedelta(hours=2)
    deal.run(now)
    done = act(deal.operator(CENTRE), "contract.revise", deal.listing_id, now=now, special="补充条款")
    assert done.outcome == "done"
    behind.refresh_from_db()
    assert behind.status == DeadlineStatus.PENDING
    Deadline.objects.filter(kind="contract").update(status=DeadlineStatus.FAILED)
    act(deal.operator(CENTRE), "contract.revise", deal.listing_id, now=now, special="再补充")


@pytest.mark.django_db
def test_hundreds_of_waiting_deadlines_do_not_keep_the_engine_from_the_ones_behind_them(
    own_media: None,
) -> None:
    deal = bidding_lot()
    now = CLOSES + timedelta(minutes=1)
    open_cases(range(1001, 1001 + runner._SWEEP + 5))
    for lane in range(1001, 1001 + runner._SWEEP + 5):
        deadlines.set_at(kind="bar_end", case_id=lane, due_at=OPENS, now=OPENS)
    Deadline.objects.filter(kind="bar_end").update(try_at=now + timedelta(hours=1), waiting_for="对账单")
    assert runner.run_due(now=now) == 1
    assert deal.listing.status == "unsold"


# --- nothing leaves before the commit


@pytest.mark.django_db
def test_an_act_that_is_rolled_back_sends_tells_and_records_nothing(
    own_media: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = bidding_lot()
    bid(deal, A, 50000, now=at("03-26 10:00"))

    def counts() -> list[int]:
        models = (Message, Notice, AuditEntry, Bid, Deadline)
        return [model.objects.count() for model in models]

    def fails(_: Any) -> None:
        raise ZeroDivisionError("the last reaction")

    before = counts()
    table = dict(reactions.REACTIONS)
    monkeypatch.setitem(events._reactions, BidsPlaced, (*table[BidsPlaced], fails))
    with pytest.raises(ZeroDivisionError):
        bid(deal, B, 60000, now=at("03-26 11:00"))
    assert counts() == before
    monkeypatch.undo()
    bid(deal, B, 60000, now=at("03-26 11:00"))
    assert all(after >= was for after, was in zip(counts(), before, strict=True))
    assert counts()[0] > before[0]
