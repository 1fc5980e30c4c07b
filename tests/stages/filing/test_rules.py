"""A dossier is filed once and accepted once, after the transfer."""

import pytest

from apps.listings.states import ListingStatus
from apps.stages.filing.rules import why_not_accept, why_not_submit
from kernel.errors import Code

AFTER = (ListingStatus.TRANSFERRED, ListingStatus.PUBLICISED)


@pytest.mark.parametrize("status", list(ListingStatus))
def test_a_dossier_is_filed_once_after_the_transfer(status: ListingStatus) -> None:
    assert (why_not_submit(status=status, filed=False) is None) == (status in AFTER)
    again = why_not_submit(status=status, filed=True)
    assert again is not None
    assert again.code is Code.DUPLICATE_REQUEST


@pytest.mark.parametrize("status", list(ListingStatus))
def test_what_was_filed_is_accepted_once(status: ListingStatus) -> None:
    assert (why_not_accept(status=status, filed=True, accepted=False) is None) == (status in AFTER)
    if status in AFTER:
        unfiled = why_not_accept(status=status, filed=False, accepted=False)
        again = why_not_accept(status=status, filed=True, accepted=True)
        assert unfiled is not None
        assert again is not None
        assert (unfiled.code, again.code) == (Code.WRONG_STATUS, Code.DUPLICATE_REQUEST)
