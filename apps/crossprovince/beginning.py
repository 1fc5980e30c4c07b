"""What can be begun on an adjustment as it stands: one rule for menus, queues and forms. The commands decide."""

from collections.abc import Callable

from apps.crossprovince import auditing, closing, queries, rules
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
from apps.crossprovince.standing import Standing
from apps.crossprovince.states import AdjustmentStatus, Outcome
from kernel.actors import Actor
from kernel.acts.act import Act
from kernel.errors import Code, Refusal


def _decide(of: Standing) -> Refusal | None:
    if of.opinion is None:
        return None
    return Refusal(Code.DUPLICATE_REQUEST, "本轮意见已出具，如需改变请先退回补正。")


def _send_back(of: Standing) -> Refusal | None:
    if of.opinion is not None and of.opinion.outcome != Outcome.PASS:
        return None
    return Refusal(Code.WRONG_STATUS, "本轮尚无不通过或退回补正的意见，不能退回，请先出具意见。")


def _acknowledge(of: Standing) -> Refusal | None:
    return Refusal(Code.DUPLICATE_REQUEST, "本申请已登记部受理号。") if of.found.receipt_no else None


def _dispute(of: Standing) -> Refusal | None:
    return rules.why_not_dispute(status=of.found.state, upheld=of.found.upheld_at is not None)


def _revoke(of: Standing) -> Refusal | None:
    return rules.why_not_revoke(status=of.found.state, allocated=of.allocated)


def _accept_plan(of: Standing) -> Refusal | None:
    if of.proposed is not None:
        return None
    return Refusal(Code.WRONG_STATUS, "没有待备案的资金使用方案变更，请待申请单位提交后办理。")


def _report_quarter(of: Standing) -> Refusal | None:
    if of.owed:
        return None
    return Refusal(Code.WRONG_STATUS, "目前没有应报告而未报告的季度，季度结束后再办理。")


def _allocate(of: Standing) -> Refusal | None:
    return rules.why_not_allocate(status=of.found.state, holds=queries.open_objections(of.found))


def _close(of: Standing) -> Refusal | None:
    return closing.why_not_close(of.found, rounds=auditing.not_void(of.rounds), ends=of.ends)


_CHECKS: dict[str, Callable[[Standing], Refusal | None]] = {
    ADJUSTMENT_DECIDE: _decide,
    ADJUSTMENT_RETURN: _send_back,
    ADJUSTMENT_ACKNOWLEDGE: _acknowledge,
    ADJUSTMENT_ALLOCATE: _allocate,
    SCHEME_DISPUTE: _dispute,
    SCHEME_REVOKE: _revoke,
    PLAN_ACCEPT: _accept_plan,
    ADJUSTMENT_QUARTER: _report_quarter,
    ADJUSTMENT_CLOSE: _close,
}
"""What besides its status forbids an act."""


def why_not_act_on(of: Standing, act: Act) -> Refusal | None:
    """Why its status forbids an act, or what was done on it already; None where neither does."""
    statuses = [AdjustmentStatus(each) for each in act.statuses]
    refusal = rules.why_not_at(of.found.state, statuses)
    if refusal is not None:
        return refusal
    check = _CHECKS.get(act.name)
    return check(of) if check is not None else None


def why_not_begin(of: Standing, act: Act, *, by: Actor) -> Refusal | None:
    """The same, and `not_permitted` to others than those whose act it is."""
    if not by.can(act.capability):
        return Refusal(Code.NOT_PERMITTED, "贵单位不办理本申请的这一事项。")
    return why_not_act_on(of, act)
