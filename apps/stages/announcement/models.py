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


class PortalNote(models.Model):
    """That the provincial authority's portal shows the announcement as well (门户同步发布), noted by two persons."""

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="portal_note")
    address = models.URLField(max_length=500)
    published_at = models.DateTimeField()
    screenshot_sha256 = models.CharField(max_length=64)
    noted_at = models.DateTimeField()
    noted_by_id = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(screenshot_sha256__regex=r"^[0-9a-f]{64}$"),
                name="portal_screenshot_sha256_is_one",
            ),
            models.CheckConstraint(
                condition=models.Q(published_at__lte=models.F("noted_at")),
                name="portal_noted_after_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing} 门户发布"
