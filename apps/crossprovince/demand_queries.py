"""Reading demands: who may see which, under which lane, and what they come to."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from apps.crossprovince.demand_evidence import DemandSide
from apps.crossprovince.demand_models import Demand, DemandOpinion
from apps.crossprovince.demand_states import PUBLIC
from apps.crossprovince.models import SchemeRow
from apps.crossprovince.queries import within_reach
from apps.crossprovince.states import Outcome
from apps.parties.models import Organisation
from apps.parties.roles import Can, kinds_that
from apps.quota.batch_models import BatchLine, Source
from kernel import lanes
from kernel.actors import Actor
from kernel.deadlines.runner import require_settled
from kernel.errors import not_found


def demands_visible_to(by: Actor) -> QuerySet[Demand]:
    """Its holder; offices of its region, what was submitted. The public sees what is published."""
    found = Demand.objects.select_related("holder", "region", "case", "scheme")
    if by.can(Can.SEE_ADJUSTMENTS):
        return found.filter(Q(submitted_at__isnull=False), within_reach(by))
    if not by.is_person:
        return found.filter(status__in=PUBLIC)
    return found.filter(holder_id=by.organisation_id)


def demand_for(demand_id: int, *, by: Actor) -> Demand:
    """One demand, if the actor may see it. Refuses: not_found."""
    found = demands_visible_to(by).filter(pk=demand_id).first()
    if found is None:
        raise not_found("跨省域调入需求")
    return found


def held(demand_id: int, *, by: Actor, now: datetime) -> Demand:
    """The demand under its lane, what is due before `now` settled. Refuses: not_found."""
    lanes.hold(lanes.CASE, demand_id)
    if not demands_visible_to(by).filter(pk=demand_id).exists():
        raise not_found("跨省域调入需求")
    require_settled(case_id=demand_id, now=now)
    return locked(demand_id)


def locked(demand_id: int) -> Demand:
    """The row itself, locked; the case's lane is held already."""
    found = Demand.objects.select_for_update(of=("self",)).select_related("case", "holder", "region")
    return found.get(pk=demand_id)


def own(demand_id: int, *, by: Actor, now: datetime) -> Demand:
    """The same for its holder. Refuses: not_found."""
    found = held(demand_id, by=by, now=now)
    if by.organisation_id != found.holder_id:
        raise not_found("跨省域调入需求")
    return found


def sides_of(demand: Demand, *, by: Actor) -> list[DemandSide]:
    """From which sides the actor's organisation hands in evidence; empty for none."""
    if by.organisation_id == demand.holder_id:
        return [DemandSide.HOLDER]
    if by.can(Can.DECIDE_FOR_PROVINCE):
        return [DemandSide.OFFICE]
    return [DemandSide.FINANCE] if by.can(Can.BOOK_MONEY) else []


def opinion_of(demand: Demand) -> DemandOpinion | None:
    """The opinion of this round."""
    return demand.opinions.filter(review_round=demand.review_round).first()


def unfavourable(demand: Demand) -> bool:
    """Whether the opinion of this round asks for its return."""
    said = opinion_of(demand)
    return said is not None and said.outcome != Outcome.PASS


def rows_of(demand: Demand) -> QuerySet[SchemeRow]:
    """Its rows of its scheme, in their order."""
    return demand.rows.filter(scheme=demand.scheme).select_related("scheme", "receipt").order_by("id")


def open_objections(demand: Demand) -> int:
    """How many objections hold its scheme: accepted ones, those that nobody answered, one that was found right."""
    upheld = 1 if demand.upheld_at is not None else 0
    return demand.case.holds + demand.unanswered_objections + upheld


def booked_of(demand: Demand) -> Decimal:
    """How much of it has come, in 亩."""
    found = BatchLine.objects.filter(batch__source=Source.SCHEME, batch__source_id=demand.pk)
    return found.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def payers_of(demand: Demand) -> list[str]:
    """Who may pay in for it: its holder, the finance of its own division, the finance of its province."""
    offices = Organisation.objects.filter(
        Q(kind__in=kinds_that(Can.BOOK_FUNDS), region_id=demand.region_id)
        | Q(kind__in=kinds_that(Can.BOOK_MONEY), region_id=demand.province),
        active=True,
    )
    return [demand.holder.name, *offices.order_by("id").values_list("name", flat=True)]
