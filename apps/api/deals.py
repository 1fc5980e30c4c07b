"""Whom a deal concerns."""

from typing import Any

from rest_framework.request import Request

from apps.api.base import OfListing
from apps.listings.models import Listing
from apps.parties.roles import Can
from apps.stages.contract.models import Contract
from kernel.actors import Actor
from kernel.errors import not_found


def is_in(listing: Listing, *, by: Actor) -> bool:
    """Whether an actor is the lot's seller, the winner named in its contract, or staff."""
    if by.can(Can.SEE_CASES) or by.organisation_id == listing.seller_id:
        return True
    return Contract.objects.filter(listing=listing, winner_id=by.organisation_id).exists()


class InDeal(OfListing):
    """A view for the parties to a deal and staff; for others there is nothing here."""

    capability = Can.SIGN_IN

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """NotFound for everybody else."""
        super().initial(request, *args, **kwargs)
        if not is_in(self.listing, by=self.by):
            raise not_found("内容")
