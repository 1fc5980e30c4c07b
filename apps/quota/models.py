"""The ledger in which quota lives, terms of use, use itself, claims, and closed years."""

from enum import StrEnum

from django.db import models
from django.db.models import F, Q

from apps.kinds.table import kind_choices
from apps.parties.models import Organisation, Region
from apps.quota.batch_models import Batch
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


MOVEMENT_LABELS: dict[str, str] = {
    "issue": "入库",
    "freeze": "冻结",
    "release": "解冻",
    "transfer": "划转",
    "use": "使用核销",
    "write_off": "核减",
}
"""Why quota moves."""


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
