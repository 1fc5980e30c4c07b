"""What each document states, as frozen and strictly checked values; the only input of printing.

Facts know nothing of the database. Money is `Yuan`, quantities are `Quantities`, rates are `Decimal` shares
(0.0005 prints as 0.05%), instants are aware datetimes and print as Beijing time. All of it survives the way
through JSON unchanged (`stored`, `restored`), which is how a document keeps its facts.
"""

import json
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, ClassVar, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    model_validator,
)

from apps.documents.states import DocumentKind
from apps.kinds.classes import class_terms
from apps.kinds.prices import PriceUnit
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaClass, QuotaKind, count_of_kinds
from kernel.money import Yuan

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _only_visible(text: str) -> str:
    """Refuse signs that print as nothing or turn the reading direction: a legal text shows all it holds."""
    for sign in text:
        if sign != "\n" and unicodedata.category(sign) in _INVISIBLE:
            raise ValueError(f"文字中含有不可见或无法印制的字符（U+{ord(sign):04X}）。")
    return text


def _yuan(value: object) -> Yuan:
    if isinstance(value, (Yuan, Decimal, str)):
        return value if isinstance(value, Yuan) else Yuan(value)
    raise ValueError("金额须为精确的十进制数。")


def _quantities(value: object) -> Quantities:
    if isinstance(value, dict):
        return Quantities.stored(value)
    if isinstance(value, Quantities):
        return value
    raise ValueError(f"数量须为{count_of_kinds()}类指标的数量。")


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    AfterValidator(_only_visible),
]
Money = Annotated[Yuan, PlainValidator(_yuan), PlainSerializer(str, return_type=str)]
Amounts = Annotated[
    Quantities,
    PlainValidator(_quantities),
    PlainSerializer(lambda given: given.as_strings(), return_type=dict),
]
Rate = Annotated[Decimal, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=100_000)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Part(BaseModel):
    """A piece of a document's facts: frozen, strict, nothing unknown."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Heading(Part):
    """What `issue` puts at the head and foot of every document."""

    number: Text
    issuing_body: Text
    issued_at: AwareDatetime
    verification_code: Text
    verification_url: Text


class Lot(Part):
    """The lot (标的) with all kinds of its class. `quality_grade` runs from 1 (best) to 15; not every class has one.

    `made_of` and `certificate` are what its class calls the land that made it and the paper of its batches; `method` is
    what its form of trade is called, `taker` who takes the lot in it; some forms have no deposit.
    """

    listing_number: Text
    title: Text
    seller: Text
    region: Text
    project_name: Text
    quantities: Amounts
    quality_grade: Annotated[int, Field(ge=1, le=15)] | None = None
    quota_type: Text = "补充耕地指标"
    made_of: Text = "土地整治项目"
    certificate: Text = "入库凭证"
    project_approval_no: Text | None = None
    acceptance_no: Text | None = None
    reserve_certificate_no: Text | None = None
    method: Text = "网上挂牌"
    taker: Text = "竞得人"
    with_deposit: bool = True


class Contact(Part):
    """Whom to ask: `role` says about what."""

    role: Text
    name: Text
    phone: Text | None = None
    address: Text | None = None


class PriceTerms(Part):
    """The price side of an announcement; `starting_unit_price`, `increment` and the ceiling are per `unit`."""

    priced_kind: QuotaKind
    unit: PriceUnit
    starting_unit_price: Money
    starting_total: Money
    increment: Money
    deposit_rate: Rate
    deposit: Money
    has_reserve: bool
    must_be_multiple: bool = False
    ceiling_unit_price: Money | None = None


class TimedBidding(Part):
    """Timed bidding (限时竞价): rounds of so many minutes when at least so many bidders are qualified.

    Where the rounds begin with the opening, anybody may bid in them and nothing comes before.
    """

    round_minutes: Annotated[int, Field(ge=1)]
    least_bidders: Annotated[int, Field(ge=1)]
    preparation_minutes: Count = 0
    from_opening: bool = False


class Terms(Part):
    """The time limits of the rulebook that a listing keeps: `_wd` working days, `_days` calendar days."""

    qualification_wd: Count
    confirmation_wd: Count
    contract_wd: Count
    payment_wd: Count
    late_fee_daily: Rate
    default_after_days: Count
    bar_days: Count
    transfer_wd: Count
    filing_wd: Count
    publication_start_wd: Count
    publication_days: Count
    deposit_refund_wd: Count
    objection_accept_wd: Count
    objection_decide_wd: Count

    @classmethod
    def taken_from(cls, rules: object) -> Self:
        """The same-named attributes of a rulebook; `AttributeError` or `ValidationError` when one is missing."""
        return cls(**{name: getattr(rules, name) for name in cls.model_fields})


class Amount(Part):
    """An area or a weight with its unit, printed in figures and in capitals (大写)."""

    value: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
    unit: Text = "亩"


class NamedAmount(Part):
    """An amount of something, such as the land of one class."""

    name: Text
    amount: Amount


class Reviewed(Part):
    """Who passed a verification, and on which day."""

    level: Text
    by: Text
    passed_at: AwareDatetime


class Change(Part):
    """One fact that a later document changes, both states as the reader sees them."""

    item: Text
    before: Text
    after: Text


class MovedDate(Part):
    """A date that has moved. `is_limit` marks the end of a period, printed as 24时 when it falls on midnight."""

    item: Text
    before_at: AwareDatetime
    after_at: AwareDatetime
    is_limit: bool = True


class Account(Part):
    """A bank account as printed in a contract."""

    name: Text
    bank: Text
    number: Text


class ContractParty(Part):
    """A party to the contract with what identifies it."""

    name: Text
    code: Text | None = None
    representative: Text | None = None
    address: Text | None = None
    phone: Text | None = None


class Instalment(Part):
    """One instalment of the price: an amount and the working days after the contract takes effect it is due in."""

    amount: Money
    due_wd: Annotated[int, Field(ge=1)]
    note: Text | None = None


class Signature(Part):
    """A signature given so far; a party that has not signed has none."""

    signer: Text
    signed_at: AwareDatetime
    fingerprint: Text | None = None


class TransferLine(Part):
    """What one batch contributes to a transfer."""

    batch_no: Text
    quantities: Amounts


class CeilingDraw(Part):
    """The record of a draw at the ceiling (最高限价抽签), enough for anyone to compute it again."""

    commitment: Digest
    secret: Text
    last_bid_hash: Digest
    paddles: Annotated[tuple[Text, ...], Field(min_length=2)]
    winning_paddle: Text


class Slip(Part):
    """A slip of the pen: in which place, what was written, and what it should say."""

    place: Text
    wrong: Text
    right: Text


class Correction(Part):
    """In whose place a document stands, and which slips of the pen it mends."""

    replaces: Text
    slips: Annotated[tuple[Slip, ...], Field(min_length=1)]


WHOM_TO_ASK = {"contacts.*.phone": "联系电话", "contacts.*.address": "联系地址"}
REASON = {"reason": "理由"}


class Facts(Part):
    """What all documents state. `heading` is put in by `issue`.

    `moving` names what only the release of the act decides (its instant, dates counted from it, a fresh secret).
    `correctable` names the words in which a slip of the pen may be mended, as they are printed, each with what it is
    called (`contacts.*.phone` of every contact): never what moves value, binds a party or is a matter of record.
    `taken` names what was taken from a paper of outside, each with what that has it as.
    """

    kind: ClassVar[DocumentKind]
    moving: ClassVar[frozenset[str]] = frozenset()
    correctable: ClassVar[Mapping[str, str]] = {}
    taken: ClassVar[Mapping[str, str]] = {}

    legal_basis: tuple[Text, ...] = ()
    rulebook_version: Text | None = None
    contacts: tuple[Contact, ...] = ()
    correction: Correction | None = None
    heading: Heading | None = None

    def stamped(self, heading: Heading) -> Self:
        """The same facts under this heading."""
        return self.model_copy(update={"heading": heading})

    def stored(self) -> dict[str, object]:
        """The facts as JSON values, numbers as exact texts."""
        return self.model_dump(mode="json")


class LotFacts(Facts):
    """What every document of a lot states beside."""

    lot: Lot


class AnnouncementFacts(LotFacts):
    """The announcement (交易公告), step 3 of the process.

    `draw_commitment` is the SHA-256 of the secret that a draw at the ceiling would use. `relists` is the number
    of the listing that stayed unsold before.
    """

    kind = DocumentKind.ANNOUNCEMENT
    correctable = WHOM_TO_ASK
    moving = frozenset({"registration_opens_at", "draw_commitment"})

    prices: PriceTerms
    terms: Terms
    registration_opens_at: AwareDatetime
    registration_closes_at: AwareDatetime
    deposit_cutoff_at: AwareDatetime
    bidding_opens_at: AwareDatetime
    bidding_closes_at: AwareDatetime
    bidder_kinds: Annotated[tuple[Text, ...], Field(min_length=1)]
    portal_url: Text
    timed_bidding: TimedBidding | None = None
    quiet_last_minutes: Count = 0
    draw_commitment: Digest | None = None
    required_documents: tuple[Text, ...] = (
        "指标需求证明（项目批准文件）",
        "资金证明",
        "本区域无法自行平衡证明",
    )
    relists: Text | None = None
    remarks: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        moments = (self.registration_opens_at, self.registration_closes_at, self.bidding_opens_at)
        if not (moments[0] < moments[1] <= moments[2] < self.bidding_closes_at):
            raise ValueError("报名、竞价的开始与截止时间先后颠倒。")
        if (self.prices.ceiling_unit_price is None) != (self.draw_commitment is None):
            raise ValueError("设最高限价的公告须载明抽签密值的摘要，不设的不载。")
        return self


class AgreementNoticeFacts(LotFacts):
    """The notice of an agreement (协议公示): who hands over what to whom, at what price, under which pairing."""

    kind = DocumentKind.AGREEMENT_NOTICE
    correctable = WHOM_TO_ASK
    moving = frozenset({"notice_starts_at", "notice_ends_at"})

    taker: Text
    priced_kind: QuotaKind
    unit: PriceUnit
    unit_price: Money
    total: Money
    pairing_basis: Text
    project_number: Text | None = None
    terms: Terms
    notice_starts_at: AwareDatetime
    notice_ends_at: AwareDatetime
    notice_days: Annotated[int, Field(ge=1)]
    portal_url: Text
    remarks: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.notice_starts_at >= self.notice_ends_at:
            raise ValueError("协议公示的开始与期满时间先后颠倒。")
        return self


class SupplementaryAnnouncementFacts(LotFacts):
    """The supplementary announcement (补充公告): what changes, and the dates that move with it."""

    kind = DocumentKind.SUPPLEMENTARY_ANNOUNCEMENT
    correctable = WHOM_TO_ASK | REASON
    moving = frozenset({"dates"})

    announcement_number: Text
    announced_at: AwareDatetime
    reason: Text
    changes: tuple[Change, ...] = ()
    dates: tuple[MovedDate, ...] = ()
    portal_url: Text

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.changes and not self.dates:
            raise ValueError("补充公告须至少载明一项变更。")
        return self


class QualificationCertificateFacts(LotFacts):
    """The qualification certificate (竞买资格确认书), for the bidder's eyes only until close."""

    kind = DocumentKind.QUALIFICATION_CERTIFICATE

    announcement_number: Text
    bidder: Text
    bidder_kind: Text
    paddle: Text
    qualified_at: AwareDatetime
    deposit: Money
    deposit_sub_account: Text
    deposit_complete_at: AwareDatetime
    unit: PriceUnit
    starting_unit_price: Money
    increment: Money
    bidding_opens_at: AwareDatetime
    bidding_closes_at: AwareDatetime
    portal_url: Text
    ceiling_unit_price: Money | None = None
    timed_bidding: TimedBidding | None = None


class AwardConfirmationFacts(LotFacts):
    """The award confirmation (成交确认书). `decided_by` says how the winner was found, as a phrase.

    Where nobody bid there is no paddle, no count and no hash.
    """

    kind = DocumentKind.AWARD_CONFIRMATION
    moving = frozenset({"contract_due_at"})

    announcement_number: Text
    winner: Text
    closed_at: AwareDatetime
    decided_by: Text
    paddle: Text | None = None
    bid_count: Annotated[int, Field(ge=1)] | None = None
    last_bid_hash: Digest | None = None
    priced_kind: QuotaKind
    unit: PriceUnit
    unit_price: Money
    total: Money
    deposit: Money
    terms: Terms
    contract_due_at: AwareDatetime
    draw: CeilingDraw | None = None


class TripartiteContractFacts(LotFacts):
    """The tripartite contract (三方合同) of seller, winner and trading centre.

    Signatures are None until given; each of them is a state of the same text, so a printed contract shows who
    has signed and when. `revision` counts the texts: a changed text is a new one and voids earlier signatures.
    `title`, `shortfall` and `clauses` are those of the class of quota; `special_terms` are what the parties agreed
    beside the standard terms (特别约定).
    """

    kind = DocumentKind.TRIPARTITE_CONTRACT

    announcement_number: Text
    confirmation_number: Text
    confirmed_at: AwareDatetime
    seller: ContractParty
    winner: ContractParty
    trading_centre: ContractParty
    priced_kind: QuotaKind
    unit: PriceUnit
    unit_price: Money
    total: Money
    deposit: Money
    account: Account
    fiscal_account: Account | None = None
    remit_wd: Annotated[int, Field(ge=1)] = 3
    terms: Terms
    sign_due_at: AwareDatetime
    instalments: tuple[Instalment, ...] = ()
    revision: Annotated[int, Field(ge=1)] = 1
    late_fee_cap: Rate | None = None
    fee_first: bool = False
    title: Text = "补充耕地指标交易三方合同"
    shortfall: Text = class_terms(QuotaClass.SUPPLEMENTARY).shortfall
    clauses: tuple[Text, ...] = ()
    special_terms: Text | None = None
    seller_signature: Signature | None = None
    winner_signature: Signature | None = None
    centre_signature: Signature | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.deposit > self.total:
            return self
        if self.instalments and sum((part.amount.amount for part in self.instalments), Decimal(0)) != (
            self.total.amount - self.deposit.amount
        ):
            raise ValueError("各期价款之和须等于成交总价减去已抵作价款的保证金。")
        return self


class TransferCertificateFacts(LotFacts):
    """The transfer certificate (指标划转证明): what moved from seller to buyer, batch by batch.

    `contract_title` is what its class calls the contract. `carried` is what goes with it (附带) and is no quota of its
    own; `use_by` when it has to be used, where it has.
    """

    kind = DocumentKind.TRANSFER_CERTIFICATE
    moving = frozenset({"transferred_at", "use_by"})

    contract_number: Text
    confirmation_number: Text
    buyer: Text
    buyer_region: Text
    transferred_at: AwareDatetime
    paid_at: AwareDatetime
    lines: Annotated[tuple[TransferLine, ...], Field(min_length=1)]
    contract_title: Text = class_terms(QuotaClass.SUPPLEMENTARY).contract_title
    carried: tuple[NamedAmount, ...] = ()
    use_note: Text
    use_by: AwareDatetime | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        first, *more = (line.quantities for line in self.lines)
        if sum(more, first) != self.lot.quantities:
            raise ValueError("各批次划转数量之和须等于标的数量。")
        return self


class ResultPublicationFacts(LotFacts):
    """The publication of the result (结果公示) and whom to object to."""

    kind = DocumentKind.RESULT_PUBLICATION
    correctable = WHOM_TO_ASK
    moving = frozenset({"publication_starts_at", "publication_ends_at"})

    announcement_number: Text
    winner: Text
    priced_kind: QuotaKind
    unit: PriceUnit
    unit_price: Money
    total: Money
    closed_at: AwareDatetime
    confirmation_number: Text
    contract_number: Text
    transfer_number: Text
    transferred_at: AwareDatetime
    publication_starts_at: AwareDatetime
    publication_ends_at: AwareDatetime
    terms: Terms
    portal_url: Text


class SuspensionNoticeFacts(LotFacts):
    """The suspension notice (中止公告). `by_system` when the platform suspended the lot by itself."""

    kind = DocumentKind.SUSPENSION_NOTICE
    correctable = WHOM_TO_ASK | REASON
    moving = frozenset({"suspended_at"})

    announcement_number: Text
    suspended_at: AwareDatetime
    reason: Text
    portal_url: Text
    by_system: bool = False
    resume_notice_hours: Annotated[int, Field(ge=0)] = 24


class ResumptionNoticeFacts(LotFacts):
    """The resumption notice (恢复公告) with every date that moved."""

    kind = DocumentKind.RESUMPTION_NOTICE
    correctable = WHOM_TO_ASK | REASON
    moving = frozenset({"resumed_at", "dates"})

    announcement_number: Text
    suspension_number: Text
    suspended_at: AwareDatetime
    resumed_at: AwareDatetime
    reason: Text
    portal_url: Text
    dates: tuple[MovedDate, ...] = ()
    restarts_timed_round: bool = False


class TerminationNoticeFacts(LotFacts):
    """The termination notice (终止公告). `deposit_refund_due_at` when deposits are to be returned."""

    kind = DocumentKind.TERMINATION_NOTICE
    correctable = WHOM_TO_ASK | REASON
    moving = frozenset({"terminated_at", "deposit_refund_due_at"})

    announcement_number: Text
    terminated_at: AwareDatetime
    reason: Text
    portal_url: Text
    deposit_refund_due_at: AwareDatetime | None = None


class QuotaCertificateFacts(Facts):
    """The certificate of surplus quota (建设用地指标登记证): what was verified, for whom, on whose word.

    `circulation` says how far it may be sold (流转权限). `valid_until_at` is None where it has no end.
    """

    kind = DocumentKind.QUOTA_CERTIFICATE
    correctable: ClassVar[Mapping[str, str]] = {"record_number": "部备案号", "record_date": "部备案日期"}
    taken: ClassVar[Mapping[str, str]] = {"record_number": "register_no", "record_date": "document_date"}
    moving = frozenset({"valid_until_at"})

    holder: Text
    title: Text
    region: Text
    villages: Text
    parcels: Annotated[int, Field(ge=1)]
    classes: Annotated[tuple[NamedAmount, ...], Field(min_length=1)]
    reclaimed: Amount
    resettlement: Amount
    surplus: Amount
    returned: Amount
    reserved: Amount
    tradeable: Amount
    high_standard: Amount
    carried_farmland: Amount
    carried_paddy: Amount
    carried_capacity: Amount
    circulation: Text
    use: Text
    bans: Text
    verification_number: Text
    acceptance_number: Text
    reviews: Annotated[tuple[Reviewed, ...], Field(min_length=1)]
    released_by: Text
    record_number: Text
    record_date: Text
    measurer: Text
    measured_date: Text
    report_sha256: Digest
    parcels_sha256: Digest
    valid_until_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if sum((each.amount.value for each in self.classes), Decimal(0)) != self.reclaimed.value:
            raise ValueError("各地类面积之和须等于复垦为农用地面积。")
        if self.reclaimed.value - self.resettlement.value != self.surplus.value:
            raise ValueError("节余指标须等于复垦面积减去安置区建设用地。")
        if self.surplus.value - self.returned.value - self.reserved.value != self.tradeable.value:
            raise ValueError("可交易指标须等于节余指标减去归还周转指标和村内预留。")
        return self


class CertificateExtractFacts(Facts):
    """The extract of a certificate of surplus quota (登记证附页): what one movement took out, and what is left.

    `left` is with the holder that the certificate names; together with what was sold, adjusted to other provinces, used
    and written off it is T.
    """

    kind = DocumentKind.CERTIFICATE_EXTRACT
    moving = frozenset({"moved_at"})

    certificate_number: Text
    holder: Text
    title: Text
    region: Text
    reason: Text
    moved: Amount
    moved_at: AwareDatetime
    tradeable: Amount
    sold: Amount
    adjusted: Amount
    used: Amount
    written_off: Amount
    left: Amount
    carried_farmland: Amount
    carried_paddy: Amount
    carried_capacity: Amount

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        gone = self.sold.value + self.adjusted.value + self.used.value + self.written_off.value
        if gone + self.left.value != self.tradeable.value:
            raise ValueError("剩余、已售、已调剂、自用与核减之和须等于可交易指标。")
        return self


Grade = Annotated[int, Field(ge=1, le=15)]


class QualityCommitmentFacts(LotFacts):
    """The county's commitment (质量提升承诺书): which area of which project will be of which grade, until when."""

    kind = DocumentKind.QUALITY_COMMITMENT

    county: Text
    project: Text
    area: Amount
    grade_now: Grade
    grade_promised: Grade
    there: Amount
    promised: Amount
    days: Annotated[int, Field(ge=1)]
    proceeds_use: Text
    held_back: Rate
    decide_wd: Count

    @model_validator(mode="after")
    def _for_the_better(self) -> Self:
        if self.grade_promised >= self.grade_now or self.promised.value < self.there.value:
            raise ValueError("承诺等别须优于现状等别。")
        return self


class CommitmentResultFacts(LotFacts):
    """What came of a commitment (质量提升承诺认定书): the grade that was found, what goes back and what is issued.

    Where nothing was reported in its term there is no measurer and no opinion, and the grade is as it was.
    """

    kind = DocumentKind.COMMITMENT_RESULT
    correctable: ClassVar[Mapping[str, str]] = {"opinion": "复评意见"}
    moving = frozenset({"decided_at", "certificate_number"})

    commitment_number: Text
    contract_number: Text
    winner: Text
    project: Text
    area: Amount
    grade_now: Grade
    grade_promised: Grade
    grade_found: Grade
    measurer: Text | None = None
    reported_at: AwareDatetime | None = None
    opinion: Text | None = None
    decided_at: AwareDatetime
    promised: Amount
    achieved: Amount
    issued: Amount
    certificate_number: Text | None = None
    total: Money
    refund: Money
    from_held_back: Money
    owed: Money

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.from_held_back + self.owed != self.refund:
            raise ValueError("留存价款退还与出让方另行退还之和须等于应退价款。")
        return self


class SchemeLine(Part):
    """One row of the ministry's scheme; `national_number` once the national system has moved it.

    `taker` is the other side: the province that takes, or the county that gives. Prices are in 元/亩; `addition` is
    there where it comes with planning scale.
    """

    row: Text
    taker: Text
    area: Amount
    high_standard: bool = False
    out_price: Money | None = None
    in_price: Money | None = None
    addition: Money | None = None
    national_number: Text | None = None


class NamedMoney(Part):
    """An amount of money and what it is."""

    name: Text
    amount: Money


class AcrossFacts(Facts):
    """What every document of quota that leaves the province states beside: whose, under which number and scheme."""

    application_number: Text
    holder: Text
    region: Text
    scheme_number: Text


class SchemeFacts(AcrossFacts):
    """What every document of a scheme's rows states: each of them, and what they come to together."""

    lines: Annotated[tuple[SchemeLine, ...], Field(min_length=1)]
    total: Amount

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if sum((each.area.value for each in self.lines), Decimal(0)) != self.total.value:
            raise ValueError("各行面积之和须等于合计。")
        return self


class SchemePublicationFacts(SchemeFacts):
    """A scheme in publication (调剂方案公示): its rows, what they come to, until when anybody may object, and where.

    `party` is what its holder is in it, `partner` what the other side of each row is. `margin` is there where it gives.
    """

    kind = DocumentKind.SCHEME_PUBLICATION
    correctable: ClassVar[Mapping[str, str]] = {"body": "来文机关", "document_number": "来文文号"}
    taken: ClassVar[Mapping[str, str]] = {"body": "body", "document_number": "document_no"}
    moving = frozenset({"published_at", "ends_at"})

    body: Text
    document_number: Text
    amounts: tuple[NamedMoney, ...]
    margin: Text | None = None
    party: Text = "调出单位"
    partner: Text = "调入省（区、市）"
    published_at: AwareDatetime
    ends_at: AwareDatetime
    portal_url: Text


class AdjustmentCertificateFacts(SchemeFacts):
    """The certificate that quota has left for other provinces (跨省域调剂指标划转证明)."""

    kind = DocumentKind.ADJUSTMENT_CERTIFICATE
    moving = frozenset({"transferred_at"})

    allocated: Money
    transferred_at: AwareDatetime


class DemandCertificateFacts(SchemeFacts):
    """The certificate that quota has come from other provinces (跨省域调剂指标调入证明)."""

    kind = DocumentKind.DEMAND_CERTIFICATE
    moving = frozenset({"received_at"})

    paid: Money
    planning_scale: bool
    received_at: AwareDatetime


class QuarterlyReportFacts(AcrossFacts):
    """A county's report on the money of a quarter (季度报告): the ledger's figures, the county's words."""

    kind = DocumentKind.QUARTERLY_REPORT
    correctable: ClassVar[Mapping[str, str]] = {"remarks": "说明"}

    quarter: Text
    allocated: Money
    stood: tuple[NamedMoney, ...]
    spent: tuple[NamedMoney, ...]
    remarks: Text


class AuditedVoucher(Part):
    """One voucher that was drawn: its place, its number in the ledger, how it was concluded."""

    place: Annotated[int, Field(ge=1)]
    booking: Text
    amount: Money
    outcome: Text


class AuditReportFacts(AcrossFacts):
    """What an audit came to (审计报告), with what anybody needs to draw its vouchers again."""

    kind = DocumentKind.AUDIT_REPORT

    audit: Text
    commitment: Digest
    secret: Text
    vouchers_in_all: Count
    spent: Money
    sampled: Money
    vouchers: tuple[AuditedVoucher, ...]
    outcome: Text


FACTS_BY_KIND: dict[DocumentKind, type[Facts]] = {
    model.kind: model
    for model in (
        AnnouncementFacts,
        SupplementaryAnnouncementFacts,
        QualificationCertificateFacts,
        AwardConfirmationFacts,
        TripartiteContractFacts,
        TransferCertificateFacts,
        ResultPublicationFacts,
        SuspensionNoticeFacts,
        ResumptionNoticeFacts,
        TerminationNoticeFacts,
        QuotaCertificateFacts,
        CertificateExtractFacts,
        AgreementNoticeFacts,
        QualityCommitmentFacts,
        CommitmentResultFacts,
        SchemePublicationFacts,
        QuarterlyReportFacts,
        AuditReportFacts,
        AdjustmentCertificateFacts,
        DemandCertificateFacts,
    )
}


def restored(kind: DocumentKind, stored: Mapping[str, object]) -> Facts:
    """The facts that `stored` gave; `pydantic.ValidationError` when these are not facts of this kind."""
    return FACTS_BY_KIND[kind].model_validate_json(json.dumps(stored))
