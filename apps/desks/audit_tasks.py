"""What of drawn vouchers (审计抽查) waits for an auditor: until each has a finding, the audit is a task."""

from django.db.models import Exists, OuterRef, QuerySet

from apps.crossprovince.models import AuditDraw, AuditRound
from apps.crossprovince.names import FINAL_AUDIT_DEADLINE, YEAR_AUDIT_DEADLINE
from apps.crossprovince.queries import visible_to
from apps.desks.tasks import Task
from apps.funds.models import Finding
from apps.funds.names import FUNDS_AUDIT
from apps.funds.queries import pools_seen
from apps.parties.roles import Can
from kernel.actors import Actor

MOST = 1_000


def audit_tasks(by: Actor) -> list[Task]:
    """The audits of the auditor's region of which a drawn voucher has no finding yet, those due first. Two queries."""
    if not by.can(Can.AUDIT_FUNDS):
        return []
    rounds = list(_open(by)[:MOST])
    cases = [each.adjustment_id for each in rounds]
    pools = dict(pools_seen(by).filter(source_id__in=cases).values_list("source_id", "pk")) if cases else {}
    return [_task(each, pools[each.adjustment_id]) for each in rounds if each.adjustment_id in pools]


def _open(by: Actor) -> QuerySet[AuditRound]:
    found = Finding.objects.filter(
        about_id=OuterRef("spending__movement_id"), at__gte=OuterRef("round__drawn_at")
    )
    # What an earlier final audit had drawn before it was void stays to be audited.
    left = AuditDraw.objects.filter(
        ~Exists(found),
        round__adjustment_id=OuterRef("adjustment_id"),
        round__year=OuterRef("year"),
        sampled=True,
        spending__movement__reversed_by__isnull=True,
    )
    rounds = AuditRound.objects.filter(
        Exists(left),
        adjustment__in=visible_to(by).values("pk"),
        drawn_at__isnull=False,
        concluded_at=None,
        voided_at=None,
    )
    return rounds.select_related("adjustment__holder__region").order_by("drawn_at", "pk")


def _task(found: AuditRound, pool_id: int) -> Task:
    of = found.adjustment
    return Task(
        f"{found.label}：逐笔审计抽取的凭证",
        of.title,
        f"/desk/acts/{FUNDS_AUDIT}/{pool_id}/",
        kind=YEAR_AUDIT_DEADLINE if found.year else FINAL_AUDIT_DEADLINE,
        listing_id=of.pk,
        subject_id=found.pk,
        county=of.holder.region_id,
        county_name=of.holder.region.name,
        seller=of.holder.name,
        act=FUNDS_AUDIT,
    )
