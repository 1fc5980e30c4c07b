"""Whether the platform could take bids, and the clock that processes share in a rehearsal."""

from django.db import models
from django.db.models import F, Q


class ClockSetting(models.Model):
    """The shared clock (one row): stopped at `stands_at`, or `ahead_by` before the database's own."""

    stands_at = models.DateTimeField(null=True)
    ahead_by = models.DurationField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_clock_setting")]

    def __str__(self) -> str:
        return str(self.stands_at or self.ahead_by)


class Heartbeat(models.Model):
    """When a process that takes bids last proved that it and the database could (one row)."""

    alive_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_heartbeat")]

    def __str__(self) -> str:
        return str(self.alive_at)


class Outage(models.Model):
    """A span in which nobody could bid. An open outage has no end yet."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["began_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
                name="outage_ends_after_it_began",
            ),
            models.UniqueConstraint(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=True),
                name="one_open_outage",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.began_at} – {self.ended_at}"
