"""The ledger of proceeds (收益资金台账), and what was booked in it for which reason."""

from django.db import models
from django.db.models import F, Q

from apps.documents.models import IncomingDocument
from apps.money.models import Remittance
from apps.parties.models import Organisation
from kernel.cases.models import Case
from kernel.money import YuanField


class Account(models.Model):
    """One bucket of one holder's proceeds of one case. Only the ledger's trigger moves the balance."""

    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="funds")
    source = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    bucket = models.CharField(max_length=40)
    balance = YuanField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["holder", "source", "bucket"], name="funds_account_once"),
            models.CheckConstraint(
                condition=Q(balance__gte=0) | Q(bucket__in=["external", "margin"]),
                name="funds_account_not_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(balance__lte=0) | ~Q(bucket="external"), name="funds_external_not_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(bucket__regex=r"^(external|central|retained|margin|pool|share:[a-z_]+)$"),
                name="funds_bucket_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.bucket}"


class Movement(models.Model):
    """One journal entry: why proceeds of one source moved. `once` names an effect that may happen only one time."""

    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)
    once = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.once


class Entry(models.Model):
    """One line of a journal entry, on an account of its source. Lines sum to zero; none is ever changed."""

    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lines")
    amount = YuanField()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="funds_entry_not_zero")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"


class Receipt(models.Model):
    """A remittance that was paid and came into the pool (收益到账), once. `arrived_at` is what the bank says.

    Taken back where the bank sent it back before it was distributed.
    """

    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, related_name="receipt")
    remittance = models.OneToOneField(Remittance, on_delete=models.PROTECT, related_name="receipt")
    amount = YuanField()
    arrived_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="funds_receipt_positive"),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) | Q(taken_back_at__gte=F("arrived_at")),
                name="funds_taken_back_after_arrival",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remittance_id} {self.amount}"


class Allocation(models.Model):
    """A notice by which the centre allocated money (资金下达) of what another province paid; `arrived_at` in the pool.

    `paid_in` is what had been paid in all when the first one came, and nothing of the later ones.
    """

    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, related_name="allocation")
    notice = models.OneToOneField(IncomingDocument, on_delete=models.PROTECT, related_name="allocation")
    amount = YuanField()
    paid_in = YuanField()
    arrived_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="funds_allocation_positive"),
            models.CheckConstraint(condition=Q(paid_in__gte=0), name="funds_paid_in_not_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.movement_id} {self.amount}"


class Distribution(models.Model):
    """A pool that was distributed (收益分配), whole, by two persons of the county's finance."""

    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, related_name="distribution")
    amount = YuanField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    released_by_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="funds_distribution_positive")]

    def __str__(self) -> str:
        return f"{self.movement_id} {self.amount}"


class Portion(models.Model):
    """What a category was given by a distribution; of a part within another share how much of that is meant for it."""

    distribution = models.ForeignKey(Distribution, on_delete=models.PROTECT, related_name="portions")
    category = models.CharField(max_length=30)
    amount = YuanField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["distribution", "category"], name="funds_portion_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="funds_portion_not_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.amount}"
