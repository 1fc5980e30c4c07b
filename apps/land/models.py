"""Projects of land consolidation and their parcels."""

from django.db import models
from django.db.models import Q

from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind, kind_choices
from apps.land.rules import Ground, made_by, regraded
from apps.parties.models import Organisation, Region
from kernel.cases.models import Case
from kernel.keys import FoldedField


class Project(models.Model):
    """A land consolidation project (土地整治项目): what it makes, and what its acceptance report states, its parts say.

    It has `part_count` of them, at every commit. `farmland_before` and `farmland_after` are the farmland of the site
    before and after, in 亩.
    """

    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="projects")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="projects")
    name = models.CharField(max_length=200)
    approval_no = models.CharField(max_length=80)
    acceptance_no = models.CharField(max_length=80)
    acceptance_key = FoldedField(of="acceptance_no")
    farmland_before = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    farmland_after = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    part_count = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    voided_by_id = models.BigIntegerField(null=True)
    void_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "acceptance_key"],
                condition=Q(voided_at__isnull=True),
                name="acceptance_report_once",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_by_id__isnull=True, void_reason="")
                | Q(voided_at__isnull=False, voided_by_id__isnull=False, void_reason__gt=""),
                name="project_voided_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def made(self) -> Quantities:
        """What its parts make, by the grades they have now, of each kind; lists load them beforehand (`with_parts`)."""
        models.prefetch_related_objects([self], "parts__regrades")
        return made_by([ground for each in self.parts.all() for ground in each.grounds])


class Part(models.Model):
    """One part of a project: an area of one land class (地块), as the acceptance report lists it.

    `quantity` is its area in 亩, whatever kind it makes. `geometry` is its polygon as GeoJSON in degrees of longitude
    and latitude (CGCS2000); None where none was given. The database keeps its bounding box beside it, in the column
    `box` under an index: it proposes which parts may lie on one ground, and Python decides.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="parts")
    parcel_no = models.CharField(max_length=40, blank=True, default="")
    geometry = models.JSONField(null=True, blank=True)
    kind = models.CharField(max_length=20, choices=kind_choices)
    land_class = models.CharField(max_length=20)
    quantity = models.DecimalField(max_digits=16, decimal_places=4)
    grade_before = models.PositiveSmallIntegerField()
    grade_after = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="part_quantity_positive"),
            models.CheckConstraint(
                condition=Q(
                    grade_before__gte=1, grade_before__lte=16, grade_after__gte=1, grade_after__lte=15
                ),
                name="part_grades_exist",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.land_class} {self.quantity}"

    @property
    def ground(self) -> Ground:
        """The part as it was accepted, as the formulas see it."""
        return Ground(
            QuotaKind(self.kind), self.land_class, self.quantity, self.grade_before, self.grade_after
        )

    @property
    def grounds(self) -> list[Ground]:
        """The part by the grades that it has now, which differ where an area of it was regraded."""
        moves = [(each.area, each.grade_from, each.grade_to) for each in self.regrades.all()]
        return regraded(self.ground, moves)


class Regrade(models.Model):
    """An area of a part that has a better grade than it was accepted with (等别提升), as a commitment's outcome says.

    `area` in 亩. What the project makes counts it at `grade_to`.
    """

    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="regrades")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    area = models.DecimalField(max_digits=16, decimal_places=4)
    grade_from = models.PositiveSmallIntegerField()
    grade_to = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["part", "case"], name="part_regraded_once_by_a_case"),
            models.CheckConstraint(condition=Q(area__gt=0), name="regraded_area_positive"),
            models.CheckConstraint(
                condition=Q(grade_to__gte=1, grade_from__lte=15, grade_to__lt=models.F("grade_from")),
                name="regrade_is_for_the_better",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.grade_from}→{self.grade_to}"


class CaseGround(models.Model):
    """Ground that a case claims for itself (地块占用): no other case and no project may stand on it meanwhile.

    `area` is as stated, in 亩; `geometry` as a part's, with its box beside it in the column `box`. `freed_at` says when
    the claim ended: the case was given up, or another set of parcels took this one's place.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="grounds")
    parcel_no = models.CharField(max_length=40)
    area = models.DecimalField(max_digits=16, decimal_places=4)
    drawn_area = models.DecimalField(max_digits=16, decimal_places=4)
    geometry = models.JSONField()
    freed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(area__gt=0), name="case_ground_positive")]

    def __str__(self) -> str:
        return f"{self.case} {self.parcel_no}"
