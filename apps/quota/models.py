"""Projects, parcels, batches, and the ledger in which quota lives."""

from enum import StrEnum

from django.db import models
from django.db.models import F, Q

from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaClass, kind_choices
from apps.land.models import Project
from apps.parties.models import Organisation, Region
from kernel.cases.models import Case
from kernel.keys import FoldedField


class Bucket(StrEnum):
    """Where a holder's quota stands. `issued` is the province's own side of the entry, the only one below zero."""

    ISSUED = "issued"
    AVAILABLE = "available"
    FROZEN = "frozen"
    USED = "used"
    WRITTEN_OFF = "written_off"


BUCKET_LABELS: dict[Bucket, str] = {
    Bucket.ISSUED: "入库",
    Bucket.AVAILABLE: "可用",
    Bucket.FROZEN: "冻结",
    Bucket.USED: "已用",
    Bucket.WRITTEN_OFF: "核减",
}


class Source(StrEnum):
    """What a batch comes of: a project, a verification, the outcome of a quality commitment, a ministry's scheme."""

    PROJECT = "project"
    VERIFICATION = "verification"
    COMMITMENT = "commitment"
    SCHEME = "scheme"


MOVEMENT_LABELS: dict[str, str] = {
    "issue": "入库",
    "freeze": "冻结",
    "release": "解冻",
    "transfer": "划转",
    "use": "使用核销",
    "write_off": "核减",
}
"""Why quota moves."""


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
    """A mortgage, seizure or other burden on a batch (抵押、查封): while it stands the batch is not traded."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="encumbrances")
    reason = models.CharField(max_length=200)
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.batch} {self.reason}"


class Account(models.Model):
    """One holder's quota of one kind from one batch in one bucket. Only the ledger's trigger moves the balance."""

    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="quota_accounts")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="accounts")
    kind = models.CharField(max_length=20, choices=kind_choices)
    bucket = models.CharField(max_length=12)
    balance = models.DecimalField(max_digits=16, decimal_places=4, default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["holder", "batch", "kind", "bucket"], name="quota_account_once"),
            models.CheckConstraint(
                condition=Q(balance__gte=0) | Q(bucket="issued"), name="quota_account_not_below_zero"
            ),
            models.CheckConstraint(
                condition=Q(balance__lte=0) | ~Q(bucket="issued"), name="quota_issued_not_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(bucket__in=[str(each) for each in Bucket]), name="quota_bucket_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.batch} {self.kind} {self.bucket}"


class Movement(models.Model):
    """One journal entry: why quota moved, when, for which case."""

    reason = models.CharField(max_length=40)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.reason} {self.at.isoformat()}"


class Entry(models.Model):
    """One line of a journal entry. Lines of an entry sum to zero per batch and kind; none is ever changed."""

    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    amount = models.DecimalField(max_digits=16, decimal_places=4)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="quota_entry_not_zero")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"


class UseTerm(models.Model):
    """Until when a holder has to use what it bought of a batch (使用期限); of two purchases the later end counts.

    `ends_at` is exclusive. The province extends it once, by `extended_days`, for a reason.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="use_terms")
    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="use_terms")
    ends_at = models.DateTimeField()
    extended_days = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "holder"], name="use_term_once"),
            models.CheckConstraint(
                condition=Q(extended_days=None, reason="") | Q(extended_days__gt=0, reason__gt=""),
                name="use_term_extended_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.batch} {self.ends_at.isoformat()}"


class Claim(models.Model):
    """What a re-check found less of a certified batch (核减决定): `amount` in all, `left` still to be written off.

    What is available goes at once, the rest as quota of the kind comes free to its holder, whatever batch it is of. A
    batch's booked amount never changes. `settled_at` says when nothing was left.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="claims")
    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=kind_choices)
    amount = models.DecimalField(max_digits=16, decimal_places=4)
    left = models.DecimalField(max_digits=16, decimal_places=4)
    finding_no = models.CharField(max_length=80)
    finding_key = FoldedField(of="finding_no")
    reason = models.CharField(max_length=500)
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "finding_key"], name="claim_of_a_finding_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, left__gte=0) & Q(left__lte=F("amount")),
                name="claim_within_its_amount",
            ),
            models.CheckConstraint(
                condition=Q(left=0, settled_at__isnull=False) | Q(left__gt=0, settled_at=None),
                name="claim_settled_when_nothing_is_left",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch} {self.finding_no} {self.left}"


class Retirement(models.Model):
    """Use of quota (使用核销): retired against a construction project (占补平衡挂钩), or booked to a county and a year.

    Which of both the province's rules say (`use_mode`). `year` and `region` are null for a construction project.
    """

    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="retirements")
    project_name = models.CharField(max_length=200, blank=True)
    project_approval_no = models.CharField(max_length=80, blank=True)
    land_use = models.CharField(max_length=30, blank=True, default="")
    year = models.PositiveSmallIntegerField(null=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, related_name="+")
    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, related_name="retirement")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(year__isnull=True, region__isnull=True, project_name__gt="")
                | Q(year__isnull=False, region__isnull=False),
                name="retirement_for_a_project_or_a_year",
            )
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.project_name or self.year}"


class YearStatement(models.Model):
    """A province's year closed (年度结清): made, bought, sold, used, balance per kind, with the statement's digest."""

    province = models.CharField(max_length=6)
    year = models.PositiveSmallIntegerField()
    statement = models.JSONField()
    sha256 = models.CharField(max_length=64)
    closed_by_id = models.BigIntegerField()
    closed_at = models.DateTimeField()

    class Meta:
        ordering = ["province", "-year"]
        constraints = [models.UniqueConstraint(fields=["province", "year"], name="year_closed_once")]

    def __str__(self) -> str:
        return f"{self.province} {self.year}年"
