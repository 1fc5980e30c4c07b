"""How the API says no: {code, message, detail} with 400, 401, 403, 404, 409 or 429.

Who is not signed in is told 401 and how to sign in (RFC 9110 §11.6.1, §15.5.2); 403 is for whoever is known and has no
right.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from kernel.errors import Code, Refusal, Refused

_STATUS = {
    Code.NOT_PERMITTED: status.HTTP_403_FORBIDDEN,
    Code.SAME_PERSON: status.HTTP_403_FORBIDDEN,
    Code.NOT_FOUND: status.HTTP_404_NOT_FOUND,
    Code.INVALID: status.HTTP_400_BAD_REQUEST,
}

SCHEME = "Token"
"""How a program signs in: `Authorization: Token …`."""


class WrongPassword(exceptions.AuthenticationFailed):
    """A name and a password that do not belong together."""


_SENTENCES: dict[type[exceptions.APIException], tuple[str, str]] = {
    exceptions.NotAuthenticated: ("not_signed_in", "请先登录后再办理。"),
    exceptions.AuthenticationFailed: ("not_signed_in", "登录凭证无效或已过期，请重新登录。"),
    WrongPassword: ("not_signed_in", "用户名或密码不正确，请重新输入。"),
    exceptions.PermissionDenied: ("not_permitted", "您没有办理此事项的权限。"),
    exceptions.NotFound: ("not_found", "未找到请求的内容，请核对地址或编号。"),
    exceptions.MethodNotAllowed: ("invalid", "该地址不支持此请求方法。"),
    exceptions.ParseError: ("invalid", "请求内容不是有效的JSON，请检查格式。"),
    exceptions.UnsupportedMediaType: ("invalid", "不支持的内容类型，请使用application/json。"),
    exceptions.NotAcceptable: ("invalid", "无法按所要求的格式返回内容。"),
    exceptions.Throttled: ("too_many_requests", "请求过于频繁，请稍后再试。"),
}


def status_of(refusal: Refusal) -> int:
    """The HTTP status that goes with a refusal; 409 unless it says who, what or how was asked wrongly."""
    return _STATUS.get(refusal.code, status.HTTP_409_CONFLICT)


def body_of(refusal: Refusal) -> dict[str, Any]:
    """The refusal as the API shows it."""
    return {"code": str(refusal.code), "message": refusal.sentence, "detail": dict(refusal.detail)}


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every error of ours in one shape; what is not ours is raised on (a 500, reported)."""
    if isinstance(error, Refused):
        set_rollback()
        return Response(body_of(error.refusal), status=status_of(error.refusal))
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    if isinstance(error, exceptions.ValidationError):
        response.data = {"code": "invalid", "message": "填写内容有误，请按提示更正。", "detail": error.detail}
        return response
    code, sentence = _SENTENCES.get(type(error), ("invalid", "请求无法处理，请检查后重试。"))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        # Also where nobody is asked who they are, as at the login, and DRF knows of no way to sign in.
        response.status_code = status.HTTP_401_UNAUTHORIZED
        response.headers["WWW-Authenticate"] = SCHEME
    detail = (
        {"retry_after_seconds": getattr(error, "wait", None)}
        if isinstance(error, exceptions.Throttled)
        else {}
    )
    response.data = {"code": code, "message": sentence, "detail": detail}
    return response
