"""Adjustments (调出申请), what they are of, their plans of use, opinions, the ministry's schemes and receipts."""

from django.db import models
from django.db.models import F, Q

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.rules import Amounts, PlanItem, Row, Wanted
from apps.crossprovince.states import PLAN_CATEGORIES, AdjustmentStatus, Remainder
from apps.documents.models import IncomingDocument
from apps.funds.models import Spending
from apps.parties.models import Organisation, Region
from apps.quota.batch_models import Batch
from kernel.cases.models import Case
from kernel.keys import FoldedField
from kernel.money import YuanField


class Scheme(models.Model):
    """One scheme of the ministry (调剂方案) as far as it is about this province. Its rows say the rest."""

    province = models.CharField(max_length=6)
    scheme_no = models.CharField(max_length=80)
    scheme_key = FoldedField(of="scheme_no")
    document = models.ForeignKey(IncomingDocument, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["province", "scheme_key"], name="scheme_of_a_province_once"),
            models.CheckConstraint(
                condition=Q(published_at=None, ends_at=None)
                | Q(published_at__isnull=False, ends_at__isnull=False),
                name="scheme_published_until",
            ),
        ]

    def __str__(self) -> str:
        return self.scheme_no


class Adjustment(models.Model):
    """One application to give surplus quota to other provinces (跨省域调剂): a case with the same key.

    `rules` are its own copy of the rules and of the price rows it needs, since its first submission. `parent` is the
    adjustment that it was the unmatched rest of. The four amounts are those of its scheme, which is published until
    `ends_at`. An objection that was found right (`upheld_at`) leaves the scheme without effect until it is settled;
    `unanswered_objections` are neither accepted nor refused.
    """

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, primary_key=True, db_column="id", related_name="adjustment"
    )
    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="adjustments")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    province = models.CharField(max_length=6)
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=20, default=str(AdjustmentStatus.DRAFT))
    remainder = models.CharField(max_length=10, default=str(Remainder.KEEP))
    loan_source = models.BooleanField()
    income_tied = models.BooleanField()
    rules = models.JSONField(null=True)
    review_round = models.PositiveSmallIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True)
    consent_no = models.CharField(max_length=80, blank=True, default="")
    consented_on = models.DateField(null=True)
    reported_at = models.DateTimeField(null=True)
    package_sha256 = models.CharField(max_length=64, blank=True, default="")
    receipt_no = models.CharField(max_length=80, null=True)  # noqa: DJ001 - none before the ministry's
    receipt_key = FoldedField(of="receipt_no")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="remainders")
    scheme = models.ForeignKey(Scheme, null=True, on_delete=models.PROTECT, related_name="adjustments")
    price = YuanField(null=True)
    gross = YuanField(null=True)
    retained = YuanField(null=True)
    margin = YuanField(null=True)
    ends_at = models.DateTimeField(null=True)
    upheld_at = models.DateTimeField(null=True)
    unanswered_objections = models.PositiveIntegerField(default=0)
    implementing_at = models.DateTimeField(null=True)
    transferred_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    drafted_at = models.DateTimeField()
    end_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["-case"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[str(each) for each in AdjustmentStatus]),
                name="adjustment_status_known",
            ),
            models.CheckConstraint(
                condition=Q(remainder__in=[str(each) for each in Remainder]),
                name="adjustment_remainder_known",
            ),
            models.CheckConstraint(
                condition=Q(scheme=None, price=None, gross=None, retained=None, margin=None)
                | Q(scheme__isnull=False, price__gt=0, gross__gt=0, retained__gte=0, margin__isnull=False),
                name="adjustment_matched_with_its_amounts",
            ),
            models.CheckConstraint(
                condition=Q(rules=None, status__in=["draft", "withdrawn"]) | Q(rules__isnull=False),
                name="adjustment_submitted_under_rules",
            ),
            models.CheckConstraint(
                condition=Q(rules=None) | Q(loan_source=False, income_tied=False),
                name="adjustment_free_of_misuse",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False)
                | ~Q(status="closed") & Q(closed_at=None),
                name="adjustment_closed_at_its_close",
            ),
            models.UniqueConstraint(
                fields=["receipt_key"], condition=~Q(receipt_key=""), name="adjustment_receipt_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def state(self) -> AdjustmentStatus:
        """Where it stands."""
        return AdjustmentStatus(self.status)

    @property
    def amounts(self) -> Amounts | None:
        """P, G, R, M of its scheme; None before it is matched."""
        if self.price is None or self.gross is None or self.retained is None or self.margin is None:
            return None
        return Amounts(self.price, self.gross, self.retained, self.margin)


class _Lines(models.Manager["AdjustmentLine"]):
    """Lines with their batches."""

    def get_queryset(self) -> models.QuerySet["AdjustmentLine"]:
        return super().get_queryset().select_related("batch")


class AdjustmentLine(models.Model):
    """So many 亩 of a batch, at the price of high-standard farmland or not. `frozen` is what the ledger holds for it.

    `handed` is what has left the province.
    """

    adjustment = models.ForeignKey(Adjustment, on_delete=models.PROTECT, related_name="lines")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    high_standard = models.BooleanField()
    amount = models.DecimalField(max_digits=16, decimal_places=4)
    frozen = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    handed = models.DecimalField(max_digits=16, decimal_places=4, default=0)

    objects = _Lines()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["adjustment", "batch", "high_standard"], name="adjustment_line_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, frozen__gte=0, handed__gte=0)
                & (Q(frozen=0) | Q(handed=0))
                & Q(handed__lte=F("amount")),
                name="adjustment_line_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch} {self.amount}"

    @property
    def wanted(self) -> Wanted:
        """As the formulas see it."""
        return Wanted(self.batch_id, self.high_standard, self.amount)


class _Plans(models.Manager["Plan"]):
    """Versions with their acceptance."""

    def get_queryset(self) -> models.QuerySet["Plan"]:
        return super().get_queryset().select_related("acceptance")


class Plan(models.Model):
    """One version of a plan of use (资金使用方案); none is ever changed.

    The newest counts, a `proposed` one once the province has accepted it.
    """

    adjustment = models.ForeignKey(Adjustment, on_delete=models.PROTECT, related_name="plans")
    version = models.PositiveSmallIntegerField()
    proposed = models.BooleanField(default=False)
    made_by_id = models.BigIntegerField()
    made_at = models.DateTimeField()

    objects = _Plans()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["adjustment", "version"], name="adjustment_plan_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.adjustment} 第{self.version}版"

    @property
    def is_accepted(self) -> bool:
        """Whether the province has accepted it."""
        return hasattr(self, "acceptance")


class PlanAcceptance(models.Model):
    """The province's acceptance of a proposed version (方案变更备案), by two persons; then it counts."""

    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, related_name="acceptance")
    accepted_by_id = models.BigIntegerField()
    accepted_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.plan}"


class PlanLine(models.Model):
    """One line of a plan: what for, where, how much, and whether it counts as rural revitalisation (乡村振兴).

    Spending names it by its number `no`, which a later version keeps.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="lines")
    no = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=20, choices=list(PLAN_CATEGORIES.items()))
    item = models.CharField(max_length=200)
    village = models.CharField(max_length=100)
    amount = YuanField()
    revitalisation = models.BooleanField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "no"], name="adjustment_plan_line_no_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="adjustment_plan_line_positive"),
            models.CheckConstraint(
                condition=Q(category__in=list(PLAN_CATEGORIES)), name="adjustment_plan_category_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.amount}"

    @property
    def planned(self) -> PlanItem:
        """As the formulas see it."""
        return PlanItem(self.category, self.item, self.village, self.amount, self.revitalisation, self.no)


class AdjustmentOpinion(models.Model):
    """What the province decided in a round (省厅审核意见)."""

    adjustment = models.ForeignKey(Adjustment, on_delete=models.PROTECT, related_name="opinions")
    review_round = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=10)
    reason = models.CharField(max_length=2000, blank=True, default="")
    organisation_name = models.CharField(max_length=200)
    decided_by_id = models.BigIntegerField()
    decided_by_name = models.CharField(max_length=80)
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["adjustment", "review_round"], name="adjustment_opinion_once")
        ]

    def __str__(self) -> str:
        return f"{self.adjustment} {self.outcome}"


class _StandingRows(models.Manager["SchemeRow"]):
    """Rows but those whose scheme the ministry took back."""

    def get_queryset(self) -> models.QuerySet["SchemeRow"]:
        return super().get_queryset().filter(taken_back_at=None)


class SchemeRow(models.Model):
    """One row of a scheme, and what it matches: an adjustment and its batch, or a demand.

    None is ever changed. Once its scheme is taken back for its case, it says nothing any more (`taken_back_at`), and
    the same number may come again: `objects` leaves it out, `ever` has it.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="rows")
    row_no = models.CharField(max_length=40)
    row_key = FoldedField(of="row_no")
    adjustment = models.ForeignKey(Adjustment, null=True, on_delete=models.PROTECT, related_name="rows")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+")
    demand = models.ForeignKey(Demand, null=True, on_delete=models.PROTECT, related_name="rows")
    out_county = models.CharField(max_length=6)
    in_province = models.CharField(max_length=6)
    project_area_no = models.CharField(max_length=80)
    area_mu = models.DecimalField(max_digits=16, decimal_places=4)
    area_ha = models.DecimalField(max_digits=16, decimal_places=4)
    high_standard = models.BooleanField()
    planning_scale = models.BooleanField()
    out_price = YuanField()
    in_price = YuanField()
    taken_back_at = models.DateTimeField(null=True)

    objects = _StandingRows()
    ever = models.Manager["SchemeRow"]()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "row_key"], condition=Q(taken_back_at=None), name="scheme_row_once"
            ),
            models.CheckConstraint(
                condition=Q(area_mu__gt=0, out_price__gt=0, in_price__gt=0), name="scheme_row_positive"
            ),
            models.CheckConstraint(
                condition=Q(adjustment__isnull=False, batch__isnull=False, demand=None)
                | Q(adjustment=None, batch=None, demand__isnull=False),
                name="scheme_row_of_one_side",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.row_no}"

    @property
    def comes_in(self) -> bool:
        """Whether it brings quota to this province."""
        return self.demand_id is not None

    @property
    def facts(self) -> Row:
        """As its file says."""
        return Row(
            self.row_no, self.out_county, self.in_province, self.project_area_no, self.area_mu, self.area_ha,
            self.high_standard, self.planning_scale, self.out_price, self.in_price,
        )  # fmt: skip


class NationalReceipt(models.Model):
    """The national system's receipt for one row (国家系统回执): the quota has moved there.

    The province that gives and the one that takes each enter the one number of a row; `comes_in` is whether it was the
    latter.
    """

    row = models.OneToOneField(SchemeRow, on_delete=models.PROTECT, related_name="receipt")
    comes_in = models.BooleanField(default=False)
    national_no = models.CharField(max_length=80)
    national_key = FoldedField(of="national_no")
    transferred_at = models.DateTimeField()
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["national_key", "comes_in"], name="national_receipt_once_a_side")
        ]

    def __str__(self) -> str:
        return self.national_no


class QuarterReport(models.Model):
    """What the county reported of its money in a quarter (季度报告), once: the ledger's figures, and its words."""

    adjustment = models.ForeignKey(Adjustment, on_delete=models.PROTECT, related_name="quarter_reports")
    quarter = models.CharField(max_length=6)
    figures = models.JSONField()
    remarks = models.TextField(blank=True, default="")
    reported_by_id = models.BigIntegerField()
    reported_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["adjustment", "quarter"], name="adjustment_quarter_once"),
            models.CheckConstraint(
                condition=Q(quarter__regex=r"^[0-9]{4}Q[1-4]$"), name="adjustment_quarter_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.adjustment} {self.quarter}"


class AuditRound(models.Model):
    """One audit of what an adjustment spent (审计): of a year, or of all of it (`year` is 0).

    The SHA-256 of its secret (`commitment`) stands here since the period began. When the period is over the secret is
    revealed, and with it the order in which vouchers are audited: whoever has the secret can draw it again. A final
    one is void once money comes back to be spent.
    """

    adjustment = models.ForeignKey(Adjustment, on_delete=models.PROTECT, related_name="audit_rounds")
    year = models.PositiveSmallIntegerField()
    commitment = models.CharField(max_length=64)
    sealed_secret = models.TextField()
    begun_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True)
    secret = models.CharField(max_length=64, blank=True, default="")
    spent = YuanField(null=True)
    sampled = YuanField(null=True)
    concluded_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True, default="")
    voided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["adjustment", "year"], condition=Q(voided_at=None), name="audit_round_once"
            ),
            models.CheckConstraint(
                condition=Q(drawn_at=None, secret="", spent=None, sampled=None)
                | Q(drawn_at__isnull=False, spent__gte=0, sampled__gte=0, sampled__lte=F("spent"))
                & ~Q(secret=""),
                name="audit_secret_revealed_when_drawn",
            ),
            models.CheckConstraint(
                condition=Q(concluded_at=None, outcome="")
                | Q(concluded_at__isnull=False, drawn_at__isnull=False)
                & Q(outcome__in=["in_order", "correct", "recover", "none"]),
                name="audit_concluded_with_its_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(year=0) | Q(outcome__in=["", "in_order", "none"]),
                name="audit_final_ends_in_order",
            ),
            models.CheckConstraint(condition=Q(voided_at=None) | Q(year=0), name="audit_of_a_year_stands"),
        ]

    def __str__(self) -> str:
        return f"{self.adjustment} {self.label}"

    @property
    def label(self) -> str:
        """As users see it."""
        return f"{self.year}年度审计" if self.year else "决算审计"


class AuditDraw(models.Model):
    """One voucher in the drawn order of an audit; the `sampled` ones are audited. None is ever changed."""

    round = models.ForeignKey(AuditRound, on_delete=models.PROTECT, related_name="draws")
    place = models.PositiveIntegerField()
    spending = models.ForeignKey(Spending, on_delete=models.PROTECT, related_name="+")
    amount = YuanField()
    digest = models.CharField(max_length=64)
    sampled = models.BooleanField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "place"], name="audit_draw_place_once"),
            models.UniqueConstraint(fields=["round", "spending"], name="audit_draw_voucher_once"),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.place}"
