"""What two persons of a province's department bind when they import the ministry's scheme (导入调剂方案)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apps.crossprovince import scheme_text
from apps.crossprovince.bound_facts import amounts_facts, evidence_of, mu
from apps.crossprovince.demand_bound import evidence_of_demand, matched_facts
from apps.crossprovince.inputs import given_in
from apps.crossprovince.matching import Match
from apps.crossprovince.models import Scheme
from apps.crossprovince.schemes import both_sides, known_of
from apps.crossprovince.states import REMAINDER_LABELS, Remainder
from apps.documents.bound import incoming_facts
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact


def import_bound(subject_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """The whole scheme, every row with the case that it is of, and what each of these comes to."""
    given, province = given_in(data), f"{by.region[:2]}0000"
    if not given:
        return Bound(effect="方案明细有误，请更正后重新导入。", button="导入调剂方案")
    known, new = known_of(given, province=province)
    if known is not None and not new:
        return _imported_before(known)
    both = both_sides(new, province=province)
    listed = scheme_text.preview(both.adjustments, both.demands)
    number = given[0].scheme_no
    total = sum((each.row.area_mu for each in new), Decimal(0))
    evidence = [file for each in both.adjustments for file in evidence_of(each.adjustment, entering=by)]
    evidence += [file for each in both.demands for file in evidence_of_demand(each.demand, entering=by)]
    return Bound(
        facts=(
            bound.text("调剂方案", number),
            *incoming_facts(data),
            bound.text("行数", f"{len(new)}行"),
            mu("合计", total),
            *(fact for each in both.adjustments for fact in _matched(each)),
            *(fact for wanted in both.demands for fact in matched_facts(wanted)),
            listed.digest,
        ),
        evidence=tuple(evidence),
        effect=f"导入调剂方案“{number}”共{len(new)}行、{total:,}亩，对应{len(both.case_ids)}项申请，随后公示。",
        button=f"导入调剂方案“{number}”（{total:,}亩）",
        findings=() if known is None else (_known(known),),
        readings=(listed.reading,),
    )


def _known(scheme: Scheme) -> str:
    rows = "、".join(scheme.rows.order_by("id").values_list("row_no", flat=True)[:20])
    return f"方案“{scheme.scheme_no}”此前已导入过（现行有效的行：{rows or '无'}），请核对本次各行确为新增"


def _imported_before(scheme: Scheme) -> Bound:
    listed = scheme_text.stored(scheme)
    return Bound(
        facts=(bound.text("调剂方案", scheme.scheme_no), listed.digest),
        effect=f"调剂方案“{scheme.scheme_no}”的这些行此前已导入，本次不作变动。",
        button=f"确认方案“{scheme.scheme_no}”已导入",
        readings=(listed.reading,),
    )


def _matched(match: Match) -> tuple[Fact, ...]:
    found = match.adjustment
    rest = sum(match.rest.values(), Decimal(0))
    remainder = REMAINDER_LABELS[Remainder(found.remainder)]
    return (
        bound.text("对应申请", f"{found.case.number} {found.title}"),
        mu("本方案匹配", sum(match.taken.values(), Decimal(0))),
        *((mu(f"未匹配部分（{remainder}）", rest),) if rest else ()),
        *amounts_facts(found, match.amounts),
    )
