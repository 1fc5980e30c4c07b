"""What somebody without a login works for before a text is taken."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import OfListing
from kernel import proofs
from kernel.anonymous import Sort


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
