"""Reading verifications: who may see which, under which lane, by which figures."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects

from apps.parties.models import Organisation
from apps.parties.roles import Can, division_prefix, kinds_that, role_called
from apps.quota.batch_models import Batch, Source
from apps.rulebook.queries import Rules, in_force, rules_from, rules_of
from apps.rulebook.surplus import SURPLUS, SurplusParameters
from apps.surplus import formulas, rules
from apps.surplus.evidence import Side
from apps.surplus.models import Measurement, Opinion, Part, Verification
from apps.surplus.states import ENDED, Level, Origin, Outcome, VerificationStatus
from kernel import lanes
from kernel.actors import Actor
from kernel.clock import BEIJING
from kernel.deadlines.runner import require_settled
from kernel.errors import Code, Refused, not_found
from kernel.text import folded


def visible_to(by: Actor) -> QuerySet[Verification]:
    """Its holder and who filed it; the measurer it is commissioned to; offices of its region, what was submitted.

    The public sees what is certified.
    """
    found = Verification.objects.select_related("holder", "region", "filed_by", "measurer", "case")
    if by.can(Can.SEE_VERIFICATIONS):
        return found.filter(Q(submitted_at__isnull=False), _within(by))
    if not by.is_person:
        return found.filter(status=VerificationStatus.CERTIFIED)
    own = Q(holder_id=by.organisation_id) | Q(filed_by_id=by.organisation_id)
    return found.filter(own | Q(measurer_id=by.organisation_id))


def certified() -> QuerySet[Verification]:
    """Every certificate that was ever issued (登记证), the newest first, for everybody: also what was revoked."""
    found = Verification.objects.select_related("holder", "region", "case")
    return found.filter(certificate_no__isnull=False).order_by("-certified_at", "-pk")


def is_revoked(case_id: int | None) -> bool:
    """Whether a case is a verification that was revoked: its certificate is genuine and of no force any more."""
    return Verification.objects.filter(pk=case_id, status=VerificationStatus.REVOKED).exists()


def matching_certificates(*, region: str = "", words: str = "") -> QuerySet[Verification]:
    """Certificates of a division, with these words; empty texts leave out nothing."""
    found = in_division(certified(), region) if region else certified()
    return named_so(found, words).defer("rules")


def in_division(found: QuerySet[Verification], code: str) -> QuerySet[Verification]:
    """Those of a division (GB/T 2260) or below it."""
    return found.filter(region__code__startswith=division_prefix(code))


def named_so(found: QuerySet[Verification], text: str) -> QuerySet[Verification]:
    """Those in whose numbers, title, holder or county every word of `text` occurs."""
    for word in text.replace("\x00", " ").split():
        places = (
            *("certificate_no", "case__number", "acceptance_no"),
            *("title", "holder__name", "region__name"),
        )
        found = found.filter(reduce(or_, (Q(**{f"{place}__icontains": word}) for place in places)))
    return found


def of_year(found: QuerySet[Verification], field: str, year: int) -> QuerySet[Verification]:
    """Those whose instant `field` lies in a year on Beijing's clock."""
    begins, ends = (datetime(each, 1, 1, tzinfo=BEIJING) for each in (year, year + 1))
    return found.filter(**{f"{field}__gte": begins, f"{field}__lt": ends})


def _within(by: Actor) -> Q:
    prefix = role_called(by.role).reach.prefix(by.region)
    return Q(region__code__startswith=prefix) if prefix is not None else Q(pk=None)


def verification_for(verification_id: int, *, by: Actor) -> Verification:
    """One verification, if the actor may see it. Refuses: not_found."""
    found = visible_to(by).filter(pk=verification_id).first()
    if found is None:
        raise not_found("核定项目")
    return found


def held(verification_id: int, *, by: Actor, now: datetime) -> Verification:
    """The verification under its lane, what is due before `now` settled. Refuses: not_found."""
    lanes.hold(lanes.CASE, verification_id)
    if not visible_to(by).filter(pk=verification_id).exists():
        raise not_found("核定项目")
    require_settled(case_id=verification_id, now=now)
    return Verification.objects.select_for_update(of=("self",)).select_related("case").get(pk=verification_id)


def own(verification_id: int, *, by: Actor, now: datetime) -> Verification:
    """The same for who filed it or holds what it makes. Refuses: not_found."""
    found = held(verification_id, by=by, now=now)
    if by.organisation_id not in (found.holder_id, found.filed_by_id):
        raise not_found("核定项目")
    return found


def sides_of(verification: Verification, *, by: Actor) -> list[Side]:
    """From which sides the actor's organisation hands in evidence; empty for none."""
    if by.organisation_id in (verification.holder_id, verification.filed_by_id):
        return [Side.COUNTY]
    if by.organisation_id == verification.measurer_id:
        return [Side.MEASURER]
    return [Side.PROVINCE] if by.can(Can.DECIDE_FOR_PROVINCE) else []


def rules_of_case(verification: Verification) -> Rules:
    """Its own copy of the rules, with their name and legal basis."""
    return rules_from(verification.rules)


def parameters_of(verification: Verification) -> SurplusParameters:
    """Its own copy of the rules, as they count."""
    loaded = rules_of_case(verification).parameters
    if not isinstance(loaded, SurplusParameters):
        raise TypeError("a verification runs under rules on surplus quota")
    return loaded


def tolerances_of(book: SurplusParameters) -> rules.Tolerances:
    """How far a stated area may be from the drawn one, by these rules."""
    return rules.Tolerances(book.area_tolerance, book.area_floor_mu, book.sum_tolerance, book.sum_from_parts)


def rules_now(*, province: str, now: datetime) -> dict[str, object]:
    """The rules a new verification runs under. Refuses: rule_expired (none in force)."""
    book = in_force(province=province, subject=SURPLUS, now=now)
    if book is None:
        raise Refused.because(
            Code.RULE_EXPIRED,
            "本省没有现行有效的节余指标规则，不能新办核定，请联系省级主管部门。",
            province=province,
        )
    return rules_of(book).as_json()


def holder_of(by: Actor) -> Organisation:
    """The county government that will hold the quota: the actor's own, or its bureau's superior in the same county.

    Refuses: invalid (no county's, or of another county).
    """
    mine = Organisation.objects.select_related("superior", "region").get(pk=by.organisation_id)
    for each in (mine, mine.superior):
        if each is None or each.region_id != mine.region_id:
            continue
        if Can.HOLD_VERIFIED in role_called(each.kind).capabilities:
            return each
    raise Refused.because(Code.INVALID, "贵单位未登记所属县级人民政府，请联系平台管理人员。")


def acceptance_in_use(*, region: str, acceptance_no: str, but: int = 0) -> bool:
    """Whether another verification that has not ended has this acceptance number, however it is written."""
    found = Verification.objects.filter(region_id=region, acceptance_key=folded(acceptance_no))
    return found.exclude(status__in=ENDED).exclude(pk=but).exists()


def newest(verification: Verification) -> Measurement | None:
    """Its newest set of parts."""
    return verification.measurements.order_by("-version").first()


def reported(verification: Verification) -> Measurement:
    """The newest report of its measurer. Refuses: not_found (there is none)."""
    found = reported_if_any(verification)
    if found is None:
        raise not_found("核定报告")
    return found


def reported_if_any(verification: Verification) -> Measurement | None:
    """The newest report of a measurer, where there is one."""
    found = verification.measurements.select_related("by", "verification")
    return found.filter(origin=Origin.REPORT).order_by("-version").first()


def parts_of(measurement: Measurement) -> list[Part]:
    """Its parts with their ground, read once: none of a set is ever changed."""
    prefetch_related_objects([measurement], Prefetch("parts", Part.objects.select_related("ground")))
    return list(measurement.parts.all())


def account_of(measurement: Measurement) -> formulas.Account:
    """What its parts come to with what the county takes off; S as it was measured."""
    stated = measurement.verification.stated
    return formulas.account_of(
        [each.facts for each in measurement.parts.all()],
        formulas.Stated(measurement.resettlement, stated.returned, stated.reserved),
    )


def opinion_of(verification: Verification, level: Level) -> Opinion | None:
    """The opinion of this round at a level."""
    return verification.opinions.filter(review_round=verification.review_round, level=level).first()


def unfavourable(verification: Verification) -> Opinion | None:
    """The opinion of this round that asks for its return."""
    found = verification.opinions.filter(review_round=verification.review_round).exclude(outcome=Outcome.PASS)
    return found.order_by("-id").first()


def city_office(verification: Verification) -> Organisation | None:
    """The office of the prefecture above its county, where there is one."""
    return _office_of(Can.REVIEW_FOR_CITY, rules.prefecture_of(verification.region_id))


def province_office(verification: Verification) -> Organisation | None:
    """The province's department that decides on it, where there is one."""
    return _office_of(Can.DECIDE_FOR_PROVINCE, verification.province)


def _office_of(what: Can, region: str) -> Organisation | None:
    found = Organisation.objects.filter(kind__in=kinds_that(what), region_id=region, active=True)
    return found.order_by("id").first()


def batch_of(verification_id: int) -> Batch | None:
    """What was booked of a verification, where it is certified."""
    return Batch.objects.filter(source=Source.VERIFICATION, source_id=verification_id).first()


def faults() -> list[dict[str, Any]]:
    """Everything booked of verifications that does not hold; empty when it does.

    Every batch is what its certified verification made, every certified one has its batch, every set has its parts, and
    re-checks found no more than was booked, each against the batch and its first holder, met as far as was written off.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'booked', id FROM quota_batch WHERE source = 'verification' AND surplus_wrongly_booked(id)"
            " UNION ALL SELECT 'unbooked', found.id FROM surplus_verification found WHERE certified_at IS NOT NULL"
            " AND NOT EXISTS (SELECT FROM quota_batch b WHERE b.source = 'verification' AND b.source_id = found.id)"
            " UNION ALL SELECT 'measured', set.id FROM surplus_measurement set WHERE part_count <>"
            " (SELECT count(*) FROM surplus_part part WHERE part.measurement_id = set.id)"
            " UNION ALL SELECT 'claimed', claim.id FROM quota_claim claim LEFT JOIN quota_batch b"
            " ON b.id = claim.batch_id AND b.source = 'verification' AND b.source_id = claim.case_id"
            " AND b.owner_id = claim.holder_id"
            " WHERE b.id IS NULL OR claim.amount - claim.left <> quota_claim_met(claim.id)"
            " UNION ALL SELECT 'reduced', claim.batch_id FROM quota_claim claim GROUP BY claim.batch_id"
            " HAVING sum(claim.amount) > (SELECT sum(amount) FROM quota_batchline WHERE batch_id = claim.batch_id)"
        )
        return [{"what": what, "id": row_id} for what, row_id in cursor.fetchall()]


def city_office_id(verification: Verification) -> int | None:
    """The key of its prefecture's office; None where there is none."""
    city = city_office(verification)
    return city.pk if city else None


def province_office_id(verification: Verification) -> int | None:
    """The key of the office that reviews, records and certifies for its province; None where there is none."""
    found = province_office(verification)
    return found.pk if found else None
