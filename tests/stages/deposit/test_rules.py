"""What counts towards a deposit, and how much of it."""

from datetime import timedelta
from typing import Any

import pytest

from apps.listings.states import ListingStatus
from apps.stages.deposit import rules
from apps.stages.qualification.states import RegistrationStatus
from kernel.errors import Code
from kernel.money import ZERO, Yuan
from tests.stages.moments import day

GOOD: dict[str, Any] = {
    "payer": "新郑市人民政府",
    "bidder": "新郑市人民政府",
    "arrived_at": day(20),
    "cutoff_at": day(20) + timedelta(microseconds=1),
    "listing": ListingStatus.ANNOUNCED,
    "registration": RegistrationStatus.QUALIFIED,
}


def _code(**changes: Any) -> Code | None:
    refusal = rules.why_not_receive(**GOOD | changes)
    return refusal.code if refusal else None


def test_money_of_the_bidder_that_arrives_before_the_cut_off_counts() -> None:
    assert _code() is None
    assert _code(registration=RegistrationStatus.SUBMITTED) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"payer": "通许县人民政府"}, Code.PAYER_MISMATCH),
        ({"arrived_at": day(20) + timedelta(microseconds=1)}, Code.TOO_LATE),
        ({"registration": RegistrationStatus.REJECTED}, Code.NOT_QUALIFIED),
        ({"listing": ListingStatus.TERMINATED}, Code.WRONG_STATUS),
    ],
)
def test_what_does_not_count_goes_back_for_one_reason(changes: dict[str, Any], code: Code) -> None:
    assert _code(**changes) is code


def test_two_persons_may_find_a_payer_to_be_the_bidder() -> None:
    assert _code(payer="新郑市政府", is_own=True) is None


def test_what_is_more_than_is_owed_is_told_apart() -> None:
    required = Yuan("200000.00")
    assert rules.split(amount=Yuan("150000.00"), held=ZERO, required=required) == (Yuan("150000.00"), ZERO)
    assert rules.split(amount=Yuan("80000.00"), held=Yuan("150000.00"), required=required) == (
        Yuan("50000.00"),
        Yuan("30000.00"),
    )
    assert rules.split(amount=Yuan("1.00"), held=required, required=required) == (ZERO, Yuan("1.00"))
    assert rules.is_full(held=required, required=required)
    assert not rules.is_full(held=required - Yuan("0.01"), required=required)


def test_the_cut_off_moves_out_with_time_while_the_lot_stands_still() -> None:
    assert rules.cutoff_standing(day(20), paused_at=None, now=day(15)) == day(20)
    assert rules.cutoff_standing(day(20), paused_at=day(12), now=day(15)) == day(23)
    assert rules.cutoff_standing(day(10), paused_at=day(12), now=day(15)) == day(10)
    assert rules.cutoff_standing(None, paused_at=day(12), now=day(15)) is None
