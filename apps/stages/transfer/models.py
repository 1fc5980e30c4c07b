"""Transfers of quota, and claims over its quality."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from apps.listings.models import Listing
from apps.parties.models import Organisation
from apps.quota.models import Movement
from apps.stages.award.models import Award
from kernel.money import YuanField


class Transfer(models.Model):
    """The handing over of a lot's quota (指标划转), once."""

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="transfer")
    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="transfer")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="transfers")
    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, related_name="transfer")
    executed_by_id = models.BigIntegerField()
    executed_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.listing} 指标划转"


class QualityClaim(models.Model):
    """A retest showed less than was sold (质量退款): the buyer claims, the province confirms, the seller pays.

    A lot priced by area is measured by area and grade, one priced by capacity by capacity; what does not apply is null.
    `written_off` is what the buyer still had of what was never there, by kind, when the claim was confirmed. One
    `of_commitment` is what the seller owes beyond what was held back, for what it promised and did not achieve: it
    stands with the decision, and nobody claims it.
    """

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="quality_claims")
    sold_area = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    sold_grade = models.PositiveSmallIntegerField(null=True)
    sold_capacity = models.DecimalField(max_digits=16, decimal_places=0, null=True)
    area = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    grade = models.PositiveSmallIntegerField(null=True)
    capacity = models.DecimalField(max_digits=16, decimal_places=0, null=True)
    measurer = models.CharField(max_length=200)
    written_off = models.JSONField(default=dict)
    refund = YuanField()
    reason = models.TextField()
    of_commitment = models.BooleanField(default=False)
    claimed_by_id = models.BigIntegerField()
    claimed_at = models.DateTimeField()
    confirmed_by_id = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    voucher_no = models.CharField(max_length=80, blank=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing"],
                condition=Q(confirmed_at__isnull=True),
                name="one_open_quality_claim_per_lot",
            ),
            models.CheckConstraint(condition=Q(refund__gt=0), name="quality_refund_positive"),
            models.CheckConstraint(
                condition=Q(area__gte=0, area__lte=models.F("sold_area"), capacity__isnull=True)
                | Q(capacity__gte=0, capacity__lt=models.F("sold_capacity"), area__isnull=True),
                name="quality_claim_is_for_less",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by_id__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by_id__isnull=False),
                name="quality_claim_confirmed_by_and_at_together",
            ),
            models.CheckConstraint(
                condition=Q(paid_at__isnull=True, voucher_no="")
                | Q(paid_at__isnull=False, voucher_no__gt="", confirmed_at__isnull=False),
                name="quality_refund_paid_with_voucher",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing} 质量退款"

    @property
    def sold_text(self) -> str:
        """What was sold, as pages say it."""
        return self._said(self.sold_area, self.sold_grade, self.sold_capacity)

    @property
    def found_text(self) -> str:
        """What the retest found, as pages say it."""
        return self._said(self.area, self.grade, self.capacity)

    def _said(self, area: Decimal | None, grade: int | None, capacity: Decimal | None) -> str:
        if capacity is not None:
            return f"{self.listing.priced.kind.label}{capacity:,.0f}公斤"
        graded = f"（{grade}等）" if grade is not None else ""
        return f"{area or 0:,.4f}亩{graded}"
