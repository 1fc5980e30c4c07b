"""When an award is confirmed."""

import pytest

from apps.listings.states import ListingStatus
from apps.stages.confirmation.rules import why_not_issue
from kernel.errors import Code


@pytest.mark.parametrize("status", list(ListingStatus))
def test_an_award_is_confirmed_of_a_closed_lot_alone(status: ListingStatus) -> None:
    refusal = why_not_issue(status=status, open_objections=0)
    if status is ListingStatus.CLOSED:
        assert refusal is None
    else:
        assert refusal is not None
        assert refusal.code is (Code.SUSPENDED if status is ListingStatus.SUSPENDED else Code.WRONG_STATUS)


@pytest.mark.parametrize(("open_ones", "unanswered"), [(1, 0), (0, 1), (2, 3)])
def test_an_objection_that_is_open_or_unanswered_holds_it(open_ones: int, unanswered: int) -> None:
    refusal = why_not_issue(
        status=ListingStatus.CLOSED, open_objections=open_ones, unanswered_objections=unanswered
    )
    assert refusal is not None
    assert refusal.code is Code.OBJECTION_OPEN
    assert refusal.detail == ({"open": str(open_ones)} if open_ones else {"unanswered": str(unanswered)})
