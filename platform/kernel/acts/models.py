"""Answers kept for idempotency keys (幂等键), and what people have begun to fill in."""

from django.db import models


class KeptAnswer(models.Model):
    """What was answered to one request of one person."""

    person_id = models.BigIntegerField()
    key = models.CharField(max_length=100)
    act = models.CharField(max_length=60)
    request_sha256 = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.act} {self.key}"


class Draft(models.Model):
    """What a person has typed into an act's form and not yet handed in (草稿). It binds nobody and is nobody else's.

    `handed_in_key` is that of the form that was handed in last: what is saved of that very form later, because its
    request was slower, is too late.
    """

    person_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField()
    act = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(default=0)
    data = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    handed_in_key = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "organisation_id", "act", "subject_id"], name="one_draft_per_form"
            )
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject_id}"
