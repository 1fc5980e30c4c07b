"""Reading adjustments: who may see which, under which lane, by which rules and prices."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.evidence import Side
from apps.crossprovince.models import (
    Adjustment,
    AdjustmentLine,
    AdjustmentOpinion,
    Plan,
    PlanLine,
    Scheme,
    SchemeRow,
)
from apps.crossprovince.plans import Version, versions_of, waiting_in
from apps.crossprovince.plans import in_force as plan_in_force
from apps.crossprovince.rules import PlanItem, Prices, Wanted, allocated_of, gross_of
from apps.crossprovince.states import PUBLIC, REDUCIBLE, AdjustmentStatus, Outcome
from apps.funds.sources import PlannedLine, Terms
from apps.kinds.table import QuotaKind
from apps.parties.models import Organisation, Region
from apps.parties.queries import shares_people
from apps.parties.roles import Can, division_prefix, kinds_that, role_called
from apps.quota.takers import Taker
from apps.rulebook.cross_province import CROSS_PROVINCE, CrossProvinceParameters
from apps.rulebook.price_tables import PRICES
from apps.rulebook.prices import EVERYWHERE, PriceParameters, PriceRow, What, valid_on
from apps.rulebook.queries import in_force
from kernel import lanes
from kernel.access.checks import require_no_part
from kernel.actors import Actor
from kernel.clock import beijing
from kernel.deadlines.commands import Period, working_days
from kernel.deadlines.runner import require_settled
from kernel.errors import Code, Refused, not_found
from kernel.money import Yuan
from kernel.text import folded

KIND = QuotaKind.CONSTRUCTION_AREA


def visible_to(by: Actor) -> QuerySet[Adjustment]:
    """Its holder; offices of its region, what was submitted. The public sees what is published."""
    found = Adjustment.objects.select_related("holder", "region", "case", "scheme")
    if by.can(Can.SEE_ADJUSTMENTS):
        return found.filter(Q(submitted_at__isnull=False), within_reach(by))
    if not by.is_person:
        return found.filter(status__in=PUBLIC)
    return found.filter(holder_id=by.organisation_id)


def within_reach(by: Actor) -> Q:
    prefix = role_called(by.role).reach.prefix(by.region)
    return Q(region__code__startswith=prefix) if prefix is not None else Q(pk=None)


def adjustment_for(adjustment_id: int, *, by: Actor) -> Adjustment:
    """One adjustment, if the actor may see it. Refuses: not_found."""
    found = visible_to(by).filter(pk=adjustment_id).first()
    if found is None:
        raise not_found("跨省域调剂申请")
    return found


def held(adjustment_id: int, *, by: Actor, now: datetime) -> Adjustment:
    """The adjustment under its lane, what is due before `now` settled. Refuses: not_found."""
    lanes.hold(lanes.CASE, adjustment_id)
    if not visible_to(by).filter(pk=adjustment_id).exists():
        raise not_found("跨省域调剂申请")
    require_settled(case_id=adjustment_id, now=now)
    return locked(adjustment_id)


def locked(adjustment_id: int) -> Adjustment:
    """The row itself, locked; the case's lane is held already."""
    found = Adjustment.objects.select_for_update(of=("self",)).select_related("case", "holder", "region")
    return found.get(pk=adjustment_id)


def own(adjustment_id: int, *, by: Actor, now: datetime) -> Adjustment:
    """The same for its holder. Refuses: not_found."""
    found = held(adjustment_id, by=by, now=now)
    if by.organisation_id != found.holder_id:
        raise not_found("跨省域调剂申请")
    return found


def schemes_of(by: Actor) -> QuerySet[Scheme]:
    """The schemes that the actor's province works on."""
    if not by.can(Can.SEE_ADJUSTMENTS):
        return Scheme.objects.none()
    return Scheme.objects.select_related("document").filter(province__startswith=by.region[:2])


def scheme_for(scheme_id: int, *, by: Actor) -> Scheme:
    """One scheme of the actor's province. Refuses: not_found."""
    found = schemes_of(by).filter(pk=scheme_id).first()
    if found is None:
        raise not_found("调剂方案")
    return found


def sides_of(adjustment: Adjustment, *, by: Actor) -> list[Side]:
    """From which sides the actor's organisation hands in evidence; empty for none."""
    if by.organisation_id == adjustment.holder_id:
        return [Side.COUNTY]
    return [Side.OFFICE] if by.can(Can.DECIDE_FOR_PROVINCE, Can.BOOK_MONEY) else []


# --- rules and prices ---


def rules_now(*, province: str, now: datetime) -> dict[str, Any]:
    """The rules, with the price rows, that an adjustment would keep now.

    Refuses: rule_expired (none in force, or no price at which quota leaves or comes).
    """
    book = in_force(province=province, subject=CROSS_PROVINCE, now=now)
    if book is None:
        raise _expired("本省没有现行有效的跨省域调剂规则，不能新办申请，请联系省级主管部门。", province)
    return {
        "name": book.name,
        "version": book.version,
        "legal_basis": list(book.legal_basis),
        "subject": CROSS_PROVINCE.code,
        "parameters": book.parameters,
        "prices": _prices_now(province, now=now),
    }


def _expired(sentence: str, province: str) -> Refused:
    return Refused.because(Code.RULE_EXPIRED, sentence, province=province)


_WHATS = (What.OUT_PRICE, What.IN_PRICE, What.ADDITION_PLANNING_SCALE)


def _prices_now(province: str, *, now: datetime) -> list[dict[str, Any]]:
    """The rows at which quota crosses provinces today. Additions that a province has set for itself are its own."""
    book = in_force(province=province, subject=PRICES, now=now)
    rows: Iterable[PriceRow] = ()
    if book is not None:
        rows = PriceParameters.model_validate(book.parameters).rows
    found = [
        each
        for each in rows
        if each.kind == KIND
        and each.what in _WHATS
        and (each.what is not What.ADDITION_PLANNING_SCALE or each.region == EVERYWHERE)
        and valid_on(each, beijing(now).date())
    ]
    if _prices_from(found) is None:
        raise _expired("本省没有现行有效的跨省域调剂价格，不能新办申请，请联系省级主管部门。", province)
    return [each.as_json() for each in found]


def _prices_from(rows: Iterable[PriceRow]) -> Prices | None:
    found = list(rows)
    out, high, into = (
        {each.area: each.amount for each in found if each.what is what and each.land_class == land}
        for what, land in ((What.OUT_PRICE, None), (What.OUT_PRICE, "high_standard"), (What.IN_PRICE, None))
    )
    if not all("" in each for each in (out, high, into)):
        return None
    additions = [each.amount for each in found if each.what is What.ADDITION_PLANNING_SCALE]
    return Prices(out, high, into, additions[-1] if additions else Decimal(0))


def stored_rules(adjustment: Adjustment | Demand, *, now: datetime) -> dict[str, Any]:
    """Its own copy; of a draft, which has none yet, what is in force. Refuses: rule_expired."""
    return adjustment.rules or rules_now(province=adjustment.province, now=now)


def parameters_in(stored: dict[str, Any]) -> CrossProvinceParameters:
    """The parameters of a stored copy."""
    return CrossProvinceParameters.model_validate(stored["parameters"])


def prices_in(stored: dict[str, Any]) -> Prices:
    """The prices of a stored copy."""
    found = _prices_from(PriceRow.model_validate(each) for each in stored["prices"])
    if found is None:
        raise ValueError("a copy of the rules without prices")
    return found


def parameters_of(adjustment: Adjustment | Demand) -> CrossProvinceParameters:
    """Its own copy of the rules, once it is submitted."""
    return parameters_in(_kept(adjustment))


def prices_of(adjustment: Adjustment | Demand) -> Prices:
    """Its own prices, once it is submitted; of an adjustment those of its county."""
    prices = prices_in(_kept(adjustment))
    return prices.of_county(adjustment.region_id) if isinstance(adjustment, Adjustment) else prices


def _kept(adjustment: Adjustment | Demand) -> dict[str, Any]:
    if adjustment.rules is None:
        raise ValueError("an adjustment keeps its rules from its submission on")
    kept: dict[str, Any] = adjustment.rules
    return kept


def days(adjustment: Adjustment | Demand, count: int) -> Period:
    """So many working days, by its own rules."""
    return working_days(count, daily_end=parameters_of(adjustment).daily_end)


def fund_terms(case_id: int) -> Terms:
    """How what is allocated of an adjustment is shared out."""
    found = Adjustment.objects.get(pk=case_id)
    book = parameters_of(found)
    return Terms(book.distribution.rows, days(found, book.distribute_wd), days(found, book.audit_answer_wd))


# --- what it is of ---


def lines_of(adjustment: Adjustment) -> list[AdjustmentLine]:
    """Its lines that are of anything, in their order."""
    return [each for each in adjustment.lines.all() if each.amount > 0]


def wanted_of(adjustment: Adjustment) -> list[Wanted]:
    """The same as the formulas see them."""
    return [each.wanted for each in lines_of(adjustment)]


def rows_of(adjustment: Adjustment) -> list[tuple[SchemeRow, str]]:
    """The rows of its scheme with their receipts, each with what the province is called that takes it; one query.

    A code of no province stands for itself.
    """
    name = Region.objects.filter(pk=OuterRef("in_province")).values("name")
    found = adjustment.rows.annotate(taker=Coalesce(Subquery(name), F("in_province")))
    return [(each, each.taker) for each in found.select_related("receipt").order_by("id")]


def high_standard_elsewhere(*, batch_id: int, but: int) -> Decimal:
    """How much of a batch other adjustments take at the price of high-standard farmland."""
    found = AdjustmentLine.objects.filter(batch_id=batch_id, high_standard=True).exclude(adjustment_id=but)
    return found.aggregate(total=Sum(F("frozen") + F("handed")))["total"] or Decimal(0)


def plan_of(adjustment: Adjustment) -> Plan | None:
    """The version of its plan in force."""
    found = plan_in_force(versions_of(adjustment.pk))
    return found.plan if found is not None else None


def allocation_of(adjustment: Adjustment) -> Yuan:
    """A: as its scheme has it, before that at its own prices; once its rules are fixed."""
    if adjustment.amounts is not None:
        return adjustment.amounts.allocated
    gross = gross_of(wanted_of(adjustment), prices_of(adjustment))
    return allocated_of(gross, retained_share=parameters_of(adjustment).retained_share)


def plan_proposed(adjustment: Adjustment) -> Version | None:
    """The version of its plan that waits for the province's acceptance."""
    return waiting_in(versions_of(adjustment.pk), status=adjustment.state)


def plan_versions(adjustment: Adjustment) -> int:
    """How many versions its plan has had."""
    return adjustment.plans.count()


def highest_plan_no(adjustment: Adjustment) -> int:
    """The highest number that a line of any version had; 0 before the first."""
    found = PlanLine.objects.filter(plan__adjustment=adjustment)
    return found.aggregate(most=Max("no"))["most"] or 0


def fund_plan(case_id: int) -> tuple[PlannedLine, ...]:
    """The plan of use in force that spending names lines of."""
    plan = plan_in_force(versions_of(case_id))
    return tuple(
        PlannedLine(each.no, each.category, each.amount, f"{each.item}（{each.village}）")
        for each in (plan.items if plan is not None else ())
    )


def taking(batch_id: int) -> list[Taker]:
    """The adjustments before their match that quota of a batch stands frozen for."""
    frozen = AdjustmentLine.objects.filter(adjustment=OuterRef("pk"), batch_id=batch_id, frozen__gt=0)
    found = Adjustment.objects.filter(Exists(frozen), status__in=REDUCIBLE).select_related("case")
    return [Taker(each.pk, f"{each.case.number} {each.title}") for each in found]


def is_closed(case_id: int) -> bool:
    """Whether nothing more is spent of it."""
    return Adjustment.objects.filter(pk=case_id, status=AdjustmentStatus.CLOSED).exists()


def items_of(adjustment: Adjustment) -> list[PlanItem]:
    """The lines of its plan as it stands."""
    plan = plan_in_force(versions_of(adjustment.pk))
    return list(plan.items) if plan is not None else []


def opinion_of(adjustment: Adjustment) -> AdjustmentOpinion | None:
    """The opinion of this round."""
    return adjustment.opinions.filter(review_round=adjustment.review_round).first()


def unfavourable(adjustment: Adjustment) -> bool:
    """Whether the opinion of this round asks for its return."""
    said = opinion_of(adjustment)
    return said is not None and said.outcome != Outcome.PASS


# --- who ---


def province_office_id(adjustment: Adjustment | Demand) -> int | None:
    """The key of the office that decides on it for its province; None where there is none."""
    return _office_id(Can.DECIDE_FOR_PROVINCE, adjustment.province)


def finance_office_id(adjustment: Adjustment | Demand) -> int | None:
    """The key of its province's finance; None where there is none."""
    return _office_id(Can.BOOK_MONEY, adjustment.province)


def auditor_id(adjustment: Adjustment) -> int | None:
    """The key of the auditor whose region the county is in, the nearest first; None where there is none."""
    found = Organisation.objects.filter(kind__in=kinds_that(Can.AUDIT_FUNDS), active=True).order_by("id")
    county = adjustment.region_id
    mine = [each for each in found if county.startswith(division_prefix(each.region_id))]
    return max(mine, key=lambda each: len(division_prefix(each.region_id))).pk if mine else None


def _office_id(what: Can, region: str) -> int | None:
    found = Organisation.objects.filter(kind__in=kinds_that(what), region_id=region, active=True)
    return found.order_by("id").values_list("pk", flat=True).first()


def open_objections(adjustment: Adjustment) -> int:
    """How many objections hold its scheme: accepted ones, those that nobody answered, one that was found right."""
    upheld = 1 if adjustment.upheld_at is not None else 0
    return adjustment.case.holds + adjustment.unanswered_objections + upheld


def is_receipt_used(receipt_no: str, *, but: Adjustment | Demand | None = None) -> bool:
    """Whether a receipt number of the ministry stands for a case other than `but`, of whichever side."""
    key, itself = folded(receipt_no), but.pk if but is not None else None
    return any(
        each.objects.filter(receipt_key=key).exclude(pk=itself).exists() for each in (Adjustment, Demand)
    )


def require_apart(adjustment: Adjustment | Demand, *, by: Actor) -> None:
    """Refuses: self_dealing when somebody of the deciding office serves the county too, or who decides has acted for it
    in this case."""
    if shares_people(by.organisation_id, with_ids={adjustment.holder_id}):
        raise Refused.because(
            Code.SELF_DEALING,
            "本单位有人员同时在本申请的申报单位任职，一人不得既申报又审核，请先解除其中一项任职。",
        )
    require_no_part({adjustment.holder_id}, by=by, case_id=adjustment.pk, before=_came_of(adjustment))


def _came_of(rest: Adjustment | Demand) -> list[int]:
    """The cases that it was the unmatched rest of, the nearest first."""
    found, parent = [], rest.parent
    while parent is not None:
        found.append(parent.pk)
        parent = parent.parent
    return found


def rests_of(adjustment: Adjustment) -> list[Adjustment]:
    """What was split off from it as an unmatched rest, and from that, locked."""
    found, waiting = list[Adjustment](), [adjustment.pk]
    while waiting:
        rests = list(Adjustment.objects.select_for_update().filter(parent__in=waiting).order_by("pk"))
        found += rests
        waiting = [each.pk for each in rests]
    return found


def faults() -> list[dict[str, Any]]:
    """Everything of adjustments that does not hold; empty when it does.

    Batches bear what adjustments take of them, matched ones have just what their rows come to, every plan of a matched
    one is A, notices come to no more than A, and what was handed over is what the rows with receipts say.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'overdrawn', batch_id FROM crossprovince_adjustmentline GROUP BY batch_id"
            " HAVING crossprovince_overdrawn(batch_id)"
            " UNION ALL SELECT 'matched', it.id FROM crossprovince_adjustment it WHERE it.scheme_id IS NOT NULL AND"
            " (SELECT coalesce(sum(amount), 0) FROM crossprovince_adjustmentline WHERE adjustment_id = it.id) <>"
            " (SELECT coalesce(sum(area_mu), 0) FROM crossprovince_schemerow WHERE adjustment_id = it.id"
            " AND scheme_id = it.scheme_id AND taken_back_at IS NULL)"
            " UNION ALL SELECT 'planned', it.id FROM crossprovince_adjustment it WHERE it.scheme_id IS NOT NULL AND"
            " it.price - it.retained - it.margin <> (SELECT coalesce(sum(line.amount), 0)"
            " FROM crossprovince_planline line WHERE line.plan_id ="
            " crossprovince_plan_in_force(it.id))"
            " UNION ALL SELECT 'allocated', it.id FROM crossprovince_adjustment it WHERE"
            " (SELECT coalesce(sum(n.amount), 0) FROM funds_allocation n JOIN funds_movement m ON m.id = n.movement_id"
            " WHERE m.source_id = it.id) > coalesce(it.price - it.retained - it.margin, 0)"
            " UNION ALL SELECT 'handed', it.id FROM crossprovince_adjustment it WHERE"
            " (SELECT coalesce(sum(handed), 0) FROM crossprovince_adjustmentline WHERE adjustment_id = it.id) <>"
            " (SELECT coalesce(sum(r.area_mu), 0) FROM crossprovince_schemerow r JOIN crossprovince_nationalreceipt n"
            " ON n.row_id = r.id WHERE r.adjustment_id = it.id AND r.taken_back_at IS NULL)"
        )
        return [{"what": what, "id": row_id} for what, row_id in cursor.fetchall()]
