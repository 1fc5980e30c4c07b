"""Demands (调入需求): how much quota of other provinces is needed, and the opinions on them."""

from django.db import models
from django.db.models import Q

from apps.crossprovince.demand_states import DemandStatus
from apps.crossprovince.states import Remainder
from apps.parties.models import Organisation, Region
from kernel.cases.models import Case
from kernel.keys import FoldedField
from kernel.money import YuanField


class Demand(models.Model):
    """One demand for surplus quota of other provinces (跨省域调入需求): a case with the same key.

    `amount` is in 亩, and after a part match what was matched. `rules` are its own copy of the rules and of the price
    rows it needs, since its first submission. `parent` is the demand that it was the unmatched rest of. `price` is P:
    what its scheme asks to be paid in; `ends_at` when the publication of its scheme is over. An objection that was
    found right (`upheld_at`) leaves the scheme without effect until it is settled; `unanswered_objections` are neither
    accepted nor refused.
    """

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, primary_key=True, db_column="id", related_name="demand"
    )
    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="demands")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    province = models.CharField(max_length=6)
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=20, default=str(DemandStatus.DRAFT))
    amount = models.DecimalField(max_digits=16, decimal_places=4)
    planning_scale = models.BooleanField()
    remainder = models.CharField(max_length=10, default=str(Remainder.KEEP))
    rules = models.JSONField(null=True)
    review_round = models.PositiveSmallIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    package_sha256 = models.CharField(max_length=64, blank=True, default="")
    receipt_no = models.CharField(max_length=80, null=True)  # noqa: DJ001 - none before the ministry's
    receipt_key = FoldedField(of="receipt_no")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="remainders")
    scheme = models.ForeignKey(
        "crossprovince.Scheme", null=True, on_delete=models.PROTECT, related_name="demands"
    )
    price = YuanField(null=True)
    ends_at = models.DateTimeField(null=True)
    upheld_at = models.DateTimeField(null=True)
    unanswered_objections = models.PositiveIntegerField(default=0)
    paying_at = models.DateTimeField(null=True)
    paid_in_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    drafted_at = models.DateTimeField()
    end_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["-case"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[str(each) for each in DemandStatus]), name="demand_status_known"
            ),
            models.CheckConstraint(
                condition=Q(remainder__in=[str(each) for each in Remainder]), name="demand_remainder_known"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="demand_positive"),
            models.CheckConstraint(
                condition=Q(scheme=None, price=None)
                | Q(scheme__isnull=False, price__isnull=False, price__gt=0),
                name="demand_matched_with_its_price",
            ),
            models.CheckConstraint(
                condition=Q(rules=None, status__in=["draft", "withdrawn"]) | Q(rules__isnull=False),
                name="demand_submitted_under_rules",
            ),
            models.CheckConstraint(
                condition=Q(paid_in_at=None, received_at=None)
                | Q(paying_at__isnull=False, paid_in_at__isnull=False),
                name="demand_received_once_it_is_paid",
            ),
            models.UniqueConstraint(
                fields=["receipt_key"], condition=~Q(receipt_key=""), name="demand_receipt_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def state(self) -> DemandStatus:
        """Where it stands."""
        return DemandStatus(self.status)


class DemandOpinion(models.Model):
    """What the province decided on a demand in a round (省厅审核意见)."""

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="opinions")
    review_round = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=10)
    reason = models.CharField(max_length=2000, blank=True, default="")
    organisation_name = models.CharField(max_length=200)
    decided_by_id = models.BigIntegerField()
    decided_by_name = models.CharField(max_length=80)
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["demand", "review_round"], name="demand_opinion_once")]

    def __str__(self) -> str:
        return f"{self.demand} {self.outcome}"
