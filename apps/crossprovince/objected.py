"""What an objection needs to know of an adjustment: it is raised on its published scheme."""

from datetime import datetime

from django.db.models import F

from apps.crossprovince import queries, rules
from apps.crossprovince.models import Adjustment
from apps.crossprovince.states import LABELS, PUBLIC
from apps.crossprovince.states import AdjustmentStatus as S
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.errors import not_found
from kernel.objected import Objected, Standing


def _held(adjustment_id: int, by: Actor, now: datetime) -> Standing:
    found = queries.held(adjustment_id, by=by, now=now)
    if found.rules is None:  # not handed in yet
        raise not_found("跨省域调剂申请")
    book = queries.parameters_of(found)
    return Standing(
        case=found.case,
        row=found,
        status=found.status,
        is_public=found.state in PUBLIC,
        why_not=rules.why_not_object(found.state, ended=found.ends_at is not None and found.ends_at <= now),
        to_accept=queries.days(found, book.objection_accept_wd),
        to_decide=queries.days(found, book.objection_decide_wd),
        binds_at=found.ends_at if found.state is S.PUBLICISED else None,
        concerns_id=queries.province_office_id(found),
        side_ids=(found.holder_id,),
    )


def _status_label(adjustment_id: int) -> str:
    return LABELS[Adjustment.objects.only("status").get(pk=adjustment_id).state]


def _count(adjustment_id: int, unanswered: int) -> None:
    Adjustment.objects.filter(pk=adjustment_id).update(
        unanswered_objections=F("unanswered_objections") + unanswered
    )


def _uphold(adjustment_id: int, now: datetime) -> None:
    """The scheme stays without effect until the dispute is settled; one that has taken effect is not touched."""
    Adjustment.objects.filter(pk=adjustment_id, status=S.PUBLICISED).update(upheld_at=now)


OBJECTED = Objected(
    process="adjustment",
    noun="跨省域调剂申请",
    office="省级自然资源主管部门",
    decided_by=Can.DECIDE_FOR_PROVINCE,
    held=_held,
    status_label=_status_label,
    count=_count,
    uphold=_uphold,
)
