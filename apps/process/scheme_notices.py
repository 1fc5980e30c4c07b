"""What people are told of objections (异议) to published schemes: the province, and whose case it is."""

from datetime import datetime

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.models import Adjustment
from apps.crossprovince.queries import province_office_id
from apps.notices.commands import tell_all
from apps.objections.events import ObjectionAccepted, ObjectionRaised, ObjectionSettled


def _found(case_id: int) -> Adjustment | Demand:
    """The case, of whichever side."""
    given = Adjustment.objects.select_related("case").filter(pk=case_id).first()
    return given or Demand.objects.select_related("case").get(pk=case_id)


def _tell(
    to: int | None, kind: str, title: str, text: str, *, case_id: int, about: int, now: datetime
) -> None:
    ids = [to] if to is not None else []
    tell_all(
        organisation_ids=ids, kind=kind, title=title, text=text, now=now, case_id=case_id, about=str(about)
    )


def raised(event: ObjectionRaised) -> None:
    """The province hears of an objection, without who raised it."""
    found = _found(event.case_id)
    text = f"“{found.title}”（{found.case.number}）的方案公示收到异议，请按期决定是否受理。"
    to, about = province_office_id(found), event.objection_id
    _tell(to, "objection", "收到异议", text, case_id=found.pk, about=about, now=event.now)


def accepted(event: ObjectionAccepted) -> None:
    """Its holder hears that the scheme waits for a decision."""
    found = _found(event.case_id)
    text = f"“{found.title}”方案公示的一件异议已受理，办结前方案不生效。"
    to, about = found.holder_id, event.objection_id
    _tell(to, "objection_accepted", "异议已受理", text, case_id=found.pk, about=about, now=event.now)


def settled(event: ObjectionSettled) -> None:
    """Its holder hears that this objection is dealt with."""
    found = _found(event.case_id)
    text = f"“{found.title}”方案公示的一件异议已办结。"
    to, about = found.holder_id, event.objection_id
    _tell(to, "objection_settled", "异议办结", text, case_id=found.pk, about=about, now=event.now)
