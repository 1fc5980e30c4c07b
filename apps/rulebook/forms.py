"""What the province fills in for its rules."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.parties.roles import Can
from apps.rulebook import commands
from apps.rulebook.bound import approve_bound
from apps.rulebook.models import Rulebook
from apps.rulebook.names import RULEBOOK_APPROVE, RULEBOOK_DRAFT
from apps.rulebook.subjects import SUPPLEMENTARY, all_subjects, subject_called
from kernel.acts.act import Act, no_lane
from kernel.acts.subjects import Subject
from kernel.web.fields import DayInput, LineInput


class DraftForm(serializers.Serializer[Any]):
    """A new version of a rulebook, on how supplementary quota is traded unless it names another subject."""

    subject = LineInput(label="规则主题代码", max_length=20, required=False)
    province = serializers.RegexField(r"^[0-9]{2}0000$", label="省级行政区划代码")
    name = LineInput(label="名称", max_length=100)
    legal_basis = serializers.ListField(label="依据文号", child=LineInput(max_length=120), allow_empty=False)
    verified_basis = serializers.ListField(
        label="其中已核对原文的依据", child=LineInput(max_length=120), required=False
    )
    valid_from = DayInput(label="生效日期")
    valid_to = DayInput(label="失效日期", required=False, allow_null=True)
    parameters = serializers.DictField(label="参数")

    def validate_subject(self, value: str) -> str:
        """A subject that a room has registered."""
        codes = [each.code for each in all_subjects()]
        if value not in codes:
            raise serializers.ValidationError("没有这个规则主题，请核对代码。")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The subject itself in place of its code."""
        return attrs | {"subject": subject_called(attrs.get("subject", SUPPLEMENTARY.code))}


class RulebookAnswer(TypedDict):
    """A version of the rules."""

    rulebook: int
    version: int


def _book_answer(book: Rulebook) -> RulebookAnswer:
    return {"rulebook": book.pk, "version": book.version}


SUBJECTS = (Subject("rulebook_id", "rulebooks"),)

ACTS = (
    Act(
        RULEBOOK_DRAFT,
        "起草规则版本",
        commands.draft,
        Can.DECIDE_FOR_PROVINCE,
        subject="",
        form=DraftForm,
        lane=no_lane,
        answer=_book_answer,
    ),
    Act(
        RULEBOOK_APPROVE,
        "批准规则版本",
        commands.approve,
        Can.DECIDE_FOR_PROVINCE,
        subject="rulebook_id",
        two_persons=True,
        binds=approve_bound,
        lane=no_lane,
        answer=_book_answer,
        help="批准后自生效日期起施行，不可更改。",
    ),
)
