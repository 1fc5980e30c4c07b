"""What comes first among the acts on a case's page: what takes it on, before what takes it back or aside."""

from typing import Any

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.models import Adjustment
from apps.crossprovince.names import SCHEME_PUBLISH
from apps.crossprovince.states import AdjustmentStatus
from apps.parties.roles import Can
from kernel.actors import Actor, Duty
from kernel.acts.act import Act, act_called, all_acts

_ASIDE = frozenset({"amend", "reopen", "return", "withdraw", "revoke", "reduce", "unmatch"})


def in_order() -> list[Act]:
    """Every act in the order of the process, those that take a case back or aside behind all others."""
    return sorted(all_acts(), key=lambda act: act.name.rpartition(".")[2] in _ASIDE)


def publication_of(found: Adjustment | Demand, *, by: Actor) -> list[dict[str, Any]]:
    """Publishing the scheme that a case was matched by: an act on the scheme, which is the case's next step."""
    act = act_called(SCHEME_PUBLISH)
    is_next = found.status == AdjustmentStatus.MATCHED and by.can(Can.DECIDE_FOR_PROVINCE)
    if not is_next or by.duty is not Duty.OPERATOR:
        return []
    return [{"label": act.label, "url": f"/desk/acts/{act.name}/{found.scheme_id}/", "waiting": False}]
