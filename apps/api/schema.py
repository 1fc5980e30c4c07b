"""What the schema says of our own fields, and the names of its enumerations."""

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView

from apps.crossprovince.states import OUTCOME_LABELS, PLAN_CATEGORIES
from apps.documents.states import AttachmentKind
from apps.funds.states import OUTCOME_LABELS as AUDIT_LABELS
from apps.kinds.table import KIND_CHOICES, kind_choices
from apps.rulebook.proceeds import CATEGORY_LABELS


def without_docstrings(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Leave out descriptions of components that were written for those who read the code."""
    for component in result.get("components", {}).get("schemas", {}).values():
        if not any("\u4e00" <= sign <= "\u9fff" for sign in component.get("description", "")):
            component.pop("description", None)
    return result


_TAGS = {
    "办理": "acts", "异议": "objections", "咨询": "questions", "文书": "documents", "附件": "evidence",
    "项目": "listings",
    "竞买": "registrations", "规则": "rulebooks", "期限": "deadlines", "指标": "quota", "通知": "notices",
    "核定": "verifications", "跨省域调剂": "adjustments", "对口关系": "pairings",
    "登录": "sign-in", "成交后": "deals", "监督": "audit", "竞价": "live",
}  # fmt: skip
"""How operations are grouped: the words of the code, and the name that a generated client gives its modules."""

_OF_LISTS = {
    "batches": "指标", "projects": "指标", "quota": "指标", "calendars": "规则", "claims": "成交后",
    "commitment-reports": "成交后",
    "verifications": "核定", "certificates": "核定", "adjustments": "跨省域调剂", "schemes": "跨省域调剂",
    "demands": "跨省域调剂", "pairings": "对口关系",
    "guide-prices": "规则",
    "preparations": "办理", "funds": "资金", "fund-movements": "资金", "fund-payees": "资金",
    "fund-audits": "资金", "fund-findings": "资金", "money": "资金", "refunds": "资金",
    "organisations": "单位", "regions": "单位",
}  # fmt: skip
"""The groups of lists, which have none of their own, by the first part of their address."""

_MORE_TAGS = {"资金": "money", "单位": "organisations"}
_DESCRIPTIONS = {tag: label for label, tag in (_TAGS | _MORE_TAGS).items()}

_ERRORS = {
    "400": "内容有误",
    "401": "未登录，或登录凭证无效、已过期",
    "403": "没有权限",
    "404": "未找到",
    "405": "该地址不支持此请求方法",
    "409": "现在不能办理",
    "415": "不支持的内容类型",
    "429": "请求过于频繁",
    "503": "系统暂时无法受理，可用同一请求标识重试",
}
_TEXT = {"schema": {"type": "string"}}
_SECONDS = {"schema": {"type": "integer"}, "description": "多少秒后再试"}
_HEADERS: dict[str, dict[str, Any]] = {
    "401": {"WWW-Authenticate": _TEXT | {"description": "登录方式：Token"}},
    "405": {"Allow": _TEXT | {"description": "该地址支持的请求方法"}},
    "429": {"Retry-After": _SECONDS},
    "503": {"Retry-After": _SECONDS},
}
_METHODS = ("get", "put", "post", "delete", "patch")


def _problem(status: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
    answer: dict[str, Any] = {"description": _ERRORS[status], "content": content}
    return answer | ({"headers": _HEADERS[status]} if status in _HEADERS else {})


def with_every_refusal(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Every operation with each refusal that it may answer with, and its group under one name."""
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            if method not in _METHODS:
                continue
            operation["responses"] |= {status: _problem(status) for status in _ERRORS}
            operation["tags"] = [_tag(path, each) for each in operation["tags"]]
            _tell_files(operation["responses"]["200"]) if "200" in operation["responses"] else None
    result["tags"] = [{"name": tag, "description": label} for tag, label in sorted(_DESCRIPTIONS.items())]
    return result


def _tag(path: str, tag: str) -> str:
    names = _TAGS | _MORE_TAGS
    if tag in names:
        return names[tag]
    found = _OF_LISTS.get(tag)
    return names[found] if found else tag


def _tell_files(answer: dict[str, Any]) -> None:
    """A file comes under its name."""
    if any(kind != "application/json" for kind in answer.get("content", {})):
        named = {"schema": {"type": "string"}, "description": "文件名，按 RFC 6266 编码"}
        answer["headers"] = {"Content-Disposition": named}


def _live(path: str, summary: str, **more: Any) -> dict[str, Any]:
    """An operation of the live process, which has an origin of its own."""
    return {
        "servers": [{"url": settings.LIVE_URL or "/", "description": "实时服务"}],
        "summary": summary,
        "description": summary,
        "tags": ["竞价"],
        "operationId": path,
    } | more


def _answered(schema: dict[str, Any], kind: str = "application/json") -> dict[str, Any]:
    return {"200": {"description": "", "content": {kind: {"schema": schema}}}}


def with_live_addresses(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The addresses of the live process: bids, streams and the time. They are no views of Django's."""
    lot = {"name": "listing_id", "in": "path", "required": True, "schema": {"type": "integer"}}
    after = {"name": "after", "in": "query", "schema": {"type": "string"}, "description": "已读到的事件编号"}
    ticket = {
        "name": "ticket",
        "in": "query",
        "schema": {"type": "string"},
        "description": "观看票据，可不填",
    }
    price = {"type": "string", "format": "decimal", "pattern": YuanSchema.pattern, "example": "50000.00"}
    result["components"]["schemas"]["LiveBidRequest"] = {
        "type": "object",
        "required": ["unit_price"],
        "additionalProperties": False,
        "properties": {
            "unit_price": price,
            "request_id": {
                "type": "string",
                "maxLength": 100,
                "description": "请求标识，重复提交时不重复报价",
            },
            "seen_price": {**price, "nullable": True, "description": "报价时所见的当前最高价"},
            "saw_none": {"type": "boolean", "description": "报价时尚无报价"},
        },
    }
    result["components"]["schemas"]["ServerTime"] = {
        "type": "object",
        "required": ["now"],
        "properties": {"now": {"type": "string", "format": "date-time"}},
    }
    result["components"]["securitySchemes"]["ticketAuth"] = {
        "type": "apiKey", "in": "header", "name": "Authorization", "description": "Ticket <报价票据>",
    }  # fmt: skip
    stream = _answered({"type": "string"}, "text/event-stream")
    bid = {"application/json": {"schema": {"$ref": "#/components/schemas/LiveBidRequest"}}}
    receipt = {"$ref": "#/components/schemas/ReceiptAnswerBody"}
    result["paths"] |= {
        "/live/lots/{listing_id}/bids": {
            "post": _live(
                "live_bid",
                "报价（凭报价票据）",
                parameters=[lot],
                security=[{"ticketAuth": []}],
                requestBody={"content": bid, "required": True},
                responses=_answered(receipt),
            )
        },
        "/live/lots/{listing_id}": {
            "get": _live(
                "live_lot", "项目实时信息流", parameters=[lot, after, ticket], security=[{}], responses=stream
            )
        },
        "/live/wall": {"get": _live("live_wall", "全部在售项目信息流", security=[{}], responses=stream)},
        "/live/time": {
            "get": _live(
                "live_time",
                "服务器时间",
                security=[{}],
                responses=_answered({"$ref": "#/components/schemas/ServerTime"}),
            )
        },
    }
    return result


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a program shows its token, for generated clients."""

    target_class = "apps.parties.tokens.TokenAuthentication"
    name = "tokenAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """As RFC 9110 has an authorization header, with our own scheme `Token`."""
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token <令牌>"}


class MadeOnce(SchemaGenerator):
    """The schema, made once a process: it is the same for everybody and takes its time."""

    _made: ClassVar[dict[str, Any]] = {}

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        """The schema as a dict."""
        if not self._made:
            self._made.update(super().get_schema(request=request, public=public))  # type: ignore[no-untyped-call]
        return self._made


class Schema(SpectacularAPIView):
    """The schema, as this module teaches it."""

    generator_class = MadeOnce


QUOTA_KINDS = KIND_CHOICES
QUOTA_KINDS_OF_ALL_CLASSES = kind_choices()
ATTACHMENT_KINDS = [(str(each), each.label) for each in AttachmentKind]
AUDIT_OUTCOMES = list(AUDIT_LABELS.items())
OPINION_OUTCOMES = list(OUTCOME_LABELS.items())
PROCEEDS_CATEGORIES = list(CATEGORY_LABELS.items())
PLANNED_CATEGORIES = list(PLAN_CATEGORIES.items())
YES_NO = [("yes", "是"), ("no", "否")]


class _Exact:
    pattern = r"^-?\d+$"
    example = "0"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """Exact numbers travel as text."""
        return {"type": "string", "format": "decimal", "pattern": self.pattern, "example": self.example}


class YuanSchema(_Exact, OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """An amount in yuan."""

    target_class = "kernel.web.fields.YuanInput"
    pattern = r"^\d{1,14}(\.\d{1,2})?$"
    example = "50000.00"


class AreaSchema(_Exact, OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """An area in mu."""

    target_class = "kernel.web.fields.AreaInput"
    pattern = r"^\d{1,12}(\.\d{1,4})?$"
    example = "20.0000"


class CapacitySchema(_Exact, OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A capacity in kg."""

    target_class = "kernel.web.fields.CapacityInput"
    pattern = r"^\d{1,16}$"
    example = "18000"
