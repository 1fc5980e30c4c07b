"""What the acts on land take."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.kinds.fields import EachKind, WithKinds, amount_field
from apps.kinds.quantities import Quantities
from apps.kinds.table import KIND_CHOICES, QuotaKind
from apps.land import commands, parcels
from apps.land.commands import PartFacts
from apps.land.models import Project
from apps.land.names import PROJECT_RECORD
from apps.parties.models import Region
from apps.parties.roles import Can
from kernel.acts.act import Act, no_lane
from kernel.acts.subjects import Subject
from kernel.measures import parse_area
from kernel.web.fields import AreaInput, LineInput, NumberInput, WholeInput


class GeometryInput(serializers.JSONField):
    """A polygon as GeoJSON: a JSON object, or its text as a person pastes it."""

    def to_internal_value(self, data: Any) -> Any:
        """The object; text that is no JSON is refused."""
        try:
            return super().to_internal_value(parcels.pasted(data))
        except parcels.BadLand as no:
            raise serializers.ValidationError(str(no)) from no


class PartForm(serializers.Serializer[Any]):
    """One part of a project."""

    parcel_no = NumberInput(label="地块编号", max_length=40, required=False, allow_blank=True)
    kind = serializers.ChoiceField(label="指标种类", choices=KIND_CHOICES)
    land_class = serializers.ChoiceField(
        label="地类", choices=[("irrigated", "水浇地"), ("paddy", "水田"), ("dry", "旱地")]
    )
    quantity = LineInput(label="面积（亩）", max_length=30)
    grade_before = WholeInput(label="治理前等别", min_value=1, max_value=16)
    grade_after = WholeInput(label="治理后等别", min_value=1, max_value=15)
    geometry = GeometryInput(
        label="界址（GeoJSON）", required=False, allow_null=True, help_text="GeoJSON面，CGCS2000经纬度"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """An exact part: its area in 亩, whatever it makes."""
        kind = QuotaKind(attrs["kind"])
        try:
            quantity = parse_area(attrs["quantity"])
        except ValueError as error:
            raise serializers.ValidationError({"quantity": str(error)}) from error
        if quantity <= 0:
            raise serializers.ValidationError({"quantity": "面积须大于零。"})
        return {"part": PartFacts(**{**attrs, "kind": kind, "quantity": quantity})}


class ProjectForm(WithKinds, serializers.Serializer[Any]):
    """A consolidation project."""

    name = LineInput(label="项目名称", max_length=200)
    approval_no = NumberInput(label="立项批复文号", max_length=80)
    acceptance_no = NumberInput(label="验收文号", max_length=80)
    region = serializers.RegexField(r"^[0-9]{6}$", label="行政区划代码")
    farmland_before = AreaInput(label="实施前耕地面积（亩）")
    farmland_after = AreaInput(label="竣工后耕地面积（亩）")
    report = EachKind(lambda kind: amount_field(kind, label=f"验收报告载明的{kind.heading}"))
    parts = PartForm(label="地块", many=True, allow_empty=False)

    def validate_region(self, value: str) -> str:
        """A division that exists."""
        if not Region.objects.filter(pk=value).exists():
            raise serializers.ValidationError(f"没有行政区划代码{value}，请核对。")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The parts and the report's totals as values."""
        rest = {name: value for name, value in attrs.items() if name not in list(QuotaKind)}
        return {**rest, "report": Quantities.taken(attrs), "parts": [each["part"] for each in attrs["parts"]]}


class ProjectAnswer(TypedDict):
    """A project."""

    project: int


def _project_answer(project: Project) -> ProjectAnswer:
    return {"project": project.pk}


SUBJECTS = (Subject("project_id", "projects"),)

ACTS = (
    Act(
        PROJECT_RECORD,
        "登记土地整治项目",
        commands.record_project,
        Can.SELL,
        subject="",
        form=ProjectForm,
        slow_input=True,
        lane=no_lane,
        answer=_project_answer,
    ),
)
