"""What a rehearsal came to: `result.json` and the documents as files."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from apps.crossprovince.queries import faults as across_faults
from apps.documents.commands import open_document
from apps.documents.queries import all_of
from apps.funds.faults import faults as funds_faults
from apps.funds.queries import balances_by_holder
from apps.kinds.quantities import Quantity
from apps.listings.models import Listing
from apps.money.models import Account
from apps.money.queries import deposit_position
from apps.money.queries import faults as money_faults
from apps.parties.models import Organisation
from apps.parties.roles import Role
from apps.quota.models import Bucket
from apps.quota.queries import classes_of, holdings
from apps.quota.queries import faults as quota_faults
from apps.rehearsal.cases import rests, standing
from apps.rehearsal.participants import Participants
from apps.rehearsal.runner import Runner
from apps.stages.award.queries import award_of, paddle_of
from apps.stages.bidding.queries import auction_of, bids_stated, chain_is_whole
from apps.stages.contract.models import Contract
from apps.stages.payment.queries import price_account
from apps.stages.qualification.models import Registration
from apps.surplus.queries import faults as surplus_faults
from kernel.audit.queries import is_whole
from kernel.clock import iso
from kernel.deadlines.models import Deadline
from kernel.money import ZERO, Yuan


def result_of(runner: Runner, *, now: datetime) -> dict[str, Any]:
    """Everything that a case's expectations are compared with. Quantities and money are exact texts."""
    listing = Listing.objects.filter(pk=runner.listing_id).first()
    return {
        "case": runner.case.case,
        "listing": listing and _lot(listing),
        "closed_at": _at(listing.closed_at) if listing else None,
        "timeline": runner.timeline,
        "deadlines": _deadlines(runner),
        "bids": bids_stated(listing) if listing else [],
        "award": listing and _award(listing, runner.participants),
        "money": {"deposits": _deposits(runner), "price": listing and _price(listing, now=now)},
        "quota": _quota(runner.participants),
        "cases": _cases(runner),
        "accounts": {
            "quota": _quota(runner.participants),
            "money": _money(runner.participants),
            "funds": _funds(runner.participants),
        },
        "documents": [],
        "checks": {
            "quota_ledger": not quota_faults() and not surplus_faults() and not across_faults(),
            "money_ledger": not money_faults(),
            "funds_ledger": not funds_faults(),
            "bid_chain": listing is None or chain_is_whole(listing),
            "audit_chain": is_whole(),
        },
    }


def _lot(listing: Listing) -> dict[str, Any]:
    before = listing.relisted_from
    return {
        "number": listing.number,
        "status": listing.status,
        "relisted_from": before.number if before else None,
    }


def _at(instant: datetime | None) -> str | None:
    return iso(instant) if instant else None


def _deadlines(runner: Runner) -> list[dict[str, Any]]:
    return [
        {
            "kind": row.kind,
            "of": runner.participants.key_of(row.concerns_id),
            "triggered_at": iso(row.triggered_at),
            "due_at": iso(row.due_at),
            "met_at": _at(row.met_at),
            "breached_at": _at(row.breached_at),
            "provisional": row.provisional,
            "status": row.status,
        }
        for row in Deadline.objects.order_by("id")
    ]


def _award(listing: Listing, participants: Participants) -> dict[str, Any] | None:
    award = award_of(listing.pk)
    if award is None:
        return None
    found: dict[str, Any] = {
        "winner": participants.key_of(award.winner_id),
        "unit_price": str(award.unit_price),
        "total_price": str(award.total_price),
    }
    auction = auction_of(listing.pk)
    if auction is not None and auction.drawn:
        found["draw"] = {
            "secret": auction.draw_secret,
            "paddles": auction.draw_paddles,
            "winner": int(paddle_of(award)),
        }
    return found


def _deposits(runner: Runner) -> dict[str, Any]:
    found = {}
    rows = Registration.objects.filter(listing_id=runner.listing_id).select_related("listing").order_by("id")
    for row in rows:
        position = deposit_position(row.sub_account_id)
        found[runner.participants.key_of(row.organisation_id) or ""] = {
            "required": str(row.listing.deposit_amount),
            "received": str(position.received),
            "applied": str(position.applied),
            "refunded": str(position.refunded),
            "forfeited": str(position.forfeited),
            "held": str(position.held),
        }
    return found


def _price(listing: Listing, *, now: datetime) -> dict[str, str] | None:
    contract = Contract.objects.filter(listing=listing).first()
    account = price_account(listing, now=now)
    if contract is None or account is None:
        return None
    return {
        "total": str(contract.total_price),
        "deposit_applied": str(listing.deposit_amount or ZERO),
        "paid": str(account.paid),
        "late_fee": str(account.late_fee),
        "outstanding": str(account.outstanding),
    }


def _quota(participants: Participants) -> dict[str, Any]:
    """What each party holds, and each other province that quota went to, under its code."""
    parties = [
        key
        for key in participants.organisations
        if key not in ("bank", "trading_centre", "provincial_dnr", "finance", "supervisor")
    ]
    holders = {key: participants.organisations[key].pk for key in parties}
    elsewhere = Organisation.objects.filter(kind=Role.EXTERNAL_PROVINCE).values_list("region_id", "pk")
    return {key: _held_by(pk) for key, pk in [*holders.items(), *elsewhere.order_by("region_id")]}


def _held_by(holder_id: int) -> dict[str, dict[str, str]]:
    return {
        str(kind): {
            str(bucket): str(Quantity(kind, amount))
            for bucket, amount in buckets.items()
            if bucket is not Bucket.ISSUED
        }
        for quota_class in classes_of(holder_id)
        for kind, buckets in holdings(holder_id, quota_class).items()
    }


def _cases(runner: Runner) -> dict[str, Any]:
    """The lot, every other case that the script created under a name, and what was split off these."""
    return standing({"listing": runner.listing_id} | runner.cases | rests(runner.cases))


def _money(participants: Participants) -> dict[str, Any]:
    """Each party's sub-accounts by purpose: every bucket that is not empty, as it stands now."""
    found: dict[str, Any] = {}
    rows = Account.objects.exclude(balance=ZERO).exclude(sub_account=None).select_related("sub_account")
    for row in rows.order_by("sub_account_id", "id"):
        assert row.sub_account is not None
        key = participants.key_of(row.sub_account.organisation_id) or ""
        buckets = found.setdefault(key, {}).setdefault(row.sub_account.purpose, {})
        buckets[row.bucket] = str(Yuan(buckets.get(row.bucket, "0")) + row.balance)
    return found


def _funds(participants: Participants) -> dict[str, Any]:
    """Each party's proceeds: every bucket that is not empty, over all its lots."""
    return {
        participants.key_of(holder_id) or "": {bucket: str(amount) for bucket, amount in buckets.items()}
        for holder_id, buckets in balances_by_holder().items()
    }


def write(result: dict[str, Any], runner: Runner, out: Path, *, now: datetime) -> None:
    """Write the documents as PDF and `result.json`, which names each with its hash."""
    (out / "documents").mkdir(parents=True, exist_ok=True)
    result["documents"] = []
    cases = {runner.listing_id, *runner.cases.values()}
    papers = sorted((each for case_id in cases for each in all_of(case_id)), key=lambda each: each.pk)
    for number, document in enumerate(papers, start=1):
        content = open_document(document_id=document.pk, now=now).content
        name = f"documents/{number:02d}-{document.kind}.pdf"
        (out / name).write_bytes(content)
        result["documents"].append(
            {
                "kind": document.kind,
                "number": document.number,
                "file": name,
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
    text = json.dumps(result, ensure_ascii=False, indent=1)
    (out / "result.json").write_text(text + "\n", encoding="utf-8")
