"""The price account of a lot (价款)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.deals import InDeal
from apps.api.fields import Instant, yuan
from apps.stages.contract.queries import contract_of
from apps.stages.payment.queries import price_account
from kernel.errors import not_found
from kernel.money import ZERO
from kernel.web.acts import PROBLEMS


class PriceBody(serializers.Serializer[Any]):
    """How the price stands now."""

    total_price = yuan()
    deposit_applied = yuan()
    paid = yuan()
    unpaid_price = yuan()
    late_fee = yuan()
    outstanding = yuan()
    settled_at = Instant(allow_null=True)


class PriceAccount(InDeal):
    """The price account, for the parties and staff."""

    @extend_schema(summary="价款账户", responses={200: PriceBody, **PROBLEMS}, tags=["成交后"])
    def get(self, request: Request, listing_id: int) -> Response:
        """Refuses: not_found until the contract is in force."""
        contract, account = contract_of(listing_id), price_account(self.listing, now=self.now)
        if contract is None or account is None:
            raise not_found("价款账户")
        names = ("paid", "unpaid_price", "late_fee", "outstanding", "settled_at")
        body = {
            "total_price": contract.total_price,
            "deposit_applied": self.listing.deposit_amount or ZERO,
            **{name: getattr(account, name) for name in names},
        }
        return Response(PriceBody(body).data)
