"""Opinions, kept round by round."""

from django.db import models
from django.db.models import Q

from apps.listings.models import Listing
from apps.stages.review.states import Outcome, Subject


class ReviewOpinion(models.Model):
    """One of the three opinions of a round, by one person, never changed."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="opinions")
    review_round = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=12)
    outcome = models.CharField(max_length=8)
    items = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    organisation_name = models.CharField(max_length=200)
    decided_by_id = models.BigIntegerField()
    decided_by_name = models.CharField(max_length=80)
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "review_round", "subject"], name="one_opinion_of_each_subject"
            ),
            models.UniqueConstraint(
                fields=["listing", "review_round", "decided_by_id"], name="three_opinions_by_three_people"
            ),
            models.CheckConstraint(
                condition=Q(subject__in=[str(each) for each in Subject]), name="opinion_subject_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=[str(each) for each in Outcome]), name="opinion_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome="pass") | Q(reason__gt=""), name="unfavourable_opinion_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing} {self.subject} {self.outcome}"


class ReturnNotice(models.Model):
    """The written reasons with which a round went back to the seller."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="return_notices")
    review_round = models.PositiveSmallIntegerField()
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "review_round"], name="one_return_notice_per_round")
        ]

    def __str__(self) -> str:
        return f"{self.listing} 第{self.review_round}轮"
