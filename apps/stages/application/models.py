"""When each round of an application was handed in."""

from django.db import models

from apps.listings.models import Listing


class Submission(models.Model):
    """One handing in of an application (提交): evidence uploaded until then belongs to the round."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="submissions")
    review_round = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "review_round"], name="one_submission_per_round")
        ]

    def __str__(self) -> str:
        return f"{self.listing} 第{self.review_round}轮"
