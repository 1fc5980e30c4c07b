"""Counters behind document and case numbers."""

from django.db import models


class Counter(models.Model):
    """The last number given out for a key; its row lock makes the series free of gaps."""

    key = models.CharField(max_length=120, unique=True)
    value = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"
