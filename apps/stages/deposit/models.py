"""Certificates with their paddles (竞买资格确认书、号牌)."""

from django.db import models
from django.db.models import Q

from apps.listings.models import Listing
from apps.stages.qualification.models import Registration


class Certificate(models.Model):
    """A bidder may bid, under this paddle. Which organisation that is stays hidden until close."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="certificates")
    registration = models.OneToOneField(Registration, on_delete=models.PROTECT, related_name="certificate")
    paddle = models.PositiveSmallIntegerField()
    granted_at = models.DateTimeField()

    class Meta:
        ordering = ["paddle"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "paddle"], name="paddle_once_per_lot"),
            models.CheckConstraint(
                condition=Q(paddle__gte=100, paddle__lte=999), name="paddle_has_three_digits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paddle:03d}"
