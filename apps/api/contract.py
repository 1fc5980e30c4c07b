"""The tripartite contract (合同)."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.deals import InDeal
from apps.api.fields import Instant, yuan
from apps.kinds.fields import EachKind, WithKinds
from apps.stages.contract.queries import contract_of, valid_signatures
from kernel.errors import not_found
from kernel.web.acts import PROBLEMS


class SignatureBody(serializers.Serializer[Any]):
    """A signature on the present text."""

    party = serializers.CharField()
    organisation_name = serializers.CharField()
    signed_by_name = serializers.CharField()
    signed_at = Instant()


class PartyBody(serializers.Serializer[Any]):
    """A party as the contract names it."""

    name = serializers.CharField()
    credit_code = serializers.CharField(allow_blank=True)
    representative = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)


class PartiesBody(serializers.Serializer[Any]):
    """The three parties."""

    seller = PartyBody()
    winner = PartyBody()
    centre = PartyBody()


class AccountBody(serializers.Serializer[Any]):
    """An account: its holder, bank and number."""

    name = serializers.CharField()
    bank = serializers.CharField()
    number = serializers.CharField()


class TermsBody(WithKinds, serializers.Serializer[Any]):
    """What the contract says, as plain values; its digest is taken over all of it."""

    listing = serializers.CharField()
    seller = serializers.CharField()
    winner = serializers.CharField()
    quantities = EachKind(lambda kind: serializers.CharField(help_text=kind.unit, required=False), None)
    grade = serializers.IntegerField(required=False)
    clauses = serializers.ListField(child=serializers.CharField(), required=False)
    unit_price = serializers.CharField()
    total_price = serializers.CharField()
    deposit = serializers.CharField()
    payment_account = serializers.CharField()
    payment_account_name = serializers.CharField()
    payment_account_bank = serializers.CharField()
    payment_wd = serializers.IntegerField(help_text="工作日")
    late_fee_daily = serializers.CharField()
    transfer_wd = serializers.IntegerField(help_text="工作日")
    special = serializers.CharField(allow_blank=True)
    parties = PartiesBody()
    fiscal_account = AccountBody(required=False)


@extend_schema_field(TermsBody)
class _Terms(serializers.JSONField):
    """The terms as they are kept, every one of them."""


class ContractBody(serializers.Serializer[Any]):
    """The contract as it stands."""

    winner_name = serializers.CharField()
    total_price = yuan()
    terms = _Terms()
    text_sha256 = serializers.CharField()
    revision = serializers.IntegerField()
    drawn_up_at = Instant()
    effective_at = Instant(allow_null=True)
    signatures = SignatureBody(many=True)


class ContractView(InDeal):
    """The tripartite contract, for its parties and staff."""

    @extend_schema(summary="三方合同", responses={200: ContractBody, **PROBLEMS}, tags=["成交后"])
    def get(self, request: Request, listing_id: int) -> Response:
        """Refuses: not_found until it is drawn up."""
        contract = contract_of(listing_id)
        if contract is None:
            raise not_found("合同")
        body = {
            "winner_name": contract.winner.name,
            **{name: getattr(contract, name) for name in ("total_price", "terms", "text_sha256", "revision")},
            "drawn_up_at": contract.drawn_up_at,
            "effective_at": contract.effective_at,
            "signatures": list(valid_signatures(contract).values()),
        }
        return Response(ContractBody(body).data)
