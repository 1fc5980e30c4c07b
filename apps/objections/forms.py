"""What objections and the answers to them take."""

from typing import Any

from rest_framework import serializers

from apps.objections import commands, rules
from apps.objections.models import Objection
from apps.objections.queries import listing_of
from kernel.actors import CENTRE, Role
from kernel.acts.act import Act

EVERYBODY = frozenset(Role)


class RaiseForm(serializers.Serializer[Any]):
    """What is wrong, and how to answer."""

    text = serializers.CharField(label="异议内容", max_length=4000)
    name = serializers.CharField(label="姓名或单位", max_length=100)
    contact = serializers.CharField(label="联系方式", max_length=100)


class AcceptForm(serializers.Serializer[Any]):
    """Whether an objection is taken up."""

    accepted = serializers.BooleanField(label="予以受理")
    reason = serializers.CharField(label="理由", max_length=2000, required=False, allow_blank=True)
    suspend = serializers.BooleanField(label="同时中止交易", required=False)


class DecideForm(serializers.Serializer[Any]):
    """Whether an objection is right."""

    upheld = serializers.BooleanField(label="异议成立")
    reason = serializers.CharField(label="处理决定及理由", max_length=4000)


def _objection_answer(objection: Objection) -> dict[str, Any]:
    return {"objection": objection.pk, "status": objection.status}


_OPEN = frozenset(rules.OBJECTIONABLE)

ACTS = (
    Act(
        "objection.raise",
        "提出异议",
        commands.raise_objection,
        EVERYBODY,
        form=RaiseForm,
        answer=_objection_answer,
        statuses=_OPEN,
        anonymous=True,
        help="您的身份依法保密。",
    ),
    Act(
        "objection.accept",
        "受理异议",
        commands.accept,
        CENTRE,
        subject="objection_id",
        form=AcceptForm,
        lane=listing_of,
        answer=_objection_answer,
    ),
    Act(
        "objection.decide",
        "处理异议",
        commands.decide,
        CENTRE,
        subject="objection_id",
        form=DecideForm,
        lane=listing_of,
        answer=_objection_answer,
    ),
)
