"""How a commitment stands: what is reported, what an outcome would cost and bring."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from apps.documents.models import Attachment
from apps.documents.queries import attachments_of
from apps.documents.states import AttachmentKind
from apps.kinds.commitments import Promise, Settled, settled
from apps.listings.models import Commitment, Listing
from apps.money.queries import held_back_of
from apps.parties.queries import in_province
from apps.parties.roles import Can
from apps.stages.commitment import rules
from apps.stages.commitment.models import Report
from apps.stages.commitment.names import COMMITMENT_DEADLINE
from apps.stages.contract.models import Contract
from apps.stages.transfer.queries import brought_by_claims
from kernel.actors import Actor
from kernel.deadlines.models import Deadline
from kernel.errors import not_found, refuse


def promised_of(listing: Listing) -> Commitment:
    """What the county promises of a lot. Refuses: not_found."""
    found = listing.promised
    if found is None:
        raise not_found("质量提升承诺")
    return found


def open_report(listing_id: int) -> Report | None:
    """The report that waits for the decision, if there is one."""
    return Report.objects.filter(listing_id=listing_id, closed_at=None).select_related("attachment").first()


def require_open(listing: Listing) -> Report:
    """The report that is to be decided on. Refuses: not_found, duplicate_request, wrong_status."""
    promised, found = promised_of(listing), open_report(listing.pk)
    refuse(
        rules.why_not_open(status=listing.state, decided_at=promised.decided_at, reported=found is not None)
    )
    if found is None:
        raise ValueError("a report that is not there was not refused")
    return found


def reports_of(listing_id: int) -> list[Report]:
    """Every report on a lot's commitment, the oldest first."""
    return list(Report.objects.filter(listing_id=listing_id).select_related("attachment").order_by("id"))


def reports_seen(by: Actor) -> QuerySet[Report]:
    """The reports that the actor may read, the newest first: an office's of its province, else of its own lots."""
    found = Report.objects.select_related("attachment", "listing__case").order_by("-id")
    if by.can(Can.SEE_CASES):
        return found.filter(in_province(by, "listing__province"))
    mine = by.organisation_id
    return found.filter(Q(listing__seller_id=mine) | Q(listing__transfer__buyer_id=mine))


def term_of(listing_id: int) -> Deadline | None:
    """The term of a lot's commitment; None before the transfer."""
    return Deadline.objects.filter(case_id=listing_id, kind=COMMITMENT_DEADLINE).order_by("-id").first()


def new_report_file(listing: Listing) -> Attachment | None:
    """The newest re-grading report (复评报告) that the seller has uploaded and not reported with yet."""
    found = attachments_of(case_id=listing.pk).filter(
        kind=AttachmentKind.REGRADING_REPORT, organisation_id=listing.seller_id
    )
    used = Report.objects.filter(listing=listing).values("attachment_id")
    return found.exclude(pk__in=used).order_by("-id").first()


@dataclass(frozen=True)
class Outcome:
    """What an achieved grade makes of a commitment: `grade` as it counts, capacities in 公斤, money in yuan."""

    promise: Promise
    grade: int
    achieved: Decimal
    issued: Decimal
    money: Settled


def outcome_of(listing: Listing, *, grade: int) -> Outcome:
    """The outcome that this grade would have now."""
    promise = promised_of(listing).promise
    price = Contract.objects.values_list("total_price", flat=True).get(listing=listing)
    claimed = brought_by_claims(listing)
    return Outcome(
        promise=promise,
        grade=promise.counted(grade),
        achieved=promise.achieved(grade),
        issued=promise.gained(promise.counted(grade)),
        money=settled(
            price=price,
            missing=promise.missing(grade),
            held_back=held_back_of(listing.pk),
            brought=claimed.on_quality,
            other=claimed.on_area,
        ),
    )
