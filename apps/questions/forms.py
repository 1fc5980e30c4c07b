"""What questions and the answers to them take."""

from collections.abc import Mapping
from typing import Any, TypedDict

from rest_framework import serializers

from apps.listings.bound import lot_facts, named
from apps.parties.roles import Can
from apps.parties.web import actor_of_request
from apps.questions import commands, rules
from apps.questions.models import Question
from apps.questions.names import QUESTION_ANSWER, QUESTION_ASK
from apps.questions.queries import listing_of, visible_to
from kernel.actors import PUBLIC, Actor
from kernel.acts.act import Act
from kernel.acts.bound import Bound, instant, text
from kernel.acts.subjects import Subject
from kernel.errors import not_found
from kernel.transparency import Told
from kernel.web import origin
from kernel.web.fields import LineInput, LinesInput


class AskForm(serializers.Serializer[Any]):
    """What one wants to know."""

    text = LinesInput(label="咨询内容", max_length=rules.MOST_SIGNS)
    challenge = LineInput(
        label="验证题",
        max_length=300,
        required=False,
        allow_blank=True,
        help_text="未登录咨询时须先取得并解答。",
    )
    answer = LineInput(label="验证答案", max_length=40, required=False, allow_blank=True)


class QuestionAnswerForm(serializers.Serializer[Any]):
    """The question as everybody reads it, and the answer."""

    published_text = LinesInput(
        label="公开的问题", max_length=rules.MOST_SIGNS, help_text="去掉可能表明咨询人身份的内容。"
    )
    answer = LinesInput(label="答复", max_length=rules.MOST_SIGNS)


def _ask(**facts: Any) -> commands.Asked:
    """Whoever asks over the web is limited; the act is told only which organisation is to hear of the answer."""
    request = origin.request()
    asker = actor_of_request(request) if request is not None else PUBLIC
    asker_id = asker.organisation_id if asker.is_person else None
    return commands.ask(**facts, origin=origin.present(), asker_id=asker_id)


class AskedAnswer(TypedDict):
    """The code that the question is followed by, told once."""

    receipt: str


def _asked_answer(asked: commands.Asked) -> AskedAnswer:
    return {"receipt": asked.receipt}


def _answer_bound(question_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Answering: the lot, the question as asked and as published, the answer."""
    found = visible_to(by).select_related("case__listing__seller").filter(pk=question_id).first()
    if found is None:
        raise not_found("咨询")
    return Bound(
        facts=(
            *lot_facts(found.case.listing),
            text("咨询内容", found.text),
            instant("咨询时间", found.asked_at),
            text("公开的问题", data.get("published_text", "")),
            text("答复", data.get("answer", "")),
        ),
        effect=f"在{named(found.case.listing)}的公开页面向所有人公布该问题和答复，不载明咨询人。",
        button="公布答复",
        findings=("公开的问题与咨询原文不同，请核对是否仅去掉身份信息",)
        if str(data.get("published_text", "")).strip() != found.text.strip()
        else (),
    )


class AnsweredAnswer(TypedDict):
    """A question as it stands."""

    question: int
    status: str


def _answered(question: Question) -> AnsweredAnswer:
    return {"question": question.pk, "status": question.status}


SUBJECTS = (Subject("question_id", "questions"),)

ACTS = (
    Act(
        QUESTION_ASK,
        "咨询",
        _ask,
        Can.SPEAK_UP,
        form=AskForm,
        answer=_asked_answer,
        statuses=frozenset(rules.ASKABLE),
        anonymous=True,
        help="咨询人的身份不公开，也不告知出让方和其他单位。",
        subject="listing_id",
        told=Told.OFFICES,
    ),
    Act(
        QUESTION_ANSWER,
        "答复咨询",
        commands.answer,
        Can.RUN_TRADES,
        subject="question_id",
        form=QuestionAnswerForm,
        two_persons=True,
        binds=_answer_bound,
        lane=listing_of,
        answer=_answered,
        told=Told.OFFICES,
    ),
)
