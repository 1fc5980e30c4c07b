"""What an announcement leaves people: time, and a text that says what changes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.listings.states import ListingStatus
from apps.rulebook.presets import parameters
from apps.stages.announcement import rules
from kernel.errors import Code, Refusal
from tests.stages.moments import day

PLAN = rules.Timetable(day(19), day(20), day(24), day(30))
BOOK = parameters("baseline")


def _timetable(**changes: object) -> Refusal | None:
    return rules.why_not_timetable(
        timetable=replace(PLAN, **changes),  # type: ignore[arg-type]
        earliest_registration_close=day(19),
        earliest_opening=day(24),
        rules=BOOK,
    )


def test_only_an_approved_lot_is_announced() -> None:
    def why_not(status: ListingStatus) -> Code | None:
        refusal = rules.why_not_announce(status=status)
        return refusal.code if refusal else None

    assert why_not(ListingStatus.APPROVED) is None
    for status in set(ListingStatus) - {ListingStatus.APPROVED}:
        assert why_not(status) is Code.WRONG_STATUS


def test_a_timetable_that_leaves_everybody_their_time_is_taken() -> None:
    assert _timetable() is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"registration_closes_at": day(19) - timedelta(microseconds=1)}, Code.ANNOUNCEMENT_TOO_SHORT),
        ({"opens_at": day(24) - timedelta(microseconds=1)}, Code.TOO_EARLY),
        (
            {"closes_at": PLAN.opens_at + timedelta(days=BOOK.bidding_min_days, microseconds=-1)},
            Code.TOO_EARLY,
        ),
        ({"deposit_cutoff_at": day(19) - timedelta(microseconds=1)}, Code.INVALID),
        ({"deposit_cutoff_at": day(24) + timedelta(microseconds=1)}, Code.INVALID),
    ],
)
def test_a_moment_too_soon_is_refused_to_the_microsecond(changes: dict[str, object], code: Code) -> None:
    refusal = _timetable(**changes)
    assert refusal is not None
    assert refusal.code is code


def test_all_that_is_wrong_with_a_timetable_is_said_at_once() -> None:
    refusal = _timetable(registration_closes_at=day(10), opens_at=day(11), closes_at=day(11))
    assert refusal is not None
    assert refusal.code is Code.ANNOUNCEMENT_TOO_SHORT
    assert all(word in refusal.sentence for word in ("报名截止", "竞价开始", "竞价截止", "保证金到账截止"))


def test_a_supplement_comes_before_registration_closes_and_says_what_changes() -> None:
    def why_not(
        status: ListingStatus = ListingStatus.ANNOUNCED, now: int = 18, text: str = "更正"
    ) -> Code | None:
        refusal = rules.why_not_amend(status=status, registration_closes_at=day(19), now=day(now), text=text)
        return refusal.code if refusal else None

    assert why_not() is None
    assert why_not(now=19) is Code.TOO_LATE
    assert why_not(text=" ") is Code.INVALID
    assert why_not(ListingStatus.SUSPENDED) is Code.SUSPENDED
    assert why_not(ListingStatus.BIDDING) is Code.WRONG_STATUS


def test_the_portal_is_noted_once_and_never_for_a_time_to_come() -> None:
    def why_not(*, noted: bool = False, published: int = 6, waits: bool = False) -> Code | None:
        status = ListingStatus.SUSPENDED if waits else ListingStatus.ANNOUNCED
        refusal = rules.why_not_note(
            status=status, waits_for_portal=waits, noted=noted, published_at=day(published), now=day(6)
        )
        return refusal.code if refusal else None

    assert why_not() is None
    assert why_not(waits=True) is None
    assert why_not(noted=True) is Code.DUPLICATE_REQUEST
    assert why_not(published=7) is Code.INVALID


def test_a_supplement_moves_all_moments_out_together_or_none() -> None:
    assert rules.moved_out(wanted=PLAN, earliest_registration_close=day(19)) == PLAN
    moved = rules.moved_out(wanted=PLAN, earliest_registration_close=day(21))
    assert moved == rules.Timetable(day(21), day(22), day(26), day(30) + timedelta(days=2))


def test_a_later_opening_keeps_the_length_of_bidding_and_the_close_of_registration() -> None:
    moved = rules.opened_from(PLAN, earliest_opening=day(25))
    assert moved == rules.Timetable(day(19), day(21), day(25), day(31))
    assert rules.opened_from(PLAN, earliest_opening=day(23)) == PLAN
