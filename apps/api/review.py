"""The triple review of a lot (审查)."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.deals import InDeal
from apps.api.fields import Instant
from apps.parties.roles import Can
from apps.stages.review.models import ReviewOpinion
from apps.stages.review.queries import findings
from apps.stages.review.states import OUTCOME_LABELS, SUBJECT_LABELS, Outcome, Subject
from kernel.errors import not_found
from kernel.web.acts import PROBLEMS


class OpinionBody(serializers.ModelSerializer[ReviewOpinion]):
    """One opinion."""

    subject_label = serializers.SerializerMethodField()
    outcome_label = serializers.SerializerMethodField()
    decided_at = Instant()

    class Meta:
        model = ReviewOpinion
        fields: ClassVar[list[str]] = [
            "id", "review_round", "subject", "subject_label", "outcome", "outcome_label", "items", "reason",
            "organisation_name", "decided_by_name", "decided_at",
        ]  # fmt: skip

    def get_subject_label(self, row: ReviewOpinion) -> str:
        """What it is about, as users see it."""
        return SUBJECT_LABELS[Subject(row.subject)]

    def get_outcome_label(self, row: ReviewOpinion) -> str:
        """What it comes to, as users see it."""
        return OUTCOME_LABELS[Outcome(row.outcome)]


class FindingBody(serializers.Serializer[Any]):
    """What the exchange checked by itself."""

    subject = serializers.CharField()
    item = serializers.CharField()
    holds = serializers.BooleanField()
    sentence = serializers.CharField()


class ReviewBody(serializers.Serializer[Any]):
    """All opinions, round by round, and the findings as they stand."""

    review_round = serializers.IntegerField()
    opinions = OpinionBody(many=True)
    findings = FindingBody(many=True)


class Review(InDeal):
    """The review of a lot, for its seller and staff."""

    @extend_schema(summary="审查意见与系统核查", responses={200: ReviewBody, **PROBLEMS}, tags=["项目"])
    def get(self, request: Request, listing_id: int) -> Response:
        """Refuses: not_found; the winner has no part in the review."""
        if not self.by.can(Can.SEE_CASES) and self.by.organisation_id != self.listing.seller_id:
            raise not_found("审查意见")
        body = {
            "review_round": self.listing.review_round,
            "opinions": ReviewOpinion.objects.filter(listing=self.listing).order_by("id"),
            "findings": findings(self.listing) if self.by.can(Can.SEE_CASES) else [],
        }
        return Response(ReviewBody(body).data)
