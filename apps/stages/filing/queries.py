"""What a dossier (备案卷宗) holds, each part with its hash."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from apps.documents.models import Attachment
from apps.documents.queries import all_of
from apps.documents.states import AttachmentKind
from apps.listings.models import Listing
from apps.money.models import BankEntry, Bucket, Purse, SubAccount
from apps.money.queries import booked_from, entries_into, held_back_of, refunded_of, remittances_of
from apps.stages.award.methods import method_of
from apps.stages.award.queries import award_of
from apps.stages.contract.models import Contract
from apps.stages.payment.models import Settlement
from kernel.clock import iso
from kernel.money import ZERO, Yuan


def vouchers_of(listing_id: int) -> list[Attachment]:
    """The payment vouchers that were uploaded, the oldest first."""
    found = Attachment.objects.filter(case_id=listing_id, kind=AttachmentKind.PAYMENT_VOUCHER)
    return list(found.order_by("id"))


def evidence_of(listing: Listing) -> list[Attachment]:
    """What seller and winner handed in, the oldest first: nothing of who did not win, nothing of objectors."""
    parties = [
        listing.seller_id,
        *Contract.objects.filter(listing=listing).values_list("winner_id", flat=True),
    ]
    apart = [AttachmentKind.PAYMENT_VOUCHER, AttachmentKind.OBJECTION_EVIDENCE]
    found = Attachment.objects.filter(case_id=listing.pk, organisation_id__in=parties)
    return list(found.exclude(kind__in=apart).order_by("id"))


def filed(found: Iterable[Attachment], named: Iterable[Mapping[str, Any]]) -> list[Attachment]:
    """Of files of a lot those that a manifest names, in the same order. The same content uploaded again is another."""
    known = {(each["name"], each["sha256"], each["uploaded_at"]) for each in named}
    return [each for each in found if (each.name, each.sha256, iso(each.uploaded_at)) in known]


def result_of(listing: Listing) -> dict[str, Any]:
    """How the lot was sold, and to whom; empty without a contract."""
    contract = (
        Contract.objects.filter(listing=listing).select_related("winner", "confirmation", "award").first()
    )
    if contract is None:
        return {}
    award = contract.award
    return {
        "title": listing.title,
        "seller": listing.seller.name,
        "winner": contract.winner.name,
        "unit_price": str(award.unit_price),
        "price_unit": listing.unit.label,
        "total_price": str(award.total_price),
        "closed_at": iso(listing.closed_at) if listing.closed_at else None,
        "confirmed_at": iso(contract.confirmation.issued_at),
    }


def safe_name(name: str) -> str:
    """A file's name as it stands in the dossier: no folder, no sign that an archive takes badly."""
    return re.sub(r"[^\w.（）()〔〕\-]+", "_", name)[-80:]


def manifest_of(listing: Listing) -> dict[str, Any]:
    """What the dossier holds, as it stands when it is filed: documents, the bid record, money
    and its vouchers, the parties' evidence, the result."""
    award = award_of(listing.pk)
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
        "bids": method_of(award).record(award) if award is not None else [],
        "payments": payments_of(listing),
        "vouchers": [
            {"name": each.name, "sha256": each.sha256, "uploaded_at": iso(each.uploaded_at)}
            for each in vouchers_of(listing.pk)
        ],
        "evidence": [
            {
                "kind": each.kind,
                "name": each.name,
                "sha256": each.sha256,
                "uploaded_at": iso(each.uploaded_at),
            }
            for each in evidence_of(listing)
        ],
        "result": result_of(listing),
    }


def payments_of(listing: Listing) -> dict[str, Any]:
    """The money of the deal: deposit applied + instalments = price + late fee = remitted + held back + refunded."""
    settlement = Settlement.objects.filter(listing=listing).first()
    winner_id = Contract.objects.filter(listing=listing).values_list("winner_id", flat=True).first()
    own = {
        each.purpose: each
        for each in SubAccount.objects.filter(case_id=listing.pk, organisation_id=winner_id or 0)
    }
    sent = remittances_of(listing.pk).filter(
        purse__in=[Purse.PRICE, Purse.HELD_BACK], released_at__isnull=False, rejected_at=None
    )
    return {
        "deposit_applied": _entries(own.get("deposit"), Bucket.HELD),
        "instalments": _entries(own.get("price"), Bucket.RECEIVED),
        "total_price": str(settlement.total_price if settlement else ZERO),
        "late_fee": str(settlement.late_fee if settlement else ZERO),
        "remitted": [
            {
                "request_id": str(each.request_id),
                "amount": str(each.amount),
                "account": dict(zip(("name", "bank", "number"), each.payee, strict=True)),
                "released_at": iso(each.released_at) if each.released_at else None,
                "paid_at": iso(each.paid_at) if each.paid_at else None,
            }
            for each in sent
        ],
        "held_back": str(held_back_of(listing.pk)),
        "refunded": str(refunded_of(listing.pk)),
    }


def _entries(account: SubAccount | None, bucket: Bucket) -> list[dict[str, str]]:
    entries: list[BankEntry] = entries_into(account.pk, bucket) if account else []
    return [
        {
            "reference": each.reference,
            "amount": str(booked_from(each, bucket)),
            "payer": each.payer_name,
            "arrived_at": iso(each.arrived_at),
        }
        for each in entries
    ]


def total_of(entries: list[dict[str, Any]]) -> Yuan:
    """The sum of entries of the manifest."""
    return sum((Yuan(each["amount"]) for each in entries), ZERO)
