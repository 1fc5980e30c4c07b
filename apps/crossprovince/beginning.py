"""What can be begun on an adjustment as it stands: one rule for menus, queues and forms. The commands decide."""

from collections.abc import Callable

from apps.crossprovince import closing, queries, reporting, rules
from apps.crossprovince.models import Adjustment
from apps.crossprovince.names import (
    ADJUSTMENT_ACKNOWLEDGE,
    ADJUSTMENT_ALLOCATE,
    ADJUSTMENT_CLOSE,
    ADJUSTMENT_DECIDE,
    ADJUSTMENT_QUARTER,
    ADJUSTMENT_RETURN,
    PLAN_ACCEPT,
    SCHEME_DISPUTE,
    SCHEME_REVOKE,
)
from apps.crossprovince.states import AdjustmentStatus
from apps.funds.allocations import allocated_of
from kernel.actors import Actor
from kernel.acts.act import Act
from kernel.errors import Code, Refusal


def _decide(found: Adjustment) -> Refusal | None:
    if queries.opinion_of(found) is None:
        return None
    return Refusal(Code.DUPLICATE_REQUEST, "本轮意见已出具，如需改变请先退回补正。")


def _send_back(found: Adjustment) -> Refusal | None:
    if queries.unfavourable(found):
        return None
    return Refusal(Code.WRONG_STATUS, "本轮尚无不通过或退回补正的意见，不能退回，请先出具意见。")


def _acknowledge(found: Adjustment) -> Refusal | None:
    return Refusal(Code.DUPLICATE_REQUEST, "本申请已登记部受理号。") if found.receipt_no else None


def _dispute(found: Adjustment) -> Refusal | None:
    return rules.why_not_dispute(status=found.state, upheld=found.upheld_at is not None)


def _revoke(found: Adjustment) -> Refusal | None:
    return rules.why_not_revoke(status=found.state, allocated=allocated_of(found.pk))


def _accept_plan(found: Adjustment) -> Refusal | None:
    if queries.plan_proposed(found) is not None:
        return None
    return Refusal(Code.WRONG_STATUS, "没有待备案的资金使用方案变更，请待申请单位提交后办理。")


def _report_quarter(found: Adjustment) -> Refusal | None:
    if reporting.quarters_owed(found):
        return None
    return Refusal(Code.WRONG_STATUS, "目前没有应报告而未报告的季度，季度结束后再办理。")


def _allocate(found: Adjustment) -> Refusal | None:
    return rules.why_not_allocate(status=found.state, holds=queries.open_objections(found))


_CHECKS: dict[str, Callable[[Adjustment], Refusal | None]] = {
    ADJUSTMENT_DECIDE: _decide,
    ADJUSTMENT_RETURN: _send_back,
    ADJUSTMENT_ACKNOWLEDGE: _acknowledge,
    ADJUSTMENT_ALLOCATE: _allocate,
    SCHEME_DISPUTE: _dispute,
    SCHEME_REVOKE: _revoke,
    PLAN_ACCEPT: _accept_plan,
    ADJUSTMENT_QUARTER: _report_quarter,
    ADJUSTMENT_CLOSE: closing.why_not_close,
}
"""What besides its status forbids an act."""


def why_not_act_on(found: Adjustment, act: Act) -> Refusal | None:
    """Why its status forbids an act, or what was done on it already; None where neither does."""
    statuses = [AdjustmentStatus(each) for each in act.statuses]
    refusal = rules.why_not_at(found.state, statuses)
    if refusal is not None:
        return refusal
    check = _CHECKS.get(act.name)
    return check(found) if check is not None else None


def why_not_begin(found: Adjustment, act: Act, *, by: Actor) -> Refusal | None:
    """The same, and `not_permitted` to others than those whose act it is."""
    if not by.can(act.capability):
        return Refusal(Code.NOT_PERMITTED, "贵单位不办理本申请的这一事项。")
    return why_not_act_on(found, act)
