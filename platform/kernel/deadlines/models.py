"""Deadlines (期限): the row is the truth, Celery is a pulse."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from kernel import lanes
from kernel.cases.models import Case
from kernel.deadlines.states import DeadlineStatus, Unit
from kernel.lanes import Lane

_RUNNING = Q(status="pending", paused_at__isnull=True)
_IN_LINE = Q(status__in=["pending", "failed"], paused_at__isnull=True)


class Deadline(models.Model):
    """One moment at which something must have been done, or is done by the exchange itself.

    `due_at` is the legal instant (exclusive end), `try_at` when to look next, never before it. `case` is the one
    whose lane it takes, None for a deadline of an organisation alone, which takes that one's. `concerns_id` is the
    organisation whose deadline it is, if it is one's.
    """

    kind = models.CharField(max_length=40)
    case = models.ForeignKey(
        Case, null=True, on_delete=models.PROTECT, related_name="deadlines", db_index=False
    )
    subject_id = models.BigIntegerField(default=0)
    concerns_id = models.BigIntegerField(null=True)
    triggered_at = models.DateTimeField()
    unit = models.CharField(max_length=10)
    count = models.PositiveIntegerField(default=0)
    daily_end = models.TimeField(null=True)
    shift = models.DurationField(default=timedelta(0))
    due_at = models.DateTimeField()
    try_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    paused_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, default=DeadlineStatus.PENDING)
    waiting_for = models.CharField(max_length=200, blank=True)
    met_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(status="pending"), name="deadline_pending"),
            models.Index(fields=["case", "due_at"], name="deadline_by_case"),
            # The engine's: what to look at now, who is first in a lane's line, and its gauges.
            models.Index(fields=["try_at", "id"], condition=_RUNNING, name="deadline_to_try"),
            models.Index(fields=["case", "due_at", "id"], condition=_IN_LINE, name="deadline_in_line"),
            models.Index(fields=["id"], condition=Q(status="failed"), name="deadline_failed"),
            models.Index(fields=["handled_at"], condition=Q(status="handled"), name="deadline_handled"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "case", "subject_id"],
                nulls_distinct=False,
                condition=Q(status="pending"),
                name="one_pending_deadline_each",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[str(each) for each in DeadlineStatus]), name="deadline_status_known"
            ),
            models.CheckConstraint(
                condition=Q(unit__in=[str(each) for each in Unit]), name="deadline_unit_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="handled") | Q(handled_at__isnull=False),
                name="handled_deadline_has_its_instant",
            ),
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True) | Q(handled_at__gte=F("due_at")) | ~Q(status="handled"),
                name="deadline_never_handled_early",
            ),
            models.CheckConstraint(condition=Q(try_at__gte=F("due_at")), name="deadline_not_tried_early"),
            models.CheckConstraint(
                condition=Q(case__isnull=False) | Q(concerns_id__isnull=False), name="deadline_has_a_lane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}/{self.subject_id} {self.due_at.isoformat()}"

    @property
    def of_case(self) -> int:
        """The key of its case. ValueError for a deadline of an organisation alone."""
        if self.case_id is None:
            raise ValueError(f"deadline {self.pk} is of no case")
        return self.case_id

    @property
    def lane(self) -> tuple[Lane, int]:
        """What is held while it is handled: its case, or else its organisation."""
        if self.case_id is not None:
            return lanes.CASE, self.case_id
        if self.concerns_id is None:
            raise ValueError(f"deadline {self.pk} of no case concerns nobody")
        return lanes.ORGANISATION, self.concerns_id


class DeadlineMove(models.Model):
    """A trace of every change of a due instant: from where, to where, why."""

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="moves")
    old_due_at = models.DateTimeField()
    new_due_at = models.DateTimeField()
    old_provisional = models.BooleanField()
    new_provisional = models.BooleanField()
    reason = models.CharField(max_length=200)
    moved_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.deadline_id}: {self.old_due_at} → {self.new_due_at}"
