"""What must hold whatever happened: asked of the tables and of the bidders' own notes."""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet, Sum

from apps.funds.faults import faults as funds_faults
from apps.listings.models import Listing, ListingLine
from apps.money.models import Refund
from apps.money.queries import faults as money_faults
from apps.notices.models import Notice
from apps.quota.batch_models import BatchLine
from apps.quota.models import Account, Bucket
from apps.quota.queries import faults as quota_faults
from apps.stages.award.models import Award
from apps.stages.bidding.models import Bid
from apps.stages.bidding.queries import chain_is_whole
from apps.surplus.queries import faults as surplus_faults
from kernel.audit.models import AuditEntry
from kernel.audit.queries import breaks
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus
from tests.chaos.auction import BIDDERS, Told


def after_each(told: list[Told], lots: list[int]) -> list[str]:
    """Nothing acknowledged is lost, no request was taken twice, and no lot has a gap; in words what does not hold."""
    fields = (
        "listing_id",
        "certificate__registration__organisation_id",
        "request_id",
        "sequence",
        "unit_price",
        "hash",
    )
    bids = Bid.objects.filter(listing_id__in=lots).values_list(*fields)
    rows = [
        Told(lot, body, request, number, str(price), digest)
        for lot, body, request, number, price, digest in bids
    ]
    kept = set(rows)
    found = [f"acknowledged and lost: {each}" for each in told if each not in kept]
    requests = Counter((row.listing_id, row.organisation_id, row.request_id) for row in rows)
    found += [f"taken twice: {request}" for request, times in requests.items() if times > 1]
    sequences: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        sequences[row.listing_id].append(row.sequence)
    for lot, numbers in sequences.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            found.append(f"lot {lot} has gaps: {sorted(numbers)}")
    return found


def closed_early() -> list[str]:
    """Lots that are closed before their time by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.id FROM listings_listing l JOIN deadlines_deadline d ON d.case_id = l.id"
            " AND d.kind = 'bidding_close' WHERE d.status = 'handled' AND d.due_at > clock_timestamp()"
        )
        return [f"lot {lot} was closed before its time" for (lot,) in cursor.fetchall()]


def at_the_end(lots: list[int]) -> list[str]:
    """Each lot ended once, with all that follows once; ledgers balance, chains join, nothing is left over."""
    found = [each for lot in lots for each in _of_lot(Listing.objects.get(pk=lot))]
    found += [f"money: {fault}" for fault in money_faults()]
    found += [f"quota: {fault}" for fault in quota_faults() if not _is_for_copies(fault)]
    found += [f"surplus: {fault}" for fault in surplus_faults()]
    found += [f"funds: {fault}" for fault in funds_faults()]
    found += [f"the record: {each}" for each in breaks()]
    failed = Deadline.objects.filter(case_id__in=lots, status=DeadlineStatus.FAILED)
    found += [f"failed: {each} {each.last_error[-300:]}" for each in failed]
    late = Bid.objects.filter(listing_id__in=lots, received_at__gte=F("listing__closed_at"))
    return [*found, *(f"taken after the close: {bid}" for bid in late)]


def _is_for_copies(fault: dict[str, Any]) -> bool:
    """Lots are copies of one, with quota from nowhere: of its batch is issued what was booked and what copies sell."""
    if fault["what"] != "issued":
        return False
    booked = _sums(BatchLine.objects.filter(batch_id=fault["id"]))
    copies = ListingLine.objects.filter(batch_id=fault["id"])
    sold = _sums(copies.exclude(listing_id=copies.earliest("listing_id").listing_id))
    issued = _sums(Account.objects.filter(batch_id=fault["id"], bucket=Bucket.ISSUED), "balance")
    return all(-issued[kind] == booked[kind] + sold.get(kind, 0) for kind in booked)


def _sums(rows: QuerySet[Any], column: str = "amount") -> dict[str, Decimal]:
    return dict(rows.order_by().values_list("kind").annotate(total=Sum(column)))


def _of_lot(lot: Listing) -> list[str]:
    bids = list(Bid.objects.filter(listing=lot).order_by("sequence"))
    awards = list(Award.objects.filter(listing=lot))
    refunds = Counter(
        Refund.objects.filter(entry__sub_account__case_id=lot.pk).values_list(
            "entry__sub_account__organisation_id", flat=True
        )
    )
    wanted: dict[str, tuple[Any, Any]] = {
        "status": (lot.status, "closed" if bids else "unsold"),
        "awards": (len(awards), 1 if bids else 0),
        "records of the close": (
            AuditEntry.objects.filter(case_id=lot.pk, verb__in=["bidding.close", "bidding.unsold"]).count(),
            1,
        ),
        "closes handled": (
            Deadline.objects.filter(
                case_id=lot.pk, kind="bidding_close", status=DeadlineStatus.HANDLED
            ).count(),
            1,
        ),
        "refunds to each": (sorted(refunds.values()), [1] * (len(BIDDERS) - bool(bids))),
        "chain whole": (chain_is_whole(lot), True),
    }
    if bids:
        top = max(bids, key=lambda bid: (bid.unit_price, -bid.sequence))
        wanted["winning bid"] = ([award.auction.bid_id for award in awards], [top.pk])
        wanted["winner's refunds"] = (refunds.get(awards[0].winner_id, 0) if awards else 0, 0)
    told = Counter(Notice.objects.filter(case_id=lot.pk).values_list("organisation_id", "once"))
    wanted["notices told twice"] = ([each for each, times in told.items() if times > 1], [])
    return [
        f"lot {lot.pk}: {what} {had}, wanted {want}" for what, (had, want) in wanted.items() if had != want
    ]
