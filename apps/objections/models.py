"""Objections and complaints. Who complained is sealed."""

from django.db import models
from django.db.models import Q

from apps.objections.states import ObjectionStatus
from kernel.cases.models import Case


class Objection(models.Model):
    """One objection to one case (异议、投诉); name and contact are sealed and opened only by those who decide.

    `address_key` and `person_key` tell two objections of one origin, and lead back to nobody without the site's key;
    `proof` marks the challenge that somebody without a login worked for.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="objections")
    phase = models.CharField(max_length=20)
    text = models.TextField()
    sealed_identity = models.TextField()
    status = models.CharField(max_length=10, default=ObjectionStatus.RAISED)
    raised_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    decided_by_id = models.BigIntegerField(null=True)
    address_key = models.CharField(max_length=32, blank=True)
    person_key = models.CharField(max_length=32, blank=True)
    proof = models.CharField(max_length=40, blank=True)
    receipt_sha256 = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["address_key", "-raised_at"],
                condition=~Q(address_key=""),
                name="objection_by_address",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["receipt_sha256"], condition=~Q(receipt_sha256=""), name="objection_receipt_once"
            ),
            models.UniqueConstraint(
                fields=["proof"], condition=~Q(proof=""), name="objection_proof_spent_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[str(each) for each in ObjectionStatus]), name="objection_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["raised", "accepted"], settled_at__isnull=True)
                | (~Q(status__in=["raised", "accepted"]) & Q(settled_at__isnull=False)),
                name="objection_settled_when_not_open",
            ),
        ]

    receipt: str = ""
    """The code to follow it by, on the one just raised alone."""

    def __str__(self) -> str:
        return f"{self.case} 异议{self.pk}"
