"""Acts over HTTP: one POST address each, made from its declaration."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from types import NoneType
from typing import Any, ClassVar, TypedDict, get_args, get_origin, get_type_hints, is_typeddict

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.actors import Actor
from kernel.acts.act import Act, Nothing
from kernel.acts.given import unknown_in
from kernel.acts.perform import Done, perform
from kernel.acts.subjects import is_opaque, subject_called
from kernel.audit import commands as audit
from kernel.errors import Code, Refused, not_found
from kernel.web.filters import MOST_ID
from kernel.web.opaque import shown

PREFIX = "/api/v1/"
MOST_KEY_SIGNS = 100


def act_path(act: Act, subject_id: int = 0) -> str:
    """The address of an act on one subject, such as /api/v1/batches/7/acts/quota.encumber/."""
    on = subject_called(act.subject) if act.subject else None
    number = shown(subject_id, on.table) if on is not None and on.opaque else subject_id
    return PREFIX + re.sub("<[a-z_]+:subject_id>", str(number), act_route(act))


def act_route(act: Act) -> str:
    """The same as a route under the API's root. KeyError for a subject that no room declares."""
    if not act.subject:
        return f"acts/{act.name}/"
    on = subject_called(act.subject)
    kind = f"opaque_{on.table}" if on.opaque else "int"
    return f"{on.collection}/<{kind}:subject_id>/acts/{act.name}/"


_MOST_UNKNOWN = 10

OUTCOMES = [("done", "已办理"), ("prepared", "已提交审核"), ("repeated", "此前已办理")]


class DoneBody(serializers.Serializer[Any]):
    """What came of an act."""

    outcome = serializers.ChoiceField(choices=OUTCOMES)
    detail = serializers.DictField()


_FIELDS: Mapping[Any, type[serializers.Field[Any, Any, Any, Any]]] = {
    int: serializers.IntegerField,
    str: serializers.CharField,
    bool: serializers.BooleanField,
}


def _field(hint: Any) -> Any:
    """The field of the schema for a type of an answer's fact."""
    if get_origin(hint) is list:
        [inner] = get_args(hint)
        return _typed(inner)(many=True, required=False)
    parts = [each for each in get_args(hint) or (hint,) if each is not NoneType]
    [kind] = parts
    return _FIELDS[kind](required=False, allow_null=len(get_args(hint)) > len(parts))


def _typed(answer: Any, **more: serializers.Field[Any, Any, Any, Any]) -> type[serializers.Serializer[Any]]:
    """A serializer with the facts of a TypedDict."""
    facts = {name: _field(hint) for name, hint in get_type_hints(answer).items()}
    made: type[serializers.Serializer[Any]] = type(
        answer.__name__, (serializers.Serializer,), {"__doc__": answer.__doc__, **facts, **more}
    )
    return made


class Prepared(TypedDict):
    """What an operator is answered: the preparation that now waits."""


def answer_of(act: Act) -> type[serializers.Serializer[Any]]:
    """What an act answers with, as the schema tells it: the command's facts, or the preparation that waits.

    Its facts are those of the TypedDict that `act.answer` gives.
    """
    told = get_type_hints(act.answer).get("return")
    typed: Any = told if is_typeddict(told) else Prepared
    # One class for each set of facts: acts that answer alike share it, with and without a preparation.
    name = f"{typed.__name__}{'Prepared' if act.two_persons and typed is not Prepared else ''}"
    if name not in _answers:
        preparation = {"preparation": serializers.IntegerField(required=False)} if act.two_persons else {}
        _answers[name] = type(name, (_typed(typed, **preparation),), {"__doc__": typed.__doc__})
    return _answers[name]


_answers: dict[str, type[serializers.Serializer[Any]]] = {}
_bodies: dict[str, type[serializers.Serializer[Any]]] = {}


def body_for(act: Act) -> type[serializers.Serializer[Any]]:
    """The body that an act answers with, for the schema."""
    detail = answer_of(act)
    if not detail().fields:
        return NothingDoneBody
    name = f"{detail.__name__}Body"
    if name not in _bodies:
        _bodies[name] = type(name, (DoneBody,), {"detail": detail(), "__doc__": DoneBody.__doc__})
    return _bodies[name]


class NothingDoneBody(DoneBody):
    """What came of an act that has no facts to tell."""

    detail = serializers.DictField(child=serializers.CharField())


class PreparationDetail(serializers.Serializer[Any]):
    """Which preparation it was."""

    preparation = serializers.IntegerField()


class PreparationDoneBody(DoneBody):
    """What became of a preparation."""

    detail = PreparationDetail()  # type: ignore[assignment]


class ProblemBody(serializers.Serializer[Any]):
    """How the API says no."""

    code = serializers.CharField()
    message = serializers.CharField()
    detail = serializers.DictField()


PROBLEMS = {
    400: OpenApiResponse(ProblemBody, description="内容有误"),
    403: OpenApiResponse(ProblemBody, description="没有权限"),
    404: OpenApiResponse(ProblemBody, description="未找到"),
    409: OpenApiResponse(ProblemBody, description="现在不能办理"),
    429: OpenApiResponse(ProblemBody, description="请求过于频繁"),
}
"""The refusals that any address may answer with."""


def require_possible_id(subject_id: int, *, what: str = "对象") -> None:
    """Refuse not_found for an id that no row can have."""
    if not 0 < subject_id <= MOST_ID:
        raise not_found(what)


def key_of(request: Request) -> str:
    """The request's `Idempotency-Key`, empty when none was sent. Refuses `invalid` one that is too long."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > MOST_KEY_SIGNS or not key.isprintable():
        raise Refused.because(
            Code.INVALID, f"请求标识须为不超过{MOST_KEY_SIGNS}个可见字符。", field="Idempotency-Key"
        )
    return key


def seen_of(request: Request) -> str:
    """The digest of what the approver has seen: the `If-Match` header (RFC 9110, 13.1.1), without its quotes."""
    return request.headers.get("If-Match", "").strip().strip('"')[:64]


def body_of_done(done: Done) -> dict[str, Any]:
    """An act's result as the API shows it. An amount may be called as a table is (`refund`): ids are numbers."""
    detail = {
        name: shown(each, name) if isinstance(each, int) and is_opaque(name) else each
        for name, each in done.answer.items()
    }
    return {"outcome": done.outcome, "detail": detail}


class ActPoint(APIView, ABC):
    """POST performs one act. The site's base class says who asks and what they may know of."""

    act: ClassVar[Act]
    by: Actor
    now: datetime

    @abstractmethod
    def permit(self, subject_id: int) -> None:
        """Refuse whoever may not even try: not_permitted, or not_found for what they may not know of."""

    def post(self, request: Request, subject_id: int = 0) -> Response:
        """Perform the act with the body's facts."""
        try:
            if self.act.subject:
                require_possible_id(subject_id)
            self.permit(subject_id)
        except Refused as no:
            self._record(no, subject_id)
            raise
        if not isinstance(request.data, dict):
            raise ParseError
        self._refuse_unknown(request.data)
        done = perform(
            self.act,
            subject_id=subject_id,
            data=dict(request.data),
            by=self.by,
            now=self.now,
            key=key_of(request),
            seen=seen_of(request),
        )
        return Response(body_of_done(done))

    def _refuse_unknown(self, data: Mapping[str, Any]) -> None:
        """Refuse `invalid` what the act has no input for: dropped in silence, it would be thought done."""
        unknown = unknown_in(self.act.form(), data)
        if unknown:
            named = "、".join(each[:80] for each in unknown[:_MOST_UNKNOWN])
            raise Refused.because(
                Code.INVALID, f"本事项没有这些字段：{named}，请按接口文档更正。", fields=named
            )

    def _record(self, no: Refused, subject_id: int) -> None:
        if self.by.is_person:
            audit.record_refusal(
                verb=self.act.name,
                by=self.by,
                now=self.now,
                case_id=None,
                refusal=no.refusal,
                tried={self.act.subject or "subject": str(subject_id)[:40]},
            )


_SEEN = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="审核人员所见待审核内容的摘要（待审核事项的 digest）；与现有内容不符的不予办理。",
)


def point_of(act: Act, *, base: type[ActPoint]) -> type[ActPoint]:
    """The view of one act, with its own schema."""
    name = "".join(part.title() for part in act.name.replace(".", "_").split("_"))
    view = type(f"{name}Point", (base,), {"act": act, "__doc__": act.label})
    described = extend_schema(
        operation_id=f"act_{act.name.replace('.', '_')}",
        summary=act.label,
        description=act.help or act.label,
        tags=["办理"],
        request=None if act.form is Nothing else act.form,
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                description="请求标识：同一标识的同一请求只办理一次，重复时返回首次结果。",
            ),
            *([_SEEN] if act.two_persons else []),
        ],
        responses={200: body_for(act), **PROBLEMS},
    )
    decorated: type[ActPoint] = extend_schema_view(post=described)(view)
    return decorated
