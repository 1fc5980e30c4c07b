"""How much of a verification (节余指标核定) an actor sees, once it may see it at all."""

from django.db.models import Exists, Q, QuerySet

from apps.parties.roles import Can
from apps.surplus.models import Measurement, Verification
from apps.surplus.queries import visible_to
from apps.surplus.states import Origin
from kernel.actors import Actor


def seen_whole(by: Actor) -> QuerySet[Verification]:
    """Those of which all is the actor's business: whose case it is, its city, its province, supervisors, auditors.

    Its measurer sees what was declared and what it has itself handed in; nobody else anything.
    """
    found = visible_to(by)
    if not by.is_person:
        return found.none()
    if by.can(Can.SEE_VERIFICATIONS):
        return found
    return found.filter(Q(holder_id=by.organisation_id) | Q(filed_by_id=by.organisation_id))


def sees_whole(verification: Verification, *, by: Actor) -> bool:
    """Whether all of it is the actor's business, as `seen_whole` says."""
    return seen_whole(by).filter(pk=verification.pk).exists()


def concerns_whole(verification: Verification, *, by: Actor) -> bool:
    """The same of one that is known to be visible to the actor: its measurer alone sees less of it."""
    own = (verification.holder_id, verification.filed_by_id)
    return by.can(Can.SEE_VERIFICATIONS) or by.organisation_id in own


def visible_measurements(verification: Verification, *, by: Actor) -> QuerySet[Measurement]:
    """The sets of parts that an actor may see, the newest first: all; of a measurer the declared and its own."""
    whole = Q(Exists(seen_whole(by).filter(pk=verification.pk)))
    if by.is_person and by.organisation_id == verification.measurer_id:
        whole |= Q(origin=Origin.DRAFT) | Q(by_id=by.organisation_id)
    return verification.measurements.filter(whole).select_related("by").order_by("-version")
