"""What objections and the answers to them take."""

import hashlib
from collections.abc import Mapping
from typing import Any, TypedDict

from rest_framework import serializers

from apps.listings.queries import visible_to as listings_visible_to
from apps.listings.states import OBJECTIONABLE
from apps.objections import commands, rules
from apps.objections.models import Objection
from apps.objections.names import (
    OBJECTION_ACCEPT,
    OBJECTION_ACCEPT_AND_SUSPEND,
    OBJECTION_DECIDE,
    OBJECTION_DISMISS_FLOOD,
    OBJECTION_RAISE,
    OBJECTION_RAISE_ON_CASE,
    OBJECTION_REFUSE_TOGETHER,
)
from apps.objections.queries import case_of, flood_on, visible_to
from apps.objections.states import LABELS, ObjectionStatus
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.acts.act import Act
from kernel.acts.bound import Bound, Fact, Reading, digest, instant, is_yes, text
from kernel.acts.subjects import Subject
from kernel.cases.queries import named
from kernel.clock import written
from kernel.errors import not_found
from kernel.objected import objected
from kernel.transparency import Told
from kernel.web import origin
from kernel.web.fields import LineInput, LinesInput, WholeInput
from kernel.web.filters import MOST_ID, whole_number


class RaiseForm(serializers.Serializer[Any]):
    """What is wrong, and how to answer."""

    text = LinesInput(label="异议内容", max_length=4000)
    name = LineInput(label="姓名或单位", max_length=100)
    contact = LineInput(label="联系方式", max_length=100)
    challenge = LineInput(
        label="验证题",
        max_length=300,
        required=False,
        allow_blank=True,
        help_text="未登录提出异议时须先取得并解答。",
    )
    answer = LineInput(label="验证答案", max_length=40, required=False, allow_blank=True)


class AcceptForm(serializers.Serializer[Any]):
    """Whether an objection is taken up."""

    accepted = serializers.BooleanField(label="予以受理")
    reason = LinesInput(label="理由", max_length=2000, required=False, allow_blank=True)


class DismissForm(serializers.Serializer[Any]):
    """Which objections of a flood are refused together, and why."""

    up_to = WholeInput(label="截至异议编号", min_value=1, max_value=MOST_ID)
    reason = LinesInput(label="理由", max_length=2000)


class DecideForm(serializers.Serializer[Any]):
    """Whether an objection is right."""

    upheld = serializers.BooleanField(label="异议成立")
    reason = LinesInput(label="处理决定及理由", max_length=4000)


class ObjectionAnswer(TypedDict):
    """An objection as it stands."""

    objection: int
    status: str


def _objection_answer(objection: Objection) -> ObjectionAnswer:
    return {"objection": objection.pk, "status": objection.status}


class DismissedAnswer(TypedDict):
    """How many were dismissed."""

    dismissed: int


def _dismissed_answer(count: int) -> DismissedAnswer:
    return {"dismissed": count}


class RaisedAnswer(ObjectionAnswer):
    """As for any objection, with the receipt number that it is followed by."""

    receipt: str


def _raised_answer(objection: Objection) -> RaisedAnswer:
    return {**_objection_answer(objection), "receipt": objection.receipt}


def _raise(**facts: Any) -> Objection:
    """Whoever asks over the web is limited; the act itself is told nobody's name."""
    return commands.raise_objection(**facts, origin=origin.present())


def _raise_on_lot(*, listing_id: int, **facts: Any) -> Objection:
    return _raise(case_id=listing_id, **facts)


def _about(objection_id: int, by: Actor) -> tuple[str, tuple[Fact, ...]]:
    """What the case of an objection is called, and what is bound of both."""
    found = visible_to(by).filter(pk=objection_id).first()
    if found is None:
        raise not_found("异议")
    called = named([found.case_id])[found.case_id].number
    facts = (
        text("项目", called),
        text("项目状态", objected(found.case_id).status_label(found.case_id)),
        text("异议", f"第{found.pk}号"),
        text("异议状态", LABELS[ObjectionStatus(found.status)]),
        text("异议内容", found.text),
        instant("提出时间", found.raised_at),
    )
    return called, facts


def _suspension(objection_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    called, facts = _about(objection_id, by)
    return Bound(
        facts=facts,
        effect=f"受理该异议，并自审核通过之时起中止{called}的交易。",
        button="受理并中止交易",
    )


def _decision(objection_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    _, facts = _about(objection_id, by)
    upheld = is_yes(data.get("upheld"))
    outcome = "异议成立" if upheld else "异议不成立"
    follows = "成立后由受理单位另行办理后续事项。" if upheld else "此后该异议不再阻止下一环节。"
    return Bound(
        facts=(*facts, text("处理结果", outcome), text("处理决定及理由", data.get("reason", ""))),
        effect=f"以“{outcome}”答复该异议；{follows}",
        button=outcome,
    )


def _flood(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    lots = listings_visible_to(by).filter(pk=listing_id)
    listing = lots.first()
    if listing is None:
        raise not_found("挂牌项目")
    up_to = whole_number(str(data.get("up_to", ""))) or 0
    flood = list(flood_on(listing_id, up_to=up_to)[: rules.MOST_AT_ONCE])
    numbers = "、".join(str(each.pk) for each in flood)
    return Bound(
        facts=(
            text("项目", str(listing)),
            text("件数", len(flood)),
            text("异议", f"第{numbers}号"),
            text("最早一件的内容", flood[0].text if flood else ""),
            text("理由", data.get("reason", "")),
        ),
        effect=f"对{listing}的{len(flood)}件匿名异议一并不予受理；实名提出的和编号在后的不受影响。",
        button=f"不予受理{len(flood)}件",
    )


def _together(case_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Every one of them with its text, to be read whole."""
    seen = visible_to(by).filter(case_id=case_id)
    if not seen.exists():
        raise not_found("异议")
    up_to = whole_number(str(data.get("up_to", ""))) or 0
    flood = list(flood_on(case_id, up_to=up_to)[: rules.MOST_AT_ONCE])
    called = named([case_id])[case_id].number
    whole = "\n".join(f"第{each.pk}号（{written(each.raised_at)}提出）：{each.text}" for each in flood)
    return Bound(
        facts=(
            text("项目", called),
            text("项目状态", objected(case_id).status_label(case_id)),
            text("件数", len(flood)),
            text("异议", f"第{'、'.join(str(each.pk) for each in flood)}号"),
            digest("异议全文摘要", hashlib.sha256(whole.encode()).hexdigest()),
            text("理由", data.get("reason", "")),
        ),
        effect=f"对{called}的{len(flood)}件匿名异议逐件以同一理由不予受理，各自存档；实名提出的和编号在后的不受影响。",
        button=f"不予受理{len(flood)}件",
        findings=("请逐件阅读异议全文，确有内容的请退回并先逐件受理",),
        readings=(Reading("异议全文", whole),),
    )


_OPEN = frozenset(OBJECTIONABLE)

SUBJECTS = (Subject("objection_id", "objections"), Subject("case_id", "cases"))

ACTS = (
    Act(
        OBJECTION_RAISE,
        "提出异议",
        _raise_on_lot,
        Can.SPEAK_UP,
        form=RaiseForm,
        answer=_raised_answer,
        statuses=_OPEN,
        anonymous=True,
        help="您的身份依法保密。",
        subject="listing_id",
        told=Told.OFFICES,
    ),
    Act(
        OBJECTION_RAISE_ON_CASE,
        "对公示提出异议",
        _raise,
        Can.SPEAK_UP,
        form=RaiseForm,
        answer=_raised_answer,
        anonymous=True,
        help="您的身份依法保密。",
        subject="case_id",
        told=Told.OFFICES,
    ),
    Act(
        OBJECTION_ACCEPT,
        "受理异议",
        commands.accept,
        Can.ANSWER_OBJECTIONS,
        subject="objection_id",
        form=AcceptForm,
        lane=case_of,
        answer=_objection_answer,
        told=Told.OFFICES,
    ),
    Act(
        OBJECTION_ACCEPT_AND_SUSPEND,
        "受理异议并中止交易",
        commands.accept_and_suspend,
        Can.RUN_TRADES,
        subject="objection_id",
        two_persons=True,
        binds=_suspension,
        lane=case_of,
        answer=_objection_answer,
        help="受理后下一环节暂停，项目自审核通过之时起中止。",
        told=Told.OFFICES,
    ),
    Act(
        OBJECTION_DISMISS_FLOOD,
        "批量不予受理异议",
        commands.dismiss_flood,
        Can.RUN_TRADES,
        form=DismissForm,
        two_persons=True,
        binds=_flood,
        answer=_dismissed_answer,
        help="仅限短时间内大量匿名提出的异议，每件均留存备查；其中确有内容的，请先逐件受理。",
        subject="listing_id",
        told=Told.OFFICES,
    ),
    Act(
        OBJECTION_REFUSE_TOGETHER,
        "一并不予受理异议",
        commands.refuse_together,
        Can.DECIDE_FOR_PROVINCE,
        form=DismissForm,
        two_persons=True,
        binds=_together,
        answer=_dismissed_answer,
        help="仅限短时间内大量匿名提出的异议，每件的答复各自存档；其中确有内容的，请先逐件受理。",
        subject="case_id",
        told=Told.OFFICES,
    ),
    Act(
        OBJECTION_DECIDE,
        "处理异议",
        commands.decide,
        Can.ANSWER_OBJECTIONS,
        subject="objection_id",
        form=DecideForm,
        two_persons=True,
        binds=_decision,
        lane=case_of,
        answer=_objection_answer,
        told=Told.OFFICES,
    ),
)
