"""The audit record (审计日志): who did or tried what, when and from where, in chains that show any change."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q


class AuditEntry(models.Model):
    """One act or refused attempt. Chained by hash within its chain; never changed, never deleted.

    A chain is a case's (`case:7`) or the platform's (`platform`), so that cases do not wait for each other.
    `said` are the very bytes that were hashed, canonical JSON in UTF-8; `format` names how they are made. The other
    columns are read out of them by the database itself, which takes entries by its function `audit_write` alone.
    """

    written_by = "audit_write"
    format = models.CharField(max_length=20)
    said = models.TextField()

    chain = models.CharField(max_length=40)
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    verb = models.CharField(max_length=80)
    outcome = models.CharField(max_length=10)
    code = models.CharField(max_length=40, blank=True)
    person_id = models.BigIntegerField()
    person_name = models.CharField(max_length=80)
    organisation_id = models.BigIntegerField()
    organisation_name = models.CharField(max_length=200)
    role = models.CharField(max_length=30)
    address = models.CharField(max_length=64, blank=True)
    case_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=80, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        indexes = [
            # What is written at one time lies together, so a summary of each stretch of pages is enough. The entries of
            # a lot are those of its chain: further indexes would slow bids down.
            BrinIndex(fields=["at"], name="audit_by_time", autosummarize=True),
            # Serves equality and beginnings alike.
            models.Index(fields=["verb"], name="audit_by_verb", opclasses=["varchar_pattern_ops"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["chain", "sequence"], name="audit_sequence_once"),
            models.CheckConstraint(condition=Q(outcome__in=["done", "refused"]), name="audit_outcome_known"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.sequence} {self.verb}"
