"""Messages that leave after commit (发件箱)."""

from django.db import models
from django.db.models import Q


class Message(models.Model):
    """Something to be told outside the database. Written with the change it tells of; sent after both are kept.

    `position` is given when a message leaves, by one relay at a time, so a reader that follows positions misses none.
    `version` is for topics whose readers are shown how far they are, None for others: a message's id would tell the
    public how many others there were, and so of applications and payments.
    """

    topic = models.CharField(max_length=40)
    key = models.CharField(max_length=80, blank=True)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    try_at = models.DateTimeField()
    position = models.PositiveBigIntegerField(null=True, unique=True)
    version = models.PositiveBigIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(sent_at__isnull=True), name="outbox_unsent"),
            models.Index(fields=["topic", "key", "position"], name="outbox_by_key"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, position__isnull=True)
                | Q(sent_at__isnull=False, position__isnull=False),
                name="message_sent_with_position",
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"
