"""What reporting on a commitment and deciding it take."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.documents.queries import Printed
from apps.documents.states import DocumentKind
from apps.listings.models import Listing
from apps.parties.roles import Can
from apps.stages.commitment import bound, commands, rules
from apps.stages.commitment.models import Report
from apps.stages.commitment.names import COMMITMENT_DECIDE, COMMITMENT_REPORT
from kernel.acts.act import Act
from kernel.transparency import Told
from kernel.web.fields import LineInput, LinesInput, WholeInput


class ReportForm(serializers.Serializer[Any]):
    """What a measurer found of the promised area."""

    grade = WholeInput(label="复评质量等别", min_value=1, max_value=15)
    measurer = LineInput(
        label="复评机构", max_length=200, help_text="买卖双方均不控制的机构；复评报告须先上传"
    )
    findings = LinesInput(label="复评情况", max_length=2000)


class CommitmentDecisionForm(serializers.Serializer[Any]):
    """Which grade the province finds, and why."""

    grade = WholeInput(label="认定质量等别", min_value=1, max_value=15, help_text="优于承诺的，按承诺等别计")
    reason = LinesInput(label="认定意见", max_length=2000)


class ReportAnswer(TypedDict):
    """A report."""

    report: int


class CommitmentAnswer(TypedDict):
    """What came of a commitment: the grade that was found, the refund in yuan and what of it was held back."""

    listing: int
    grade: int
    refund: str
    from_held_back: str


def _report_answer(found: Report) -> ReportAnswer:
    return {"report": found.pk}


def _answer(listing: Listing) -> CommitmentAnswer:
    found = Listing.objects.select_related("commitment").get(pk=listing.pk).commitment
    return {
        "listing": listing.pk,
        "grade": found.achieved_grade or 0,
        "refund": str(found.refund),
        "from_held_back": str(found.from_held_back),
    }


_AFTER = frozenset(rules.AFTER_TRANSFER)

ACTS = (
    Act(
        COMMITMENT_REPORT,
        "报告质量提升情况",
        commands.report,
        Can.PROMISE_QUALITY,
        form=ReportForm,
        answer=_report_answer,
        statuses=_AFTER,
        subject="listing_id",
        told=Told.PARTIES,
        help="承诺认定前可以再次报告，以最近一次为准；期限届满后不再受理。",
    ),
    Act(
        COMMITMENT_DECIDE,
        "认定质量提升承诺",
        commands.decide,
        Can.DECIDE_FOR_PROVINCE,
        form=CommitmentDecisionForm,
        two_persons=True,
        binds=bound.decide_bound,
        paper=Printed(DocumentKind.COMMITMENT_RESULT),
        answer=_answer,
        statuses=_AFTER,
        subject="listing_id",
        told=Told.PARTIES,
        help="认定达到的等别；不足承诺的按比例退还价款，提升新增的产能计入受让方账户。",
    ),
)
