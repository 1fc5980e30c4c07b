"""Trials: a case file played against a drafted rulebook, beside the rules in force."""

from django.db import models

from apps.rulebook.models import Rulebook


class Trial(models.Model):
    """One case tried on one drafted version (试算). It changes nothing; results are kept for those who decide."""

    rulebook = models.ForeignKey(Rulebook, on_delete=models.PROTECT, related_name="trials")
    beside = models.ForeignKey(Rulebook, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    case = models.JSONField()
    status = models.CharField(max_length=10)
    asked_by_name = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    beside_result = models.JSONField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.rulebook} {self.name}"
