"""Publications of results."""

from django.db import models

from apps.listings.models import Listing


class Publication(models.Model):
    """One result on the portal; `ended_at` is when its period was over."""

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="publication")
    started_by_id = models.BigIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.listing} 结果公示"
