"""Batches of quota (入库批次): what each comes of, its lines, and the burdens on it."""

from enum import StrEnum

from django.db import models
from django.db.models import Q

from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaClass, kind_choices
from apps.land.models import Project
from apps.parties.models import Organisation, Region
from apps.quota.burden_rules import BurdenType
from kernel.keys import FoldedField


class Source(StrEnum):
    """What a batch comes of: a project, a verification, the outcome of a quality commitment, a ministry's scheme."""

    PROJECT = "project"
    VERIFICATION = "verification"
    COMMITMENT = "commitment"
    SCHEME = "scheme"


class Batch(models.Model):
    """Quota booked into the reserve in one go (入库批次), under one reserve certificate (入库凭证).

    `owner` is its first holder and `title` names the land it was made of. Supplementary quota comes of a project and
    has a grade; what a quality commitment achieves is issued to the buyer, of the same project, by the case `source_id`
    of its lot; surplus quota comes of the verification `source_id` and carries (附带) what its reclaimed land brings:
    facts that are printed, never kinds of the ledger. What a scheme brought from other provinces comes of the demand
    `source_id`, carries nothing and stays in its county. `high_standard` is as much as may go to other provinces at the
    price of high-standard farmland (高标准农田); `circulation` how far it may be sold (流转权限): county, city,
    province, state, empty for quota that no certificate limits.
    """

    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="batches")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    quota_class = models.CharField(max_length=20, default=str(QuotaClass.SUPPLEMENTARY))
    source = models.CharField(max_length=20, default=str(Source.PROJECT))
    source_id = models.BigIntegerField(null=True)
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="batches")
    certificate_no = models.CharField(max_length=80)
    certificate_key = FoldedField(of="certificate_no", unique=True)
    grade = models.PositiveSmallIntegerField(null=True)
    carried_farmland = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    carried_paddy = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    carried_capacity = models.DecimalField(max_digits=16, decimal_places=0, default=0)
    high_standard = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    circulation = models.CharField(max_length=10, blank=True, default="")
    booked_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    source=str(Source.PROJECT),
                    quota_class=str(QuotaClass.SUPPLEMENTARY),
                    project__isnull=False,
                    source_id=None,
                    grade__isnull=False,
                    grade__gte=1,
                    grade__lte=15,
                )
                | Q(
                    source=str(Source.COMMITMENT),
                    quota_class=str(QuotaClass.SUPPLEMENTARY),
                    project__isnull=False,
                    source_id__isnull=False,
                    grade__isnull=False,
                    grade__gte=1,
                    grade__lte=15,
                )
                | Q(
                    source=str(Source.VERIFICATION),
                    quota_class=str(QuotaClass.SURPLUS),
                    project=None,
                    source_id__isnull=False,
                    grade=None,
                )
                | Q(
                    source=str(Source.SCHEME),
                    quota_class=str(QuotaClass.SURPLUS),
                    project=None,
                    source_id__isnull=False,
                    grade=None,
                    circulation="county",
                    carried_farmland=0,
                    carried_paddy=0,
                    carried_capacity=0,
                    high_standard=0,
                ),
                name="batch_of_a_project_or_a_case",
            ),
            models.UniqueConstraint(
                fields=["source", "source_id"],
                condition=Q(source_id__isnull=False),
                name="batch_of_a_case_once",
            ),
            models.CheckConstraint(
                condition=Q(carried_farmland__gte=0, carried_paddy__gte=0, carried_capacity__gte=0)
                & Q(high_standard__gte=0),
                name="batch_carries_nothing_below_zero",
            ),
        ]

    def __str__(self) -> str:
        return self.certificate_no

    @property
    def quantities(self) -> Quantities:
        """What was booked in, of each kind; lists load `lines` beforehand."""
        return Quantities.sum_of((line.kind, line.amount) for line in self.lines.all())


class BatchLine(models.Model):
    """How much of one kind a batch holds. Written with the batch; a batch without any is refused at commit."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=20, choices=kind_choices)
    amount = models.DecimalField(max_digits=16, decimal_places=4)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "kind"], name="batch_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="batch_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.batch} {self.kind} {self.amount}"


class Encumbrance(models.Model):
    """A pledge, seizure or other burden on quota (权利负担): while it stands what it lies on is not traded.

    `whole` is all of the batch, of `holder` where there is one, else whoever holds it; otherwise the lines say how much
    of which kind of what that holder has. What it lies on never changes; it is lifted once.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="encumbrances")
    holder = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=10, default=str(BurdenType.OTHER))
    whole = models.BooleanField(default=True)
    reason = models.CharField(max_length=200)
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lift_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(type__in=[str(each) for each in BurdenType]), name="encumbrance_type_known"
            ),
            models.CheckConstraint(
                condition=Q(whole=True) | Q(holder__isnull=False), name="encumbrance_amount_of_a_holder"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch} {self.reason}"

    @property
    def label(self) -> str:
        """Its type in words."""
        return BurdenType(self.type).label

    @property
    def amounts(self) -> Quantities | None:
        """How much of each kind it lies on; None for all. Lists load `lines` beforehand."""
        if self.whole:
            return None
        return Quantities.sum_of((line.kind, line.amount) for line in self.lines.all())


class EncumbranceLine(models.Model):
    """How much of one kind a burden lies on. Written with the burden, unless it lies on all."""

    encumbrance = models.ForeignKey(Encumbrance, on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=20, choices=kind_choices)
    amount = models.DecimalField(max_digits=16, decimal_places=4)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["encumbrance", "kind"], name="encumbrance_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="encumbrance_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.encumbrance} {self.kind} {self.amount}"
