"""Proceeds of quota (收益资金) as their ledger has them."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.base import ListView
from apps.api.fields import yuan
from apps.funds.models import Account
from apps.funds.queries import visible_to
from apps.funds.states import BUCKET_LABELS
from apps.parties.roles import Can
from kernel.web.filters import WholeNumberFilter


class FundFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What accounts can be looked for by."""

    listing = WholeNumberFilter(label="项目", field_name="source_id")
    bucket = django_filters.ChoiceFilter(label="科目", choices=list(BUCKET_LABELS.items()))

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = []


class FundRow(serializers.ModelSerializer[Account]):
    """One bucket of the proceeds of one lot; `external` is what came in, below zero."""

    listing_id = serializers.IntegerField(source="source_id")
    number = serializers.CharField(source="source.number", allow_null=True)
    holder_name = serializers.CharField(source="holder.name")
    bucket_label = serializers.SerializerMethodField()
    balance = yuan()

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = [
            "id", "listing_id", "number", "holder_name", "bucket", "bucket_label", "balance",
        ]  # fmt: skip

    def get_bucket_label(self, row: Account) -> str:
        """The bucket as users see it."""
        return BUCKET_LABELS[row.bucket]


class Funds(ListView[Account]):
    """The accounts of the asker's county or region, the newest first."""

    title = "收益资金"
    capability = Can.SEE_FUNDS
    serializer_class = FundRow
    filterset_class = FundFilter

    def schema_model(self) -> type[Account]:
        """Accounts."""
        return Account

    def rows(self) -> QuerySet[Account]:
        """What the asker may see."""
        return visible_to(self.by)
