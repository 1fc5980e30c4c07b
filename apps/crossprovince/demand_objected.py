"""What an objection needs to know of a demand: it is raised on its published scheme."""

from datetime import datetime

from django.db.models import F

from apps.crossprovince import demand_queries as queries
from apps.crossprovince import demand_rules
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_states import LABELS, PUBLIC
from apps.crossprovince.demand_states import DemandStatus as S
from apps.crossprovince.queries import days, parameters_of, province_office_id
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.errors import not_found
from kernel.objected import Objected, Standing


def _held(demand_id: int, by: Actor, now: datetime) -> Standing:
    found = queries.held(demand_id, by=by, now=now)
    if found.rules is None:  # not handed in yet
        raise not_found("跨省域调入需求")
    book = parameters_of(found)
    return Standing(
        case=found.case,
        row=found,
        status=found.status,
        is_public=found.state in PUBLIC,
        why_not=demand_rules.why_not_object(
            found.state, ended=found.ends_at is not None and found.ends_at <= now
        ),
        to_accept=days(found, book.objection_accept_wd),
        to_decide=days(found, book.objection_decide_wd),
        binds_at=found.ends_at if found.state is S.PUBLICISED else None,
        concerns_id=province_office_id(found),
        side_ids=(found.holder_id,),
    )


def _status_label(demand_id: int) -> str:
    return LABELS[Demand.objects.only("status").get(pk=demand_id).state]


def _count(demand_id: int, unanswered: int) -> None:
    Demand.objects.filter(pk=demand_id).update(unanswered_objections=F("unanswered_objections") + unanswered)


def _uphold(demand_id: int, now: datetime) -> None:
    """Nothing is to be paid until the dispute is settled; a scheme that has taken effect is not touched."""
    Demand.objects.filter(pk=demand_id, status=S.PUBLICISED).update(upheld_at=now)


OBJECTED = Objected(
    process="demand",
    noun="跨省域调入需求",
    office="省级自然资源主管部门",
    decided_by=Can.DECIDE_FOR_PROVINCE,
    held=_held,
    status_label=_status_label,
    count=_count,
    uphold=_uphold,
)
