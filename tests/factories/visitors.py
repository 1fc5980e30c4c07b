"""Visitors of the portal, and many lots made from one."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.test import Client

from apps.kinds.prices import priced_among
from apps.kinds.quantities import Quantities
from apps.listings.models import Listing, ListingLine
from apps.parties.models import Membership
from apps.stages.award import commands as awards
from apps.stages.bidding.methods import METHOD
from apps.stages.bidding.models import AuctionResult, Bid
from apps.stages.bidding.rules import GENESIS
from apps.stages.confirmation.models import Confirmation
from kernel import bulk, clock
from kernel.money import Yuan
from tests.factories.cases import case_like

PAGES = (
    "/",
    "/announcements/",
    "/listings/",
    "/results/",
    "/market/",
    "/certificates/",
    "/cross-province/",
    "/funds/",
    "/guide/",
    "/rules/",
    "/prices/",
    "/verify/",
    "/open-data/",
    "/login/",
)


def read(address: str, *, now: datetime, status: int = 200, client: Client | None = None) -> str:
    """What an address says at an instant to a visitor (or to this client)."""
    answer = fetched(address, now=now, client=client)
    assert answer.status_code == status, f"{address}: {answer.status_code}"
    text: bytes = answer.body
    return text.decode()


def fetched(
    address: str, *, now: datetime, client: Client | None = None, headers: dict[str, str] | None = None
) -> Any:
    """The answer itself."""
    with clock.simulated(now):
        answer: Any = (client or Client()).get(address, headers=headers)
        answer.body = body(answer)  # read while the clock stands here
        return answer


def body(answer: Any) -> bytes:
    """What was sent, streamed or not."""
    content: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content


def signed_in(membership: Membership) -> Client:
    """The browser of somebody who is signed in."""
    client = Client()
    client.force_login(membership.person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@transaction.atomic
def copies(listing: Listing, count: int, *, sells: Quantities | None = None, **changes: Any) -> list[Listing]:
    """So many more lots like this one, each announced a minute before the one before it, or that sell otherwise."""
    made = []
    batch = listing.lines.earliest("pk").batch_id
    sold = listing.quantities if sells is None else sells
    for number in range(count):
        twin = Listing.objects.get(pk=listing.pk)
        known = Listing.objects.count()
        twin.number, twin._state.adding = f"复制{known:04d}", True
        twin.title = f"复制项目{known:04d}"
        if twin.announced_at:
            twin.announced_at -= timedelta(minutes=number + 1)
        for name, value in changes.items():
            setattr(twin, name, value)
        twin.case = case_like(
            listing.case, number=twin.number, owner_id=twin.seller_id, province=twin.province
        )
        # Before the lot itself: nothing is added to one that is announced.
        ListingLine.objects.bulk_create(
            ListingLine(listing_id=twin.case.pk, batch_id=batch, kind=kind, amount=amount)
            for kind, amount in sold.items()
        )
        priced = priced_among(sold, twin.unit)
        assert priced is not None
        twin.priced_kind, twin.priced_amount = priced.kind, priced.amount
        twin.save()
        made.append(twin)
    return made


def sold(listing: Listing, twin: Listing, *, price: str, at: datetime) -> None:
    """Let a copy in bidding of a closed lot be sold and confirmed at a unit price, to the same first bidder."""
    model = (
        Bid.objects.filter(listing=listing)
        .select_related("certificate__registration__sub_account")
        .earliest("sequence")
    )
    registration, certificate = model.certificate.registration, model.certificate
    account = registration.sub_account
    account.pk, account.number, account._state.adding = None, f"{twin.pk:020d}", True
    account.case_id = twin.pk
    account.save()
    registration.pk, registration.listing, registration._state.adding = None, twin, True
    registration.sub_account = account
    registration.save()
    certificate.pk, certificate.listing, certificate._state.adding = None, twin, True
    certificate.registration = registration
    certificate.save()
    row = {
        "listing_id": twin.pk,
        "certificate_id": certificate.pk,
        "sequence": 1,
        "unit_price": str(price),
        "received_at": model.received_at,
        "timed_round": 0,
        "request_id": "",
        "placed_by_id": model.placed_by_id,
        "previous_hash": GENESIS,
        "hash": f"{twin.pk:064d}",
    }
    bulk.insert_all([(Bid, [row])])
    bid = Bid.objects.get(listing=twin)
    award = awards.give(
        listing=twin,
        registration=registration,
        unit_price=Yuan(price),
        method=METHOD,
        proof={"bid": bid.sequence, "hash": bid.hash},
        at=at,
    )
    AuctionResult.objects.create(award=award, bid=bid)
    winner = registration.organisation
    Confirmation.objects.create(listing=twin, award=award, winner=winner, issued_by_id=1, issued_at=at)
    for status in ("closed", "confirmed"):
        Listing.objects.filter(pk=twin.pk).update(status=status)
