"""The process that listings are cases of (挂牌交易)."""

from apps.listings.models import Listing
from apps.listings.queries import visible_to
from apps.listings.states import ListingStatus
from kernel.actors import Actor
from kernel.cases.registry import Process


def _may_see(case_id: int, by: Actor) -> bool:
    return visible_to(by).filter(pk=case_id).exists()


def _may_amend(case_id: int, by: Actor) -> bool:
    open_ones = Listing.objects.filter(
        status__in=(ListingStatus.DRAFT, ListingStatus.RETURNED), announced_at=None
    )
    return open_ones.filter(pk=case_id, seller_id=by.organisation_id).exists()


LISTING = Process(
    name="listing",
    label="挂牌交易",
    page=lambda case_id: f"/desk/listings/{case_id}/",
    public_page=lambda case_id: f"/listings/{case_id}/",
    may_see=_may_see,
    may_amend=_may_amend,
)
