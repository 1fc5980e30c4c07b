"""Booking quota into the reserve, freezing, releasing, transferring, using and correcting it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.kinds.commitments import PROMISED
from apps.kinds.quantities import Quantities, Quantity
from apps.kinds.table import QuotaKind
from apps.land import queries as land_queries
from apps.land import rules as land_rules
from apps.land.lanes import PROJECT_LANE
from apps.land.models import Project
from apps.parties.roles import Can
from apps.quota import burdens, claims, ledger, queries, rules
from apps.quota.batch_models import Batch, BatchLine, Source
from apps.quota.events import QuotaLeft
from apps.quota.lanes import BATCH_LANE
from apps.quota.ledger import Line, Place
from apps.quota.models import Bucket, Movement, UseTerm
from apps.quota.names import PROJECT_VOID, QUOTA_BOOK
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.errors import Code, Refusal, Refused, not_found, refuse
from kernel.events import emit
from kernel.text import folded


@transaction.atomic
def void_project(*, project_id: int, reason: str, by: Actor, now: datetime) -> Project:
    """Give up a project of which nothing is booked (撤销登记): its ground and its acceptance number are free again.

    By its owner or the province. One person prepares, another releases. Refuses: not_permitted, same_person,
    not_found, wrong_status (given up before, or something is booked), invalid.
    """
    require_capability(by, Can.VOID_PROJECTS)
    access.release(act=PROJECT_VOID, subject_id=project_id, by=by, now=now)
    lanes.hold(PROJECT_LANE, project_id)
    project = Project.objects.filter(pk=project_id).first()
    if project is None or (not by.can(Can.DECIDE_FOR_PROVINCE) and project.owner_id != by.organisation_id):
        raise not_found("土地整治项目")
    require_province(by, project.region_id)
    refuse(
        rules.why_not_void(
            voided=project.voided_at is not None, booked=queries.booked_of(project_id), reason=reason
        )
    )
    project.voided_at, project.voided_by_id, project.void_reason = now, by.person_id, reason
    project.save(update_fields=["voided_at", "voided_by_id", "void_reason"])
    audit.record(verb=PROJECT_VOID, by=by, now=now, subject=project, after={"reason": reason})
    return project


@transaction.atomic
def book_batch(
    *, project_id: int, certificate_no: str, quantities: Quantities, grade: int, by: Actor, now: datetime
) -> Batch:
    """Book a project's quota into the reserve (入库): issued by the province, available to the project's owner.

    One person prepares, another releases. Held under the project's lane: all its batches together never exceed what
    its parts make. Refuses: not_permitted, same_person, not_found, totals_mismatch (with what is booked, wanted, left;
    or the grade that the parts have), invalid (certificate used before).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=QUOTA_BOOK, slot=certificate_no, subject_id=project_id, by=by, now=now)
    lanes.hold(PROJECT_LANE, project_id)
    project = Project.objects.filter(pk=project_id, voided_at=None).first()
    if project is None:
        raise not_found("土地整治项目")
    require_province(by, project.region_id)
    grounds = land_queries.grounds_of(project)
    refuse(
        rules.why_not_book(
            made=land_rules.made_by(grounds), booked=queries.booked_of(project.pk), wanted=quantities
        )
    )
    refuse(rules.why_not_grade(made=land_rules.grade_made_by(grounds), stated=grade))
    if Batch.objects.filter(certificate_key=folded(certificate_no)).exists():
        raise Refused.because(
            Code.INVALID, f"入库凭证“{certificate_no}”已使用，请核对凭证号。", field="certificate_no"
        )
    batch = Batch.objects.create(
        owner_id=project.owner_id,
        region_id=project.region_id,
        title=project.name,
        project=project,
        certificate_no=certificate_no,
        grade=grade,
        booked_at=now,
    )
    BatchLine.objects.bulk_create(
        [BatchLine(batch=batch, kind=kind, amount=amount) for kind, amount in quantities.items()]
    )
    ledger.move(
        [Line(batch.pk, kind, amount) for kind, amount in quantities.items()],
        source=Place(by.organisation_id, Bucket.ISSUED),
        target=Place(project.owner_id, Bucket.AVAILABLE),
        reason="issue",
        now=now,
        reference=certificate_no,
    )
    audit.record(verb=QUOTA_BOOK, by=by, now=now, subject=batch, after=quantities.as_strings())
    return batch


@dataclass(frozen=True)
class VerifiedBatch:
    """Surplus quota as its verification found it: whose, where, under which certificate, T in 亩, what it carries."""

    owner_id: int
    region_id: str
    title: str
    certificate_no: str
    source_id: int
    amount: Decimal
    carried_farmland: Decimal
    carried_paddy: Decimal
    carried_capacity: Decimal
    circulation: str
    high_standard: Decimal


def book_verified(found: VerifiedBatch, *, by: Actor, now: datetime) -> Batch:
    """Book what a verification makes: issued by the province, available to the county. Called under the case's lane.

    Refuses: invalid (the certificate's number is used).
    """
    if Batch.objects.filter(certificate_key=folded(found.certificate_no)).exists():
        raise Refused.because(
            Code.INVALID, f"登记证号“{found.certificate_no}”已使用，请核对。", field="certificate_no"
        )
    kind = QuotaKind.CONSTRUCTION_AREA
    batch = Batch.objects.create(
        quota_class=kind.quota_class,
        source=Source.VERIFICATION,
        booked_at=now,
        **{name: value for name, value in vars(found).items() if name != "amount"},
    )
    BatchLine.objects.create(batch=batch, kind=kind, amount=found.amount)
    ledger.move(
        [Line(batch.pk, kind, found.amount)],
        source=Place(by.organisation_id, Bucket.ISSUED),
        target=Place(found.owner_id, Bucket.AVAILABLE),
        reason="issue",
        now=now,
        case_id=found.source_id,
        reference=found.certificate_no,
    )
    return batch


@dataclass(frozen=True)
class Achieved:
    """What a quality commitment achieved: of which lot's case, on which project, for whom, how much more capacity."""

    case_id: int
    project: Project
    owner_id: int
    certificate_no: str
    grade: int
    amount: Decimal


def book_achieved(found: Achieved, *, issuer_id: int, now: datetime) -> Batch:
    """Book what a commitment achieved: issued by the province, available to the buyer; once for a lot.

    Called under the lanes of the case and the project, after its parts were regraded: all its batches together never
    exceed what they make. Refuses: totals_mismatch.
    """
    kind = PROMISED
    made = land_rules.made_by(land_queries.grounds_of(found.project))
    wanted = Quantities.only(Quantity(kind, found.amount))
    refuse(rules.why_not_book(made=made, booked=queries.booked_of(found.project.pk), wanted=wanted))
    batch = Batch.objects.create(
        owner_id=found.owner_id,
        region_id=found.project.region_id,
        title=found.project.name,
        source=Source.COMMITMENT,
        source_id=found.case_id,
        project=found.project,
        certificate_no=found.certificate_no,
        grade=found.grade,
        booked_at=now,
    )
    BatchLine.objects.create(batch=batch, kind=kind, amount=found.amount)
    ledger.move(
        [Line(batch.pk, kind, found.amount)],
        source=Place(issuer_id, Bucket.ISSUED),
        target=Place(found.owner_id, Bucket.AVAILABLE),
        reason="issue",
        now=now,
        case_id=found.case_id,
        reference=found.certificate_no,
    )
    return batch


def unbook_verified(*, source_id: int, holder_id: int, now: datetime) -> Movement:
    """Take back what a verification booked (撤销): all of it, while all of it is available to its first holder.

    Refuses: quota_encumbered (naming the burden), quota_insufficient, quota_frozen, with the figures.
    """
    batch = Batch.objects.get(source=Source.VERIFICATION, source_id=source_id)
    lines = [Line(batch.pk, QuotaKind(line.kind), line.amount) for line in batch.lines.all()]
    lanes.hold_all(BATCH_LANE, [batch.pk])
    burdens.require_free(lines, holder_id=holder_id, source=Bucket.AVAILABLE)
    return write_off(lines, holder_id=holder_id, case_id=source_id, now=now)


def freeze(lines: list[Line], *, holder_id: int, case_id: int, now: datetime) -> Movement:
    """Freeze quota for a case, in the transaction that submits it. Holds the batches' lanes.

    Refuses: quota_encumbered (burdens lie on some of it; also while less was found of the holder's quota than it still
    has), quota_insufficient, quota_frozen, with the figures.
    """
    lanes.hold_all(BATCH_LANE, [line.batch_id for line in lines])
    burdens.require_free(lines, holder_id=holder_id, source=Bucket.AVAILABLE)
    claims.require_settled(holder_id=holder_id, kinds=[line.kind for line in lines])
    for line in lines:
        refuse(_why_not_draw(line, holder_id))
    return ledger.move(
        lines,
        source=Place(holder_id, Bucket.AVAILABLE),
        target=Place(holder_id, Bucket.FROZEN),
        reason="freeze",
        now=now,
        case_id=case_id,
    )


def _why_not_draw(line: Line, holder_id: int) -> Refusal | None:
    available = queries.balance(
        holder_id=holder_id, batch_id=line.batch_id, kind=line.kind, bucket=Bucket.AVAILABLE
    )
    frozen = queries.balance(
        holder_id=holder_id, batch_id=line.batch_id, kind=line.kind, bucket=Bucket.FROZEN
    )
    return rules.why_not_draw(
        kind=line.kind, wanted=line.amount, available=available, frozen=frozen, what=f"批次{line.batch_id}"
    )


def release(lines: list[Line], *, holder_id: int, case_id: int, now: datetime) -> Movement:
    """Give frozen quota back to its holder. What re-checks found less is written off of it first."""
    lanes.hold_all(BATCH_LANE, [line.batch_id for line in lines])
    made = ledger.move(
        lines,
        source=Place(holder_id, Bucket.FROZEN),
        target=Place(holder_id, Bucket.AVAILABLE),
        reason="release",
        now=now,
        case_id=case_id,
    )
    claims.meet(lines, holder_id=holder_id, now=now)
    return made


def transfer(
    lines: list[Line],
    *,
    seller_id: int,
    buyer_id: int,
    case_id: int,
    now: datetime,
    use_by: datetime | None = None,
) -> Movement:
    """Move sold quota from the seller's frozen account to the buyer's available one, to be used before `use_by`.

    Of a batch bought twice the later end counts. Refuses: quota_encumbered (the seller's rest of a batch does not cover
    what burdens lie on).
    """
    lanes.hold_all(BATCH_LANE, [line.batch_id for line in lines])
    burdens.require_free(lines, holder_id=seller_id, source=Bucket.FROZEN)
    if use_by is not None:
        for batch_id in {line.batch_id for line in lines}:
            _begin_term(batch_id, holder_id=buyer_id, ends_at=use_by)
    made = ledger.move(
        lines,
        source=Place(seller_id, Bucket.FROZEN),
        target=Place(buyer_id, Bucket.AVAILABLE),
        reason="transfer",
        now=now,
        case_id=case_id,
    )
    emit(QuotaLeft(movement_id=made.pk, now=now))
    return made


def _begin_term(batch_id: int, *, holder_id: int, ends_at: datetime) -> None:
    """The holder's term for what it has of the batch, now with what it has bought."""
    found, made = UseTerm.objects.get_or_create(
        batch_id=batch_id, holder_id=holder_id, defaults={"ends_at": ends_at}
    )
    if not made and ends_at > found.ends_at:
        found.ends_at, found.extended_days, found.reason = ends_at, None, ""
        found.save(update_fields=["ends_at", "extended_days", "reason"])


def write_off(lines: list[Line], *, holder_id: int, case_id: int, now: datetime) -> Movement:
    """Correct the ledger after a retest: what was never there leaves the holder's available quota, burdened or not.

    Refuses: quota_insufficient when the holder has no longer that much available.
    """
    lanes.hold_all(BATCH_LANE, [line.batch_id for line in lines])
    for line in lines:
        refuse(_why_not_draw(line, holder_id))
    made = ledger.move(
        lines,
        source=Place(holder_id, Bucket.AVAILABLE),
        target=Place(holder_id, Bucket.WRITTEN_OFF),
        reason="write_off",
        now=now,
        case_id=case_id,
    )
    emit(QuotaLeft(movement_id=made.pk, now=now))
    return made


def write_off_of(
    lines: list[Line], *, kind: QuotaKind, amount: Decimal, holder_id: int, case_id: int, now: datetime
) -> Decimal:
    """Write an amount of a kind off the batches that these lines draw it from, in order; gives how much there was.

    As far as the holder has it available, and of each batch no more than its line.
    """
    lanes.hold_all(BATCH_LANE, [line.batch_id for line in lines])
    spread, left = [], amount
    for line in lines:
        if line.kind is kind and left > 0:
            there = queries.balance(
                holder_id=holder_id, batch_id=line.batch_id, kind=kind, bucket=Bucket.AVAILABLE
            )
            part = min(left, line.amount, there)
            if part > 0:
                spread.append(Line(line.batch_id, kind, part))
                left -= part
    if spread:
        write_off(spread, holder_id=holder_id, case_id=case_id, now=now)
    return sum((line.amount for line in spread), Decimal(0))
