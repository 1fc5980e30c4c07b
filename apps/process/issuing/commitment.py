"""The papers of a quality commitment (质量提升承诺): what the county promises, and what came of it."""

from decimal import Decimal

from apps.documents import facts
from apps.documents.states import DocumentKind
from apps.kinds.commitments import PROMISED
from apps.listings.rules import share_held_back
from apps.parties.queries import office
from apps.parties.roles import Can
from apps.process.issuing import numbers, particulars
from apps.process.issuing.particulars import known, said
from apps.quota.batch_models import Batch, Source
from apps.stages.announcement.events import ListingAnnounced
from apps.stages.commitment.events import CommitmentDecided
from apps.stages.commitment.models import Report
from apps.stages.contract.models import Contract
from kernel.money import ZERO


def quality_commitment(event: ListingAnnounced) -> None:
    """The commitment (质量提升承诺书) in the county government's name, published with the announcement."""
    listing = particulars.listing_of(event.listing_id)
    promised = listing.promised
    if promised is None:
        return
    promise, rules = promised.promise, listing.rules.parameters
    stated = facts.QualityCommitmentFacts(
        **particulars.common(listing),
        county=said(listing.seller.name),
        project=said(promised.project.name),
        area=facts.Amount(value=promised.area),
        grade_now=promise.now,
        grade_promised=promise.target,
        there=facts.Amount(value=promise.there, unit="公斤"),
        promised=facts.Amount(value=promise.capacity, unit="公斤"),
        days=promised.days,
        proceeds_use=said(promised.proceeds_use),
        held_back=share_held_back(rules, promised=True),
        decide_wd=rules.commitment_decide_wd,
    )
    particulars.issue(listing.case, stated, by=listing.seller, now=event.now)


def commitment_result(event: CommitmentDecided) -> None:
    """What came of it (质量提升承诺认定书), issued by the province."""
    listing = particulars.listing_of(event.listing_id)
    promised = known(listing.promised)
    promise, grade = promised.promise, known(promised.achieved_grade)
    contract = Contract.objects.select_related("winner").get(listing=listing)
    report = Report.objects.filter(pk=event.report_id or 0).first()
    batch = Batch.objects.filter(source=Source.COMMITMENT, source_id=listing.pk).first()
    refund, from_held_back = promised.refund or ZERO, promised.from_held_back or ZERO
    stated = facts.CommitmentResultFacts(
        **particulars.common(listing),
        commitment_number=numbers.of_latest(listing, DocumentKind.QUALITY_COMMITMENT),
        contract_number=numbers.of_latest(listing, DocumentKind.TRIPARTITE_CONTRACT),
        winner=said(contract.winner.name),
        project=said(promised.project.name),
        area=facts.Amount(value=promised.area),
        grade_now=promise.now,
        grade_promised=promise.target,
        grade_found=grade,
        measurer=said(report.measurer) if report else None,
        reported_at=report.reported_at if report else None,
        opinion=said(report.opinion) if report else None,
        decided_at=event.at,
        promised=facts.Amount(value=promise.capacity, unit="公斤"),
        achieved=facts.Amount(value=promise.achieved(grade), unit="公斤"),
        issued=facts.Amount(value=_issued(batch), unit="公斤"),
        certificate_number=said(batch.certificate_no) if batch else None,
        total=contract.total_price,
        refund=refund,
        from_held_back=from_held_back,
        owed=refund - from_held_back,
    )
    province = office(Can.DECIDE_FOR_PROVINCE, province=listing.province)
    particulars.issue(listing.case, stated, by=province, now=event.now)


def _issued(batch: Batch | None) -> Decimal:
    """What the outcome issued to the buyer, in whole 公斤."""
    return batch.quantities.of(PROMISED).amount if batch is not None else Decimal(0)
