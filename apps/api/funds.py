"""Proceeds of quota (收益资金) as their ledger has them."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, ListView
from apps.api.fields import Instant, yuan
from apps.api.parsers import StrictMultiPartParser
from apps.documents.uploads import MOST_UPLOAD_BYTES
from apps.funds.models import Account, Movement, Payee, Spending
from apps.funds.payees import opened
from apps.funds.queries import (
    booking_of,
    movements_seen,
    payees_seen,
    pool_for,
    visible_to,
)
from apps.funds.sources import bucket_labels
from apps.funds.states import BUCKET_LABELS, REASON_LABELS
from apps.parties.roles import Can
from apps.process import uploads
from kernel.errors import Code, Refused
from kernel.web.acts import PROBLEMS, require_possible_id
from kernel.web.filters import WholeNumberFilter
from kernel.web.opaque import OpaqueId


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
        return bucket_labels(row.source.process)[row.bucket]


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


class MovementFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What movements can be looked for by."""

    listing = WholeNumberFilter(label="项目", field_name="source_id")
    reason = django_filters.ChoiceFilter(label="事由", choices=list(REASON_LABELS.items()))

    class Meta:
        model = Movement
        fields: ClassVar[list[str]] = []


class FundLineBody(serializers.Serializer[Any]):
    """How one bucket changed."""

    bucket = serializers.CharField()
    amount = serializers.CharField()


class MovementRow(serializers.ModelSerializer[Movement]):
    """One movement of proceeds; of a payment its voucher, never its payees."""

    listing_id = serializers.IntegerField(source="source_id")
    number = serializers.CharField(source="source.number", allow_null=True)
    holder_name = serializers.CharField(source="holder.name")
    at = Instant()
    reason_label = serializers.SerializerMethodField()
    lines = serializers.SerializerMethodField()
    reversed = serializers.SerializerMethodField()
    voucher_no = serializers.SerializerMethodField()
    purpose = serializers.SerializerMethodField()
    project = serializers.SerializerMethodField()

    class Meta:
        model = Movement
        fields: ClassVar[list[str]] = [
            "id", "listing_id", "number", "holder_name", "at", "reason", "reason_label", "lines", "reversed",
            "voucher_no", "purpose", "project",
        ]  # fmt: skip

    def get_reason_label(self, row: Movement) -> str:
        """The reason as users see it."""
        return REASON_LABELS.get(row.reason, row.reason)

    @extend_schema_field(FundLineBody(many=True))
    def get_lines(self, row: Movement) -> Any:
        """How each bucket changed."""
        return [{"bucket": each.account.bucket, "amount": str(each.amount)} for each in row.lines.all()]

    def get_reversed(self, row: Movement) -> bool:
        """Whether it was taken back."""
        return hasattr(row, "reversed_by")

    def _spending(self, row: Movement) -> Spending | None:
        found = booking_of(row)
        return found if isinstance(found, Spending) else None

    def get_voucher_no(self, row: Movement) -> str:
        """Of a payment."""
        found = self._spending(row)
        return found.voucher_no if found else ""

    def get_purpose(self, row: Movement) -> str:
        """Of a payment."""
        found = self._spending(row)
        return found.purpose if found else ""

    def get_project(self, row: Movement) -> str:
        """Of a payment."""
        found = self._spending(row)
        return found.project if found else ""


class FundMovements(ListView[Movement]):
    """The movements of proceeds of the asker's county or region, the newest first."""

    title = "收益资金记账"
    capability = Can.SEE_FUNDS
    serializer_class = MovementRow
    filterset_class = MovementFilter

    def schema_model(self) -> type[Movement]:
        """Movements."""
        return Movement

    def rows(self) -> QuerySet[Movement]:
        """What the asker may see."""
        return movements_seen(self.by)


class PayeeFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What payees can be looked for by."""

    movement = WholeNumberFilter(label="记账", field_name="spending__movement_id")

    class Meta:
        model = Payee
        fields: ClassVar[list[str]] = []


class PayeeRow(serializers.ModelSerializer[Payee]):
    """One payee by name, for the county's finance and its auditor."""

    movement = serializers.IntegerField(source="spending.movement_id")
    name = serializers.SerializerMethodField()
    account = serializers.SerializerMethodField()
    amount = yuan()

    class Meta:
        model = Payee
        fields: ClassVar[list[str]] = [
            "id", "movement", "line", "kind", "name", "account", "amount", "invoice_no",
        ]  # fmt: skip

    def get_name(self, row: Payee) -> str:
        """Its name, unsealed."""
        return opened(row).name

    def get_account(self, row: Payee) -> str:
        """Its account, unsealed."""
        return opened(row).account


class FundPayees(ListView[Payee]):
    """To whom proceeds of the asker's county or region were paid, the newest first."""

    title = "收益收款人"
    capability = Can.SEE_PAYEES
    serializer_class = PayeeRow
    filterset_class = PayeeFilter

    def schema_model(self) -> type[Payee]:
        """Payees."""
        return Payee

    def rows(self) -> QuerySet[Payee]:
        """What the asker may see."""
        return payees_seen(self.by)


class FundVoucherForm(serializers.Serializer[Any]):
    """The copy of a voucher."""

    file = serializers.FileField(label="凭证扫描件", max_length=200)


class VoucherBody(serializers.Serializer[Any]):
    """A copy that was taken; `id` is what a payment names."""

    id = OpaqueId(of="attachment")
    name = serializers.CharField()
    sha256 = serializers.CharField()


class FundVouchers(ApiView):
    """Copies of vouchers of one source of proceeds."""

    capability = Can.BOOK_FUNDS
    parser_classes = (StrictMultiPartParser,)

    @extend_schema(
        summary="上传收益支出凭证",
        request={"multipart/form-data": FundVoucherForm},
        responses={201: VoucherBody, **PROBLEMS},
        tags=["资金"],
    )
    def post(self, request: Request, fund_id: int) -> Response:
        """Take the copy of a voucher. Refuses: not_permitted, not_found, invalid."""
        require_possible_id(fund_id, what="收益资金账目")
        pool = pool_for(fund_id, by=self.by)
        form = FundVoucherForm(data=request.data)
        form.is_valid(raise_exception=True)
        file = form.validated_data["file"]
        if (file.size or 0) > MOST_UPLOAD_BYTES:
            raise Refused.because(Code.INVALID, "文件超过 20 MB，请压缩或拆分后上传。", field="file")
        made = uploads.take_for_fund(
            pool, name=file.name or "", content=file.read(), by=self.by, now=self.now
        )
        return Response(VoucherBody(made).data, status=201)
