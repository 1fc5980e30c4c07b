"""Bank entries, refunds and statements (资金)."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.base import ListView
from apps.api.fields import Instant, yuan
from apps.disclosure.record import (
    hidden_among,
    hidden_listings,
    past_the_close,
    without_balances,
)
from apps.money.gate import here
from apps.money.models import BankEntry, Refund, Statement
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.web.filters import WholeNumberFilter
from kernel.web.opaque import OpaqueId


class _Masked:
    """Payer and account of one bank entry, for one asker."""

    def __init__(self, entry: BankEntry, *, by: Actor, hidden: Mapping[int, int]) -> None:
        account = entry.sub_account
        self.is_open = account is not None and account.case_id not in hidden
        self.names_account = self.is_open or (hasattr(entry, "exceptional") and by.can(Can.BOOK_MONEY))

    def __call__(self, text: str | None) -> str | None:
        return text if self.is_open else None


class BankEntryRow(serializers.ModelSerializer[BankEntry]):
    """One bank entry. Before the close lot, payer and accounts are null, but the account that money goes back to."""

    id = OpaqueId(of="bankentry")
    amount = yuan()
    listing_id = serializers.SerializerMethodField()
    purpose = serializers.SerializerMethodField()
    credited_number = serializers.SerializerMethodField()
    payer_name = serializers.SerializerMethodField()
    payer_account = serializers.SerializerMethodField()
    exception_code = serializers.CharField(source="exceptional.code", allow_null=True, default=None)
    exception_sentence = serializers.CharField(source="exceptional.sentence", allow_null=True, default=None)
    arrived_at = Instant()
    imported_at = Instant()

    class Meta:
        model = BankEntry
        fields: ClassVar[list[str]] = [
            "id", "reference", "amount", "listing_id", "purpose", "credited_number", "payer_name", "payer_account",
            "arrived_at", "imported_at", "exception_code", "exception_sentence",
        ]  # fmt: skip

    def _masked(self, row: BankEntry) -> _Masked:
        return _Masked(row, by=self.context["by"], hidden=self.context["hidden"])

    def get_listing_id(self, row: BankEntry) -> int | None:
        """For which lot. Null before its close: how many have paid is nobody's business."""
        return row.sub_account.case_id if row.sub_account and self._masked(row).is_open else None

    def get_purpose(self, row: BankEntry) -> str | None:
        """A deposit or the price."""
        return self._masked(row)(row.sub_account.purpose) if row.sub_account else None

    def get_credited_number(self, row: BankEntry) -> str | None:
        """The number that was credited."""
        return self._masked(row)(row.credited_number)

    def get_payer_name(self, row: BankEntry) -> str | None:
        """Who paid."""
        return self._masked(row)(row.payer_name)

    def get_payer_account(self, row: BankEntry) -> str | None:
        """From which account."""
        return row.payer_account if self._masked(row).names_account else None


class BankEntryFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What bank entries can be looked for by; never by payer or account, and by lot only after its close."""

    listing = WholeNumberFilter(label="项目", field_name="sub_account__case_id", method="of_closed")
    purpose = django_filters.CharFilter(
        label="用途", field_name="sub_account__purpose", max_length=10, method="of_closed"
    )
    reference = django_filters.CharFilter(label="银行流水号", max_length=80)

    class Meta:
        model = BankEntry
        fields: ClassVar[list[str]] = []

    def of_closed(self, rows: QuerySet[BankEntry], name: str, value: Any) -> QuerySet[BankEntry]:
        """Entries with this value, of lots past their close."""
        return rows.filter(**{name: value}).exclude(sub_account__case_id__in=hidden_listings().values("pk"))


class BankEntries(ListView[BankEntry]):
    """Bank entries, for finance and supervisors."""

    title = "银行流水"
    capability = Can.SEE_MONEY
    serializer_class = BankEntryRow
    filterset_class = BankEntryFilter

    def schema_model(self) -> type[BankEntry]:
        """Bank entries."""
        return BankEntry

    def rows(self) -> QuerySet[BankEntry]:
        """Those of the asker's province; for others than finance of lots past their close."""
        found = BankEntry.objects.filter(here(self.by)).select_related("sub_account", "exceptional")
        if self.by.can(Can.BOOK_MONEY):
            return found
        return found.exclude(sub_account__case_id__in=hidden_listings().values("pk"))

    def look_up(self, page: Iterable[BankEntry]) -> None:
        """Which lots are hidden."""
        self.hidden = hidden_among(row.sub_account.case_id for row in page if row.sub_account)

    def get_serializer_context(self) -> Mapping[str, Any]:
        """Who asks."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_serializer_context()
        return {**super().get_serializer_context(), "by": self.by, "hidden": getattr(self, "hidden", {})}


class Exceptions(BankEntries):
    """Money that is not what it was paid for, and is returned."""

    title = "例外款项"

    def rows(self) -> QuerySet[BankEntry]:
        """The exceptions list."""
        return super().rows().filter(exceptional__isnull=False)


class RefundRow(serializers.ModelSerializer[Refund]):
    """One refund. Before close, and for money that names no sub-account, the payee is null."""

    id = OpaqueId(of="refund")
    reference = serializers.CharField(source="entry.reference")
    amount = yuan()
    listing_id = serializers.SerializerMethodField()
    organisation = serializers.SerializerMethodField()
    payee_name = serializers.SerializerMethodField()
    due_since = Instant()
    released_at = Instant(allow_null=True)
    sent_at = Instant(allow_null=True)

    class Meta:
        model = Refund
        fields: ClassVar[list[str]] = [
            "id", "reference", "amount", "reason", "listing_id", "organisation", "payee_name", "request_id",
            "due_since", "released_at", "sent_at",
        ]  # fmt: skip

    def _masked(self, row: Refund) -> _Masked:
        return _Masked(row.entry, by=self.context["by"], hidden=self.context["hidden"])

    def get_listing_id(self, row: Refund) -> int | None:
        """Of which lot; null before its close."""
        account = row.entry.sub_account
        return account.case_id if account and self._masked(row).is_open else None

    def get_organisation(self, row: Refund) -> int | None:
        """Whose sub-account it was paid into."""
        account = row.entry.sub_account
        return account.organisation_id if account and self._masked(row).is_open else None

    def get_payee_name(self, row: Refund) -> str | None:
        """To whom it goes back: the payer."""
        return self._masked(row)(row.entry.payer_name)


class RefundFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What refunds can be looked for by."""

    listing = WholeNumberFilter(label="项目", field_name="entry__sub_account__case_id", method="of_closed")
    due = django_filters.BooleanFilter(label="待办理", field_name="released_at", lookup_expr="isnull")

    class Meta:
        model = Refund
        fields: ClassVar[list[str]] = []

    def of_closed(self, rows: QuerySet[Refund], name: str, value: Any) -> QuerySet[Refund]:
        """Refunds of this lot, once it is past its close."""
        return rows.filter(**{name: value}).exclude(
            entry__sub_account__case_id__in=hidden_listings().values("pk")
        )


class Refunds(ListView[Refund]):
    """Refunds: due, released, sent; for finance and supervisors."""

    title = "退款"
    capability = Can.SEE_MONEY
    serializer_class = RefundRow
    filterset_class = RefundFilter

    def schema_model(self) -> type[Refund]:
        """Refunds."""
        return Refund

    def rows(self) -> QuerySet[Refund]:
        """Those of the asker's province; for others than finance of lots past their close."""
        found = Refund.objects.filter(here(self.by, path="entry__province"))
        found = found.select_related("entry__sub_account", "entry__exceptional")
        if self.by.can(Can.BOOK_MONEY):
            return found
        return found.exclude(entry__sub_account__case_id__in=hidden_listings().values("pk"))

    def look_up(self, page: Iterable[Refund]) -> None:
        """Which lots are hidden."""
        self.hidden = hidden_among(row.entry.sub_account.case_id for row in page if row.entry.sub_account)

    def get_serializer_context(self) -> Mapping[str, Any]:
        """Who asks."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_serializer_context()
        return {**super().get_serializer_context(), "by": self.by, "hidden": getattr(self, "hidden", {})}


class StatementRow(serializers.ModelSerializer[Statement]):
    """One closed statement of the common account: opening + credits − debits = closing."""

    id = OpaqueId(of="statement")
    covers_until = Instant()
    opening_balance = yuan(allow_null=True)
    credit_total = yuan(allow_null=True)
    debit_total = yuan(allow_null=True)
    closing_balance = yuan(allow_null=True)
    imported_at = Instant()

    class Meta:
        model = Statement
        fields: ClassVar[list[str]] = [
            "id", "covers_until", "opening_balance", "credit_total", "debit_total", "closing_balance", "imported_at",
        ]  # fmt: skip


class Statements(ListView[Statement]):
    """Up to when bank entries are complete, the newest statement first."""

    title = "流水导入截止"
    capability = Can.SEE_MONEY
    serializer_class = StatementRow

    def schema_model(self) -> type[Statement]:
        """Statements."""
        return Statement

    def rows(self) -> QuerySet[Statement]:
        """Those of the asker's province; for others than finance those that hold no money of a lot before its close."""
        found = Statement.objects.filter(here(self.by), sub_account=None)
        return found if self.by.can(Can.BOOK_MONEY) else past_the_close(found)

    def look_up(self, page: Iterable[Statement]) -> None:
        """Balances that would give what is left out are left out too."""
        if not self.by.can(Can.BOOK_MONEY):
            without_balances(page)
