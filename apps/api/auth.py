"""Signing in and out by token, and who one is."""

from typing import Any

from django.contrib.auth import authenticate
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated, Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView
from apps.api.fields import Instant
from apps.parties import entrance, tokens
from apps.parties.models import Membership
from apps.parties.queries import actor_for, memberships
from apps.parties.roles import ROLE_LABELS
from kernel.actors import DUTY_LABELS, Actor, Duty
from kernel.web.acts import PROBLEMS, require_possible_id
from kernel.web.api import WrongPassword
from kernel.web.origin import address_of

_LOCKED_S = 15 * 60


class LoginForm(serializers.Serializer[Any]):
    """A name and its password."""

    username = serializers.CharField(label="用户名", max_length=150)
    password = serializers.CharField(label="密码", max_length=128, trim_whitespace=False)
    name = serializers.CharField(label="令牌名称", max_length=60, required=False, default="登录")
    days = serializers.IntegerField(
        label="有效天数", min_value=1, max_value=tokens.MOST_DAYS, required=False, default=tokens.LASTS_DAYS
    )


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
        return ROLE_LABELS[row.organisation.kind]

    def get_duty_label(self, row: Membership) -> str:
        """The duty as users see it."""
        return DUTY_LABELS[Duty(row.duty)]


class TokenBody(serializers.Serializer[Any]):
    """A token, to be sent as `Authorization: Token …`, and the duties to choose from."""

    token = serializers.CharField()
    expires_at = Instant()
    memberships = MembershipBody(many=True)


class Login(ApiView):
    """Trade a name and a password for a token."""

    authentication_classes = ()

    @extend_schema(summary="登录", request=LoginForm, responses={200: TokenBody, **PROBLEMS}, tags=["登录"])
    def post(self, request: Request) -> Response:
        """401 for what does not belong together; 429 while the name is locked after too many wrong passwords."""
        form = LoginForm(data=request.data)
        form.is_valid(raise_exception=True)
        asked = request._request
        said = form.validated_data
        person = authenticate(asked, username=said["username"], password=said["password"])
        if getattr(asked, "axes_locked_out", False):
            # Taken back, or the middleware would answer in its own words.
            asked.axes_locked_out = False  # type: ignore[attr-defined]
            raise Throttled(wait=_LOCKED_S)
        if person is None:
            raise WrongPassword
        entrance.came_in(asked, person, door="token")
        by = actor_for(person, address=address_of(asked))
        made, key = tokens.issue(person=person, name=said["name"], days=said["days"], by=by, now=self.now)
        body = {"token": key, "expires_at": made.expires_at, "memberships": memberships(person)}
        return Response(TokenBody(body).data)


class Logout(ApiView):
    """Make the token worthless by which one asks; other programs keep theirs."""

    @extend_schema(summary="退出", request=None, responses={204: None, **PROBLEMS}, tags=["登录"])
    def post(self, request: Request) -> Response:
        """Nothing happens for somebody who has none."""
        if request.user.is_authenticated:
            held = tokens.token_of(request)
            if held is not None:
                tokens.revoke(token_id=held.pk, person=request.user, by=self.by, now=self.now)
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


class Me(ApiView):
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


class KeptToken(serializers.Serializer[Any]):
    """One token of one's own, without its key."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    issued_at = Instant()
    expires_at = Instant()
    used_at = Instant(allow_null=True)


class Tokens(ApiView):
    """One's own tokens that open something."""

    @extend_schema(summary="本人的接口令牌", responses={200: KeptToken(many=True), **PROBLEMS}, tags=["登录"])
    def get(self, request: Request) -> Response:
        """The newest first; their keys are told to nobody again."""
        if not request.user.is_authenticated:
            raise NotAuthenticated
        found = tokens.valid(request.user, now=self.now)
        return Response(KeptToken(found, many=True).data)


class RevokeToken(ApiView):
    """Make one of one's own tokens worthless."""

    @extend_schema(summary="停用接口令牌", request=None, responses={204: None, **PROBLEMS}, tags=["登录"])
    def post(self, request: Request, token_id: int) -> Response:
        """Refuses: not_found, also for another's."""
        if not request.user.is_authenticated:
            raise NotAuthenticated
        require_possible_id(token_id, what="令牌")
        tokens.revoke(token_id=token_id, person=request.user, by=self.by, now=self.now)
        return Response(status=204)
