"""The settlement of a price."""

from django.db import models
from django.db.models import F, Q

from apps.listings.models import Listing
from apps.stages.award.models import Award
from kernel.money import YuanField


class Settlement(models.Model):
    """A price that was settled, with its late fee, once. `settled_at` is the arrival that settled it."""

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="settlement")
    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="settlement")
    total_price = YuanField()
    deposit_applied = YuanField()
    paid = YuanField()
    late_fee = YuanField()
    settled_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(paid=F("total_price") + F("late_fee") - F("deposit_applied")),
                name="settlement_adds_up",
            ),
            models.CheckConstraint(condition=Q(late_fee__gte=0), name="late_fee_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.listing} {self.paid}"
