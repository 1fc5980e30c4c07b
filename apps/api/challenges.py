"""What somebody without a login works for before a text is taken."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, OfListing
from kernel import proofs
from kernel.anonymous import Sort
from kernel.cases.models import Case
from kernel.cases.registry import process_called
from kernel.errors import not_found
from kernel.web.acts import require_possible_id


class ChallengeBody(serializers.Serializer[Any]):
    """What somebody without a login works for before it objects."""

    challenge = serializers.CharField()
    bits = serializers.IntegerField()


class _Challenge(OfListing):
    """A challenge for one post without a login, signed, for this lot, good for two hours and once."""

    sort: Sort

    def get(self, request: Request, **kwargs: Any) -> Response:
        """The challenge."""
        given = proofs.challenge(about=self.sort.about(self.listing.pk), now=self.now)
        return Response(ChallengeBody({"challenge": given.text, "bits": given.bits}).data)


class _CaseChallenge(ApiView):
    """The same for a case of any process that the asker may know of."""

    sort: Sort

    def get(self, request: Request, case_id: int) -> Response:
        """The challenge. Refuses: not_found."""
        require_possible_id(case_id, what="办件")
        process = Case.objects.filter(pk=case_id).values_list("process", flat=True).first()
        if process is None or not process_called(process).may_see(case_id, self.by):
            raise not_found("办件")
        given = proofs.challenge(about=self.sort.about(case_id), now=self.now)
        return Response(ChallengeBody({"challenge": given.text, "bits": given.bits}).data)
