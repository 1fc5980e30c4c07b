"""Award confirmations (成交确认书)."""

from django.db import models

from apps.listings.models import Listing
from apps.parties.models import Organisation
from apps.stages.award.models import Award


class Confirmation(models.Model):
    """One confirmation of one award."""

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="confirmation")
    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="confirmation")
    winner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="confirmations")
    issued_by_id = models.BigIntegerField()
    issued_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.listing} 成交确认书"
