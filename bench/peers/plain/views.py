"""Placing a bid the plain way, and a view of one statement."""

from decimal import Decimal

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.peers.plain.models import Bid, Lot, Participant
from bench.peers.plain.tasks import notify_outbid


class BidSerializer(serializers.ModelSerializer[Bid]):
    """A bid's amount."""

    class Meta:
        model = Bid
        fields = ["id", "amount", "placed_at"]
        read_only_fields = ["id", "placed_at"]


class PlaceBid(APIView):
    """POST a bid on a lot."""

    @transaction.atomic
    def post(self, request: Request, lot_id: int) -> Response:
        """Lock the lot, look at everything, write, notify after the commit."""
        asked = BidSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        amount: Decimal = asked.validated_data["amount"]
        lot = get_object_or_404(Lot.objects.select_for_update(), pk=lot_id)
        if timezone.now() >= lot.closes_at:  # noqa: TID251 - the peer has no clock of its own
            return Response({"code": "closed"}, status=409)
        participant = get_object_or_404(Participant, lot=lot, user=request.user)
        if not participant.deposit_paid:
            return Response({"code": "no_deposit"}, status=403)
        highest = lot.bids.order_by("-amount").first()
        least = highest.amount + lot.increment if highest else lot.starting_price
        if amount < least:
            return Response({"code": "too_low", "least": str(least)}, status=409)
        bid = Bid.objects.create(lot=lot, participant=participant, amount=amount)
        transaction.on_commit(lambda: notify_outbid.delay(bid.pk))
        return Response(BidSerializer(bid).data, status=201)


def one(request: HttpRequest) -> HttpResponse:
    """One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT title, closes_at FROM plain_lot WHERE id = %s", [1])
        cursor.fetchone()
    return HttpResponse("{}", content_type="application/json")
