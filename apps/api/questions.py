"""Questions on a lot and their answers (答疑)."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import OfListing
from apps.api.challenges import ChallengeBody, _Challenge
from apps.api.fields import Instant
from apps.questions.queries import answered_on
from apps.questions.rules import QUESTION
from kernel.web.acts import PROBLEMS


@extend_schema_view(
    get=extend_schema(
        summary="取得咨询的验证题",
        description="解答方法同异议的验证题；两小时内有效，只能使用一次。",
        responses={200: ChallengeBody, **PROBLEMS},
        tags=["咨询"],
    )
)
class QuestionChallenge(_Challenge):
    """A challenge for one question about a lot."""

    sort = QUESTION


class AnswerBody(serializers.Serializer[Any]):
    """One question as it was published, with its answer."""

    question = serializers.CharField(source="published_text")
    answer = serializers.CharField()
    answered_at = Instant()


class Answers(OfListing):
    """The questions on a lot that were answered, the newest first; without who asked."""

    @extend_schema(summary="咨询与答复", responses={200: AnswerBody(many=True), **PROBLEMS}, tags=["咨询"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """At most a hundred. Refuses: not_found."""
        return Response(AnswerBody(answered_on(self.listing.pk)[:100], many=True).data)
