"""Verifications of surplus quota: facts, sets of parts, opinions."""

from django.db import models
from django.db.models import Q

from apps.land.models import CaseGround
from apps.parties.models import Organisation, Region
from apps.surplus.classes import After, Before
from apps.surplus.formulas import PartFacts, Stated
from apps.surplus.states import Origin, VerificationStatus
from kernel.cases.models import Case
from kernel.keys import FoldedField
from kernel.money import YuanField


class Verification(models.Model):
    """One verification (节余指标核定) of a project area: a case with the same key.

    `holder` is the county government that the quota goes to, also where its bureau (`case.owner_id`) filed it.
    `declared` is what the county says was reclaimed; what is booked comes of the parts that the measurer reported.
    What the ministry sent back after the province had verified it has an incoming document of its own to say so.
    """

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, primary_key=True, db_column="id", related_name="verification"
    )
    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="verifications")
    filed_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    province = models.CharField(max_length=6)
    title = models.CharField(max_length=200)
    acceptance_no = models.CharField(max_length=80)
    acceptance_key = FoldedField(of="acceptance_no")
    status = models.CharField(max_length=20, default=str(VerificationStatus.DRAFT))
    declared = models.DecimalField(max_digits=16, decimal_places=4)
    resettlement = models.DecimalField(max_digits=16, decimal_places=4)
    returned = models.DecimalField(max_digits=16, decimal_places=4)
    reserved = models.DecimalField(max_digits=16, decimal_places=4)
    rules = models.JSONField()
    measurer = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="measures")
    contract_no = models.CharField(max_length=80, blank=True, default="")
    contract_price = YuanField(null=True)
    commissioned_at = models.DateTimeField(null=True)
    review_round = models.PositiveSmallIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True)
    record_no = models.CharField(max_length=80, null=True)  # noqa: DJ001 - none before the ministry's
    record_key = FoldedField(of="record_no")
    recorded_on = models.DateField(null=True)
    certificate_no = models.CharField(max_length=40, unique=True, null=True)  # noqa: DJ001 - none before it
    certified_at = models.DateTimeField(null=True)
    drafted_at = models.DateTimeField()
    end_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["-case"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "acceptance_key"],
                condition=~Q(status__in=["withdrawn", "revoked"]),
                name="verification_of_an_acceptance_once",
            ),
            models.UniqueConstraint(
                fields=["record_key"], condition=~Q(record_key=""), name="verification_record_once"
            ),
            models.CheckConstraint(
                condition=Q(resettlement__gte=0, returned__gte=0, reserved__gte=0, declared__gt=0),
                name="verification_not_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[str(each) for each in VerificationStatus]),
                name="verification_status_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def state(self) -> VerificationStatus:
        """Where it stands."""
        return VerificationStatus(self.status)

    @property
    def stated(self) -> Stated:
        """What the county takes off: S, B, V."""
        return Stated(self.resettlement, self.returned, self.reserved)


class Measurement(models.Model):
    """One set of parts (地块清单): what the county drafted, or what the measurer reported. None is ever changed.

    `digest` is the SHA-256 of its parts, so that a report of other land than was drafted is told. `resettlement` is the
    S that was measured. It has `part_count` parts, at every commit.
    """

    verification = models.ForeignKey(Verification, on_delete=models.PROTECT, related_name="measurements")
    version = models.PositiveSmallIntegerField()
    origin = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    part_count = models.PositiveIntegerField()
    resettlement = models.DecimalField(max_digits=16, decimal_places=4)
    by = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=200, blank=True, default="")
    instrument = models.CharField(max_length=200, blank=True, default="")
    surveyors = models.CharField(max_length=200, blank=True, default="")
    measured_on = models.DateField(null=True)
    report_sha256 = models.CharField(max_length=64, blank=True, default="")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["verification", "version"], name="measurement_version_once"),
            models.CheckConstraint(
                condition=Q(origin=str(Origin.DRAFT), report_sha256="", measured_on=None)
                | Q(origin=str(Origin.REPORT), report_sha256__gt="", measured_on__isnull=False),
                name="measurement_reported_with_its_report",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verification} 第{self.version}版"


_FARMLAND = [str(each) for each in After if each.is_farmland]


class Part(models.Model):
    """One reclaimed parcel: what stood there, what it became, its area in 亩, its ground on the map."""

    measurement = models.ForeignKey(Measurement, on_delete=models.PROTECT, related_name="parts")
    ground = models.OneToOneField(CaseGround, on_delete=models.PROTECT, related_name="surplus_part")
    parcel_no = models.CharField(max_length=40)
    village = models.CharField(max_length=100)
    class_before = models.CharField(max_length=20)
    class_after = models.CharField(max_length=20)
    area = models.DecimalField(max_digits=16, decimal_places=4)
    grade_after = models.PositiveSmallIntegerField(null=True)
    high_standard_no = models.CharField(max_length=80, blank=True, default="")
    building_area = models.DecimalField(max_digits=16, decimal_places=4, default=0)
    demolition = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["measurement", "parcel_no"], name="surplus_parcel_once"),
            models.CheckConstraint(condition=Q(area__gt=0), name="surplus_part_positive"),
            models.CheckConstraint(
                condition=Q(
                    class_after__in=_FARMLAND,
                    grade_after__isnull=False,
                    grade_after__gte=1,
                    grade_after__lte=15,
                )
                | Q(grade_after=None, high_standard_no="") & ~Q(class_after__in=_FARMLAND),
                name="surplus_part_graded_as_farmland",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parcel_no} {self.area}"

    @property
    def facts(self) -> PartFacts:
        """As the formulas see it."""
        return PartFacts(
            Before(self.class_before),
            After(self.class_after),
            self.area,
            self.grade_after,
            bool(self.high_standard_no),
        )


class Opinion(models.Model):
    """What a reviewer decided in a round (市级初审、省级终审意见)."""

    verification = models.ForeignKey(Verification, on_delete=models.PROTECT, related_name="opinions")
    review_round = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=10)
    outcome = models.CharField(max_length=10)
    reason = models.CharField(max_length=2000, blank=True, default="")
    organisation_name = models.CharField(max_length=200)
    decided_by_id = models.BigIntegerField()
    decided_by_name = models.CharField(max_length=80)
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["verification", "review_round", "level"], name="verification_opinion_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.verification} {self.level} {self.outcome}"
