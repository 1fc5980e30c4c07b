"""Awards (成交): what every stage after the sale keys on, whatever the method of sale was."""

from django.db import models
from django.db.models import Q

from apps.listings.models import Listing
from apps.parties.models import Organisation
from apps.stages.qualification.models import Registration
from kernel.money import YuanField


class Award(models.Model):
    """Who won a lot, for how much, by which method. One a listing, never changed.

    `registration` is the application to bid that it was won under, of the winner itself and on this listing; a lot that
    nobody registers for has none, and its winner is the counterparty that it names: a trigger holds these equal.
    `proof` is what shows the award, as its method has it: the hash of the winning bid.
    """

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="award")
    winner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="awards")
    registration = models.OneToOneField(
        Registration, null=True, on_delete=models.PROTECT, related_name="award"
    )
    unit_price = YuanField()
    total_price = YuanField()
    method = models.CharField(max_length=20)
    proof = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit_price__gt=0, total_price__gt=0), name="award_prices_positive"
            ),
            models.CheckConstraint(
                condition=Q(method__regex=r"^[a-z]+(_[a-z]+)*$"), name="award_method_is_a_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing} {self.total_price}"
