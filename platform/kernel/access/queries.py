"""What waits for an approver's release."""

from django.db.models import QuerySet

from kernel.access.models import Preparation
from kernel.actors import Actor


def waiting(by: Actor) -> QuerySet[Preparation]:
    """Open preparations of the actor's organisation, oldest first."""
    return Preparation.objects.filter(organisation_id=by.organisation_id, decided_at=None).order_by(
        "prepared_at", "id"
    )


def waiting_for(*, act: str, slot: str, subject_id: int, by: Actor) -> Preparation | None:
    """The open preparation of one act by the actor's organisation, if there is one."""
    return waiting(by).filter(act=act, slot=slot, subject_id=subject_id).first()
