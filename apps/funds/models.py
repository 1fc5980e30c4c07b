"""The ledger of proceeds (收益资金台账), and what was booked in it for which reason."""

from django.db import models
from django.db.models import F, Q

from apps.documents.models import Attachment, IncomingDocument
from apps.money.models import Remittance
from apps.parties.models import Organisation
from kernel.cases.models import Case
from kernel.keys import FoldedField
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
                condition=Q(
                    bucket__regex=r"^(external|central|retained|margin|pool|returned|(share|spent):[a-z_]+)$"
                ),
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


class Booked(models.Model):
    """What two persons of a county's finance book by one movement."""

    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, related_name="%(class)s")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    released_by_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        abstract = True


class PayIn(Booked):
    """What was paid into the central account for quota of other provinces, by one voucher (调剂资金缴入).

    A voucher is used once in a province, for whichever case; so is its scanned copy.
    """

    province = models.CharField(max_length=6)
    payer = models.CharField(max_length=200)
    voucher_no = models.CharField(max_length=80)
    voucher_key = FoldedField(of="voucher_no")
    amount = YuanField()
    paid_at = models.DateTimeField()
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["province", "voucher_key"], name="pay_in_voucher_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="pay_in_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_no} {self.amount}"


class Distribution(Booked):
    """A pool that was distributed (收益分配), whole."""

    amount = YuanField()

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


class Reversal(Booked):
    """A booking that was wrong and was taken back by opposite lines (冲回), once, by two persons of who booked it.

    `attachment` shows that money which had left is back: of a spending or a giving back, not of a distribution.
    """

    of = models.OneToOneField(Movement, on_delete=models.PROTECT, related_name="reversed_by")
    reason = models.CharField(max_length=500)
    attachment = models.OneToOneField(Attachment, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(of__lt=F("movement")), name="funds_reversal_after_its_movement"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="funds_reversal_for_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.movement_id} {self.of_id}"


class Spending(Booked):
    """What was paid out of a share (收益支出) under one voucher, to the payees of a sheet.

    A voucher is one holder's once for ever, also when its spending is taken back; so is its scanned copy.
    `sheet_sha256` is of the sheet as its approver read it, `plan_line` the number of the line in the plan of use.
    """

    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=30)
    voucher_no = models.CharField(max_length=80)
    voucher_key = FoldedField(of="voucher_no")
    purpose = models.CharField(max_length=200)
    project = models.CharField(max_length=200)
    amount = YuanField()
    plan_line = models.PositiveSmallIntegerField(null=True)
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")
    sheet_sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["holder", "voucher_key"], name="funds_voucher_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="funds_spending_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_no} {self.amount}"


class Payee(models.Model):
    """Who was paid by a spending (收款人), one row of its sheet.

    Of a natural person name and account are `sealed` and stand nowhere else; `payee_mark` tells that two payees are the
    same, and leads back to nobody without the site's key. One invoice of a payee over one amount is paid once for ever.
    """

    spending = models.ForeignKey(Spending, on_delete=models.PROTECT, related_name="payees")
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=100, blank=True)
    account = models.CharField(max_length=40, blank=True)
    sealed = models.TextField(blank=True)
    payee_mark = models.CharField(max_length=32)
    amount = YuanField()
    invoice_no = models.CharField(max_length=80, blank=True)
    invoice_key = FoldedField(of="invoice_no")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["spending", "line"], name="funds_payee_line_once"),
            models.UniqueConstraint(
                fields=["payee_mark", "invoice_key", "amount"],
                condition=~Q(invoice_key=""),
                name="funds_invoice_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="funds_payee_positive"),
            models.CheckConstraint(
                condition=Q(kind="person", name="", account="") & ~Q(sealed="")
                | Q(kind="body", sealed="") & ~Q(name="") & ~Q(account=""),
                name="funds_natural_person_sealed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.spending} {self.line}"


class Restitution(Booked):
    """What was given back out of a pool or a share (收益退回): a price refunded, an allocation taken back.

    `attachment` is the copy of its voucher.
    """

    bucket = models.CharField(max_length=40)
    amount = YuanField()
    recipient = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="funds_restitution_positive"),
            models.CheckConstraint(
                condition=Q(bucket="pool") | Q(bucket__startswith="share:"),
                name="funds_restitution_of_a_bucket",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bucket} {self.amount}"


class Found(models.Model):
    """What two persons wrote on proceeds in their audit: a finding, its answer, its conclusion. None ever changes."""

    text = models.TextField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    released_by_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        abstract = True


class Finding(Found):
    """What an auditor found wanting (审计意见), about one booking or about all of a source."""

    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    about = models.ForeignKey(Movement, null=True, on_delete=models.PROTECT, related_name="findings")
    amount = YuanField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="funds_finding_not_below_zero")
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.pk}"

    @property
    def is_answered(self) -> bool:
        """Whether the county has answered."""
        return hasattr(self, "answer")

    @property
    def is_concluded(self) -> bool:
        """Whether the auditor has closed it."""
        return hasattr(self, "conclusion")


class Answer(Found):
    """What the county says to a finding (审计意见答复), once; `attachment` is the paper that it shows for it."""

    finding = models.OneToOneField(Finding, on_delete=models.PROTECT, related_name="answer")
    attachment = models.OneToOneField(Attachment, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.finding_id}"


class Conclusion(Found):
    """What its auditor concludes (审计结论), once; `amount` is to be recovered, zero where nothing is."""

    finding = models.OneToOneField(Finding, on_delete=models.PROTECT, related_name="conclusion")
    outcome = models.CharField(max_length=10)
    amount = YuanField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="recover", amount__gt=0)
                | Q(outcome__in=["in_order", "correct"], amount=0),
                name="funds_conclusion_recovers_an_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.outcome}"
