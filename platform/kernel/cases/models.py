"""Cases (办件): one row for everything that has a status, deadlines, papers and objections."""

from django.db import models
from django.db.models import F, Q


class Case(models.Model):
    """One case of a process. The room it belongs to keeps its own row under the same key (its `pk` is the case's).

    `process` names its process (`kernel.cases.registry`), `owner_id` the organisation whose case it is, `province` and
    `region` are codes of six and twelve digits; none of them ever changes, and `number` is given once. `holds` counts
    what holds the next step: accepted objections that are not settled.
    """

    process = models.CharField(max_length=40)
    number = models.CharField(max_length=40, unique=True, null=True)  # noqa: DJ001 - drafts have none yet
    province = models.CharField(max_length=6)
    region = models.CharField(max_length=12)
    owner_id = models.BigIntegerField()
    holds = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["owner_id", "process", "-id"], name="case_by_owner")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("opened_at")),
                name="case_ends_after_it_was_opened",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.process} {self.pk}"
