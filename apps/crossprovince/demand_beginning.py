"""What can be begun on a demand as it stands: one rule for menus, queues and forms. The commands decide."""

from apps.crossprovince import demand_queries as queries
from apps.crossprovince import demand_rules
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_states import DemandStatus
from apps.crossprovince.names import (
    DEMAND_ACKNOWLEDGE,
    DEMAND_DECIDE,
    DEMAND_DISPUTE,
    DEMAND_RETURN,
    DEMAND_REVOKE,
)
from apps.funds.pay_ins import paid_of
from kernel.actors import Actor
from kernel.acts.act import Act
from kernel.errors import Code, Refusal


def why_not_act_on(found: Demand, act: Act) -> Refusal | None:
    """Why its status forbids an act, or what was done on it already; None where neither does."""
    statuses = [DemandStatus(each) for each in act.statuses]
    refusal = demand_rules.why_not_at(found.state, statuses)
    if refusal is not None:
        return refusal
    if act.name == DEMAND_DECIDE and queries.opinion_of(found) is not None:
        return Refusal(Code.DUPLICATE_REQUEST, "本轮意见已出具，如需改变请先退回补正。")
    if act.name == DEMAND_RETURN and not queries.unfavourable(found):
        return Refusal(Code.WRONG_STATUS, "本轮尚无不通过或退回补正的意见，不能退回，请先出具意见。")
    if act.name == DEMAND_ACKNOWLEDGE and found.receipt_no:
        return Refusal(Code.DUPLICATE_REQUEST, "本需求已登记部受理号。")
    if act.name == DEMAND_DISPUTE:
        return demand_rules.why_not_dispute(status=found.state, upheld=found.upheld_at is not None)
    if act.name == DEMAND_REVOKE:
        return demand_rules.why_not_revoke(status=found.state, paid=paid_of(found.pk))
    return None


def why_not_begin(found: Demand, act: Act, *, by: Actor) -> Refusal | None:
    """The same, and `not_permitted` to others than those whose act it is."""
    if not by.can(act.capability):
        return Refusal(Code.NOT_PERMITTED, "贵单位不办理本需求的这一事项。")
    return why_not_act_on(found, act)
