"""What staff watch: money, deadlines, objections, the audit record; and everybody's inbox."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import EVERY_PERSON, STAFF, Asked, OfListing, Rows
from apps.api.fields import Instant, yuan
from apps.disclosure.deadlines import visible_deadlines
from apps.disclosure.record import (
    gapped,
    hidden_among,
    hidden_listings,
    past_the_close,
    shown_subject,
    without_bidders,
)
from apps.listings.models import Listing
from apps.money import queries as money
from apps.money.gate import here
from apps.money.models import BankEntry, Refund, Statement
from apps.notices.commands import read
from apps.notices.models import Notice
from apps.notices.queries import inbox
from apps.objections.models import Objection
from apps.objections.queries import complainant
from apps.objections.queries import visible_to as visible_objections
from apps.objections.rules import OBJECTION
from apps.objections.states import LABELS as OBJECTION_LABELS
from apps.objections.states import ObjectionStatus
from apps.parties.models import Organisation
from apps.parties.queries import in_province
from apps.questions.queries import answered_on
from apps.questions.rules import QUESTION
from apps.quota import queries as quota
from kernel import proofs
from kernel.actors import CENTRE, FINANCE, Actor, Role
from kernel.anonymous import Sort
from kernel.audit import commands as audit
from kernel.audit.models import AuditEntry
from kernel.audit.queries import breaks
from kernel.deadlines.models import Deadline
from kernel.deadlines.queries import lag
from kernel.deadlines.registry import kind_of
from kernel.deadlines.states import DeadlineStatus
from kernel.errors import not_found
from kernel.web.acts import PROBLEMS, require_possible_id
from kernel.web.filters import WholeNumberFilter
from kernel.web.opaque import OpaqueId

MASK = "竞买人"
"""What stands for a bidder before close."""

_MONEY = FINANCE | {Role.SUPERVISOR}
_OBJECTIONS = frozenset({Role.TRADING_CENTRE, Role.PROVINCIAL_DNR, Role.SUPERVISOR})


# --- money --------------------------------------------------------------------------------------------------------


class _Masked:
    """Payer and account of one bank entry, for one asker."""

    def __init__(self, entry: BankEntry, *, by: Actor, hidden: Mapping[int, int]) -> None:
        account = entry.sub_account
        self.is_open = account is not None and account.listing_id not in hidden
        self.names_account = self.is_open or (hasattr(entry, "exceptional") and by.role is Role.FINANCE)

    def __call__(self, text: str | None) -> str | None:
        return text if self.is_open else None


class BankEntryRow(serializers.ModelSerializer[BankEntry]):
    """One bank entry. Before the close lot, payer and accounts are null, but the account that money goes back to."""

    id = OpaqueId()
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
        return row.sub_account.listing_id if row.sub_account and self._masked(row).is_open else None

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

    listing = WholeNumberFilter(label="项目", field_name="sub_account__listing_id", method="of_closed")
    purpose = django_filters.CharFilter(
        label="用途", field_name="sub_account__purpose", max_length=10, method="of_closed"
    )
    reference = django_filters.CharFilter(label="银行流水号", max_length=80)

    class Meta:
        model = BankEntry
        fields: ClassVar[list[str]] = []

    def of_closed(self, rows: QuerySet[BankEntry], name: str, value: Any) -> QuerySet[BankEntry]:
        """Entries with this value, of lots past their close."""
        return rows.filter(**{name: value}).exclude(
            sub_account__listing_id__in=hidden_listings().values("pk")
        )


class BankEntries(Rows[BankEntry]):
    """Bank entries, for finance and supervisors."""

    title = "银行流水"
    roles = _MONEY
    serializer_class = BankEntryRow
    filterset_class = BankEntryFilter

    def schema_model(self) -> type[BankEntry]:
        """Bank entries."""
        return BankEntry

    def rows(self) -> QuerySet[BankEntry]:
        """Those of the asker's province; for others than finance of lots past their close."""
        found = BankEntry.objects.filter(here(self.by)).select_related("sub_account", "exceptional")
        if self.by.role in FINANCE:
            return found
        return found.exclude(sub_account__listing_id__in=hidden_listings().values("pk"))

    def look_up(self, page: Iterable[BankEntry]) -> None:
        """Which lots are hidden."""
        self.hidden = hidden_among(row.sub_account.listing_id for row in page if row.sub_account)

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

    id = OpaqueId()
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
        return account.listing_id if account and self._masked(row).is_open else None

    def get_organisation(self, row: Refund) -> int | None:
        """Whose sub-account it was paid into."""
        account = row.entry.sub_account
        return account.organisation_id if account and self._masked(row).is_open else None

    def get_payee_name(self, row: Refund) -> str | None:
        """To whom it goes back: the payer."""
        return self._masked(row)(row.entry.payer_name)


class RefundFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What refunds can be looked for by."""

    listing = WholeNumberFilter(label="项目", field_name="entry__sub_account__listing_id", method="of_closed")
    due = django_filters.BooleanFilter(label="待办理", field_name="released_at", lookup_expr="isnull")

    class Meta:
        model = Refund
        fields: ClassVar[list[str]] = []

    def of_closed(self, rows: QuerySet[Refund], name: str, value: Any) -> QuerySet[Refund]:
        """Refunds of this lot, once it is past its close."""
        return rows.filter(**{name: value}).exclude(
            entry__sub_account__listing_id__in=hidden_listings().values("pk")
        )


class Refunds(Rows[Refund]):
    """Refunds: due, released, sent; for finance and supervisors."""

    title = "退款"
    roles = _MONEY
    serializer_class = RefundRow
    filterset_class = RefundFilter

    def schema_model(self) -> type[Refund]:
        """Refunds."""
        return Refund

    def rows(self) -> QuerySet[Refund]:
        """Those of the asker's province; for others than finance of lots past their close."""
        found = Refund.objects.filter(here(self.by, path="entry__province"))
        found = found.select_related("entry__sub_account", "entry__exceptional")
        if self.by.role in FINANCE:
            return found
        return found.exclude(entry__sub_account__listing_id__in=hidden_listings().values("pk"))

    def look_up(self, page: Iterable[Refund]) -> None:
        """Which lots are hidden."""
        self.hidden = hidden_among(row.entry.sub_account.listing_id for row in page if row.entry.sub_account)

    def get_serializer_context(self) -> Mapping[str, Any]:
        """Who asks."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_serializer_context()
        return {**super().get_serializer_context(), "by": self.by, "hidden": getattr(self, "hidden", {})}


class StatementRow(serializers.ModelSerializer[Statement]):
    """One closed statement of the common account: opening + credits − debits = closing."""

    id = OpaqueId()
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


class Statements(Rows[Statement]):
    """Up to when bank entries are complete, the newest statement first."""

    title = "流水导入截止"
    roles = _MONEY
    serializer_class = StatementRow

    def schema_model(self) -> type[Statement]:
        """Statements."""
        return Statement

    def rows(self) -> QuerySet[Statement]:
        """Those of the asker's province; for others than finance those that hold no money of a lot before its close."""
        found = Statement.objects.filter(here(self.by), sub_account=None)
        return found if self.by.role in FINANCE else past_the_close(found)


# --- deadlines ------------------------------------------------------------------------------------------------------


class DeadlineRow(serializers.ModelSerializer[Deadline]):
    """One deadline; `of` names whose it is: own, an organisation, or empty."""

    kind_label = serializers.SerializerMethodField()
    id = OpaqueId()
    of = serializers.SerializerMethodField()
    triggered_at = Instant()
    due_at = Instant()
    paused_at = Instant(allow_null=True)
    met_at = Instant(allow_null=True)
    breached_at = Instant(allow_null=True)
    handled_at = Instant(allow_null=True)

    class Meta:
        model = Deadline
        fields: ClassVar[list[str]] = [
            "id", "kind", "kind_label", "listing_id", "of", "triggered_at", "due_at", "provisional", "paused_at",
            "status", "waiting_for", "met_at", "breached_at", "handled_at",
        ]  # fmt: skip

    def get_kind_label(self, row: Deadline) -> str:
        """The kind as users see it."""
        return kind_of(row.kind).label

    def get_of(self, row: Deadline) -> str:
        """Whose it is; nobody's name before close."""
        if row.concerns_id is None or row.listing_id in self.context["hidden"]:
            return ""
        if row.concerns_id == self.context["by"].organisation_id:
            return "own"
        return str(self.context["names"].get(row.concerns_id, ""))


class DeadlineFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What deadlines can be looked for by."""

    listing = WholeNumberFilter(label="项目", field_name="listing_id")
    kind = django_filters.CharFilter(label="种类", max_length=40)
    status = django_filters.ChoiceFilter(
        label="状态", choices=[(str(each), str(each)) for each in DeadlineStatus]
    )
    due_before = django_filters.IsoDateTimeFilter(label="届满早于", field_name="due_at", lookup_expr="lt")

    class Meta:
        model = Deadline
        fields: ClassVar[list[str]] = []


class Deadlines(Rows[Deadline]):
    """Deadlines: staff all, parties their own."""

    title = "期限"
    roles = EVERY_PERSON - {Role.PLATFORM}
    serializer_class = DeadlineRow
    filterset_class = DeadlineFilter

    def schema_model(self) -> type[Deadline]:
        """Deadlines."""
        return Deadline

    def rows(self) -> QuerySet[Deadline]:
        """What the asker may see."""
        return visible_deadlines(self.by)

    def look_up(self, page: Iterable[Deadline]) -> None:
        """Whose they are, and on which lots that is hidden."""
        rows = list(page)
        self.hidden = hidden_among(row.listing_id for row in rows)
        concerned = {row.concerns_id for row in rows if row.concerns_id is not None}
        self.names = dict(Organisation.objects.filter(pk__in=concerned).values_list("pk", "name"))

    def get_serializer_context(self) -> Mapping[str, Any]:
        """Who asks, and what was looked up."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_serializer_context()
        looked_up = {
            "by": self.by,
            "hidden": getattr(self, "hidden", {}),
            "names": getattr(self, "names", {}),
        }
        return {**super().get_serializer_context(), **looked_up}


class LagBody(serializers.Serializer[Any]):
    """How far the engine is behind."""

    oldest_overdue_s = serializers.FloatField()
    overdue = serializers.IntegerField()
    failed = serializers.IntegerField()


class DeadlineLag(Asked):
    """How far the engine is behind, for staff."""

    roles = STAFF

    @extend_schema(summary="期限处理滞后", responses={200: LagBody, **PROBLEMS}, tags=["期限"])
    def get(self, request: Request) -> Response:
        """Counts and seconds; nothing of whom."""
        now = lag(now=self.now)
        body = {
            "oldest_overdue_s": now.oldest_overdue.total_seconds(),
            "overdue": now.overdue,
            "failed": now.failed,
        }
        return Response(LagBody(body).data)


# --- objections -----------------------------------------------------------------------------------------------------


class ObjectionRow(serializers.ModelSerializer[Objection]):
    """One objection, without who raised it."""

    status_label = serializers.SerializerMethodField()
    raised_at = Instant()
    accepted_at = Instant(allow_null=True)
    settled_at = Instant(allow_null=True)

    class Meta:
        model = Objection
        fields: ClassVar[list[str]] = [
            "id", "listing", "phase", "text", "status", "status_label", "raised_at", "accepted_at", "settled_at",
            "reason",
        ]  # fmt: skip

    def get_status_label(self, row: Objection) -> str:
        """The status as users see it."""
        return OBJECTION_LABELS[ObjectionStatus(row.status)]


class Objections(Rows[Objection]):
    """Objections, for those who decide or watch them."""

    title = "异议"
    roles = _OBJECTIONS
    serializer_class = ObjectionRow
    filterset_fields: ClassVar[list[str]] = ["listing", "status"]

    def schema_model(self) -> type[Objection]:
        """Objections."""
        return Objection

    def rows(self) -> QuerySet[Objection]:
        """What the asker may see."""
        return _objections(self.by)


def _objections(by: Actor) -> QuerySet[Objection]:
    return visible_objections(by).filter(in_province(by, "listing__province"))


class ComplainantBody(serializers.Serializer[Any]):
    """Who objected."""

    name = serializers.CharField()
    contact = serializers.CharField()


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


@extend_schema_view(
    get=extend_schema(
        summary="取得提出异议的验证题",
        description=(
            '未登录提出异议前，求一个answer，使SHA-256(challenge + ":" + answer)的前bits位全为0，'
            "与异议一并提交。两小时内有效，只能使用一次。"
        ),
        responses={200: ChallengeBody, **PROBLEMS},
        tags=["异议"],
    )
)
class ObjectionChallenge(_Challenge):
    """A challenge for one objection to a lot."""

    sort = OBJECTION


@extend_schema_view(
    get=extend_schema(
        summary="取得咨询的验证题",
        description="解答方法同异议的验证题；两小时内有效，只能使用一次。",
        responses={200: ChallengeBody, **PROBLEMS},
        tags=["咨询"],
    )
)
class QuestionChallenge(_Challenge):
    """A challenge for one question about a lot."""

    sort = QUESTION


class AnswerBody(serializers.Serializer[Any]):
    """One question as it was published, with its answer."""

    question = serializers.CharField(source="published_text")
    answer = serializers.CharField()
    answered_at = Instant()


class Answers(OfListing):
    """The questions on a lot that were answered, the newest first; without who asked."""

    @extend_schema(summary="咨询与答复", responses={200: AnswerBody(many=True), **PROBLEMS}, tags=["咨询"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """At most a hundred. Refuses: not_found."""
        return Response(AnswerBody(answered_on(self.listing.pk)[:100], many=True).data)


class Complainant(Asked):
    """Who raised an objection, for the centre that answers; every look is recorded."""

    roles = CENTRE

    @extend_schema(summary="异议人联系方式", responses={200: ComplainantBody, **PROBLEMS}, tags=["异议"])
    def get(self, request: Request, objection_id: int) -> Response:
        """Refuses: not_found."""
        require_possible_id(objection_id, what="异议")
        row = _objections(self.by).filter(pk=objection_id).first()
        if row is None:
            raise not_found("异议")
        identity = complainant(row, by=self.by)
        audit.record_look(
            verb="objection.identify", by=self.by, now=self.now, listing_id=row.listing_id, subject=row
        )
        return Response(ComplainantBody(identity).data)


# --- the record -----------------------------------------------------------------------------------------------------


class AuditRow(serializers.ModelSerializer[AuditEntry]):
    """One entry. Its place in its chain is null while entries of that chain are not shown: gaps would count them."""

    id = OpaqueId()
    sequence = serializers.SerializerMethodField()
    subject = serializers.SerializerMethodField()
    at = Instant()

    class Meta:
        model = AuditEntry
        fields: ClassVar[list[str]] = [
            "id", "chain", "sequence", "at", "verb", "outcome", "code", "person_id", "person_name",
            "organisation_id", "organisation_name", "role", "address", "listing_id", "subject", "before", "after",
            "hash",
        ]  # fmt: skip

    def get_subject(self, row: AuditEntry) -> str:
        """What it is about: `app.model:id`, the id as it is shown."""
        return shown_subject(row.subject)

    def get_sequence(self, row: AuditEntry) -> int | None:
        """Its place in its chain."""
        return None if self.context["gapped"](row) else row.sequence


class AuditFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What entries can be looked for by."""

    listing = WholeNumberFilter(label="项目", field_name="listing_id")
    chain = django_filters.CharFilter(label="链", max_length=40)
    verb = django_filters.CharFilter(label="事项", max_length=80)
    outcome = django_filters.CharFilter(label="结果", max_length=10)
    person_id = WholeNumberFilter(label="人员")
    organisation_id = WholeNumberFilter(label="单位")
    since = django_filters.IsoDateTimeFilter(label="不早于", field_name="at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(label="早于", field_name="at", lookup_expr="lt")

    class Meta:
        model = AuditEntry
        fields: ClassVar[list[str]] = []


class Audit(Rows[AuditEntry]):
    """The audit record, for supervisors; without what would tell who bids, or how many, before the close."""

    title = "审计日志"
    roles = frozenset({Role.SUPERVISOR})
    serializer_class = AuditRow
    filterset_class = AuditFilter

    def schema_model(self) -> type[AuditEntry]:
        """Entries."""
        return AuditEntry

    def rows(self) -> QuerySet[AuditEntry]:
        """What was done on lots of the asker's province, by its organisations, and by the exchange itself."""
        lots = Listing.objects.filter(in_province(self.by, "province")).values("pk")
        ours = Organisation.objects.filter(in_province(self.by, "region__code")).values("pk")
        elsewhere = Q(listing_id__isnull=True) & (Q(organisation_id__in=ours) | Q(organisation_id=0))
        return without_bidders(AuditEntry.objects.filter(Q(listing_id__in=lots) | elsewhere))

    def get_serializer_context(self) -> Mapping[str, Any]:
        """With whose places are not told."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_serializer_context()
        return {**super().get_serializer_context(), "gapped": gapped()}


class BreakBody(serializers.Serializer[Any]):
    """Where a chain does not hold."""

    chain = serializers.CharField()
    sequence = serializers.IntegerField()
    entry_id = serializers.IntegerField()
    what = serializers.CharField()


class FaultBody(serializers.Serializer[Any]):
    """What does not hold in a ledger."""

    what = serializers.CharField()
    id = serializers.IntegerField()


class SoundnessBody(serializers.Serializer[Any]):
    """Whether record and ledgers are whole."""

    audit_breaks = BreakBody(many=True)
    quota_faults = FaultBody(many=True)
    money_faults = FaultBody(many=True)
    whole = serializers.BooleanField()


class Soundness(Asked):
    """The chains of the record recomputed, the ledgers added up; for supervisors."""

    roles = frozenset({Role.SUPERVISOR})

    @extend_schema(
        summary="核验审计链与账目",
        parameters=[OpenApiParameter("chain", str, description="只核验这一条链，例如 listing:7")],
        responses={200: SoundnessBody, **PROBLEMS},
        tags=["监督"],
    )
    def get(self, request: Request) -> Response:
        """Every break and fault, by row."""
        chain = request.query_params.get("chain", "")[:40].replace("\x00", "") or None
        body = {
            "audit_breaks": breaks(chain=chain),
            "quota_faults": quota.faults(),
            "money_faults": money.faults(),
        }
        return Response(SoundnessBody({**body, "whole": not any(body.values())}).data)


# --- the inbox ------------------------------------------------------------------------------------------------------


class NoticeRow(serializers.ModelSerializer[Notice]):
    """One notice."""

    id = OpaqueId()
    at = Instant()
    read_at = Instant(allow_null=True)

    class Meta:
        model = Notice
        fields: ClassVar[list[str]] = ["id", "kind", "title", "text", "listing_id", "at", "read_at"]


class NoticeFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What notices can be looked for by."""

    unread = django_filters.BooleanFilter(label="未读", field_name="read_at", lookup_expr="isnull")
    listing = WholeNumberFilter(label="项目", field_name="listing_id")

    class Meta:
        model = Notice
        fields: ClassVar[list[str]] = []


class Notices(Rows[Notice]):
    """My organisation's inbox, the newest first."""

    title = "通知"
    roles = EVERY_PERSON
    serializer_class = NoticeRow
    filterset_class = NoticeFilter

    def schema_model(self) -> type[Notice]:
        """Notices."""
        return Notice

    def rows(self) -> QuerySet[Notice]:
        """My organisation's."""
        return inbox(self.by)


class ReadNotice(Asked):
    """Mark one notice as read."""

    roles = EVERY_PERSON

    @extend_schema(
        summary="标记通知已读", request=None, responses={200: NoticeRow, **PROBLEMS}, tags=["通知"]
    )
    def post(self, request: Request, notice_id: int) -> Response:
        """Refuses: not_found, also for another organisation's."""
        require_possible_id(notice_id, what="通知")
        return Response(NoticeRow(read(notice_id=notice_id, by=self.by, now=self.now)).data)
