"""Transfers of quota, and claims over its quality."""

from django.db import models
from django.db.models import Q

from apps.listings.models import Listing
from apps.parties.models import Organisation
from apps.quota.models import Movement
from kernel.money import YuanField


class Transfer(models.Model):
    """The handing over of a lot's quota (指标划转), once."""

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="transfer")
    buyer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="transfers")
    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, related_name="transfer")
    executed_by_id = models.BigIntegerField()
    executed_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.listing} 指标划转"


class QualityClaim(models.Model):
    """A retest showed less than was sold (质量退款): the buyer claims, the province confirms, the seller pays."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="quality_claims")
    kind = models.CharField(max_length=20)
    sold = models.DecimalField(max_digits=16, decimal_places=4)
    retested = models.DecimalField(max_digits=16, decimal_places=4)
    refund = YuanField()
    reason = models.TextField()
    claimed_by_id = models.BigIntegerField()
    claimed_at = models.DateTimeField()
    confirmed_by_id = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    voucher_no = models.CharField(max_length=80, blank=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "kind"], name="one_quality_claim_per_kind"),
            models.CheckConstraint(
                condition=Q(retested__gte=0, retested__lt=models.F("sold")), name="quality_claim_is_for_less"
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
        return f"{self.listing} 质量退款 {self.kind}"
