"""Filings with the province (备案)."""

from django.db import models
from django.db.models import Q

from apps.listings.models import Listing
from apps.stages.award.models import Award


class Filing(models.Model):
    """A dossier that was filed: its manifest fixes what it holds; the ZIP is packed from it, the same every time."""

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="filing")
    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="filing")
    manifest = models.JSONField()
    manifest_sha256 = models.CharField(max_length=64)
    submitted_by_id = models.BigIntegerField()
    submitted_at = models.DateTimeField()
    accepted_by_id = models.BigIntegerField(null=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by_id__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by_id__isnull=False),
                name="filing_accepted_by_and_at_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing} 备案"
