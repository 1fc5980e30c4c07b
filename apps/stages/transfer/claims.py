"""Claims over the quality of what was bought (质量退款): made after a retest, confirmed, noted as paid."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.kinds.quantities import Quantity
from apps.listings.models import Listing
from apps.listings.queries import held
from apps.money.gate import require_here
from apps.parties.roles import Can
from apps.quota import commands as quota
from apps.stages.award.queries import awarded, awarded_lines
from apps.stages.contract.models import Contract
from apps.stages.transfer import queries, rules
from apps.stages.transfer.events import QualityConfirmed
from apps.stages.transfer.models import QualityClaim, Transfer
from apps.stages.transfer.names import QUALITY_CLAIM, QUALITY_CONFIRM, QUALITY_PAID
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.errors import Code, Refused, not_found, refuse
from kernel.events import emit
from kernel.money import ZERO, Yuan


@transaction.atomic
def claim_quality(
    *,
    listing_id: int,
    measurer: str,
    reason: str,
    by: Actor,
    now: datetime,
    area: Decimal | None = None,
    grade: int | None = None,
    capacity: Decimal | None = None,
) -> QualityClaim:
    """The buyer claims that a retest shows less than was sold. Nothing moves until the province confirms it.

    A lot priced by area is measured by area in 亩 and grade (what is left out is as it was sold), one priced by
    capacity by capacity in kg. Needs a retest report, uploaded since the last claim, by a measurer that neither side
    controls.
    Refuses: not_permitted, not_found, wrong_status, too_late, duplicate_request (one is open), self_dealing,
    missing_document, amount_exceeds, invalid.
    """
    require_capability(by, Can.HOLD_QUOTA)
    listing = held(listing_id, now=now, by=by)
    contract = Contract.objects.filter(listing=listing, winner_id=by.organisation_id).first()
    if contract is None:
        raise not_found("已成交项目")
    if not reason.strip():
        raise Refused.because(Code.INVALID, "请写明复测情况。", field="reason")
    earlier = list(QualityClaim.objects.filter(listing=listing).order_by("id"))
    sold = queries.sold(listing)
    found = _measured(sold, area=area, grade=grade, capacity=capacity)
    refuse(
        rules.why_not_claim(
            status=listing.state,
            sold=sold,
            found=found,
            open_claim=any(each.confirmed_at is None for each in earlier),
            ends_at=queries.claims_end_at(listing) or now,
            now=now,
            decided=listing.promised is not None and listing.promised.decided_at is not None,
        )
    )
    since = max((each.claimed_at for each in earlier), default=None)
    refuse(
        rules.why_not_measurer(
            measurer=measurer,
            controlled=queries.controlled_by(listing.seller_id, contract.winner_id),
            reports=queries.retest_reports(listing_id, organisation_id=by.organisation_id, since=since),
        )
    )
    due = _due(listing, earlier, price=contract.total_price, sold=sold, found=found)
    refuse(rules.why_not_owed(due))
    made = QualityClaim.objects.create(
        listing=listing,
        sold_area=sold.area.amount if sold.area else None,
        sold_grade=sold.grade,
        sold_capacity=sold.capacity.amount if sold.capacity else None,
        area=found.area.amount if found.area else None,
        grade=found.grade,
        capacity=found.capacity.amount if found.capacity else None,
        measurer=measurer.strip(),
        refund=due,
        reason=reason,
        claimed_by_id=by.person_id,
        claimed_at=now,
    )
    audit.record(
        verb=QUALITY_CLAIM,
        by=by,
        now=now,
        case_id=listing_id,
        subject=made,
        after={"sold": made.sold_text, "retested": made.found_text, "refund": str(made.refund)},
    )
    return made


def _due(
    listing: Listing,
    earlier: list[QualityClaim],
    *,
    price: Yuan,
    sold: rules.Measured,
    found: rules.Measured,
) -> Yuan:
    """What a claim brings: never more than is left of the price after what a commitment brought."""
    claimed = sum((each.refund for each in earlier if not each.of_commitment), ZERO)
    due = rules.quality_refund(
        price=price, sold=sold, found=found, brought=claimed, promised=queries.promised_worth(listing)
    )
    promised = listing.promised.refund if listing.promised is not None else None
    return min(due, price - claimed - (promised or ZERO))


def owe_for_commitment(
    listing: Listing, *, promised: Decimal, achieved: Decimal, refund: Yuan, by: Actor, now: datetime
) -> QualityClaim:
    """What was held back does not cover what a commitment's outcome brings the buyer: the seller owes the rest.

    It stands as it was decided; finance notes its payment as of every quality refund. Capacities in 公斤.
    """
    return QualityClaim.objects.create(
        listing=listing,
        sold_capacity=promised,
        capacity=achieved,
        measurer="质量提升承诺认定",
        refund=refund,
        reason="质量提升承诺未达到，留存价款不足退还的部分由出让方退还",
        of_commitment=True,
        claimed_by_id=by.person_id,
        claimed_at=now,
        confirmed_by_id=by.person_id,
        confirmed_at=now,
    )


def _measured(
    sold: rules.Measured, *, area: Decimal | None, grade: int | None, capacity: Decimal | None
) -> rules.Measured:
    """What the retest found, in what the lot is measured by; nothing where nothing fitting was said."""
    if sold.capacity is not None:
        found = Quantity(sold.capacity.kind, capacity) if capacity is not None else None
        return rules.Measured(capacity=found)
    if sold.area is None or (area is None and grade is None):
        return rules.Measured()
    return rules.Measured(
        area=Quantity(sold.area.kind, sold.area.amount if area is None else area),
        grade=sold.grade if grade is None else grade,
    )


@transaction.atomic
def confirm_quality(*, claim_id: int, by: Actor, now: datetime) -> QualityClaim:
    """Confirm a claim: the ledger is corrected by new entries and the seller owes the refund.

    What was never there is written off as far as the buyer still has it available. One person prepares, another
    releases. Refuses: not_permitted, same_person, not_found, wrong_status.
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=QUALITY_CONFIRM, subject_id=claim_id, by=by, now=now)
    listing_id = listing_of_claim(claim_id)
    if listing_id is None:
        raise not_found("质量退款申请")
    listing = held(listing_id, now=now, by=by)
    require_province(by, listing.province)
    claim = QualityClaim.objects.select_for_update().get(pk=claim_id)
    if claim.confirmed_at is not None:
        raise Refused.because(Code.WRONG_STATUS, "该质量退款已确认，不能重复确认。")
    transfer = Transfer.objects.get(listing=listing)
    claim.written_off = _write_off(listing, claim, buyer_id=transfer.buyer_id, now=now)
    claim.confirmed_by_id, claim.confirmed_at = by.person_id, now
    claim.save(update_fields=["confirmed_by_id", "confirmed_at", "written_off"])
    audit.record(
        verb=QUALITY_CONFIRM,
        by=by,
        now=now,
        case_id=listing_id,
        subject=claim,
        after={"refund": str(claim.refund), **claim.written_off},
    )
    emit(QualityConfirmed(listing_id=listing_id, claim_id=claim.pk, winner_id=transfer.buyer_id, now=now))
    return claim


def _write_off(listing: Listing, claim: QualityClaim, *, buyer_id: int, now: datetime) -> dict[str, str]:
    """What the retest found missing leaves the buyer's available quota, less what earlier claims took; what did."""
    kind = listing.priced.kind
    lacking = (
        (claim.sold_capacity or 0) - claim.capacity
        if claim.capacity is not None
        else (claim.sold_area or 0) - (claim.area or 0)
    )
    done = Decimal(0)
    for each in QualityClaim.objects.filter(listing=listing, confirmed_at__isnull=False):
        done += Decimal(each.written_off.get(str(kind), "0"))
    gone = quota.write_off_of(
        awarded_lines(awarded(listing.pk)),
        kind=kind,
        amount=lacking - done,
        holder_id=buyer_id,
        case_id=listing.pk,
        now=now,
    )
    return {str(kind): str(Quantity(kind, gone))} if gone else {}


@transaction.atomic
def note_quality_paid(*, claim_id: int, voucher_no: str, by: Actor, now: datetime) -> QualityClaim:
    """Finance notes that the seller has paid a confirmed quality refund, with the voucher's number.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, invalid.
    """
    require_capability(by, Can.BOOK_MONEY)
    access.release(act=QUALITY_PAID, subject_id=claim_id, by=by, now=now)
    claim = QualityClaim.objects.select_for_update().filter(pk=claim_id).first()
    if claim is None:
        raise not_found("质量退款申请")
    require_here(by, claim.listing.province, what="质量退款申请")
    if claim.confirmed_at is None or claim.paid_at is not None:
        raise Refused.because(Code.WRONG_STATUS, "该质量退款尚未确认或已付清。")
    if not voucher_no.strip():
        raise Refused.because(Code.INVALID, "请填写付款凭证号。", field="voucher_no")
    claim.voucher_no, claim.paid_at = voucher_no, now
    claim.save(update_fields=["voucher_no", "paid_at"])
    audit.record(
        verb=QUALITY_PAID,
        by=by,
        now=now,
        case_id=claim.listing_id,
        subject=claim,
        after={"voucher": voucher_no},
    )
    return claim


def listing_of_claim(claim_id: int) -> int | None:
    """The lot a claim is about; None when there is no such claim."""
    return QualityClaim.objects.filter(pk=claim_id).values_list("listing_id", flat=True).first()
