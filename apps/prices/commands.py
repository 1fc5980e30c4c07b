"""Computing guide prices (指导价测算), and attaching one to an application."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.kinds.table import QuotaKind
from apps.parties.models import Region
from apps.parties.roles import Can
from apps.prices.calculator import Wanted, compute
from apps.prices.models import Computation
from apps.prices.names import GUIDE_COMPUTE
from apps.prices.queries import newest_for, parameters_of
from apps.prices.rules import PricedLot, why_not_attach, why_not_there
from apps.rulebook.price_tables import PRICES
from apps.rulebook.queries import in_force_or_never
from kernel import lanes
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.cases.models import Case
from kernel.cases.registry import process_called
from kernel.clock import beijing
from kernel.deadlines.runner import require_settled
from kernel.errors import Code, Refusal, Refused, not_found, refuse, refuse_all
from kernel.money import Yuan


@dataclass(frozen=True)
class Asked:
    """What a guide price is asked for; `budget` are costs of the project in yuan a unit, by their names."""

    kind: QuotaKind
    land_class: str
    region: str
    grade: int
    budget: Mapping[str, Yuan]
    case_id: int | None = None


@transaction.atomic
def compute_guide(*, asked: Asked, by: Actor, now: datetime) -> Computation:
    """Compute a guide price and keep it, for its maker alone until it is attached to the application.

    One for a case is computed under its lane. Refuses: not_permitted, not_found (a case that the seller may not change,
    or that the office may not see), rule_expired, invalid (no norms at all, a cost that neither norm nor budget gives,
    a grade or region that does not exist, another region than the case's).
    """
    require_capability(by, Can.COMPUTE_GUIDE_PRICES)
    require_province(by, asked.region)
    region = Region.objects.filter(pk=asked.region).first()
    if region is None:
        raise Refused.because(Code.INVALID, "没有这个行政区划代码，请核对。", field="region")
    _hold_case(asked, by=by, now=now)
    book = in_force_or_never(province=f"{asked.region[:2]}0000", subject=PRICES, now=now)
    if book is None:
        raise Refused.because(
            Code.INVALID,
            "本省尚无已批准的价格规则，不能测算，请联系省级主管部门。",
            province=asked.region[:2],
        )
    wanted = Wanted(asked.kind, asked.land_class, asked.region, asked.grade, beijing(now).date())
    found = compute(parameters_of(book), wanted, asked.budget)
    if isinstance(found, Refusal):
        raise Refused(found)
    made = Computation.objects.create(
        organisation_id=by.organisation_id,
        made_by_id=by.person_id,
        case_id=asked.case_id,
        region=region,
        kind=str(asked.kind),
        land_class=asked.land_class,
        grade=asked.grade,
        budget={name: str(amount) for name, amount in asked.budget.items()},
        norms=book,
        result=found.as_json(),
        computed_at=now,
    )
    audit.record(verb=GUIDE_COMPUTE, by=by, now=now, subject=made, after={"version": book.version})
    return made


def _hold_case(asked: Asked, *, by: Actor, now: datetime) -> None:
    """A seller computes for its own application while it may change it, an office for any that it sees, or for none."""
    if asked.case_id is None:
        if by.can(Can.SELL):
            raise Refused.because(Code.INVALID, "请选择为本单位哪一个出让申请测算。", field="case_id")
        return
    case = Case.objects.filter(pk=asked.case_id).first()
    if case is None:
        raise not_found("出让申请")
    lanes.hold(lanes.CASE, case.pk)
    process = process_called(case.process)
    if not (process.may_amend if by.can(Can.SELL) else process.may_see)(case.pk, by):
        raise not_found("出让申请")
    require_settled(case_id=case.pk, now=now)
    refuse(why_not_there(region=asked.region, of_case=case.region))


def attach(*, case_id: int, lot: PricedLot, grade: int, now: datetime) -> Computation | None:
    """Attach the owner's newest guide price for the lot's kind and grade to its application; each round its newest.

    Refuses: invalid (computed elsewhere than where the seller sits, or for a land class that the lot has not).
    """
    newest = newest_for(case_id, kind=lot.kind, grade=grade)
    if newest is None:
        return None
    refuse_all(
        why_not_there(region=newest.region_id, of_case=lot.region),
        why_not_attach(land_class=newest.land_class, of_lot=lot.land_classes),
    )
    if newest.attached_at is None:
        newest.attached_at = now
        newest.save(update_fields=["attached_at"])
    return newest
