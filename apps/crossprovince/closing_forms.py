"""What counties and the province fill in once the money moves: the plan amended, quarters reported, the case closed."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.crossprovince import amendments, closing, closing_bound, reporting
from apps.crossprovince.forms import OF_CASE, OF_PROVINCE, at
from apps.crossprovince.inputs import AmendedLineForm
from apps.crossprovince.models import Plan, QuarterReport
from apps.crossprovince.names import ADJUSTMENT_CLOSE, ADJUSTMENT_QUARTER, PLAN_ACCEPT, PLAN_AMEND
from apps.crossprovince.periods import quarter_called
from apps.crossprovince.states import AMENDABLE, REPORTING
from apps.crossprovince.states import AdjustmentStatus as S
from apps.documents.queries import Printed
from apps.documents.states import DocumentKind
from apps.parties.roles import Can
from kernel.acts.act import Act
from kernel.web.fields import LinesInput, WholeInput


class PlanAmendmentForm(serializers.Serializer[Any]):
    """The whole plan as it is to be; lines that stay keep their numbers."""

    plan = AmendedLineForm(label="资金使用方案", many=True, allow_empty=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The lines as values."""
        return {"plan": tuple(each["item"] for each in attrs["plan"])}


class PlanAcceptanceForm(serializers.Serializer[Any]):
    """Which proposed version is accepted."""

    version = WholeInput(label="方案版本", min_value=1, max_value=9999)


class QuarterForm(serializers.Serializer[Any]):
    """Which quarter is reported, and the county's own words."""

    quarter = serializers.RegexField(
        r"^2[0-9]{3}Q[1-4]$", label="季度（如2026Q4）", error_messages={"invalid": "季度须写作“2026Q4”。"}
    )
    remarks = LinesInput(label="情况说明", max_length=2000, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The quarter as a value."""
        return {"quarter": quarter_called(attrs["quarter"]), "remarks": attrs.get("remarks", "")}


class PlanAnswer(TypedDict):
    """A version of a plan."""

    adjustment: int
    version: int


def _plan_answer(found: Plan) -> PlanAnswer:
    return {"adjustment": found.adjustment_id, "version": found.version}


class QuarterAnswer(TypedDict):
    """A quarter that was reported."""

    adjustment: int
    quarter: str


def _quarter_answer(found: QuarterReport) -> QuarterAnswer:
    return {"adjustment": found.adjustment_id, "quarter": found.quarter}


_OF_COUNTY: dict[str, Any] = {
    **OF_CASE,
    "capability": Can.APPLY_ACROSS_PROVINCES,
    "two_persons": True,
}

ACTS = (
    Act(
        PLAN_AMEND,
        "变更资金使用方案",
        amendments.amend_plan,
        form=PlanAmendmentForm,
        binds=closing_bound.amendment_bound,
        answer=_plan_answer,
        statuses=at(*AMENDABLE),
        help="保留的行填写原行号，新增的行不填；已支出的行不得低于已支出金额。经省级主管部门备案后生效。",
        **_OF_COUNTY,
    ),
    Act(
        PLAN_ACCEPT,
        "备案资金使用方案变更",
        amendments.accept_plan,
        form=PlanAcceptanceForm,
        binds=closing_bound.acceptance_bound,
        statuses=at(*AMENDABLE),
        **OF_PROVINCE | {"answer": _plan_answer},
    ),
    Act(
        ADJUSTMENT_QUARTER,
        "提交调剂资金季度报告",
        reporting.report_quarter,
        form=QuarterForm,
        binds=closing_bound.quarter_bound,
        paper=Printed(DocumentKind.QUARTERLY_REPORT),
        answer=_quarter_answer,
        statuses=at(*REPORTING),
        slot_by="quarter",
        help="金额取自收益资金台账在季末的数字，不能填写；每季度报告一次。",
        **_OF_COUNTY,
    ),
    Act(
        ADJUSTMENT_CLOSE,
        "办结跨省域调剂",
        closing.close,
        binds=closing_bound.close_bound,
        statuses=at(S.TRANSFERRED),
        help="决算审计符合规定、待分配和各项收益无结余后办结；办结后不能再列支。",
        **OF_PROVINCE,
    ),
)
