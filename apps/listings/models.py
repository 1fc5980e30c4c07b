"""The listing (挂牌项目): one lot of quota, from one seller, to one winner."""

from datetime import datetime
from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from apps.kinds.classes import ClassTerms, class_terms
from apps.kinds.commitments import PAPERS as COMMITMENT_PAPERS
from apps.kinds.commitments import PROMISED, Promise
from apps.kinds.prices import PriceUnit
from apps.kinds.prices import price as price_of
from apps.kinds.quantities import Quantities, Quantity
from apps.kinds.table import QuotaClass, QuotaKind
from apps.kinds.trade import WITH_BIDDING, WITH_COUNTERPARTY, FormTerms, TradeForm
from apps.land.models import Project
from apps.listings.states import ListingStatus
from apps.money.models import FiscalAccount
from apps.pairing.models import Pairing
from apps.parties.models import Organisation
from apps.quota.batch_models import Batch
from apps.rulebook.queries import Rules, rules_from
from kernel.cases.models import Case
from kernel.keys import FoldedField
from kernel.money import Yuan, YuanField

_ANNOUNCED = Q(announced_at__isnull=False)


class Listing(models.Model):
    """One lot on its way. Facts are frozen when it is announced; `rules` is its own copy of the rulebook.

    What it sells, its lines say. Its case has the same key, and holds for accepted objections; `unanswered_objections`
    hold nothing of others' doing. `closes_at` is the instant at which bidding ends as things stand now; a timed round
    moves it. The unit price is for `priced_amount` of `priced_kind`, in the kind's unit: at every commit what its lines
    sell of that kind, of capacity with what a commitment promises beyond it. `named_ceiling` is what the seller set;
    `ceiling` is what no bid may exceed, once announced by the rules and price tables too. With `planning_no` planning
    scale (规划规模) comes with the lot: `planning_mu` 亩 were confirmed under that number for all lots together.
    `declared` are the seller's answers against misuse. Of its `form` of trade `trade` says what is otherwise; one may
    name the `counterparty` that takes the lot, and the pairing under which it does.
    """

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, primary_key=True, db_column="id", related_name="listing"
    )
    number = models.CharField(max_length=40, unique=True, null=True)  # noqa: DJ001 - drafts have none yet
    seller = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="listings")
    province = models.CharField(max_length=6)
    title = models.CharField(max_length=200)
    form = models.CharField(max_length=20, default=TradeForm.LISTING)
    status = models.CharField(max_length=20, default=ListingStatus.DRAFT)
    counterparty = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="agreements"
    )
    pairing = models.ForeignKey(Pairing, null=True, on_delete=models.PROTECT, related_name="listings")
    relisted_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="relistings")

    grade = models.PositiveSmallIntegerField(null=True)
    planning_no = models.CharField(max_length=80, blank=True, default="")
    planning_key = FoldedField(of="planning_no")
    planning_mu = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    declared = models.JSONField(default=dict)
    starting_price = YuanField()
    price_unit = models.CharField(max_length=20)
    priced_kind = models.CharField(max_length=20)
    priced_amount = models.DecimalField(max_digits=16, decimal_places=4)
    increment = YuanField(null=True)
    named_ceiling = YuanField(null=True)
    ceiling = YuanField(null=True)
    has_reserve = models.BooleanField(default=False)
    sealed_reserve = models.TextField(blank=True)
    reserve_price = YuanField(null=True)
    fiscal_account = models.ForeignKey(
        FiscalAccount, null=True, on_delete=models.PROTECT, related_name="listings"
    )
    contact = models.CharField(max_length=120, blank=True)

    rules_copy = models.JSONField(default=dict)
    review_round = models.PositiveSmallIntegerField(default=0)
    review_days_used = models.PositiveSmallIntegerField(default=0)
    starting_total = YuanField(null=True)
    deposit_amount = YuanField(null=True)

    drafted_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(null=True)
    registration_closes_at = models.DateTimeField(null=True)
    deposit_cutoff_at = models.DateTimeField(null=True)
    opens_at = models.DateTimeField(null=True)
    listing_period_ends_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    timed_round = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    suspended_from = models.CharField(max_length=20, blank=True)
    unanswered_objections = models.PositiveIntegerField(default=0)
    acceptance_record_no = models.CharField(max_length=80, blank=True, default="")
    ecology_no = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "-case"], name="listing_by_status"),
            models.Index(fields=["seller", "-case"], name="listing_by_seller"),
            models.Index(
                F("announced_at").desc(),
                F("case").desc(),
                condition=_ANNOUNCED,
                name="listing_by_announcement",
            ),
            models.Index(
                F("status"),
                F("announced_at").desc(),
                F("case").desc(),
                condition=_ANNOUNCED,
                name="listing_by_status_announced",
            ),
            models.Index(F("closes_at"), F("case"), condition=_ANNOUNCED, name="listing_by_close"),
            models.Index(F("starting_total"), F("case"), condition=_ANNOUNCED, name="listing_by_total"),
            models.Index(
                F("closed_at").desc(),
                F("case").desc(),
                condition=Q(closed_at__isnull=False),
                name="listing_by_result",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[str(each) for each in ListingStatus]), name="listing_status_known"
            ),
            models.CheckConstraint(
                condition=Q(form__in=[str(each) for each in TradeForm]), name="listing_form_known"
            ),
            models.CheckConstraint(
                condition=Q(form__in=WITH_COUNTERPARTY, counterparty__isnull=False, pairing__isnull=False)
                | (~Q(form__in=WITH_COUNTERPARTY) & Q(counterparty=None, pairing=None)),
                name="listing_names_its_counterparty",
            ),
            models.CheckConstraint(condition=Q(priced_amount__gt=0), name="listing_sells_something"),
            models.CheckConstraint(
                condition=Q(grade=None) | Q(grade__gte=1, grade__lte=15), name="listing_grade_exists"
            ),
            models.CheckConstraint(
                condition=Q(planning_no="", planning_mu=None) | Q(planning_no__gt="", planning_mu__gt=0),
                name="listing_planning_scale_by_its_number",
            ),
            models.CheckConstraint(
                condition=Q(starting_price__gt=0) & (Q(increment__isnull=True) | Q(increment__gt=0)),
                name="listing_prices_positive",
            ),
            models.CheckConstraint(
                condition=Q(ceiling__isnull=True) | Q(ceiling__gte=F("starting_price")),
                name="listing_ceiling_above_start",
            ),
            models.CheckConstraint(
                condition=Q(status="suspended", suspended_from__gt="")
                | (~Q(status="suspended") & Q(suspended_from="")),
                name="suspended_listing_knows_where_it_stood",
            ),
            models.CheckConstraint(
                condition=Q(announced_at__isnull=True)
                | (
                    ~Q(form__in=WITH_BIDDING)
                    & Q(
                        number__isnull=False,
                        deposit_amount=0,
                        registration_closes_at=None,
                        opens_at=None,
                        closes_at=None,
                    )
                )
                | Q(
                    form__in=WITH_BIDDING,
                    number__isnull=False,
                    registration_closes_at__gt=F("announced_at"),
                    opens_at__gte=F("registration_closes_at"),
                    closes_at__gt=F("opens_at"),
                    deposit_cutoff_at__lte=F("opens_at"),
                    increment__isnull=False,
                    deposit_amount__isnull=False,
                ),
                name="announced_listing_has_its_timetable",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"草稿{self.pk}"

    @property
    def state(self) -> ListingStatus:
        """The status as an enumeration."""
        return ListingStatus(self.status)

    @property
    def stood_at(self) -> ListingStatus:
        """The status in the process, seen through a suspension."""
        return ListingStatus(self.suspended_from or self.status)

    @property
    def open_objections(self) -> int:
        """How many accepted objections hold the next step."""
        return self.case.holds

    @property
    def rules(self) -> Rules:
        """The rules this listing runs under."""
        return rules_from(self.rules_copy)

    @property
    def quota_class(self) -> QuotaClass:
        """Of which class all that it sells is."""
        return QuotaKind(self.priced_kind).quota_class

    @property
    def terms(self) -> ClassTerms:
        """How quota of its class is traded."""
        return class_terms(self.quota_class)

    @property
    def trade(self) -> FormTerms:
        """How a lot of its form is traded."""
        return TradeForm(self.form).terms

    @property
    def promised(self) -> "Commitment | None":
        """The commitment to better quality that comes with it; None for most."""
        found: Commitment | None = getattr(self, "commitment", None)
        return found

    @property
    def papers(self) -> dict[str, str]:
        """What its form asks of its seller beside what its class does, and what a commitment does."""
        return {**self.trade.papers, **(COMMITMENT_PAPERS if self.promised is not None else {})}

    @property
    def checklist(self) -> dict[str, dict[str, str]]:
        """What its review looks at, point by point under each opinion."""
        planned = self.terms.planned_points if self.planning_mu is not None else {}
        of_form = self.trade.points
        return {
            opinion: {**points, **planned.get(opinion, {}), **of_form.get(opinion, {})}
            for opinion, points in self.terms.checklist.items()
        }

    @property
    def unit(self) -> PriceUnit:
        """What the unit price is per: 亩 or 公斤."""
        return PriceUnit(self.price_unit)

    @property
    def quantities(self) -> Quantities:
        """What is sold, of each kind: the sum of its lines, which lists load in the same query (`with_lines`)."""
        sold: list[dict[str, str]] | None = getattr(self, "sold", None)
        if sold is None:
            return Quantities.sum_of((line.kind, line.amount) for line in self.lines.all())
        return Quantities.sum_of((line["kind"], Decimal(line["amount"])) for line in sold)

    @property
    def priced(self) -> Quantity:
        """The quantity that the unit price multiplies, as it was chosen when the lot was written down."""
        return Quantity(QuotaKind(self.priced_kind), self.priced_amount)

    def total(self, unit_price: Yuan) -> Yuan:
        """The price of the lot at a unit price, in yuan, rounded half up to 分."""
        return price_of(unit_price=unit_price, unit=self.unit, quantity=self.priced)

    def lines_text(self) -> str:
        """What is sold, in one line of Chinese."""
        return "，".join(
            f"{kind.label}{Quantity(kind, amount).text}" for kind, amount in self.quantities.items()
        )


class Commitment(models.Model):
    """What a county promises of its lot (质量提升承诺): `area` 亩 of a project will be of a better grade than they are.

    That is within `days` calendar days of the transfer; what is handed over is what is there. `achieved_grade`, and how
    much of the price goes back to the buyer, `from_held_back` of it out of what was held back, are written once, when
    the outcome is decided.
    """

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="commitment")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="commitments")
    area = models.DecimalField(max_digits=16, decimal_places=4)
    target_grade = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()
    proceeds_use = models.CharField(max_length=500)
    achieved_grade = models.PositiveSmallIntegerField(null=True)
    refund = YuanField(null=True)
    from_held_back = YuanField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(area__gt=0, days__gt=0, target_grade__gte=1, target_grade__lt=15)
                & ~Q(proceeds_use=""),
                name="commitment_says_what_it_promises",
            ),
            models.CheckConstraint(
                condition=Q(achieved_grade=None, refund=None, from_held_back=None, decided_at=None)
                | Q(
                    achieved_grade__gte=1,
                    achieved_grade__lte=15,
                    achieved_grade__isnull=False,
                    refund__gte=F("from_held_back"),
                    from_held_back__gte=0,
                    from_held_back__isnull=False,
                    refund__isnull=False,
                    decided_at__isnull=False,
                ),
                name="commitment_decided_as_a_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing} {self.target_grade}等"

    @property
    def promise(self) -> Promise:
        """What is promised, in figures."""
        there = self.listing.quantities.of(PROMISED).amount
        return Promise(there=there, area=self.area, now=self.listing.grade or 0, target=self.target_grade)


class ListingWords(models.Model):
    """What a lot is found by: overlapping pairs of signs of its number, title, seller and county.

    Triggers write it, also when a seller or a county gets another name; nobody else does.
    """

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, primary_key=True, related_name="words")
    grams = SearchVectorField()

    class Meta:
        ordering = ["listing_id"]
        indexes = [GinIndex("grams", name="listing_by_words")]

    def __str__(self) -> str:
        return f"{self.listing}"


class ListingLine(models.Model):
    """What a lot sells of one kind out of one batch: several kinds may be drawn from several batches."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="lines")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="listing_lines")
    kind = models.CharField(max_length=20)
    amount = models.DecimalField(max_digits=16, decimal_places=4)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "batch", "kind"], name="listing_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="listing_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.listing} {self.batch} {self.kind} {self.amount}"


class Suspension(models.Model):
    """A time in which a listing stood still, with an internal and a public reason."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="suspensions")
    internal_reason = models.CharField(max_length=500)
    public_reason = models.CharField(max_length=500)
    cause = models.CharField(max_length=20)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing"], condition=Q(ended_at__isnull=True), name="one_suspension_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
                name="suspension_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing} {self.began_at.isoformat()}"


class Termination(models.Model):
    """Why a listing ended without a deal, one for each."""

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="termination")
    internal_reason = models.CharField(max_length=500)
    public_reason = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.listing} {self.public_reason}"


def bidding_window(listing: Listing) -> tuple[datetime, datetime] | None:
    """[opens, closes) as it stands now; None before the announcement."""
    if listing.opens_at is None or listing.closes_at is None:
        return None
    return listing.opens_at, listing.closes_at
