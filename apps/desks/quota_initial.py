"""What the forms of acts on quota begin with."""

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.desks.prefilled import Prefill
from apps.desks.targets import Subject
from apps.kinds.table import QuotaClass, QuotaKind
from apps.quota.batch_models import Batch
from apps.quota.burden_queries import held_of, holders_of
from apps.quota.burden_rules import BurdenType, Held
from kernel.actors import Actor


def burden(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """Who holds something of the batch, each with how much."""
    batch = Batch.objects.get(pk=subject.pk)
    offered = [
        (str(each.pk), f"{each.name}{_('（')}{_has(held_of(batch, holder_id=each.pk))}{_('）')}")
        for each in holders_of(batch.pk)
    ]
    return Prefill(
        {"type": str(BurdenType.OTHER)}, {"holder_id": offered}, of_class=QuotaClass(batch.quota_class)
    )


def _has(held: dict[QuotaKind, Held]) -> str:
    return _("、").join(
        _("%(kind)s可用%(amount)s%(unit)s，冻结%(frozen)s%(unit)s")
        % {
            "kind": _(kind.label),
            "amount": f"{has.available:.{kind.places}f}",
            "frozen": f"{has.frozen:.{kind.places}f}",
            "unit": _(kind.unit),
        }
        for kind, has in held.items()
        if has.total
    )
