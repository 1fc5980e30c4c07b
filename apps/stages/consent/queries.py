"""What a counterparty consents to, and whether its consent stands."""

from typing import Any

from apps.documents.models import Attachment
from apps.documents.queries import attachments_of
from apps.listings.models import Listing
from apps.listings.queries import promised_facts
from apps.stages.consent.models import Consent
from kernel.access.commands import digest


def papers_of(listing: Listing) -> list[Attachment]:
    """The papers of both parties that their agreement rests on, oldest first."""
    found = attachments_of(case_id=listing.pk).filter(kind__in=list(listing.papers))
    return list(found.filter(organisation_id__in=[listing.seller_id, listing.counterparty_id]))


def facts_of(listing: Listing) -> dict[str, Any]:
    """Every fact of the agreement as plain values: the lot, its price, its parties, what it draws on, its papers."""
    names = (
        "title", "form", "seller_id", "counterparty_id", "pairing_id", "grade", "planning_no", "declared", "price_unit",
        "priced_kind", "fiscal_account_id", "contact", "acceptance_record_no", "ecology_no",
    )  # fmt: skip
    lines = listing.lines.order_by("id").values_list("batch_id", "kind", "amount")
    return {
        **{name: getattr(listing, name) for name in names},
        "planning_mu": str(listing.planning_mu),
        "unit_price": str(listing.starting_price),
        "total_price": str(listing.total(listing.starting_price)),
        "lines": [[batch, kind, str(amount)] for batch, kind, amount in lines],
        **promised_facts(listing),
        "papers": sorted([each.organisation_id, each.kind, each.sha256] for each in papers_of(listing)),
    }


def given(listing_id: int) -> Consent | None:
    """The consent that was given and not ended, whether the facts are still its own or not."""
    return Consent.objects.filter(listing_id=listing_id, ended_at=None).first()


def stands(listing: Listing) -> bool:
    """Whether the counterparty consents to the agreement exactly as it is now."""
    found = given(listing.pk)
    return (
        found is not None
        and found.organisation_id == listing.counterparty_id
        and found.facts_sha256 == digest(facts_of(listing))
    )
