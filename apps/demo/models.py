"""What the demonstration keeps of itself: whether its market was told to the end."""

from django.db import models
from django.db.models import F, Q


class Seeding(models.Model):
    """One telling of the market (演示市场), begun and, if nothing stopped it, ended."""

    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("begun_at")),
                name="seeding_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ended_at or self.begun_at)
