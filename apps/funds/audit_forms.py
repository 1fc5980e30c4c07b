"""What auditors fill in on proceeds, and what a county answers."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.funds.models import Answer, Conclusion, Finding
from apps.funds.states import OUTCOME_LABELS, Outcome
from kernel.web.fields import LinesInput, WholeInput, YuanInput
from kernel.web.opaque import OpaqueInput


class FindingForm(serializers.Serializer[Any]):
    """A finding, about one booking or about all of a source."""

    text = LinesInput(label="审计意见", max_length=2000)
    amount = YuanInput(label="涉及金额（元，不涉及的填0）")
    movement_id = WholeInput(
        label="针对的记账（追缴须指明）", min_value=1, max_value=2**62, required=False, allow_null=True
    )

    def validate_amount(self, value: Any) -> Any:
        """Not below zero."""
        if value.amount < 0:
            raise serializers.ValidationError("金额不得小于零。")
        return value


class FindingAnswerForm(serializers.Serializer[Any]):
    """What the county says to it."""

    text = LinesInput(label="答复内容", max_length=2000)
    attachment = OpaqueInput(
        of="attachment", label="佐证材料扫描件（先在收益页面上传）", required=False, allow_null=True
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The copy by its key."""
        return {"text": attrs["text"], "attachment_id": attrs.get("attachment")}


class ConclusionForm(serializers.Serializer[Any]):
    """What comes of it."""

    outcome = serializers.ChoiceField(label="审计结论", choices=list(OUTCOME_LABELS.items()))
    text = LinesInput(label="结论理由", max_length=2000)
    amount = YuanInput(label="追缴金额（元，不追缴的填0）")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The outcome as an enumeration."""
        return {**attrs, "outcome": Outcome(attrs["outcome"])}


class FindingAnswer(TypedDict):
    """A finding as it stands."""

    finding: int


def finding_answer(found: Finding) -> FindingAnswer:
    """Which finding was raised."""
    return {"finding": found.pk}


def answer_answer(found: Answer) -> FindingAnswer:
    """Which finding was answered."""
    return {"finding": found.finding_id}


class ConclusionAnswer(TypedDict):
    """How a finding was concluded."""

    finding: int
    outcome: str
    amount: str


def conclusion_answer(found: Conclusion) -> ConclusionAnswer:
    """How it was concluded, and what is to be recovered."""
    return {"finding": found.finding_id, "outcome": found.outcome, "amount": str(found.amount)}
