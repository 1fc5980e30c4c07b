"""What is filled in for what a body outside decided (外部来文), and to mend a slip in it."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.documents import bound
from apps.documents.corrections import Mended, correct
from apps.documents.incoming import Incoming
from apps.documents.mending import Mend, correct_document
from apps.documents.models import Document, IncomingDocument
from apps.documents.names import DOCUMENT_CORRECT, INCOMING_CORRECT
from apps.parties.roles import Can
from kernel.acts.act import Act, no_lane
from kernel.acts.subjects import Subject
from kernel.transparency import Told
from kernel.web.fields import DayInput, LineInput, LinesInput, NumberInput


class IncomingForm(serializers.Serializer[Any]):
    """What a body outside decided, as its document says."""

    body = LineInput(label="来文机关", max_length=200)
    document_no = NumberInput(label="来文文号", max_length=80)
    document_date = DayInput(label="来文日期")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The incoming document as one value."""
        said = {name: attrs.pop(name) for name in ("body", "document_no", "document_date")}
        return {**attrs, "incoming": Incoming(**said)}


class IncomingCorrectForm(IncomingForm):
    """All that the document says rightly, and why it was entered otherwise."""

    register_no = NumberInput(
        label="登记号（部备案号、部受理号）",
        max_length=80,
        required=False,
        allow_blank=True,
        default="",
        help_text="原登记时没有的，不填写",
    )
    other_paper = serializers.BooleanField(label="换用新上传的扫描件", required=False, default=False)
    reason = LinesInput(label="更正理由", max_length=500)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What is right as one value, and the reason."""
        read = super().validate(attrs)
        mended = Mended(read["incoming"], read["register_no"], read["other_paper"])
        return {"mended": mended, "reason": read["reason"]}


class MendForm(serializers.Serializer[Any]):
    """One slip of the pen."""

    place = LineInput(label="更正处", max_length=60)
    right = LinesInput(label="更正为", max_length=2000)


class DocumentCorrectForm(serializers.Serializer[Any]):
    """Which slips of the pen a document has, and how they came."""

    mends = MendForm(label="更正内容", many=True, allow_empty=False)
    reason = LinesInput(label="更正理由", max_length=500)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The slips as values."""
        return {"mends": tuple(Mend(**each) for each in attrs["mends"]), "reason": attrs["reason"]}


class MendedAnswer(TypedDict):
    """The document that stands in the place of the corrected one."""

    document: int
    number: str


def _mended(made: Document) -> MendedAnswer:
    return {"document": made.pk, "number": made.number}


class CorrectedAnswer(TypedDict):
    """The rows of all cases that were corrected."""

    incoming: list[int]


def _answer(rows: list[IncomingDocument]) -> CorrectedAnswer:
    return {"incoming": [each.pk for each in rows]}


SUBJECTS = (Subject("incoming_id", "incoming-documents"), Subject("document_id", "documents", opaque=True))

ACTS = (
    Act(
        INCOMING_CORRECT,
        "更正来文",
        correct,
        Can.ENTER_FROM_OUTSIDE,
        subject="incoming_id",
        form=IncomingCorrectForm,
        two_persons=True,
        binds=bound.correct_bound,
        lane=no_lane,
        answer=_answer,
        told=Told.OFFICES,
        help="只更正登记有误的文号、日期、机关、登记号或者扫描件；已经生效的事项不因更正而变动。",
    ),
    Act(
        DOCUMENT_CORRECT,
        "更正文书",
        correct_document,
        Can.ISSUE_DOCUMENTS,
        subject="document_id",
        form=DocumentCorrectForm,
        two_persons=True,
        binds=bound.document_bound,
        lane=no_lane,
        answer=_mended,
        told=Told.OFFICES,
        help="只更正文字笔误。数量、价格、当事人、等别、日期等不能以更正改变，须依程序另行办理。",
    ),
)
