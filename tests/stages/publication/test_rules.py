"""When a deal is complete."""

from typing import Any

import pytest

from apps.listings.states import ListingStatus
from apps.stages.publication.rules import is_complete, why_not_start

DONE: dict[str, Any] = {
    "status": ListingStatus.PUBLICISED,
    "ended": True,
    "filing_accepted": True,
    "open_objections": 0,
    "unanswered_objections": 0,
}


@pytest.mark.parametrize("status", list(ListingStatus))
def test_a_result_is_published_after_the_transfer_alone(status: ListingStatus) -> None:
    assert (why_not_start(status=status) is None) == (status is ListingStatus.TRANSFERRED)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": ListingStatus.TRANSFERRED},
        {"ended": False},
        {"filing_accepted": False},
        {"open_objections": 1},
        {"unanswered_objections": 1},
    ],
)
def test_completion_waits_for_the_term_the_filing_and_every_objection(changes: dict[str, Any]) -> None:
    assert is_complete(**DONE)
    assert not is_complete(**DONE | changes)
