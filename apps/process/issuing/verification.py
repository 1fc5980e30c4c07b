"""What a verification of surplus quota ends with: the certificate (建设用地指标登记证), issued with the booking."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.documents import facts
from apps.documents.queries import count_of
from apps.documents.states import DocumentKind
from apps.parties.models import Organisation
from apps.parties.queries import office
from apps.parties.roles import Can, kinds_that
from apps.process.issuing import particulars
from apps.process.issuing.particulars import known, said
from apps.quota.batch_models import Batch, Source
from apps.quota.carried import carried_left, taken_from_first_holders
from apps.quota.events import QuotaLeft
from apps.quota.models import Movement
from apps.quota.queries import standings
from apps.rulebook.surplus import CIRCULATION_WORDS
from apps.surplus import queries
from apps.surplus.classes import After
from apps.surplus.events import VerificationCertified
from apps.surplus.formulas import Account
from apps.surplus.models import Measurement, Part, Verification
from apps.surplus.states import LEVEL_LABELS, Level, Outcome
from kernel.clock import beijing
from kernel.workdays import day_end

_USE = "符合规划的产业、公共服务、基础设施、农村产业和村民住宅建设用地"
_BANS = "不得用于房地产（商品房）开发；不得质押或者作为还款来源；不得重复使用"
_AREAS = (
    "reclaimed",
    "surplus",
    "tradeable",
    "high_standard",
    "carried_farmland",
    "carried_paddy",
)


def quota_certificate(event: VerificationCertified) -> None:
    """The certificate of what was booked, under the number that the booking gave, for everybody to read."""
    found = Verification.objects.select_related(
        "case", "holder", "filed_by", "measurer", "region__parent__parent"
    ).get(pk=event.verification_id)
    measured = queries.reported(found)
    particulars.issue(
        found.case,
        _stated(found, measured),
        by=_issuer(found),
        now=event.now,
        number=known(found.certificate_no),
    )


def certificate_extract(event: QuotaLeft) -> None:
    """What is left on a certificate after each movement out of it (登记证附页), numbered on from the certificate.

    For everybody to read. Nothing for quota of no certificate, or that had left its first holder before.
    """
    movement = Movement.objects.get(pk=event.movement_id)
    for batch, moved in taken_from_first_holders(movement).items():
        found = Verification.objects.select_related("case", "holder", "region__parent__parent").get(
            pk=batch.source_id
        )
        number = count_of(case_id=found.pk, kind=DocumentKind.CERTIFICATE_EXTRACT) + 1
        particulars.issue(
            found.case,
            _left(found, batch, movement, moved),
            by=_issuer(found),
            now=event.now,
            number=f"{batch.certificate_no}附页{number}",
        )


def _left(
    found: Verification, batch: Batch, movement: Movement, moved: Decimal
) -> facts.CertificateExtractFacts:
    stands = standings(Source.VERIFICATION, [found.pk])[found.pk]
    carried = carried_left(batch)
    return facts.CertificateExtractFacts(
        **particulars.basis(queries.rules_of_case(found)),
        certificate_number=batch.certificate_no,
        holder=said(found.holder.name),
        title=said(found.title),
        region=particulars.place(found.region),
        reason=_why(movement),
        moved=facts.Amount(value=moved),
        moved_at=movement.at,
        tradeable=facts.Amount(value=stands.booked),
        sold=facts.Amount(value=stands.sold),
        adjusted=facts.Amount(value=stands.adjusted),
        used=facts.Amount(value=stands.used),
        written_off=facts.Amount(value=stands.written_off),
        left=facts.Amount(value=stands.left),
        carried_farmland=facts.Amount(value=carried.farmland),
        carried_paddy=facts.Amount(value=carried.paddy),
        carried_capacity=facts.Amount(value=carried.capacity, unit="公斤"),
    )


_REASONS = {"transfer": "流转", "use": "使用核销"}


def _why(movement: Movement) -> str:
    """Why quota left; what is written off for a re-check's finding names it, all else is of a revoked certificate."""
    if movement.reason == "write_off":
        return f"核减（{said(movement.reference)}）" if movement.reference else "撤销登记证"
    return _REASONS[movement.reason]


def _issuer(found: Verification) -> Organisation:
    """The county's natural-resources bureau, whoever filed; the government itself where none is registered."""
    bureaus = Organisation.objects.filter(
        superior=found.holder,
        region=found.holder.region_id,
        kind__in=kinds_that(Can.ISSUE_CERTIFICATES),
        active=True,
    )
    filed = bureaus.filter(pk=found.filed_by_id).first()
    return filed or bureaus.order_by("id").first() or found.holder


def _stated(found: Verification, measured: Measurement) -> facts.QuotaCertificateFacts:
    book = queries.parameters_of(found)
    parts = list(measured.parts.order_by("id"))
    return facts.QuotaCertificateFacts(
        **particulars.basis(queries.rules_of_case(found)),
        holder=said(found.holder.name),
        title=said(found.title),
        region=particulars.place(found.region),
        villages=particulars.named(each.village for each in parts),
        parcels=len(parts),
        classes=_classes(parts),
        **_amounts(found, measured, queries.account_of(measured)),
        circulation=CIRCULATION_WORDS[book.circulation_right],
        use=_USE,
        bans=_BANS,
        verification_number=known(found.case.number),
        acceptance_number=said(found.acceptance_no),
        reviews=_reviews(found),
        released_by=said(office(Can.DECIDE_FOR_PROVINCE, province=found.province).name),
        record_number=said(known(found.record_no)),
        record_date=known(found.recorded_on).isoformat(),
        measurer=said(known(found.measurer).name),
        measured_date=known(measured.measured_on).isoformat(),
        report_sha256=measured.report_sha256,
        parcels_sha256=measured.digest,
        valid_until_at=_end(known(found.certified_at), days=book.certificate_life_days),
    )


def _amounts(found: Verification, measured: Measurement, account: Account) -> dict[str, Any]:
    by_name = account.by_name()
    return {
        **{name: facts.Amount(value=by_name[name]) for name in _AREAS},
        "resettlement": facts.Amount(value=measured.resettlement),
        "returned": facts.Amount(value=found.returned),
        "reserved": facts.Amount(value=found.reserved),
        "carried_capacity": facts.Amount(value=account.carried_capacity, unit="公斤"),
    }


def _classes(parts: list[Part]) -> tuple[facts.NamedAmount, ...]:
    """What was reclaimed to which class, in the order of the classes; those of which there is none are left out."""
    sums = {
        after: sum((each.area for each in parts if each.class_after == after), Decimal(0)) for after in After
    }
    return tuple(
        facts.NamedAmount(name=after.label, amount=facts.Amount(value=area))
        for after, area in sums.items()
        if area
    )


def _reviews(found: Verification) -> tuple[facts.Reviewed, ...]:
    passed = found.opinions.filter(review_round=found.review_round, outcome=Outcome.PASS).order_by("id")
    return tuple(
        facts.Reviewed(
            level=LEVEL_LABELS[Level(each.level)], by=said(each.organisation_name), passed_at=each.decided_at
        )
        for each in passed
    )


def _end(at: datetime, *, days: int | None) -> datetime | None:
    """The end of the last of so many days after the one of `at`, on Beijing's clock."""
    return day_end(beijing(at).date() + timedelta(days=days)) if days is not None else None
