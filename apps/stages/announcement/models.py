"""What was announced. Frozen with publication."""

from django.db import models

from apps.listings.models import Listing


class Announcement(models.Model):
    """A published announcement (交易公告).

    `draw_commitment` is the SHA-256 of the secret that would decide a draw at the ceiling; the secret stays sealed
    until close.
    """

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="announcement")
    published_at = models.DateTimeField()
    published_by_id = models.BigIntegerField()
    facts = models.JSONField()
    facts_sha256 = models.CharField(max_length=64)
    draw_commitment = models.CharField(max_length=64)
    sealed_draw_secret = models.TextField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.listing} 交易公告"


class Supplement(models.Model):
    """A supplementary announcement (补充公告) and what it changed."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="supplements")
    text = models.TextField()
    changes = models.JSONField(default=dict)
    published_at = models.DateTimeField()
    published_by_id = models.BigIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.listing} 补充公告"
