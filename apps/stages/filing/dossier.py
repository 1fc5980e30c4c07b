"""The dossier (备案卷宗): what belongs to a deal, each part with its hash, packed into one ZIP."""

import hashlib
import io
import json
import zipfile
from datetime import datetime
from typing import Any

from apps.documents.commands import open_document
from apps.documents.queries import all_of
from apps.listings.models import Listing
from apps.money.models import BankEntry
from apps.stages.bidding.queries import ladder
from kernel.clock import iso

_EPOCH = (1980, 1, 1, 0, 0, 0)


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


def pack(listing: Listing, manifest: dict[str, Any], *, now: datetime) -> bytes:
    """The ZIP: every document as PDF, the manifest, and SHA256SUMS over all of them. Same deal, same bytes."""
    parts: dict[str, bytes] = {}
    filed = {each["number"] for each in manifest["documents"]}
    for document in all_of(listing.pk).order_by("id"):
        if document.number in filed:
            opened = open_document(document_id=document.pk, now=now)
            parts[f"documents/{document.kind}-{document.pk}.pdf"] = opened.content
    parts["manifest.json"] = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(parts.items())
    )
    parts["SHA256SUMS"] = sums.encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(parts.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
