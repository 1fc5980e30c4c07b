"""Versions of rulebooks. Approved, a version never changes."""

from django.db import models
from django.db.models import F, Q


class Rulebook(models.Model):
    """One version of a province's rules on one subject (规则主题).

    It is drafted by one person, approved by another, then immutable.

    `verified_basis` are those of `legal_basis` whose original was read; the others are shown as 未核实.
    """

    province = models.CharField(max_length=6)
    subject = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    legal_basis = models.JSONField(default=list)
    verified_basis = models.JSONField(default=list)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    parameters = models.JSONField()
    drafted_by_id = models.BigIntegerField()
    drafted_at = models.DateTimeField()
    approved_by_id = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["province", "subject", "version"]
        constraints = [
            models.UniqueConstraint(fields=["province", "subject", "version"], name="rulebook_version_once"),
            models.CheckConstraint(
                condition=Q(approved_by_id__isnull=True, approved_at__isnull=True)
                | Q(approved_by_id__isnull=False, approved_at__isnull=False),
                name="rulebook_approved_by_and_at_together",
            ),
            models.CheckConstraint(
                condition=Q(approved_by_id__isnull=True) | ~Q(approved_by_id=F("drafted_by_id")),
                name="rulebook_drafter_never_approves",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="rulebook_valid_to_after_from",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} 第{self.version}版"

    @property
    def basis(self) -> list[tuple[str, bool]]:
        """Each document it rests on, and whether somebody has read the original (已核实)."""
        return [(each, each in self.verified_basis) for each in self.legal_basis]
