"""Applications to bid (竞买申请), each with its deposit."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ListView
from apps.api.fields import Instant, yuan
from apps.listings.queries import identities_hidden
from apps.money.models import Account
from apps.money.models import Bucket as MoneyBucket
from apps.money.queries import position_of
from apps.parties.queries import in_province
from apps.parties.roles import Can
from apps.stages.deposit.models import Certificate
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import visible_to as visible_registrations
from apps.stages.qualification.states import LABELS, RegistrationStatus
from kernel.audit import commands as audit
from kernel.errors import not_found
from kernel.web.acts import PROBLEMS
from kernel.web.opaque import OpaqueId


class DepositBody(serializers.Serializer[Any]):
    """How a deposit stands, in yuan: received = applied + refunded + forfeited + held."""

    required = yuan(allow_null=True)  # type: ignore[assignment]
    received = yuan()
    applied = yuan()
    refunded = yuan()
    forfeited = yuan()
    held = yuan()


class RegistrationRow(serializers.ModelSerializer[Registration]):
    """One application to bid. Sub-account, deposit and paddle: one's own always, others' after close."""

    listing_number = serializers.CharField(source="listing.number")
    organisation_name = serializers.CharField(source="organisation.name")
    status_label = serializers.SerializerMethodField()
    submitted_at = Instant()
    decided_at = Instant(allow_null=True)
    sub_account = serializers.SerializerMethodField()
    id = OpaqueId(of="registration")
    paddle = serializers.SerializerMethodField()
    deposit = serializers.SerializerMethodField()

    class Meta:
        model = Registration
        fields: ClassVar[list[str]] = [
            "id", "listing", "listing_number", "organisation", "organisation_name", "status", "status_label",
            "submission", "submitted_at", "reason", "decided_at", "sub_account", "paddle", "deposit",
        ]  # fmt: skip

    def _is_open(self, row: Registration) -> bool:
        return row.organisation_id == self.context["by"].organisation_id or not identities_hidden(row.listing)

    def get_status_label(self, row: Registration) -> str:
        """The status as users see it."""
        return LABELS[RegistrationStatus(row.status)]

    def get_sub_account(self, row: Registration) -> str | None:
        """Where the deposit is paid to."""
        return row.sub_account.number if self._is_open(row) else None

    def get_paddle(self, row: Registration) -> str | None:
        """The paddle of the certificate; null without one."""
        return self.context["paddles"].get(row.pk) if self._is_open(row) else None

    @extend_schema_field(DepositBody(allow_null=True))
    def get_deposit(self, row: Registration) -> Any:
        """How the deposit stands."""
        if not self._is_open(row):
            return None
        found = self.context["balances"].get(row.sub_account_id, {})
        position = position_of(found)
        parts = {each.name: getattr(position, each.name) for each in fields(position)}
        body = {"required": row.listing.deposit_amount, **parts}
        return DepositBody(body).data


class Registrations(ListView[Registration]):
    """Applications to bid: one's own; for the centre those to decide; after close for staff all."""

    title = "竞买申请列表"
    capability = Can.SIGN_IN
    serializer_class = RegistrationRow
    filterset_fields: ClassVar[list[str]] = ["listing", "status"]

    def schema_model(self) -> type[Registration]:
        """Applications to bid."""
        return Registration

    def rows(self) -> QuerySet[Registration]:
        """What the asker may see."""
        found = visible_registrations(self.by)
        return (
            found.filter(in_province(self.by, "listing__province")) if self.by.can(Can.SEE_CASES) else found
        )

    def look_up(self, page: Iterable[Registration]) -> None:
        """Paddles and balances of the page."""
        rows = list(page)
        granted = Certificate.objects.filter(registration__in=[row.pk for row in rows])
        self.paddles = {each.registration_id: str(each) for each in granted}
        self.balances: dict[int, dict[str, Any]] = {}
        accounts = Account.objects.filter(sub_account__in=[row.sub_account_id for row in rows])
        for account_id, bucket, balance in accounts.exclude(bucket=MoneyBucket.BANK).values_list(
            "sub_account_id", "bucket", "balance"
        ):
            self.balances.setdefault(account_id or 0, {})[bucket] = balance

    def get_serializer_context(self) -> Mapping[str, Any]:
        """Who asks, and what was looked up."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_serializer_context()
        looked_up = {
            "by": self.by,
            "paddles": getattr(self, "paddles", {}),
            "balances": getattr(self, "balances", {}),
        }
        return {**super().get_serializer_context(), **looked_up}


class OneRegistration(Registrations):
    """One application to bid."""

    filterset_fields: ClassVar[list[str]] = []

    @extend_schema(
        summary="竞买申请",
        operation_id="registration",
        responses={200: RegistrationRow, **PROBLEMS},
        tags=["竞买"],
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Refuses: not_found, also for what the asker may not know of."""
        row = self.rows().filter(pk=min(kwargs["registration_id"], 2**63 - 1)).first()
        if row is None:
            raise not_found("竞买申请")
        if row.organisation_id != self.by.organisation_id:
            audit.record_look(
                verb="registration.read", by=self.by, now=self.now, case_id=row.listing_id, subject=row
            )
        self.look_up([row])
        return Response(self.get_serializer(row).data)
