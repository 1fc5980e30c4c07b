"""Signing in and out by token, and who one is."""

from typing import Any

from django.contrib.auth import authenticate
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from apps.parties import entrance
from apps.parties.models import Membership
from apps.parties.queries import memberships
from apps.process.api.base import Asked
from kernel.actors import DUTY_LABELS, ROLE_LABELS, Actor, Duty, Role
from kernel.errors import Code, Refused
from kernel.web.acts import PROBLEMS

_LOCKED_S = 15 * 60


class LoginForm(serializers.Serializer[Any]):
    """A name and its password."""

    username = serializers.CharField(label="用户名", max_length=150)
    password = serializers.CharField(label="密码", max_length=128, trim_whitespace=False)


class MembershipBody(serializers.Serializer[Any]):
    """One duty in one organisation."""

    membership = serializers.IntegerField(source="pk")
    organisation = serializers.IntegerField(source="organisation_id")
    organisation_name = serializers.CharField(source="organisation.name")
    role = serializers.CharField(source="organisation.kind")
    role_label = serializers.SerializerMethodField()
    duty = serializers.CharField()
    duty_label = serializers.SerializerMethodField()

    def get_role_label(self, row: Membership) -> str:
        """The organisation's kind as users see it."""
        return ROLE_LABELS[Role(row.organisation.kind)]

    def get_duty_label(self, row: Membership) -> str:
        """The duty as users see it."""
        return DUTY_LABELS[Duty(row.duty)]


class TokenBody(serializers.Serializer[Any]):
    """A token, to be sent as `Authorization: Token …`, and the duties to choose from."""

    token = serializers.CharField()
    memberships = MembershipBody(many=True)


class Login(Asked):
    """Trade a name and a password for a token."""

    authentication_classes = ()

    @extend_schema(summary="登录", request=LoginForm, responses={200: TokenBody, **PROBLEMS}, tags=["登录"])
    def post(self, request: Request) -> Response:
        """Refuses not_permitted; 429 while the name is locked after too many wrong passwords."""
        form = LoginForm(data=request.data)
        form.is_valid(raise_exception=True)
        asked = request._request
        person = authenticate(asked, **form.validated_data)
        if getattr(asked, "axes_locked_out", False):
            # Taken back, or the middleware would answer in its own words.
            asked.axes_locked_out = False  # type: ignore[attr-defined]
            raise Throttled(wait=_LOCKED_S)
        if person is None:
            raise Refused.because(Code.NOT_PERMITTED, "用户名或密码不正确，请重新输入。")
        entrance.came_in(asked, person, door="token")
        token, _ = Token.objects.get_or_create(user=person)
        found = memberships(person)
        return Response(TokenBody({"token": token.key, "memberships": found}).data)


class Logout(Asked):
    """Make the person's token worthless."""

    @extend_schema(summary="退出", request=None, responses={204: None, **PROBLEMS}, tags=["登录"])
    def post(self, request: Request) -> Response:
        """Nothing happens for somebody who has none."""
        if request.user.is_authenticated:
            Token.objects.filter(user=request.user).delete()
            entrance.went_out(request._request, request.user, door="token")
        return Response(status=204)


class MeBody(serializers.Serializer[Any]):
    """The person who asks, and as whom."""

    person = serializers.IntegerField(allow_null=True)
    username = serializers.CharField()
    name = serializers.CharField()
    chosen = MembershipBody(allow_null=True)
    memberships = MembershipBody(many=True)


def _chosen(found: list[Membership], by: Actor) -> Membership | None:
    return next((each for each in found if each.organisation_id == by.organisation_id), None)


class Me(Asked):
    """Who I am."""

    @extend_schema(
        summary="我的身份",
        description="请求头X-Membership选择岗位。",
        responses={200: MeBody, **PROBLEMS},
        tags=["登录"],
    )
    def get(self, request: Request) -> Response:
        """Person, memberships and the one chosen by `X-Membership`; all empty for the public."""
        if not request.user.is_authenticated:
            empty: dict[str, Any] = {
                "person": None,
                "username": "",
                "name": "",
                "chosen": None,
                "memberships": [],
            }
            return Response(MeBody(empty).data)
        person = request.user
        found = memberships(person)
        body = {
            "person": person.pk,
            "username": person.username,
            "name": person.name,
            "chosen": _chosen(found, self.by),
            "memberships": found,
        }
        return Response(MeBody(body).data)
