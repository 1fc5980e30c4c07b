"""A ticket for the bid address of the live process (报价票据): how a program bids without a session."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import OfListing
from apps.api.fields import Instant
from apps.live import tickets
from apps.parties.roles import Can
from apps.stages.bidding.queries import own_paddle
from kernel.errors import not_found
from kernel.web.acts import PROBLEMS


class TicketBody(serializers.Serializer[Any]):
    """A ticket, to be sent as `Authorization: Ticket …`, and the path of the live process that takes bids with it."""

    ticket = serializers.CharField()
    expires_at = Instant()
    path = serializers.CharField()


class BidTicket(OfListing):
    """A ticket to bid on one lot, for whoever holds a paddle of it."""

    capability = Can.BUY

    @extend_schema(
        summary="领取报价票据",
        description="票据一刻钟内有效，退出登录或修改密码后失效；凭票据向实时服务报价。",
        request=None,
        responses={200: TicketBody, **PROBLEMS},
        tags=["竞价"],
    )
    def post(self, request: Request, listing_id: int) -> Response:
        """Refuses: not_found for whoever holds no paddle."""
        if own_paddle(listing_id=listing_id, organisation_id=self.by.organisation_id) is None:
            raise not_found("本单位竞买资格")
        person: Any = request.user
        text = tickets.issue_bidding(
            listing_id=listing_id,
            person_id=self.by.person_id,
            organisation_id=self.by.organisation_id,
            password=person.password,
            tickets_round=person.tickets_round,
            now=self.now,
        )
        until = datetime.fromtimestamp(tickets.read_bidding(text, listing_id=listing_id).until, UTC)
        body = {"ticket": text, "expires_at": until, "path": f"/live/lots/{listing_id}/bids"}
        return Response(TicketBody(body).data)
