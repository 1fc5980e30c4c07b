"""What a dossier (备案卷宗) holds, each part with its hash."""

from typing import Any

from apps.documents.queries import all_of
from apps.listings.models import Listing
from apps.money.models import BankEntry
from apps.stages.bidding.queries import ladder
from kernel.clock import iso


def manifest_of(listing: Listing) -> dict[str, Any]:
    """What the dossier holds, as it stands when it is filed: documents, the bid record, the payment vouchers."""
    return {
        "listing": listing.number,
        "documents": [
            {
                "kind": each.kind,
                "number": each.number,
                "issued_at": iso(each.issued_at),
                "facts_sha256": each.facts_sha256,
            }
            for each in all_of(listing.pk).order_by("id")
            if each.kind != "qualification_certificate"
        ],
        "bids": [
            {
                "sequence": rung.sequence,
                "paddle": rung.paddle,
                "unit_price": str(rung.unit_price),
                "at": iso(rung.at),
                "hash": rung.hash,
            }
            for rung in ladder(listing)
        ],
        "payments": [
            {"reference": entry.reference, "amount": str(entry.amount), "arrived_at": iso(entry.arrived_at)}
            for entry in BankEntry.objects.filter(
                sub_account__listing_id=listing.pk, sub_account__purpose="price"
            ).order_by("arrived_at", "id")
        ],
    }
