"""Answers kept for idempotency keys (幂等键): the same request again gets the first answer again."""

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
