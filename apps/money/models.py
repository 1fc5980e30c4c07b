"""Sub-accounts, bank entries, the money ledger and refunds. All amounts in yuan."""

from enum import StrEnum

from django.db import models
from django.db.models import F, Q

from apps.parties.models import Organisation
from kernel.money import YuanField


class Purpose(StrEnum):
    """What a sub-account is for."""

    DEPOSIT = "deposit"
    PRICE = "price"


PURPOSE_LABELS: dict[Purpose, str] = {Purpose.DEPOSIT: "保证金", Purpose.PRICE: "价款"}


class Bucket(StrEnum):
    """Where money of a sub-account stands. `bank` is the outside's side of the entry, the only one below zero."""

    BANK = "bank"
    SUSPENSE = "suspense"
    HELD = "held"
    APPLIED = "applied"
    FORFEITED = "forfeited"
    REFUNDED = "refunded"
    RECEIVED = "received"
    RETURNED = "returned"


class SubAccount(models.Model):
    """A bank sub-account number issued for one organisation, one lot and one purpose only (子账户)."""

    number = models.CharField(max_length=40, unique=True)
    purpose = models.CharField(max_length=10)
    listing_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sub_accounts")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing_id", "organisation", "purpose"], name="one_sub_account_each"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=[str(each) for each in Purpose]), name="purpose_known"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Statement(models.Model):
    """A bank statement that was imported: the entries up to `covers_until` are all here.

    Where finance says what the bank says (opening and closing balance, debits), it is compared with the ledger.
    """

    covers_until = models.DateTimeField()
    opening_balance = YuanField(null=True)
    closing_balance = YuanField(null=True)
    debit_total = YuanField(null=True)
    credit_total = YuanField(null=True)
    credit_count = models.PositiveIntegerField(null=True)
    imported_at = models.DateTimeField()
    imported_by_id = models.BigIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.covers_until.isoformat()


class BankEntry(models.Model):
    """Money that arrived at the bank. What counts is `arrived_at`; `imported_at` is when we heard of it."""

    reference = models.CharField(max_length=80, unique=True)
    credited_number = models.CharField(max_length=40)
    sub_account = models.ForeignKey(
        SubAccount, null=True, on_delete=models.PROTECT, related_name="bank_entries"
    )
    amount = YuanField()
    payer_name = models.CharField(max_length=200)
    payer_account = models.CharField(max_length=40, blank=True)
    arrived_at = models.DateTimeField()
    imported_at = models.DateTimeField()
    imported_by_id = models.BigIntegerField()

    class Meta:
        ordering = ["arrived_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="bank_entry_positive"),
            models.CheckConstraint(
                condition=Q(arrived_at__lte=F("imported_at")), name="bank_entry_arrived_before_import"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Exceptional(models.Model):
    """Why an entry, or a part of it, is not what it was paid for (例外款项); it is returned, never kept."""

    entry = models.OneToOneField(BankEntry, on_delete=models.PROTECT, related_name="exceptional")
    code = models.CharField(max_length=40)
    sentence = models.CharField(max_length=300)
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.entry} {self.code}"


class Account(models.Model):
    """One bucket of one sub-account (or of no known one). Only the ledger's trigger moves the balance."""

    sub_account = models.ForeignKey(SubAccount, null=True, on_delete=models.PROTECT, related_name="accounts")
    bucket = models.CharField(max_length=12)
    balance = YuanField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sub_account", "bucket"], name="money_account_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0) | Q(bucket="bank"), name="money_account_not_below_zero"
            ),
            models.CheckConstraint(
                condition=Q(balance__lte=0) | ~Q(bucket="bank"), name="money_bank_not_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(bucket__in=[str(each) for each in Bucket]), name="money_bucket_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sub_account} {self.bucket}"


class Movement(models.Model):
    """One journal entry: why money moved. `once` names an effect that may happen only one time."""

    reason = models.CharField(max_length=40)
    once = models.CharField(max_length=120, unique=True)
    entry = models.ForeignKey(BankEntry, null=True, on_delete=models.PROTECT, related_name="movements")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.once


class Entry(models.Model):
    """One line of a journal entry. Lines of an entry sum to zero; none is ever changed."""

    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lines")
    amount = YuanField()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="money_entry_not_zero")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"


class Refund(models.Model):
    """Money to be sent back to the account it came from: due, released by two persons, sent once, paid.

    `request_id` is chosen before anything is sent; the bank pays a request id once.
    """

    entry = models.ForeignKey(BankEntry, on_delete=models.PROTECT, related_name="refunds")
    source = models.CharField(max_length=12)
    amount = YuanField()
    reason = models.CharField(max_length=100)
    request_id = models.UUIDField(unique=True)
    due_since = models.DateTimeField()
    released_by_id = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "source"], name="one_refund_per_entry_and_source"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
            models.CheckConstraint(
                condition=Q(source__in=["held", "received", "suspense"]), name="refund_from_refundable_bucket"
            ),
            models.CheckConstraint(
                condition=Q(released_by_id__isnull=True, released_at__isnull=True)
                | Q(released_by_id__isnull=False, released_at__isnull=False),
                name="refund_released_by_and_at_together",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(released_at__isnull=False),
                name="refund_sent_after_release",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {self.amount}"
