"""Computed guide prices (指导价测算)."""

from django.db import models
from django.db.models import Q

from apps.kinds.prices import PriceUnit, unit_of
from apps.kinds.quantities import QuotaKind
from apps.parties.models import Organisation, Region
from apps.rulebook.models import Rulebook
from kernel.cases.models import Case


class Computation(models.Model):
    """One guide price as it was computed: what was asked, by which version of the norms, what came of it.

    Its maker alone sees it until it is attached to the application of `case` (`attached_at`). Nothing else of it ever
    changes.
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
            models.UniqueConstraint(
                fields=["case"], condition=Q(attached_at__isnull=False), name="guide_price_attached_once"
            ),
            models.CheckConstraint(condition=Q(grade__gte=1, grade__lte=15), name="guide_price_grade_exists"),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.kind} {self.grade}"

    @property
    def unit(self) -> PriceUnit:
        """What the price is per."""
        return unit_of(QuotaKind(self.kind))
