"""What people are told (通知)."""

from django.db import models

from apps.parties.models import Organisation


class Notice(models.Model):
    """One message in an organisation's inbox."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="notices")
    listing_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    once = models.CharField(max_length=120, unique=True)
    title = models.CharField(max_length=120)
    text = models.TextField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["organisation", "-id"], name="notice_inbox")]

    def __str__(self) -> str:
        return self.title
