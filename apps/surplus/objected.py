"""What an objection needs to know of a certificate: whoever sees one may report what is wrong with it (举报)."""

from datetime import datetime

from apps.parties.roles import Can
from apps.surplus import queries
from apps.surplus.models import Verification
from apps.surplus.progress import days
from apps.surplus.rules import why_not_at
from apps.surplus.states import LABELS, VerificationStatus
from kernel import lanes
from kernel.actors import Actor
from kernel.deadlines.runner import require_settled
from kernel.errors import not_found
from kernel.objected import Objected, Standing


def _held(verification_id: int, by: Actor, now: datetime) -> Standing:
    lanes.hold(lanes.CASE, verification_id)
    require_settled(case_id=verification_id, now=now)
    found = (
        Verification.objects.select_for_update(of=("self",)).select_related("case").filter(pk=verification_id)
    )
    row = found.first()
    if row is None or row.certificate_no is None:
        raise not_found("登记证")
    book = queries.parameters_of(row)
    return Standing(
        case=row.case,
        row=row,
        status=row.status,
        is_public=True,
        why_not=why_not_at(row.state, {VerificationStatus.CERTIFIED}),
        to_accept=days(row, book.objection_accept_wd),
        to_decide=days(row, book.objection_decide_wd),
        concerns_id=queries.province_office_id(row),
    )


def _status_label(verification_id: int) -> str:
    return LABELS[Verification.objects.only("status").get(pk=verification_id).state]


def _counts_nothing(verification_id: int, unanswered: int) -> None:
    """Nothing waits for it."""


OBJECTED = Objected(
    process="verification",
    noun="登记证",
    office="核发登记证的省级自然资源主管部门",
    decided_by=Can.DECIDE_FOR_PROVINCE,
    held=_held,
    status_label=_status_label,
    count=_counts_nothing,
    holds=False,
)
