"""A lot, who may bid on it, and bids."""

from django.conf import settings
from django.db import models


class Lot(models.Model):
    """What is auctioned."""

    title = models.CharField(max_length=200)
    starting_price = models.DecimalField(max_digits=18, decimal_places=2)
    increment = models.DecimalField(max_digits=18, decimal_places=2)
    closes_at = models.DateTimeField()

    class Meta:
        app_label = "plain"

    def __str__(self) -> str:
        return self.title


class Participant(models.Model):
    """Somebody who may bid on a lot."""

    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    deposit_paid = models.BooleanField(default=False)

    class Meta:
        app_label = "plain"

    def __str__(self) -> str:
        return f"{self.lot} {self.user}"


class Bid(models.Model):
    """One bid."""

    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="bids")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    placed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "plain"

    def __str__(self) -> str:
        return f"{self.lot} {self.amount}"
