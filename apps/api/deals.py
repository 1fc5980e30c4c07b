"""What only those in a deal see: review, contract, price account, quality claims, filing, applications to bid."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import EVERY_PERSON, STAFF, OfListing, Rows
from apps.api.evidence import download
from apps.api.fields import Instant, yuan
from apps.documents.commands import Opened
from apps.documents.rules import sha256
from apps.listings.models import Listing
from apps.listings.queries import identities_hidden
from apps.money.models import Account
from apps.money.models import Bucket as MoneyBucket
from apps.money.queries import position_of
from apps.parties.queries import in_province
from apps.process.dossier import pack
from apps.stages.contract.models import Contract
from apps.stages.contract.queries import contract_of, valid_signatures
from apps.stages.deposit.models import Certificate
from apps.stages.filing.models import Filing
from apps.stages.payment.queries import price_account
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import visible_to as visible_registrations
from apps.stages.qualification.states import LABELS, RegistrationStatus
from apps.stages.review.models import ReviewOpinion
from apps.stages.review.queries import findings
from apps.stages.review.states import OUTCOME_LABELS, SUBJECT_LABELS, Outcome, Subject
from apps.stages.transfer.models import QualityClaim
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.errors import not_found
from kernel.money import ZERO
from kernel.web.acts import PROBLEMS
from kernel.web.opaque import OpaqueId

_ZIP = {(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, description="ZIP 文件")}


def is_in(listing: Listing, *, by: Actor) -> bool:
    """Whether an actor is the lot's seller, the winner named in its contract, or staff."""
    if by.role in STAFF or by.organisation_id == listing.seller_id:
        return True
    return Contract.objects.filter(listing=listing, winner_id=by.organisation_id).exists()


class InDeal(OfListing):
    """A view for the parties to a deal and staff; for others there is nothing here."""

    roles = EVERY_PERSON

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """NotFound for everybody else."""
        super().initial(request, *args, **kwargs)
        if not is_in(self.listing, by=self.by):
            raise not_found("内容")


# --- review -------------------------------------------------------------------------------------------------------


class OpinionBody(serializers.ModelSerializer[ReviewOpinion]):
    """One opinion."""

    subject_label = serializers.SerializerMethodField()
    outcome_label = serializers.SerializerMethodField()
    decided_at = Instant()

    class Meta:
        model = ReviewOpinion
        fields: ClassVar[list[str]] = [
            "id", "review_round", "subject", "subject_label", "outcome", "outcome_label", "items", "reason",
            "organisation_name", "decided_by_name", "decided_at",
        ]  # fmt: skip

    def get_subject_label(self, row: ReviewOpinion) -> str:
        """What it is about, as users see it."""
        return SUBJECT_LABELS[Subject(row.subject)]

    def get_outcome_label(self, row: ReviewOpinion) -> str:
        """What it comes to, as users see it."""
        return OUTCOME_LABELS[Outcome(row.outcome)]


class FindingBody(serializers.Serializer[Any]):
    """What the exchange checked by itself."""

    subject = serializers.CharField()
    item = serializers.CharField()
    holds = serializers.BooleanField()
    sentence = serializers.CharField()


class ReviewBody(serializers.Serializer[Any]):
    """All opinions, round by round, and the findings as they stand."""

    review_round = serializers.IntegerField()
    opinions = OpinionBody(many=True)
    findings = FindingBody(many=True)


class Review(InDeal):
    """The review of a lot, for its seller and staff."""

    @extend_schema(summary="审查意见与系统核查", responses={200: ReviewBody, **PROBLEMS}, tags=["项目"])
    def get(self, request: Request, listing_id: int) -> Response:
        """Refuses: not_found; the winner has no part in the review."""
        if self.by.role not in STAFF and self.by.organisation_id != self.listing.seller_id:
            raise not_found("审查意见")
        body = {
            "review_round": self.listing.review_round,
            "opinions": ReviewOpinion.objects.filter(listing=self.listing).order_by("id"),
            "findings": findings(self.listing) if self.by.role in STAFF else [],
        }
        return Response(ReviewBody(body).data)


# --- contract, price, claims, filing --------------------------------------------------------------------------------


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


class TermsBody(serializers.Serializer[Any]):
    """What the contract says, as plain values; its digest is taken over all of it."""

    listing = serializers.CharField()
    seller = serializers.CharField()
    winner = serializers.CharField()
    farmland_area = serializers.CharField(help_text="亩")
    paddy_area = serializers.CharField(help_text="亩")
    grain_capacity = serializers.CharField(help_text="公斤")
    grade = serializers.IntegerField(allow_null=True)
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


class ClaimRow(serializers.ModelSerializer[QualityClaim]):
    """One quality claim."""

    sold_area = serializers.CharField(allow_null=True)
    sold_capacity = serializers.CharField(allow_null=True)
    area = serializers.CharField(allow_null=True)
    capacity = serializers.CharField(allow_null=True)
    refund = yuan()
    claimed_at = Instant()
    confirmed_at = Instant(allow_null=True)
    paid_at = Instant(allow_null=True)

    class Meta:
        model = QualityClaim
        fields: ClassVar[list[str]] = [
            "id", "listing", "sold_area", "sold_grade", "sold_capacity", "area", "grade", "capacity", "measurer",
            "refund", "reason", "claimed_at", "confirmed_at", "voucher_no", "paid_at",
        ]  # fmt: skip


class Claims(Rows[QualityClaim]):
    """Quality claims: staff all, seller and buyer their own."""

    title = "质量退款"
    roles = EVERY_PERSON
    serializer_class = ClaimRow
    filterset_fields: ClassVar[list[str]] = ["listing"]

    def schema_model(self) -> type[QualityClaim]:
        """Quality claims."""
        return QualityClaim

    def rows(self) -> QuerySet[QualityClaim]:
        """What the asker may see."""
        if self.by.role in STAFF:
            return QualityClaim.objects.filter(in_province(self.by, "listing__province"))
        mine = self.by.organisation_id
        return QualityClaim.objects.filter(
            Q(listing__seller_id=mine) | Q(listing__transfer__buyer_id=mine)
        ).distinct()


class FiledDocumentBody(serializers.Serializer[Any]):
    """A document in the dossier."""

    kind = serializers.CharField()
    number = serializers.CharField()
    issued_at = serializers.DateTimeField()
    facts_sha256 = serializers.CharField()


class FiledBidBody(serializers.Serializer[Any]):
    """A bid in the dossier."""

    sequence = serializers.IntegerField()
    paddle = serializers.CharField()
    unit_price = serializers.CharField()
    at = serializers.DateTimeField()
    hash = serializers.CharField()


class FiledEntryBody(serializers.Serializer[Any]):
    """Money that came in."""

    reference = serializers.CharField()
    amount = serializers.CharField()
    payer = serializers.CharField()
    arrived_at = serializers.DateTimeField()


class FiledRemittanceBody(serializers.Serializer[Any]):
    """Money that went to the seller."""

    request_id = serializers.CharField()
    amount = serializers.CharField()
    account = AccountBody()
    released_at = serializers.DateTimeField(allow_null=True)
    paid_at = serializers.DateTimeField(allow_null=True)


class FiledPaymentsBody(serializers.Serializer[Any]):
    """The money of the deal: deposit applied + instalments = price + late fee = remitted + held back."""

    deposit_applied = FiledEntryBody(many=True)
    instalments = FiledEntryBody(many=True)
    total_price = serializers.CharField()
    late_fee = serializers.CharField()
    remitted = FiledRemittanceBody(many=True)
    held_back = serializers.CharField()


class FiledVoucherBody(serializers.Serializer[Any]):
    """A payment voucher."""

    name = serializers.CharField()
    sha256 = serializers.CharField()
    uploaded_at = serializers.DateTimeField()


class FiledEvidenceBody(FiledVoucherBody):
    """What seller or winner handed in."""

    kind = serializers.CharField()


class FiledResultBody(serializers.Serializer[Any]):
    """How the lot was sold, and to whom."""

    title = serializers.CharField()
    seller = serializers.CharField()
    winner = serializers.CharField()
    unit_price = serializers.CharField()
    price_unit = serializers.CharField()
    total_price = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)
    confirmed_at = serializers.DateTimeField()


class ManifestBody(serializers.Serializer[Any]):
    """What the dossier holds."""

    listing = serializers.CharField()
    documents = FiledDocumentBody(many=True)
    bids = FiledBidBody(many=True)
    payments = FiledPaymentsBody()
    vouchers = FiledVoucherBody(many=True)
    evidence = FiledEvidenceBody(many=True, required=False)
    result = FiledResultBody(required=False)


@extend_schema_field(ManifestBody)
class _Manifest(serializers.JSONField):
    """The manifest as it was filed, every part of it."""


class FilingBody(serializers.Serializer[Any]):
    """What was filed."""

    manifest = _Manifest()
    manifest_sha256 = serializers.CharField()
    submitted_at = Instant()
    accepted_at = Instant(allow_null=True)


def _filing(listing: Listing, *, by: Actor) -> Filing:
    found = Filing.objects.filter(listing=listing).first() if by.role in STAFF else None
    if found is None:
        raise not_found("备案卷宗")
    return found


class FilingView(InDeal):
    """The filing, for staff."""

    @extend_schema(summary="备案目录", responses={200: FilingBody, **PROBLEMS}, tags=["成交后"])
    def get(self, request: Request, listing_id: int) -> Response:
        """Refuses: not_found."""
        return Response(FilingBody(_filing(self.listing, by=self.by)).data)


class Dossier(InDeal):
    """The dossier, for staff."""

    @extend_schema(summary="下载备案卷宗", responses={**_ZIP, **PROBLEMS}, tags=["成交后"])
    def get(self, request: Request, listing_id: int) -> HttpResponse:
        """Refuses: not_found."""
        content = pack(self.listing, _filing(self.listing, by=self.by).manifest, now=self.now)
        name = f"备案卷宗-{self.listing.number}.zip"
        return download(Opened(name, "application/zip", content, sha256(content)))


# --- applications to bid --------------------------------------------------------------------------------------------


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
    id = OpaqueId()
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


class Registrations(Rows[Registration]):
    """Applications to bid: one's own; for the centre those to decide; after close for staff all."""

    title = "竞买申请列表"
    roles = EVERY_PERSON
    serializer_class = RegistrationRow
    filterset_fields: ClassVar[list[str]] = ["listing", "status"]

    def schema_model(self) -> type[Registration]:
        """Applications to bid."""
        return Registration

    def rows(self) -> QuerySet[Registration]:
        """What the asker may see."""
        found = visible_registrations(self.by)
        return found.filter(in_province(self.by, "listing__province")) if self.by.role in STAFF else found

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
                verb="registration.read", by=self.by, now=self.now, listing_id=row.listing_id, subject=row
            )
        self.look_up([row])
        return Response(self.get_serializer(row).data)
