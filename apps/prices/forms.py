"""What is filled in to compute a guide price."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.kinds.table import KIND_CHOICES, QuotaKind
from apps.parties.roles import Can
from apps.prices import commands
from apps.prices.calculator import OF_A_BUDGET
from apps.prices.models import Computation
from apps.prices.names import GUIDE_COMPUTE
from apps.rulebook.prices import COST_WORDS, LAND_CLASS_WORDS
from kernel.acts.act import Act, no_lane
from kernel.acts.subjects import Subject
from kernel.web.fields import WholeInput, YuanInput

_LAND_CLASSES = [(code, LAND_CLASS_WORDS[code]) for code in ("irrigated", "paddy", "dry")]


class GuideForm(serializers.Serializer[Any]):
    """The kind, its land and grade, and what the project's budget says of its costs in yuan a unit.

    A cost left out is taken from the norms.
    """

    case_id = WholeInput(label="出让申请", required=False, allow_null=True, min_value=1, max_value=2**63 - 1)
    kind = serializers.ChoiceField(label="种类", choices=KIND_CHOICES)
    land_class = serializers.ChoiceField(label="地类", choices=_LAND_CLASSES)
    region = serializers.RegexField(r"^[0-9]{6}$", label="行政区划代码")
    grade = WholeInput(label="质量等别", min_value=1, max_value=15)
    levelling = YuanInput(label=f"预算：{COST_WORDS['levelling']}", required=False, allow_null=True)
    irrigation = YuanInput(label=f"预算：{COST_WORDS['irrigation']}", required=False, allow_null=True)
    soil = YuanInput(label=f"预算：{COST_WORDS['soil']}", required=False, allow_null=True)
    ecological = YuanInput(label=f"预算：{COST_WORDS['ecological']}", required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """As the command takes it."""
        budget = {name: attrs[name] for name in OF_A_BUDGET if attrs.get(name) is not None}
        asked = commands.Asked(
            kind=QuotaKind(attrs["kind"]),
            land_class=attrs["land_class"],
            region=attrs["region"],
            grade=attrs["grade"],
            budget=budget,
            case_id=attrs.get("case_id"),
        )
        return {"asked": asked}


class GuideAnswer(TypedDict):
    """A guide price in yuan a unit: by the norms, and by the budget where one was given."""

    computation: int
    norms_version: int
    by_norms: str | None
    by_budget: str | None


def _guide_answer(made: Computation) -> GuideAnswer:
    by_norms, by_budget = made.price_by_norms, made.price_by_budget
    return {
        "computation": made.pk,
        "norms_version": made.norms.version,
        "by_norms": str(by_norms) if by_norms is not None else None,
        "by_budget": str(by_budget) if by_budget is not None else None,
    }


SUBJECTS = (Subject("computation_id", "guide-prices", opaque=True),)

ACTS = (
    Act(
        GUIDE_COMPUTE,
        "测算指导价",
        commands.compute_guide,
        Can.COMPUTE_GUIDE_PRICES,
        form=GuideForm,
        lane=no_lane,
        answer=_guide_answer,
    ),
)
