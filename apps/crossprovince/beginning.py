"""What can be begun on an adjustment as it stands: one rule for menus, queues and forms. The commands decide."""

from apps.crossprovince import queries, rules
from apps.crossprovince.models import Adjustment
from apps.crossprovince.names import (
    ADJUSTMENT_ACKNOWLEDGE,
    ADJUSTMENT_DECIDE,
    ADJUSTMENT_RETURN,
    SCHEME_DISPUTE,
    SCHEME_REVOKE,
)
from apps.crossprovince.states import AdjustmentStatus
from apps.funds.allocations import allocated_of
from kernel.actors import Actor
from kernel.acts.act import Act
from kernel.errors import Code, Refusal


def why_not_act_on(found: Adjustment, act: Act) -> Refusal | None:
    """Why its status forbids an act, or what was done on it already; None where neither does."""
    statuses = [AdjustmentStatus(each) for each in act.statuses]
    refusal = rules.why_not_at(found.state, statuses)
    if refusal is not None:
        return refusal
    if act.name == ADJUSTMENT_DECIDE and queries.opinion_of(found) is not None:
        return Refusal(Code.DUPLICATE_REQUEST, "本轮意见已出具，如需改变请先退回补正。")
    if act.name == ADJUSTMENT_RETURN and not queries.unfavourable(found):
        return Refusal(Code.WRONG_STATUS, "本轮尚无不通过或退回补正的意见，不能退回，请先出具意见。")
    if act.name == ADJUSTMENT_ACKNOWLEDGE and found.receipt_no:
        return Refusal(Code.DUPLICATE_REQUEST, "本申请已登记部受理号。")
    if act.name == SCHEME_DISPUTE:
        return rules.why_not_dispute(status=found.state, upheld=found.upheld_at is not None)
    if act.name == SCHEME_REVOKE:
        return rules.why_not_revoke(status=found.state, allocated=allocated_of(found.pk))
    return None


def why_not_begin(found: Adjustment, act: Act, *, by: Actor) -> Refusal | None:
    """The same, and `not_permitted` to others than those whose act it is."""
    if not by.can(act.capability):
        return Refusal(Code.NOT_PERMITTED, "贵单位不办理本申请的这一事项。")
    return why_not_act_on(found, act)
