"""Who may take a lot (受让): a bidder, or the counterparty that an agreement names. One rule for both."""

from collections.abc import Collection
from datetime import datetime

from apps.listings.models import Listing
from apps.listings.queries import ancestry, batches_of
from apps.listings.rules import why_not_take as rule
from apps.pairing.queries import why_not_paired
from apps.pairing.rules import Parties
from apps.parties.models import Organisation
from apps.parties.queries import bar_on, offices, shares_people, superiors
from apps.parties.roles import Can
from apps.quota.queries import rights_of
from apps.quota.rules import why_not_circulate
from apps.rulebook.parameters import Parameters
from kernel.errors import Refusal


def why_not_take(
    listing: Listing, *, taker: Organisation, rules: Parameters, now: datetime, beside: Collection[int] = ()
) -> Refusal | None:
    """Why an organisation may not take the lot under these rules; None where it may.

    `beside` are others with a part in the lot: nobody acts for two. `self_dealing`, `not_permitted`, `barred`.
    """
    bar = bar_on(organisation_id=taker.pk, case_ids=ancestry(listing), now=now)
    working = {each.pk for each in offices(Can.SEE_CASES, province=listing.province)}
    return rule(
        is_seller=listing.seller_id == taker.pk,
        shares_people=shares_people(taker.pk, with_ids=({listing.seller_id, *beside} | working) - {taker.pk}),
        is_subordinate=listing.seller_id in superiors(taker.pk),
        kind=taker.kind,
        allowed_kinds=rules.bidder_kinds,
        barred_until=bar.until if bar else None,
    ) or why_not_circulate(
        rights=rights_of(batches_of(listing)), made_in=listing.seller.region_id, to=taker.region_id
    )


def why_not_counterparty(listing: Listing, *, rules: Parameters, now: datetime) -> Refusal | None:
    """Why the counterparty that the draft names may not take the lot; None where it may, or where none is named.

    As of a lone bidder; who is told is not always who is refused, so the sentence names it.
    """
    taker = listing.counterparty
    if taker is None:
        return None
    no = why_not_take(listing, taker=taker, rules=rules, now=now)
    return Refusal(no.code, f"受让方“{taker.name}”不符合条件：{no.sentence}", no.detail) if no else None


def why_not_agreed(listing: Listing, *, rules: Parameters, now: datetime) -> Refusal | None:
    """The same, and `not_paired` where the pairing that is named does not cover both parties and the class now."""
    taker = listing.counterparty
    if taker is None:
        return None
    parties = Parties(
        giver_region=listing.seller.region_id,
        taker_region=taker.region_id,
        taker_id=taker.pk,
        quota_class=str(listing.quota_class),
    )
    return why_not_paired(listing.pairing, parties, now=now) or why_not_counterparty(
        listing, rules=rules, now=now
    )
