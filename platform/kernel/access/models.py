"""Preparations (经办稿), which an approver has yet to release, and who of a team has taken which task."""

from django.db import models
from django.db.models import Q

from kernel.cases.models import Case


class Preparation(models.Model):
    """One binding act, prepared by one person and released or sent back by another of the same organisation.

    `slot` tells several on one subject apart. `bound` is what its approver is to read (kernel.acts.bound), `digest` is
    over all of it, the payload and the printed text. `case` is the one it is about, None where it is about none.
    A trigger lets nothing of it change but the decision, once.
    """

    act = models.CharField(max_length=60)
    slot = models.CharField(max_length=200, blank=True)
    subject_id = models.BigIntegerField()
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation_id = models.BigIntegerField(db_index=True)
    payload = models.JSONField(default=dict)
    bound = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    prepared_by_id = models.BigIntegerField()
    prepared_by_name = models.CharField(max_length=80)
    prepared_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    released = models.BooleanField(null=True)
    remark = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["prepared_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["act", "slot", "subject_id", "organisation_id"],
                condition=Q(decided_at__isnull=True),
                name="one_open_preparation_each",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by_id__isnull=True, released__isnull=True)
                | Q(decided_at__isnull=False, decided_by_id__isnull=False, released__isnull=False),
                name="preparation_decided_by_and_at_together",
            ),
            models.CheckConstraint(
                condition=Q(released__isnull=True)
                | Q(released=False)
                | ~Q(decided_by_id=models.F("prepared_by_id")),
                name="preparer_never_releases",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject_id}"

    @property
    def name(self) -> str:
        """The act with its slot, such as `review.decide:legality`."""
        return f"{self.act}:{self.slot}" if self.slot else self.act


class Assignment(models.Model):
    """One task that one person of a team has taken on (领取), so that nobody else begins it. One row a task."""

    organisation_id = models.BigIntegerField()
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    task = models.CharField(max_length=120)
    person_id = models.BigIntegerField()
    person_name = models.CharField(max_length=80)
    since = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "task"], name="one_assignment_per_task")
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.person_name}"
