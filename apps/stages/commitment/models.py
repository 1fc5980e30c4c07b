"""What a seller reports of its commitment (质量提升报告). What was promised and came of it: `listings.Commitment`."""

from django.db import models
from django.db.models import F, Q

from apps.documents.models import Attachment
from apps.listings.models import Listing


class Report(models.Model):
    """What a measurer found of the promised area, as the seller reports it: one at a time waits for the decision.

    `closed_at` is when another took its place, or when it was decided (`grade_decided` is what the province found).
    """

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="commitment_reports")
    grade = models.PositiveSmallIntegerField()
    measurer = models.CharField(max_length=200)
    findings = models.TextField()
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    reported_by_id = models.BigIntegerField()
    reported_at = models.DateTimeField()
    grade_decided = models.PositiveSmallIntegerField(null=True)
    opinion = models.TextField(blank=True, default="")
    closed_by_id = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing"],
                condition=Q(closed_at__isnull=True),
                name="one_open_commitment_report_per_lot",
            ),
            models.CheckConstraint(condition=Q(grade__gte=1, grade__lte=15), name="reported_grade_exists"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by_id=None, grade_decided=None, opinion="")
                | Q(closed_at__gte=F("reported_at"), closed_by_id__isnull=False, closed_at__isnull=False)
                & (
                    Q(grade_decided=None, opinion="")
                    | Q(grade_decided__gte=1, grade_decided__lte=15, opinion__gt="")
                ),
                name="commitment_report_closed_as_a_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing} {self.grade}等"
