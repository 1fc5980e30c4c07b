"""Accounts, bank lines and statements, the money ledger, and what goes out. All amounts in yuan."""

from enum import StrEnum

from django.db import models
from django.db.models import F, Q

from apps.parties.models import Organisation
from kernel.cases.models import Case
from kernel.keys import FoldedField
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
    REMITTED = "remitted"
    HELD_BACK = "held_back"


class FiscalAccount(models.Model):
    """A bank account of an organisation, registered by one of its people and verified by another (收款账户).

    It never changes; another account is another row, and one that is closed is named by nothing new.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="fiscal_accounts")
    name = models.CharField(max_length=200)
    bank = models.CharField(max_length=200)
    number = models.CharField(max_length=40)
    verified_by_id = models.BigIntegerField()
    verified_at = models.DateTimeField()
    closed_by_id = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "number"],
                condition=Q(closed_at__isnull=True),
                name="one_open_fiscal_account_each",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(bank="") & ~Q(number=""), name="fiscal_account_is_whole"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by_id__isnull=True)
                | Q(closed_at__isnull=False, closed_by_id__isnull=False),
                name="fiscal_account_closed_by_and_at_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.bank} {self.number}"


class SubAccount(models.Model):
    """A bank sub-account number issued for one organisation, one lot and one purpose only (子账户).

    `province` is the lot's: finance of another province neither sees it nor imports into it.
    """

    number = models.CharField(max_length=40, unique=True)
    purpose = models.CharField(max_length=10)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    province = models.CharField(max_length=6)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sub_accounts")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "organisation", "purpose"], name="one_sub_account_each"),
            models.CheckConstraint(
                condition=Q(purpose__in=[str(each) for each in Purpose]), name="purpose_known"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Statement(models.Model):
    """A bank statement of one account that was closed (对账单): opening + credits − debits = closing.

    The bank lines of the account up to `covers_until` are all here, and count. `account` is a sub-account's number,
    or that of the account to which all sub-accounts of the province belong (归集账户; `sub_account` is None).
    """

    account = models.CharField(max_length=40)
    province = models.CharField(max_length=6)
    sub_account = models.ForeignKey(
        SubAccount, null=True, on_delete=models.PROTECT, related_name="statements"
    )
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
        return f"{self.account} {self.covers_until.isoformat()}"


class BalanceReport(models.Model):
    """What an account held at an instant, as somebody read it at the bank who neither imported nor closed it."""

    account = models.CharField(max_length=40)
    province = models.CharField(max_length=6)
    at = models.DateTimeField()
    balance = YuanField()
    reported_at = models.DateTimeField()
    reported_by_id = models.BigIntegerField()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.account} {self.balance}"


class BankEntry(models.Model):
    """Money that arrived at the bank. What counts is `arrived_at`; `imported_at` is when we heard of it.

    A line is known by its account, the bank's own reference, its instant and its amount. It counts once a closed
    statement holds it (`Counted`); until then it stands in suspense.
    """

    reference = models.CharField(max_length=80)
    reference_key = FoldedField(of="reference")
    province = models.CharField(max_length=6)
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
            models.UniqueConstraint(
                fields=["province", "reference_key", "credited_number", "arrived_at", "amount"],
                name="bank_entry_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bank_entry_positive"),
            models.CheckConstraint(
                condition=Q(arrived_at__lte=F("imported_at")), name="bank_entry_arrived_before_import"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Counted(models.Model):
    """A bank line that counts, by the closed statement that holds it; once."""

    entry = models.OneToOneField(BankEntry, on_delete=models.PROTECT, related_name="counted")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="entries")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.entry} {self.statement}"


class Outcome(StrEnum):
    """What two persons decide about money that is held."""

    COUNT = "count"
    RETURN = "return"


OUTCOME_LABELS: dict[Outcome, str] = {Outcome.COUNT: "计入", Outcome.RETURN: "原路退回"}


class Exceptional(models.Model):
    """Why an entry, or a part of it, is not what it was paid for (例外款项); it is returned, never kept.

    What is `held` (a likely double, more than is owed) is neither taken nor sent back until two persons decide.
    """

    entry = models.OneToOneField(BankEntry, on_delete=models.PROTECT, related_name="exceptional")
    code = models.CharField(max_length=40)
    sentence = models.CharField(max_length=300)
    amount = YuanField(default=0)
    held = models.BooleanField(default=False)
    noted_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, blank=True)
    remark = models.CharField(max_length=300, blank=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_by_id__isnull=True, decided_at__isnull=True)
                | Q(outcome__in=["count", "return"], decided_by_id__isnull=False, decided_at__isnull=False),
                name="exceptional_decided_by_and_at_together",
            ),
        ]

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

    `request_id` is chosen before anything is sent; the bank pays a request id once. What the bank rejects is owed
    again as the next `attempt`, under a new request id.
    """

    entry = models.ForeignKey(BankEntry, on_delete=models.PROTECT, related_name="refunds")
    source = models.CharField(max_length=12)
    attempt = models.PositiveSmallIntegerField(default=1)
    amount = YuanField()
    reason = models.CharField(max_length=100)
    request_id = models.UUIDField(unique=True)
    due_since = models.DateTimeField()
    released_by_id = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    rejected_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "source", "attempt"], name="one_refund_per_entry_source_and_attempt"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
            models.CheckConstraint(
                condition=Q(source__in=["held", "received", "applied", "held_back", "suspense"]),
                name="refund_from_refundable_bucket",
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

    @property
    def payee(self) -> tuple[str, str, str]:
        """(name, bank, account number) of the payer that the bank named."""
        return self.entry.payer_name, "", self.entry.payer_account

    @property
    def province(self) -> str:
        """Whose finance pays it."""
        return self.entry.province


class Purse(StrEnum):
    """What a remittance carries out of a lot's sub-accounts."""

    PRICE = "price"
    HELD_BACK = "held_back"
    FORFEITED = "forfeited"


PURSE_LABELS: dict[Purse, str] = {
    Purse.PRICE: "成交价款",
    Purse.HELD_BACK: "留存价款",
    Purse.FORFEITED: "没收保证金",
}


class Remittance(models.Model):
    """Money of a lot to be paid out: the price to the seller's fiscal account, a forfeited deposit to the treasury.

    Owed, released by two persons of finance, sent once, paid, as a refund is. The account is the one that the contract
    fixed; a forfeited deposit's is the finance office's own when it is released. What the bank rejects is owed again
    as the next `attempt`, under a new request id.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    province = models.CharField(max_length=6)
    purse = models.CharField(max_length=10)
    attempt = models.PositiveSmallIntegerField(default=1)
    account = models.ForeignKey(
        FiscalAccount, null=True, on_delete=models.PROTECT, related_name="remittances"
    )
    amount = YuanField()
    reason = models.CharField(max_length=100)
    request_id = models.UUIDField(unique=True)
    due_since = models.DateTimeField()
    released_by_id = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    rejected_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "purse", "attempt"], name="one_remittance_per_lot_purse_and_attempt"
            ),
            models.UniqueConstraint(
                fields=["case", "purse"],
                condition=Q(rejected_at__isnull=True, cancelled_at__isnull=True),
                name="one_live_remittance_per_lot_and_purse",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="remittance_positive"),
            models.CheckConstraint(
                condition=Q(purse__in=[str(each) for each in Purse]), name="remittance_purse_known"
            ),
            models.CheckConstraint(
                condition=Q(released_by_id__isnull=True, released_at__isnull=True)
                | Q(released_by_id__isnull=False, released_at__isnull=False, account__isnull=False),
                name="remittance_released_by_and_at_together",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(released_at__isnull=False),
                name="remittance_sent_after_release",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(released_at__isnull=True),
                name="released_remittance_is_not_cancelled",
            ),
            models.CheckConstraint(
                condition=(Q(paid_at__isnull=True) & Q(rejected_at__isnull=True))
                | (Q(released_at__isnull=False) & (Q(paid_at__isnull=True) | Q(rejected_at__isnull=True))),
                name="remittance_paid_or_rejected_after_release",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.purse} {self.amount}"

    @property
    def payee(self) -> tuple[str, str, str]:
        """(name, bank, account number)."""
        if self.account is None:
            return "", "", ""
        return self.account.name, self.account.bank, self.account.number

    @property
    def purse_label(self) -> str:
        """成交价款, 留存价款 or 没收保证金."""
        return PURSE_LABELS[Purse(self.purse)]


Payment = Refund | Remittance
"""What leaves through the bank."""


class Answered(StrEnum):
    """What the bank says of a payment."""

    PAID = "paid"
    REJECTED = "rejected"


class OutgoingLine(models.Model):
    """A line of the bank about money that went out, or came back rejected; `request_id` as the bank repeats it."""

    reference = models.CharField(max_length=80, unique=True)
    province = models.CharField(max_length=6)
    account = models.CharField(max_length=40)
    request_id = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=10)
    amount = YuanField()
    at = models.DateTimeField()
    imported_at = models.DateTimeField()
    imported_by_id = models.BigIntegerField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="outgoing_line_positive"),
            models.CheckConstraint(
                condition=Q(outcome__in=["paid", "rejected"]), name="outgoing_outcome_known"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class CountedAnswer(models.Model):
    """An answer of the bank that counts, by the closed statement that holds it; once."""

    line = models.OneToOneField(OutgoingLine, on_delete=models.PROTECT, related_name="counted")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="answers")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.line} {self.statement}"
