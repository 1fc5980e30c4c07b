"""Computed guide prices (指导价测算)."""

from django.db import models
from django.db.models import Q

from apps.kinds.prices import PriceUnit, unit_of
from apps.kinds.table import QuotaKind
from apps.parties.models import Organisation, Region
from apps.rulebook.models import Rulebook
from apps.rulebook.prices import LAND_CLASS_WORDS
from kernel.cases.models import Case
from kernel.money import Yuan


class Computation(models.Model):
    """One guide price as it was computed: what was asked, by which version of the norms, what came of it.

    Its maker alone sees it until it is attached to the application of `case` (`attached_at`); each round of it may
    bring a newer one. Nothing else of it ever changes.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    made_by_id = models.BigIntegerField()
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="guide_prices")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    land_class = models.CharField(max_length=20)
    grade = models.PositiveSmallIntegerField()
    budget = models.JSONField(default=dict)
    norms = models.ForeignKey(Rulebook, on_delete=models.PROTECT, related_name="+")
    result = models.JSONField()
    computed_at = models.DateTimeField()
    attached_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["organisation", "made_by_id", "-id"], name="guide_price_by_maker")]
        constraints = [
            models.CheckConstraint(
                condition=Q(attached_at__isnull=True) | Q(case__isnull=False),
                name="guide_price_attached_to_a_case",
            ),
            models.CheckConstraint(condition=Q(grade__gte=1, grade__lte=15), name="guide_price_grade_exists"),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.kind} {self.grade}"

    @property
    def price_by_norms(self) -> Yuan | None:
        """The guide price by the norms alone; None where they do not give every cost."""
        return self._price("by_norms")

    @property
    def price_by_budget(self) -> Yuan | None:
        """The guide price by the project's budget and the norms for what it leaves out; None without a budget."""
        return self._price("by_budget")

    def _price(self, by_what: str) -> Yuan | None:
        found = self.result[by_what]
        return Yuan(found["price"]) if found else None

    @property
    def conditions(self) -> str:
        """Where, on which land, of which grade and by which norms it was computed, in words."""
        land = LAND_CLASS_WORDS.get(self.land_class, self.land_class)
        return f"{self.region.name}（{self.region_id}）、{land}、{self.grade}等，依据{self.norms}"

    @property
    def unit(self) -> PriceUnit:
        """What the price is per."""
        return unit_of(QuotaKind(self.kind))
