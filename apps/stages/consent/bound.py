"""What consenting to an agreement binds: every fact of it, and the papers of both parties."""

from collections.abc import Mapping
from typing import Any

from apps.documents.queries import as_bound
from apps.kinds.table import QuotaKind
from apps.listings.bound import listing_bound, lot_facts, named
from apps.listings.models import Listing
from apps.pairing.bound import pairing_facts
from apps.stages.consent.queries import facts_of, papers_of
from kernel.access.commands import digest
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact
from kernel.errors import not_found


def _agreement(listing_id: int, by: Actor) -> Listing:
    listing = listing_bound(listing_id)
    if listing.counterparty_id != by.organisation_id:
        raise not_found("协议转让")
    return listing


def agreement_facts(listing: Listing) -> tuple[Fact, ...]:
    """Who takes the lot, at what price, under which pairing; nothing where nobody is named."""
    if listing.counterparty is None or listing.pairing is None:
        return ()
    return (
        bound.party("受让方", listing.counterparty.name),
        bound.price("协议单价", listing.starting_price, listing.unit.label),
        bound.money("协议总价", listing.total(listing.starting_price)),
        *pairing_facts(listing.pairing),
    )


def _lines(listing: Listing) -> tuple[Fact, ...]:
    return tuple(
        bound.quantity(
            f"取自入库凭证{line.batch.certificate_no}的{QuotaKind(line.kind).label}",
            line.amount,
            places=QuotaKind(line.kind).places,
            unit=QuotaKind(line.kind).unit,
        )
        for line in listing.lines.select_related("batch").order_by("id")
    )


def consent_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Consenting: the lot, the price, the parties, the papers of both."""
    listing = _agreement(listing_id, by)
    total = listing.total(listing.starting_price)
    return Bound(
        facts=(
            *lot_facts(listing),
            *_lines(listing),
            *agreement_facts(listing),
            bound.digest("协议事实摘要", digest(facts_of(listing))),
        ),
        evidence=as_bound(papers_of(listing)),
        effect=(
            f"{by.organisation_name}同意以总价{total:,}元受让{listing.seller.name}的{named(listing)}；"
            "内容有任何变更的，本同意失效。"
        ),
        button=f"同意以{total:,}元受让{listing.seller.name}的指标",
    )


def withdraw_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Taking back: which agreement, at what price."""
    listing = _agreement(listing_id, by)
    return Bound(
        facts=(*lot_facts(listing), *agreement_facts(listing)),
        effect=f"撤回{by.organisation_name}对{listing.seller.name}{named(listing)}协议转让的同意。",
        button=f"撤回对{listing.seller.name}协议转让的同意",
    )
