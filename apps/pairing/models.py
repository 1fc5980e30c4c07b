"""Pairings (对口关系): between whom quota may be handed over by agreement, as a document of outside says."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from apps.documents.models import IncomingDocument
from apps.kinds.table import QuotaClass
from apps.parties.models import Organisation

_REGION = r"^[0-9]{2}([0-9]{2}([0-9]{2})?)?$"


class Pairing(models.Model):
    """A giving region with a taking one, or with the unit of a major project: for some classes, from a day on.

    Regions are the first two, four or six digits of their codes (GB/T 2260) and cover everything within. `valid_to` is
    the last day; `ended_at` is when it was ended before. Of what was recorded nothing ever changes.
    """

    province = models.CharField(max_length=6)
    giving_region = models.CharField(max_length=6)
    taking_region = models.CharField(max_length=6, blank=True, default="")
    major_project_no = models.CharField(max_length=80, blank=True, default="")
    project_unit = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    classes = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    document = models.OneToOneField(IncomingDocument, on_delete=models.PROTECT, related_name="pairing")
    recorded_by_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    ended_by = models.OneToOneField(
        IncomingDocument, null=True, on_delete=models.PROTECT, related_name="ended_pairing"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(giving_region__regex=_REGION)
                & (Q(taking_region="") | Q(taking_region__regex=_REGION)),
                name="pairing_regions_are_codes",
            ),
            models.CheckConstraint(
                condition=Q(taking_region__gt="", major_project_no="", project_unit=None)
                | Q(taking_region="", major_project_no__gt="", project_unit__isnull=False),
                name="pairing_with_a_region_or_a_project",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="pairing_valid_for_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__gte=F("recorded_at"), ended_by__isnull=False),
                name="pairing_ended_by_its_document",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giving_region}→{self.taking_region or self.major_project_no}"

    @property
    def class_labels(self) -> str:
        """Of which classes of quota it is, in Chinese."""
        return "、".join(each.label for each in QuotaClass if each in self.classes)

    def is_valid_on(self, day: date) -> bool:
        """Whether the day lies within its dates; when it was ended is not asked here."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
