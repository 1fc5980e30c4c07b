"""The process that listings are cases of (挂牌交易)."""

from collections.abc import Collection

from apps.listings.models import Listing
from apps.listings.queries import names_hidden, visible_to
from apps.listings.states import ListingStatus
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.cases.registry import Called, Process
from kernel.transparency import Told


def _may_see(case_id: int, by: Actor) -> bool:
    return visible_to(by).filter(pk=case_id).exists()


def _may_amend(case_id: int, by: Actor) -> bool:
    open_ones = Listing.objects.filter(
        status__in=(ListingStatus.DRAFT, ListingStatus.RETURNED), announced_at=None
    )
    return open_ones.filter(pk=case_id, seller_id=by.organisation_id).exists()


def _called(case_ids: Collection[int]) -> dict[int, Called]:
    found = Listing.objects.in_bulk(case_ids)
    return {key: Called(str(each), each.title) for key, each in found.items()}


def _hears(case_id: int, told: Told, least: Told) -> bool:
    """Before a lot's close, of what is not declared, nobody but whom it concerns."""
    return told.reaches(least) or not Listing.objects.filter(names_hidden(), pk=case_id).exists()


LISTING = Process(
    name="listing",
    label="挂牌交易",
    page=lambda case_id: f"/desk/listings/{case_id}/",
    public_page=lambda case_id: f"/listings/{case_id}/",
    may_see=_may_see,
    called=_called,
    minded_by=Can.RUN_TRADES,
    hears=_hears,
    may_amend=_may_amend,
)
