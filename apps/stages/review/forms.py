"""What reviewers fill in."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.listings.states import ListingStatus
from apps.parties.roles import Can
from apps.stages.review import bound, commands
from apps.stages.review.models import ReviewOpinion
from apps.stages.review.names import REVIEW_DECIDE, REVIEW_RETURN
from apps.stages.review.states import OUTCOME_LABELS, SUBJECT_LABELS, Outcome, Subject
from kernel.acts.act import Act
from kernel.transparency import Told
from kernel.web.fields import LinesInput

_UNDER_REVIEW = frozenset({ListingStatus.UNDER_REVIEW})


class OpinionForm(serializers.Serializer[Any]):
    """One opinion: about what, what it comes to, why, item by item."""

    opinion = serializers.ChoiceField(
        label="审查事项", choices=[(str(each), SUBJECT_LABELS[each]) for each in Subject]
    )
    outcome = serializers.ChoiceField(
        label="审查结论", choices=[(str(each), OUTCOME_LABELS[each]) for each in Outcome]
    )
    reason = LinesInput(label="理由", max_length=2000, required=False, allow_blank=True)
    items = serializers.DictField(label="审查要点", child=serializers.BooleanField(), required=False)
    answers = serializers.DictField(
        label="对系统核查不符事项的书面说明",
        child=LinesInput(max_length=1000, allow_blank=True),
        required=False,
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The choices as enumerations."""
        return {**attrs, "opinion": Subject(attrs["opinion"]), "outcome": Outcome(attrs["outcome"])}


class ReturnForm(serializers.Serializer[Any]):
    """Why an application goes back."""

    reason = LinesInput(label="书面理由", max_length=2000)


class OpinionAnswer(TypedDict):
    """An opinion and what it comes to."""

    opinion: str
    outcome: str


def _opinion_answer(opinion: ReviewOpinion) -> OpinionAnswer:
    return {"opinion": opinion.subject, "outcome": opinion.outcome}


ACTS = (
    Act(
        REVIEW_DECIDE,
        "出具审查意见",
        commands.decide,
        Can.REVIEW,
        form=OpinionForm,
        two_persons=True,
        slot_by="opinion",
        binds=bound.decide_bound,
        statuses=_UNDER_REVIEW,
        answer=_opinion_answer,
        subject="listing_id",
        told=Told.OFFICES,
    ),
    Act(
        REVIEW_RETURN,
        "退回申请补正",
        commands.send_back,
        Can.REVIEW,
        form=ReturnForm,
        statuses=_UNDER_REVIEW,
        subject="listing_id",
        told=Told.OFFICES,
    ),
)
