"""Notices of agreements (协议公示)."""

from django.db import models
from django.db.models import F, Q

from apps.listings.models import Listing


class Notice(models.Model):
    """One agreement on the portal; `ended_at` is when its period was over, whatever held its effect then."""

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="notice")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("started_at")),
                name="notice_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing} 协议公示"
